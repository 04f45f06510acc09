"""Many events, and events that nobody hears, against a mailbox of some hundred messages."""

from __future__ import annotations

from pathlib import Path

import machine
from coffer.sandbox import Sandbox

MESSAGES = 300


def test_load(tmp_path: Path) -> None:
    """-Xcheck:jni, with which programs run, tells of references that pile up in a call."""
    with Sandbox(messages=MESSAGES, limits=False) as sandbox:
        status, output = machine.run("Load", sandbox.graph_url, sandbox.token, str(tmp_path),
                                     str(MESSAGES))
        octets = sum(message["size"] for message in sandbox.control.mailbox())
    assert output.splitlines() == [
        f"unheard saved {MESSAGES}", "many in one call true", f"many saved {MESSAGES}",
        f"fetched {octets} skipped {MESSAGES}"]
    assert status == 0
    for folder in ("unheard", "many"):
        assert len(list((tmp_path / folder).glob("*/*.eml"))) == MESSAGES
    assert list((tmp_path / "fetched").glob("*/*.eml")) == []
