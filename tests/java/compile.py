"""Compiles Java programs against the jar, as their readers would.

    compile.py --javac JAVAC --jar JAR --folder CLASSES --stamp FILE SOURCES...
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="compile.py")
    parser.add_argument("--javac", required=True)
    parser.add_argument("--jar", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--stamp", type=Path, required=True)
    parser.add_argument("sources", type=Path, nargs="+")
    options = parser.parse_args(arguments)
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True)
    files = [str(path) for folder in options.sources for path in sorted(folder.glob("*.java"))]
    # Not [try]: it dislikes an explicit close() and a resource that is there to be closed.
    command = [options.javac, "--release", "17", "-encoding", "UTF-8", "-Xlint:all,-try",
               "-Werror", "-cp", options.jar, "-d", str(options.folder), *files]
    status = subprocess.run(command, check=False).returncode
    if status == 0:
        options.stamp.write_text("\n".join(files) + "\n", encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
