"""The tests that are written in C#: values, handlers, lifetimes, the end of the process."""

from __future__ import annotations

import time

import pytest

from drivers import RunTest

VALUES = ("Texts", "Numbers", "Octets", "Views", "Lists", "Constructors", "Disposed")
HANDLERS = ("Exceptions", "NestedFailure", "AddAndRemove", "Eml", "BadAnswer", "TwoThreads")
LIFETIMES = ("DelegatesOnly", "OnlyTheCallHolds", "DisposeInHandlerThatFails")
#: tests of many objects, and how many
MANY = {"Dropped": 200, "DisposeInHandler": 200, "DisposeElsewhere": 200}


@pytest.mark.parametrize("name", VALUES + ("MadeAndDisposed", "Race"))
def test_without_a_service(run_test: RunTest, name: str) -> None:
    run_test(name)


@pytest.mark.parametrize("name", HANDLERS + LIFETIMES)
def test_with_a_run(run_test: RunTest, name: str, at: list[str]) -> None:
    run_test(name, *at)


@pytest.mark.parametrize("name", MANY)
def test_with_many_runs(run_test: RunTest, name: str, at: list[str]) -> None:
    run_test(name, *at, str(MANY[name]))


@pytest.mark.parametrize("name, status", [
    ("LeaveRunning", 0), ("DroppedAndLeft", 0), ("ExitInHandler", 7),
    ("ExitWhileAnotherWaits", 7)])
def test_the_process_ends(run_test: RunTest, name: str, status: int, at: list[str]) -> None:
    begin = time.monotonic()
    run_test(name, *at, status=status)
    assert time.monotonic() - begin < 30


def test_an_exception_that_nobody_catches(run_test: RunTest, at: list[str]) -> None:
    """The program ends as any other does that lets an exception pass: by its name, not a crash."""
    shown = run_test("UnhandledInHandler", *at, status=1)
    assert "InvalidOperationException: unhandled" in shown
