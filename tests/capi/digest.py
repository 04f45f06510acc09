"""The committed digest of the surface is what the description makes today.

    digest.py COMMITTED    (with capi/ on PYTHONPATH)
"""

from __future__ import annotations

import difflib
import subprocess
import sys
from pathlib import Path


def main(committed: str) -> int:
    made = subprocess.run([sys.executable, "-m", "apigen", "digest"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    kept = Path(committed).read_text(encoding="utf-8")
    for line in difflib.unified_diff(kept.splitlines(), made.splitlines(), "committed", "made",
                                     lineterm="", n=0):
        print(line)
    if made != kept:
        print("`meson compile -C build abi-digest` writes it anew; read the difference first")
    return 0 if made == kept else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
