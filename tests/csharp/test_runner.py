"""The tests that are written in C#: values, handlers, lifetimes, the end of the process."""

from __future__ import annotations

import os
import socket
import tempfile
import time
from pathlib import Path

import pytest

from drivers import RunTest

VALUES = ("Texts", "Numbers", "Octets", "Views", "Lists", "Constructors", "Disposed")
HANDLERS = ("Exceptions", "NestedFailure", "AddAndRemove", "Eml", "BadAnswer", "TwoThreads")
LIFETIMES = ("DelegatesOnly", "OnlyTheCallHolds", "DisposeInHandlerThatFails")
#: tests of many objects, each with a run that goes on until somebody ends it
MANY = ("Dropped", "DisposeInHandler", "DisposeElsewhere", "TwoComponents")
REPETITIONS = 1000
#: how often a program ends while a run is under way; a thousand take minutes
EXITS = int(os.environ.get("COFFER_REPETITIONS", "2"))


@pytest.mark.parametrize("name", VALUES + ("MadeAndDisposed", "Race"))
def test_without_a_service(run_test: RunTest, name: str) -> None:
    run_test(name)


@pytest.mark.parametrize("name", HANDLERS + LIFETIMES)
def test_with_a_run(run_test: RunTest, name: str, at: list[str]) -> None:
    run_test(name, *at)


@pytest.mark.parametrize("name", MANY)
def test_with_many_runs(run_test: RunTest, name: str) -> None:
    """In memory, where making files durable costs nothing."""
    memory = Path("/dev/shm")
    with (socket.create_server(("127.0.0.1", 0), backlog=64) as silent,
          tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder):
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1.0"
        run_test(name, url, "Bearer none", folder, str(REPETITIONS))


@pytest.mark.parametrize("name, status", [
    ("LeaveRunning", 0), ("DroppedAndLeft", 0), ("ExitInHandler", 7),
    ("ExitWhileAnotherWaits", 7)])
def test_the_process_ends(run_test: RunTest, name: str, status: int, at: list[str]) -> None:
    for number in range(EXITS):
        begin = time.monotonic()
        run_test(name, *at[:2], f"{at[2]}/{number}", status=status)
        assert time.monotonic() - begin < 55  # a request is waited for 60 s


def test_an_exception_that_nobody_catches(run_test: RunTest, at: list[str]) -> None:
    """The program ends as any other does that lets an exception pass: by its name, not a crash."""
    shown = run_test("UnhandledInHandler", *at, status=1)
    assert "InvalidOperationException: unhandled" in shown
