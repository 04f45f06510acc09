"""The jar: what is in it, what happens when it is damaged, where it unpacks."""

from __future__ import annotations

import hashlib
import os
import subprocess
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Callable
from pathlib import Path

import machine

NATIVE = "coffer/internal/native/"
ALONE = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}


def run_with(jar: Path | str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [os.environ["COFFER_JAVA"], *options,
               f"-Dexpected.version={os.environ['COFFER_VERSION']}", "-cp",
               os.pathsep.join([str(jar), machine.PROGRAMS]), "Values"]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False,
                          env=ALONE)


def copy(target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    with zipfile.ZipFile(machine.JAR) as jar, zipfile.ZipFile(target, "w") as made:
        for name in jar.namelist():
            contents = change(name, jar.read(name))
            if contents is not None:
                made.writestr(name, contents)
    return target


def test_the_jar_holds_its_libraries_and_says_so() -> None:
    with zipfile.ZipFile(machine.JAR) as jar:
        names = jar.namelist()
        folder = next(name for name in names if name.endswith("SHA256SUMS")).rpartition("/")[0]
        lines = jar.read(f"{folder}/SHA256SUMS").decode().splitlines()
        sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
        assert list(sums) == ["libcoffer.so.1", "libcofferjni.so"]
        for name, digest in sums.items():
            assert hashlib.sha256(jar.read(f"{folder}/{name}")).hexdigest() == digest
        pom = ElementTree.fromstring(jar.read("META-INF/maven/coffer/coffer/pom.xml"))
        version = pom.findtext("{http://maven.apache.org/POM/4.0.0}version")
        assert version == os.environ["COFFER_VERSION"]
        assert f"version={version}" in \
            jar.read("META-INF/maven/coffer/coffer/pom.properties").decode()
        assert "module-info.class" in names


def test_what_is_unpacked_is_removed(tmp_path: Path) -> None:
    done = run_with(machine.JAR, f"-Djava.io.tmpdir={tmp_path}")
    assert done.returncode == 0 and "ok theVersionIsThatOfTheJar" in done.stdout
    assert list(tmp_path.glob("coffer-*")) == []


def test_a_damaged_library_is_not_loaded(tmp_path: Path) -> None:
    jar = copy(tmp_path / "damaged.jar", lambda name, contents:
               contents[:-1] + b"x" if name.endswith("libcoffer.so.1") else contents)
    done = run_with(jar, f"-Djava.io.tmpdir={tmp_path}")
    assert "The jar is damaged: libcoffer.so.1" in done.stdout + done.stderr
    assert "ok anyTextComesBackAsItWas" not in done.stdout
    assert list(tmp_path.glob("coffer-*")) == []


def test_a_platform_that_is_not_in_the_jar_is_named(tmp_path: Path) -> None:
    jar = copy(tmp_path / "bare.jar", lambda name, contents:
               None if name.startswith(NATIVE) else contents)
    done = run_with(jar)
    assert "The jar holds no native library for linux-" in done.stdout + done.stderr


def test_a_library_on_the_path_goes_first(tmp_path: Path) -> None:
    """One that cannot be loaded is said to be so; the jar's does not hide it."""
    (tmp_path / "libcofferjni.so").write_bytes(b"no library")
    done = run_with(machine.JAR, f"-Djava.library.path={tmp_path}")
    assert "libcofferjni.so" in done.stdout + done.stderr
    assert "ok anyTextComesBackAsItWas" not in done.stdout
    with zipfile.ZipFile(machine.JAR) as jar:
        for name in jar.namelist():
            if name.startswith(NATIVE) and ".so" in name:
                (tmp_path / name.rpartition("/")[2]).write_bytes(jar.read(name))
    bare = copy(tmp_path / "bare.jar", lambda name, contents:
                None if name.startswith(NATIVE) else contents)
    done = run_with(bare, f"-Djava.library.path={tmp_path}")
    assert done.returncode == 0 and "FAILED" not in done.stdout


def test_as_a_module(tmp_path: Path) -> None:
    """On the module path, where coffer.internal is nobody else's."""
    command = [os.environ["COFFER_JAVA"], "-p", machine.JAR, "--add-modules", "coffer",
               f"-Dexpected.version={os.environ['COFFER_VERSION']}", "-cp", machine.PROGRAMS,
               "Values"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False,
                          env=ALONE)
    assert done.returncode == 0 and "FAILED" not in done.stdout and "ok " in done.stdout
