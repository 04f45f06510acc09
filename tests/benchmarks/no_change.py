"""The run that finds nothing to do: prepares a mailbox and its backup for the program no_change.

    no_change.py PROGRAM [--messages N] [--pairs N] [--folder FOLDER]

nginx serves the listing and counts what is asked of it; the backup is written as files alone, so
that the first run, which is not measured, makes the index from them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections import Counter
from pathlib import Path

from local_nginx import Nginx
from mailbox import pages, write_backup, write_pages
from places import load, working_folder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path, help="BUILD/tests/benchmarks/no_change")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="on a disk")
    options = parser.parse_args()
    with working_folder(options.folder, options.messages * 8192) as root:
        with Nginx(root, log=True) as nginx:
            write_pages(root / "pages", options.messages, nginx.url)
            write_backup(root / "backup", options.messages)
            print(f"{options.messages} messages, all of them there; {load()}", flush=True)
            status = subprocess.run(
                [options.program.resolve(), nginx.url, nginx.certificate, root / "backup",
                 str(options.messages), str(options.pairs)],
                check=False).returncode
            print(load())
        # The log is whole: nginx has ended. One run in advance, two readings in each pair.
        kinds = Counter("$value" if "/$value " in line else "page" for line in nginx.requests())
        readings = 1 + 2 * options.pairs
        expected = readings * pages(options.messages)
        print(f"nginx saw {kinds['page']} requests for pages ({expected} expected: {readings} "
              f"times {pages(options.messages)}), {kinds['$value']} for messages (none expected)")
        if status == 0 and (kinds["page"] != expected or kinds["$value"]):
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
