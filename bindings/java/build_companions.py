"""The two jars that Maven users expect beside coffer.jar: its sources and its reference.

    build_companions.py --javadoc JAVADOC --version VERSION --sources FOLDER...
                        --sources-jar JAR --javadoc-jar JAR
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from build_jar import RELEASE, write_jar

MANIFEST = "Manifest-Version: 1.0\r\nImplementation-Title: coffer\r\n" \
           "Implementation-Version: {version}\r\n\r\n"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="build_companions.py")
    parser.add_argument("--javadoc", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--sources", type=Path, action="append", required=True)
    parser.add_argument("--sources-jar", type=Path, required=True)
    parser.add_argument("--javadoc-jar", type=Path, required=True)
    options = parser.parse_args(arguments)
    manifest = {"META-INF/MANIFEST.MF": MANIFEST.format(version=options.version).encode()}
    sources = {path.relative_to(folder).as_posix(): path
               for folder in options.sources for path in sorted(folder.rglob("*.java"))}
    write_jar(options.sources_jar,
              manifest | {name: path.read_bytes() for name, path in sources.items()})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        roots = os.pathsep.join(str(path) for path in options.sources)
        # What is written is the same for equal sources: no date, no name of a machine.
        command = [options.javadoc, "-d", str(folder / "pages"), "-quiet", "-notimestamp",
                   "--release", RELEASE, "-encoding", "UTF-8", "-Xdoclint:all",
                   "-Xdoclint/package:-coffer.internal", "-Werror", "--show-packages", "exported",
                   "-windowtitle", f"coffer {options.version}",
                   "--module-source-path", f"coffer={roots}", "--module", "coffer"]
        status = subprocess.run(command, check=False).returncode
        if status == 0:
            pages = {path.relative_to(folder / "pages").as_posix(): path.read_bytes()
                     for path in sorted((folder / "pages").rglob("*")) if path.is_file()}
            write_jar(options.javadoc_jar, manifest | pages)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
