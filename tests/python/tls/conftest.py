"""Fixtures: who connects to servers of the tests' own making."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
for folder in ("settings", "threeds", ""):  # recorder and case, payer, journal
    sys.path.append(str(HERE.parent / folder))

from coffer.sandbox import Sandbox, ThreeDS  # noqa: E402


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


@pytest.fixture(scope="session")
def side() -> Iterator[Callable[[], ThreeDS]]:
    """The 3-D Secure servers, put back to their start; they run from the first call on."""
    with ExitStack() as stack:
        started: list[Sandbox] = []

        def as_new() -> ThreeDS:
            if not started:
                started.append(stack.enter_context(Sandbox(messages=1, huge=1, threeds=True)))
            started[0].control.reset()
            return started[0].threeds
        yield as_new
