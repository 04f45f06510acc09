"""Fixtures of the table: a case for each row; `--rows` names the file whose rows are tried."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "threeds"))  # payer
sys.path.append(str(HERE.parent))  # journal

from authority import Authority  # noqa: E402
from coffer.sandbox import Sandbox, ThreeDS  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rows", default="", help="the file of rows to try; all without it")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def session_stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
def side_as_new(session_stack: ExitStack) -> Callable[[], ThreeDS]:
    """The 3-D Secure servers, put back to their start; they run from the first call on."""
    started: list[Sandbox] = []

    def as_new() -> ThreeDS:
        if not started:
            started.append(session_stack.enter_context(
                Sandbox(messages=1, huge=1, threeds=True)))
        started[0].control.reset()
        return started[0].threeds
    return as_new
