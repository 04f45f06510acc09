"""Runs SWIG for one Java package, into a folder that holds nothing of an earlier run.

    run_swig.py --swig SWIG --package PACKAGE --folder FOLDER [-I FOLDER]... INPUT WRAP_CPP WRAP_H
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="run_swig.py")
    parser.add_argument("--swig", required=True)
    parser.add_argument("--package", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("-I", dest="includes", action="append", default=[])
    parser.add_argument("input")
    parser.add_argument("wrap")
    parser.add_argument("header")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    for old in options.folder.glob("*.java"):
        old.unlink()
    command = [options.swig, "-c++", "-java", "-Wall", "-Werror", "-package", options.package,
               "-outdir", str(options.folder)]
    command += [f"-I{folder}" for folder in options.includes]
    command += ["-o", options.wrap, "-oh", options.header, options.input]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
