"""The scenario of tests/python/scenario.py, told in C++ and in Python: the same text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

import scenario  # noqa: E402
from coffer.sandbox import Sandbox  # noqa: E402


def test_the_journals_are_equal(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        scenario.check(sandbox, tmp_path, lambda folder: subprocess.Popen(
            [os.environ["COFFER_CXX_JOURNAL"], sandbox.graph_url, sandbox.token, folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            encoding="utf-8"))
