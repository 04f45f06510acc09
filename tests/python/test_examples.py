"""The examples, run as a reader would run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from coffer.sandbox import Sandbox

EXAMPLES = Path(__file__).resolve().parents[2] / "bindings" / "python" / "examples"


def run(sandbox: Sandbox, *arguments: str, token: str = "") -> tuple[int, str]:
    environment = dict(os.environ, GRAPH_TOKEN=token or sandbox.token, GRAPH_URL=sandbox.graph_url)
    done = subprocess.run([sys.executable, str(EXAMPLES / "backup.py"), *arguments],
                          env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_backup(sandbox: Sandbox, tmp_path: Path) -> None:
    status, output = run(sandbox, str(tmp_path / "mail"))
    assert status == 0 and "20 of 20 saved" in output
    assert len(list((tmp_path / "mail").glob("*/*.eml"))) == 20
    status, output = run(sandbox, str(tmp_path / "mail"))
    assert status == 0 and "saved" not in output


def test_backup_with_what_cannot_be_done(sandbox: Sandbox, tmp_path: Path) -> None:
    assert run(sandbox)[0] == 2
    status, output = run(sandbox, str(tmp_path / "mail"), "2020/31/12", "2021/01/01")
    assert status == 1 and "703" in output
    status, output = run(sandbox, str(tmp_path / "mail"), token="wrong")
    assert status == 1 and "707" in output
