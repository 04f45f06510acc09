"""The most memory a run has resident, for mailboxes of three sizes.

    peak_memory.py [--sizes N,N,...] [--modes listing,first,no-change] [--folder FOLDER]

listing: everything is new; the run is aborted when the listing is complete, which is when the most
is known of messages and the least is done. first: a whole first run, with small messages.
no-change: a run that finds everything there. Each run is a process of its own, and what Python and
the library take before it begins is printed beside the peak, not subtracted. The default leaves
out the largest sizes of the whole runs, which take many minutes. PYTHONPATH names the package
(BUILD/bindings/python).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from local_nginx import Nginx
from mailbox import pages, write_backup, write_pages
from places import load, working_folder

RUNNER = Path(__file__).with_name("engine_run.py")
SIZES = (10_000, 100_000, 1_000_000)
DEFAULT_LIMIT = {"listing": 1_000_000, "first": 10_000, "no-change": 100_000}
LIMIT = 100e6  # octets


def run(root: Path, nginx: Nginx, mode: str, size: int) -> int:
    folder = root / f"{mode}-{size}"
    folder.mkdir()
    if mode == "no-change":
        write_backup(folder, size)
    command = [sys.executable, RUNNER, nginx.url, nginx.certificate, folder, "5", "1.1"]
    flags = ["--list-only"] if mode == "listing" else []
    # With no-change the first run makes the index from the files, and is measured as well.
    peak = 0
    for turn in ("making the index", "") if mode == "no-change" else ("",):
        done = subprocess.run([*command, *flags], check=True, capture_output=True, text=True)
        result = json.loads(done.stdout)
        if result["MessagesListed"] != size or (result["errors"] and mode != "listing"):
            sys.exit(f"the run was not complete: {result}")
        if mode == "no-change" and result["MessagesUnchanged"] != size:
            sys.exit(f"messages were fetched again: {result}")
        if mode == "first" and result["MessagesSaved"] != size:
            sys.exit(f"messages are missing: {result}")
        report(f"{mode} {turn}".strip(), size, result)
        peak = max(peak, result["peak"])
    return peak


def report(name: str, size: int, result: dict[str, Any]) -> None:
    verdict = "" if result["peak"] < LIMIT else f"; MISSED (target below {LIMIT / 1e6:.0f} MB)"
    print(f"{name:28} {size:9} messages: peak {result['peak'] / 1e6:6.1f} MB, before the run "
          f"{result['before'] / 1e6:.1f} MB; {result['seconds']:.1f} s, "
          f"{result['user'] + result['system']:.1f} s CPU, {result['RequestsSent']} requests"
          f"{verdict}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=lambda text: [int(item) for item in text.split(",")])
    parser.add_argument("--modes", type=lambda text: text.split(","), default=list(DEFAULT_LIMIT))
    parser.add_argument("--folder", type=Path, help="on a disk")
    options = parser.parse_args()
    unknown = set(options.modes) - set(DEFAULT_LIMIT)
    if unknown:
        parser.error("no such mode: " + ", ".join(sorted(unknown)))
    peaks: dict[str, list[int]] = {}
    for size in options.sizes or SIZES:
        modes = [mode for mode in options.modes if options.sizes or size <= DEFAULT_LIMIT[mode]]
        files = sum(mode != "listing" for mode in modes)
        with working_folder(options.folder, size * (2500 + 8192 * files)) as root:
            with Nginx(root) as nginx:
                write_pages(root / "pages", size, nginx.url)
                print(f"{size} messages on {pages(size)} pages; {load()}", flush=True)
                for mode in modes:
                    peaks.setdefault(mode, []).append(run(root, nginx, mode, size))
    for mode, values in peaks.items():
        print(f"{mode}: largest peak {max(values) / 1e6:.1f} MB, {max(values) / min(values):.2f} "
              f"times the smallest (target below {LIMIT / 1e6:.0f} MB, alike at all sizes)")
    return 0 if max(max(values) for values in peaks.values()) < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
