"""Certificates that stand alone, and in a component: every store, in each documented way."""

from __future__ import annotations

import sys
from pathlib import Path

import machine

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python" / "certificates"))
import stores  # noqa: E402


def test_every_store(tmp_path: Path) -> None:
    made = stores.table(tmp_path)
    status, output = machine.run("Certificates", str(tmp_path))
    assert status == 0, output
    stores.check_told(made, output)
