"""Fixtures of the table; `--rows` names the file whose rows are tried."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "threeds"))  # payer
sys.path.append(str(HERE.parent))  # journal

from authority import Authority  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rows", default="", help="the file of rows to try; all without it")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))
