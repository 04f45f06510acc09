"""Fixtures: sandboxes that serve all tests of a file, as new for each; what ends with a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from coffer.sandbox import Sandbox, ThreeDS

__all__ = ["paying_sandbox", "running_sandbox", "sandbox", "side", "side_as_new", "stack"]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """A mailbox of 20 small messages."""
    running_sandbox.control.reset()
    return running_sandbox


@pytest.fixture(scope="session")
def paying_sandbox() -> Iterator[Sandbox]:
    with Sandbox(messages=1, huge=1, threeds=True) as running:
        yield running


@pytest.fixture
def side(paying_sandbox: Sandbox) -> ThreeDS:
    """The 3-D Secure servers."""
    paying_sandbox.control.reset()
    return paying_sandbox.threeds


@pytest.fixture
def side_as_new(request: pytest.FixtureRequest) -> Callable[[], ThreeDS]:
    """What `side` is, once more for each call; for tests of which only some need it."""
    def as_new() -> ThreeDS:
        running: Sandbox = request.getfixturevalue("paying_sandbox")
        running.control.reset()
        return running.threeds
    return as_new
