"""Certificates that stand alone, and in a component: every store, in each documented way."""

from __future__ import annotations

import sys
from pathlib import Path

from drivers import RunTest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python" / "certificates"))
import stores  # noqa: E402


def test_every_store(run_test: RunTest, tmp_path: Path) -> None:
    made = stores.table(tmp_path)
    stores.check_told(made, run_test("Stores", str(tmp_path)))
