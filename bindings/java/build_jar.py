"""Compiles Java sources and packs them into a jar with the native libraries that they load.

    build_jar.py --javac JAVAC --java JAVA --version VERSION --pom POM --sources FOLDER...
                 --native LIBRARY... --output JAR

The libraries go into coffer/internal/native/<platform>/ in the order given, with SHA256SUMS, which
NativeLoader checks. Every entry has the same date, so that equal sources make equal jars.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

RELEASE = "17"
DATE = (1980, 1, 1, 0, 0, 0)
LIBRARIES = {"libcoffer.so": "libcoffer.so.1"}  # by what their file's name begins with


def compiled(options: argparse.Namespace, classes: Path) -> int:
    sources = sorted(str(path) for folder in options.sources for path in folder.rglob("*.java"))
    listing = classes / "sources.txt"
    listing.write_text("\n".join(f'"{source}"' for source in sources), encoding="utf-8")
    # What is public must be described: doclint refuses a member without its comment.
    command = [options.javac, "--release", RELEASE, "-encoding", "UTF-8", "-Xlint:all",
               "-Xdoclint:all/protected", "-Xdoclint/package:-coffer.internal",
               *(["-Werror"] if options.werror else []), "-d", str(classes), f"@{listing}"]
    status = subprocess.run(command, check=False).returncode
    listing.unlink()
    return status


def platform(java: str) -> str:
    """As NativeLoader names the machine that this JDK is for."""
    shown = subprocess.run([java, "-XshowSettings:properties", "-version"], capture_output=True,
                           text=True, check=True).stderr
    facts = {name.strip(): value.strip() for name, _, value in
             (line.partition("=") for line in shown.splitlines())}
    machine = facts["os.arch"]
    return facts["os.name"].lower() + "-" + ("amd64" if machine == "x86_64" else machine)


def stripped(strip: str, library: Path, folder: Path) -> bytes:
    """Without debugging information: what is unpacked at each start is to be small."""
    copy = folder / library.name
    subprocess.run([strip, "--strip-debug", "-o", str(copy), str(library)], check=True)
    return copy.read_bytes()


def entries(options: argparse.Namespace, classes: Path) -> dict[str, bytes]:
    manifest = ("Manifest-Version: 1.0\r\n"
                "Implementation-Title: coffer\r\n"
                f"Implementation-Version: {options.version}\r\n\r\n")
    maven = "META-INF/maven/coffer/coffer/"
    made = {"META-INF/MANIFEST.MF": manifest.encode(), maven + "pom.xml": options.pom.read_bytes(),
            maven + "pom.properties": f"groupId=coffer\nartifactId=coffer\n"
                                      f"version={options.version}\n".encode()}
    for path in sorted(classes.rglob("*.class")):
        made[path.relative_to(classes).as_posix()] = path.read_bytes()
    folder = f"coffer/internal/native/{platform(options.java)}/"
    digests = []
    for library in options.native:
        name = next((name for start, name in LIBRARIES.items() if library.name.startswith(start)),
                    library.name)
        contents = stripped(options.strip, library, classes) if options.strip \
            else library.read_bytes()
        made[folder + name] = contents
        digests.append(f"{hashlib.sha256(contents).hexdigest()}  {name}\n")
    made[folder + "SHA256SUMS"] = "".join(digests).encode()
    return made


def write_jar(output: Path, made: dict[str, bytes]) -> None:
    fresh = output.with_suffix(".new")
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as jar:
        for name, contents in made.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            jar.writestr(entry, contents)
    os.replace(fresh, output)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="build_jar.py")
    parser.add_argument("--javac", required=True)
    parser.add_argument("--java", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--pom", type=Path, required=True)
    parser.add_argument("--sources", type=Path, action="append", required=True)
    parser.add_argument("--native", type=Path, action="append", default=[])
    parser.add_argument("--strip")
    parser.add_argument("--werror", action=argparse.BooleanOptionalAction, default=False)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        classes = Path(folder)
        status = compiled(options, classes)
        if status != 0:
            return status
        made = entries(options, classes)
    write_jar(options.output, made)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
