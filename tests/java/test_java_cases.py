"""Every case of the Java programs below: one machine for each program."""

from __future__ import annotations

import functools
import re

import pytest

import machine

PROGRAMS = ("Values", "Listeners", "Lifetimes", "Repetitions")
CASE = re.compile(r"^  public static void (\w+)\(\)", re.MULTILINE)
CASES = [(program, name) for program in PROGRAMS for name in CASE.findall(machine.source(program))]


@functools.cache
def outcome(program: str) -> tuple[int, str]:
    return machine.run(program)


@pytest.mark.parametrize("program, name", CASES, ids=[f"{p}.{n}" for p, n in CASES])
def test_case(program: str, name: str) -> None:
    status, output = outcome(program)
    failure = re.search(rf"^FAILED {name}\n(.*?)^END$", output, re.MULTILINE | re.DOTALL)
    assert failure is None, failure and failure.group(1)
    assert re.search(rf"^ok {name} ", output, re.MULTILINE), f"not run: {status}\n{output}"
    assert status == 0
