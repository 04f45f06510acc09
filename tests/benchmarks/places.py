"""Where a benchmark writes, and what it says of the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

IN_MEMORY = {"tmpfs", "ramfs", "ramdisk", "overlayfs on tmpfs"}


def file_system(folder: Path) -> str:
    """As stat(1) calls it; ext4 is 'ext2/ext3' there, so the mount table is asked first."""
    shown = subprocess.run(["findmnt", "-n", "-o", "FSTYPE", "-T", folder], check=False,
                           capture_output=True, text=True)
    if shown.returncode == 0 and shown.stdout.strip():
        return shown.stdout.strip()
    return subprocess.run(["stat", "-f", "-c", "%T", folder], check=True, capture_output=True,
                          text=True).stdout.strip()


@contextmanager
def working_folder(parent: Path | None, needed: int) -> Iterator[Path]:
    """A folder of our own on a disk with room for `needed` octets, removed at the end."""
    above = (parent or Path(tempfile.gettempdir())).resolve()
    kind = file_system(above)
    if kind in IN_MEMORY:
        sys.exit(f"{above} is in memory ({kind}); name a folder on a disk with --folder")
    free = shutil.disk_usage(above).free
    if free < needed * 11 // 10:
        sys.exit(f"{above} has {free >> 20} MB left and {needed * 11 // 10 >> 20} MB are needed; "
                 "use --messages or --pairs, or name another --folder")
    print(f"file system of {above}: {kind}", flush=True)
    root = Path(tempfile.mkdtemp(prefix="coffer-bench-", dir=above))
    try:
        yield root
    finally:
        shutil.rmtree(root)


def load() -> str:
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
