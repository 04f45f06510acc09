"""What the library exports is what the map says, in the map's version nodes, and nothing else.

    exports.py LIBRARY MAP
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path


def mapped(text: str) -> set[str]:
    found = set()
    for node, body in re.findall(r"(\w[\w.]*) \{(.*?)\}", text, re.S):
        found |= {f"{name}@@{node}" for name in re.findall(r"^    (\w+);$", body, re.M)}
    return found


def main(library: str, map_file: str) -> int:
    if shutil.which("nm") is None:
        print("nm is not installed")
        return 77
    listing = subprocess.run(["nm", "-D", "--defined-only", library], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    rows = [line.split() for line in listing.splitlines()]
    exported = {row[-1] for row in rows if row[-2] != "A"}  # A: the version nodes themselves
    wanted = mapped(Path(map_file).read_text(encoding="utf-8"))
    for name in sorted(exported - wanted):
        print(f"exported, not in the map: {name}")
    for name in sorted(wanted - exported):
        print(f"in the map, not exported: {name}")
    for name in sorted(exported):
        if not name.startswith("coffer_"):
            print(f"a foreign name: {name}")
            return 1
    print(f"{len(exported)} symbols")
    return 1 if exported != wanted or not exported else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
