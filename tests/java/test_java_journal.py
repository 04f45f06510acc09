"""The scenario of tests/python/scenario.py, told in Java and in Python: the same text."""

from __future__ import annotations

import sys
from pathlib import Path

import machine

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

import scenario  # noqa: E402
from coffer.sandbox import Sandbox  # noqa: E402


def test_the_journals_are_equal(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        scenario.check(sandbox, tmp_path, lambda folder: machine.start(
            "Journal", sandbox.graph_url, sandbox.token, folder))
