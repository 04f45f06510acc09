"""A Java virtual machine for one program of `programs/`, watched by -Xcheck:jni."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

JAR = os.environ["COFFER_JAR"]
PROGRAMS = os.environ["COFFER_JAVA_PROGRAMS"]

# A heap of one size and a collector without threads of its own: what grows is somebody's leak.
# Signal handlers are not JNI's: libcurl ignores SIGPIPE while it closes connections.
OPTIONS = ["-Xcheck:jni", "-XX:+AllowUserSignalHandlers", "-Xms64m", "-Xmx64m",
           "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"]


def command(program: str, *arguments: str, options: tuple[str, ...] = ()) -> list[str]:
    return [os.environ["COFFER_JAVA"], *OPTIONS, *options, "-Dfile.encoding=UTF-8",
            f"-Dexpected.version={os.environ['COFFER_VERSION']}",
            "-cp", os.pathsep.join([JAR, PROGRAMS]), program, *arguments]


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    # Paths and texts with any character, whatever the locale of the machine; and as many heaps of
    # the C library's, which keep what was freed, however many processors there are.
    environment = dict(os.environ, LC_ALL="C.UTF-8", MALLOC_ARENA_MAX="4")
    environment.pop("LD_LIBRARY_PATH", None)  # the jar must find its own libcoffer
    return subprocess.Popen(command(program, *arguments, options=("-Dstdout.encoding=UTF-8",)),
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, encoding="utf-8", env=environment)


def finish(process: subprocess.Popen[str], typed: str = "") -> tuple[int, str]:
    """Exit status and standard output; nothing may be on standard error."""
    try:
        output, errors = process.communicate(typed, timeout=580)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
        raise AssertionError(f"the program hangs\n{output}\n{errors}") from None
    assert errors == "", errors
    # -Xcheck:jni speaks on standard output
    warnings = [line for line in output.splitlines() if line.startswith(("WARNING", "FATAL"))]
    assert not warnings, output
    return process.returncode, output


def run(program: str, *arguments: str, typed: str = "") -> tuple[int, str]:
    return finish(start(program, *arguments), typed)


def source(program: str) -> str:
    return (Path(__file__).parent / "programs" / f"{program}.java").read_text(encoding="utf-8")
