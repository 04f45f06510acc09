"""The example on the reference pages, run as printed: an authenticated proxy to a private CA."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conftest import Traveller
from coffer.cloudbackup import Office365Backup
from daemons import Squid
from tap import Tap

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "capi"))

from apigen import emit_docs, model  # noqa: E402


def steps(package: str) -> list[str]:
    """What the page of the property Proxy tells to write."""
    page = emit_docs.pages(model.load(ROOT / "capi" / "api"))[f"{package}/properties.md"]
    section = page[page.index("An example, through a proxy"):]
    return re.findall(r"`(object\.[^`]+)`", section[:section.index("118 the proxy refuses")])


def test_the_example(traveller: Traveller, squid: Squid, tap: Callable[[int], Tap],
                     tmp_path: Path) -> None:
    way = tap(squid.tls_port)
    (tmp_path / "company-ca.pem").write_text(traveller.trust)

    def follow(made: Any) -> None:
        package = "cloudbackup" if isinstance(made, Office365Backup) else "threeds"
        lines = steps(package)
        assert len(lines) == 7
        for line in lines:
            line = line.replace("proxy.example.com", "127.0.0.1").replace("3128", str(way.port))
            exec(line.replace("company-ca.pem", str(tmp_path / "company-ca.pem")),
                 {"object": made})

    traveller.trust, traveller.prepare = "", follow
    assert traveller.go().errors == []
    assert squid.wait_for_request("TCP_TUNNEL/200", f"CONNECT 127.0.0.1:{traveller.port} mira")
    assert way.sent[0].startswith(b"\x16\x03")
