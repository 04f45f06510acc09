"""The first run over a mailbox, against curl fetching the same addresses onto the same disk.

Both get every message from one nginx over TLS on loopback, take turns, and write into new folders
on one file system; ours also lists the mailbox and makes every file durable, curl does neither.
Printed are messages a second and the ratio ours / curl's, once for HTTP/1.1 with 4 connections
and once for HTTP/2 with 16. PYTHONPATH names the package (BUILD/bindings/python).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from local_nginx import Nginx
from mailbox import USER, entry, sizes, write_messages, write_pages
from places import load, working_folder

RUNNER = Path(__file__).with_name("engine_run.py")
TARGET = 0.8


@dataclass(frozen=True)
class Row:
    """A kind of comparison."""

    name: str
    connections: int
    version: str
    curl: tuple[str, ...]


ROWS = (
    Row("HTTP/1.1, 4 connections", 4, "1.1", ("--http1.1", "--parallel-max", "4")),
    Row("HTTP/2, 16 connections", 16, "2.0", ("--http2", "--parallel-max", "16")),
)


class Comparison:
    """One mailbox behind nginx, and both ways to fetch it."""

    def __init__(self, root: Path, nginx: Nginx, messages: int, total: int) -> None:
        self.root = root
        self.nginx = nginx
        self.messages = messages
        self.total = total
        self.turn = 0
        self.messages_of_curl = (root / "curl.txt").open("w")

    def new_folder(self) -> Path:
        self.turn += 1
        folder = self.root / f"run{self.turn}"
        folder.mkdir()
        return folder

    def curl(self, row: Row) -> tuple[float, resource.struct_rusage]:
        """Messages a second, and what the process used."""
        folder = self.new_folder()
        for month in {entry(number).month for number in range(self.messages)}:
            (folder / month).mkdir()
        urls = self.root / "urls.txt"
        with urls.open("w") as out:
            for number in range(self.messages):
                item = entry(number)
                out.write(f'url="{self.nginx.url}/users/{quote(USER, safe="")}/messages/'
                          f'{quote(item.id)}/$value"\noutput="{folder / item.file}"\n')
        os.sync()
        start = time.monotonic()
        # --parallel shows a progress meter whatever --silent says.
        process = subprocess.Popen(
            ["curl", "--disable", "--no-progress-meter", "--show-error", "--fail", "--globoff",
             "--parallel", *row.curl, "--cacert", self.nginx.certificate, "--header",
             "Authorization: Bearer bench", "--config", urls],
            stderr=self.messages_of_curl)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"curl ended with {process.returncode}: "
                     + Path(self.messages_of_curl.name).read_text()[-500:])
        self.check(folder, 0)
        return self.messages / seconds, used

    def ours(self, row: Row) -> tuple[float, dict[str, Any]]:
        folder = self.new_folder()
        os.sync()
        done = subprocess.run(
            [sys.executable, RUNNER, self.nginx.url, self.nginx.certificate, folder,
             str(row.connections), row.version],
            check=True, capture_output=True, text=True)
        result: dict[str, Any] = json.loads(done.stdout)
        if result["errors"] or result["MessagesSaved"] != self.messages:
            sys.exit(f"the run was not complete: {result}")
        self.check(folder, None)
        return self.messages / result["seconds"], result

    def check(self, folder: Path, field: int | None) -> None:
        """Every message is there: with its size, ours behind the first field of the file."""
        total = 0
        for number in range(self.messages):
            path = folder / entry(number).file
            size = path.stat().st_size
            total += size
            if number % 100 == 0 and field is None:
                sent = (self.root / "messages" / entry(number).id).read_bytes()
                if not path.read_bytes().endswith(b"\r\n" + sent):
                    sys.exit(f"{path} is not the message as sent")
        if total < self.total or (field is not None and total != self.total):
            sys.exit(f"{folder} holds {total} octets, {self.total} were expected")


def measure(comparison: Comparison, row: Row, pairs: int) -> None:
    print(f"\n{row.name}: {pairs} pairs in turn")
    ratios, rates, others, cpu = [], [], [], []
    peak = 0
    for pair in range(pairs):
        if pair % 2:  # neither is always the first
            theirs, used = comparison.curl(row)
            ours, result = comparison.ours(row)
        else:
            ours, result = comparison.ours(row)
            theirs, used = comparison.curl(row)
        ratios.append(ours / theirs)
        rates.append(ours)
        others.append(theirs)
        cpu.append((result["user"] + result["system"]) / comparison.messages * 1e6)
        peak = max(peak, result["peak"])
        print(f"pair {pair + 1}: ours {ours:.0f}/s, curl {theirs:.0f}/s, ratio {ratios[-1]:.2f}; "
              f"CPU of ours {result['user']:.1f} + {result['system']:.1f} s, of curl "
              f"{used.ru_utime:.1f} + {used.ru_stime:.1f} s; {load()}", flush=True)
    ratio = statistics.median(ratios)
    print(f"medians: ours {statistics.median(rates):.0f}/s with {statistics.median(cpu):.0f} us "
          f"CPU a message, curl {statistics.median(others):.0f}/s; "
          f"our peak memory {peak / 1e6:.0f} MB")
    print(f"ratio ours / curl: {ratio:.2f} (pairs {min(ratios):.2f} to {max(ratios):.2f}; "
          f"target at least {TARGET}{'' if ratio >= TARGET else ', MISSED'})", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="on the disk to measure")
    parser.add_argument("--row", type=int, choices=(1, 2), help="one row only")
    options = parser.parse_args()
    rows = [ROWS[options.row - 1]] if options.row else list(ROWS)
    expected = sum(sizes(options.messages))
    # Nothing is removed before the end: ext4 looks through recently removed inodes when it makes
    # a file, which would be measured too.
    needed = expected * (1 + 2 * options.pairs * len(rows))
    with working_folder(options.folder, needed) as root:
        ordered = sorted(sizes(options.messages))
        total = write_messages(root / "messages", options.messages)
        print(f"{options.messages} messages, {total / 1e6:.0f} MB: median "
              f"{statistics.median(ordered) / 1e3:.0f} KB, mean "
              f"{total / options.messages / 1e3:.0f} KB, largest {ordered[-1] / 1e6:.1f} MB")
        with Nginx(root, messages=True) as nginx:
            write_pages(root / "pages", options.messages, nginx.url)
            comparison = Comparison(root, nginx, options.messages, total)
            for row in rows:
                measure(comparison, row, options.pairs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
