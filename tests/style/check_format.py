"""Compares every C and C++ source with what clang-format makes of it.

    check_format.py [--fix] CLANG_FORMAT SOURCE_ROOT FOLDER...
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ENDINGS = {".h", ".hpp", ".c", ".cpp"}


def main(arguments: list[str]) -> int:
    fix = arguments[0] == "--fix"
    clang_format, root, *folders = arguments[1:] if fix else arguments
    program = shutil.which(clang_format)
    if program is None:
        print(f"{clang_format} is not installed")
        return 77
    sources = sorted(str(path) for folder in folders for path in Path(root, folder).rglob("*")
                     if path.suffix in ENDINGS and path.is_file())
    if not sources:
        print("no source found")
        return 1
    how = ["-i"] if fix else ["--dry-run", "--Werror"]
    status = subprocess.run([program, *how, "--style=file", *sources], check=False).returncode
    print(f"{len(sources)} files looked at")
    if status != 0:
        print("`meson compile -C build format` mends this")
    return 1 if status != 0 else 0


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
