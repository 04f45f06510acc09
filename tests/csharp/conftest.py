"""The runner in C#, as a program and as a component that a test drives; sandboxes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coffer.sandbox import Sandbox

from drivers import CompileCsharp, Driver, Local, Remote, RunTest

sys.path.append(str(Path(__file__).resolve().parents[1] / "python"))
from sandboxes import paying_sandbox, running_sandbox, sandbox, side  # noqa: E402

__all__ = ["paying_sandbox", "running_sandbox", "sandbox", "side"]


@pytest.fixture(scope="session")
def program() -> list[str]:
    """The command that runs the tests' program: `dotnet exec X.dll` or `mono X.exe`."""
    return [*os.environ["COFFER_CSHARP_RUN"].split("|"), os.environ["COFFER_CSHARP_TESTS"]]


@pytest.fixture(scope="session")
def run_test(program: list[str]) -> RunTest:
    """Runs one test of the program to its end; what it printed."""
    def run(*arguments: str, status: int = 0) -> str:
        done = subprocess.run([*program, *arguments], capture_output=True, text=True, timeout=240,
                              check=False)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr
    return run


@pytest.fixture(scope="session")
def compile_csharp() -> CompileCsharp:
    """Compiles sources against the assembly, with warnings as errors; what the compiler said."""
    def run(output: Path, *arguments: str | Path) -> str:
        command = os.environ["COFFER_CSHARP_COMPILE"].split("|")
        assembly = Path(os.environ["COFFER_CSHARP_BUILD"]) / "Coffer.dll"
        done = subprocess.run(
            [*command, "--out", str(output), "--copy", "--nullable", "--reference", str(assembly),
             *map(str, arguments)], capture_output=True, text=True, timeout=240, check=False)
        return "" if done.returncode == 0 else done.stdout + done.stderr
    return run


@pytest.fixture(scope="session")
def make_program(compile_csharp: CompileCsharp) -> Callable[[Path, Path], list[str]]:
    """Compiles a program into a folder; the command that runs it."""
    def make(source: Path, folder: Path) -> list[str]:
        run = os.environ["COFFER_CSHARP_RUN"].split("|")
        output = folder / (source.stem + (".dll" if "exec" in run else ".exe"))
        assert compile_csharp(output, "--exe", source) == ""
        return [*run, str(output)]
    return make


@pytest.fixture
def at(sandbox: Sandbox, tmp_path: Path) -> list[str]:
    """What the program's tests need of a sandbox: address, token, a folder."""
    return [sandbox.graph_url, sandbox.authorization, str(tmp_path)]


@pytest.fixture
def drivers(program: list[str]) -> Iterator[tuple[Driver, Driver]]:
    """The same component in Python and in C#."""
    local, remote = Local(), Remote(program)
    yield local, remote
    local.close()
    remote.close()
