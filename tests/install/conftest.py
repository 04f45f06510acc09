"""What the build installs, in a folder of its own, and the sandbox from there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ["COFFER_BUILD_ROOT"])
# Of the environment only what finds programs: nothing of the build tree may be found by accident.
CLEAN = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}


def tool(*command: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """A command that has to succeed."""
    done = subprocess.run(command, text=True, check=False, timeout=300, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **more)
    assert done.returncode == 0, done.stdout
    return done


class Installed:
    """The files below DESTDIR; environment() is what finds them there."""

    def __init__(self, destination: Path) -> None:
        self.destination = destination
        # Debian's sanitizing of the name: the multiarch folder, or lib, or lib64.
        self.libdir = next(destination.rglob("libcoffer.so.1")).parent
        self.package = next(path for path in destination.rglob("coffer/py.typed")).parent

    def environment(self) -> dict[str, str]:
        return CLEAN | {
            "PKG_CONFIG_SYSROOT_DIR": str(self.destination),
            "PKG_CONFIG_LIBDIR": str(self.libdir / "pkgconfig"),
            "LD_LIBRARY_PATH": str(self.libdir),
            "PYTHONPATH": str(self.package.parent),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def compile(self, compiler: str, standard: str, source: Path, folder: Path) -> Path:
        """As a user does it, who has nothing but the installed files and pkg-config."""
        flags = tool("pkg-config", "--cflags", "--libs", "coffer", env=self.environment())
        program = folder / source.stem
        tool(*json.loads(os.environ[compiler]), f"-std={standard}", "-Wall", "-Wextra",
             "-Wpedantic", "-Werror", str(source), "-o", str(program), *flags.stdout.split(),
             env=CLEAN, cwd=folder)
        return program


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    destination = tmp_path_factory.mktemp("destination")
    tool("meson", "install", "-C", str(BUILD), "--no-rebuild", "--quiet",
         "--tags", "devel,runtime,python-runtime", "--destdir", str(destination))
    return Installed(destination)


@pytest.fixture(scope="session")
def sandbox(installed: Installed) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "coffer.sandbox", "--ready-stdout", "--watch-stdin", "--quiet",
               "--messages", "12", "--sizes", "tiny", "--3ds=on"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env=installed.environment()) as process:
        assert process.stdin is not None and process.stdout is not None
        line = process.stdout.readline()
        assert line, "the installed sandbox does not start"
        loaded: dict[str, Any] = json.loads(line)
        yield loaded
        process.stdin.close()
        process.wait(30)
