"""Copies Python sources into the build tree, so that the package is importable from there.

    sync_folder.py STAMP SOURCE TARGET [NAME...]
    sync_folder.py --list SOURCE

The second form prints what it would copy. Without names: the whole folder SOURCE, whose files need no list in the build. Files that went away
are removed, unchanged ones left alone.
"""

from __future__ import annotations

import filecmp
import shutil
import sys
from pathlib import Path


def wanted_files(source: Path, names: list[str]) -> set[Path]:
    if names:
        return {Path(name) for name in names if (source / name).is_file()}
    return {path.relative_to(source) for path in source.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and path.name != "meson.build"}


def sync(source: Path, target: Path, names: list[str]) -> None:
    wanted = wanted_files(source, names)
    for name in sorted(wanted):
        copy = target / name
        if not copy.exists() or not filecmp.cmp(source / name, copy, shallow=False):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, copy)
    if names:
        gone = [target / name for name in names if Path(name) not in wanted]
    else:
        gone = [path for path in target.rglob("*.py") if path.relative_to(target) not in wanted]
    for path in gone:
        path.unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    if arguments[0] == "--list":
        print("\n".join(sorted(path.as_posix() for path in wanted_files(Path(arguments[1]), []))))
        return 0
    stamp, source, target, *names = arguments
    sync(Path(source), Path(target), names)
    Path(stamp).touch()
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 4 and sys.argv[1:2] != ["--list"]:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
