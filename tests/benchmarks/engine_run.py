"""One run of Office365Backup in a process of its own; prints what it did as a line of JSON.

    engine_run.py URL CERTIFICATE DATA_FOLDER [CONNECTIONS [HTTP_VERSION [--list-only]]]

--list-only aborts the run as soon as the Initialization Phase is over. No handlers are set but
those for the end and for errors. PYTHONPATH names the package (BUILD/bindings/python).
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from coffer.cloudbackup import Office365Backup

from mailbox import PAGE_SIZE, USER

COUNTERS = ("MessagesListed", "MessagesSaved", "MessagesUnchanged", "MessagesFailed",
            "MessagesGone", "BytesSaved", "RequestsSent")


def resident_peak() -> int:
    """Octets. Not ru_maxrss: a child inherits there what its parent had when it forked."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no VmHWM in /proc/self/status")


def run(url: str, certificate: str, folder: str, connections: int, version: str,
        list_only: bool) -> dict[str, Any]:
    ended: list[int] = []
    errors: list[str] = []
    before = resident_peak()
    with Office365Backup() as backup:
        backup.authorization = "Bearer bench"
        backup.data_folder = folder
        backup.max_connections = connections
        for setting in (f"GraphURL={url}", f"UserId={USER}", f"MessagePageSize={PAGE_SIZE}",
                        "MailboxConcurrency=0", f"HTTPVersion={version}",
                        "SSLServerCACerts=" + Path(certificate).read_text()):
            backup.config(setting)
        backup.on_end_backup = lambda event: ended.append(1)
        backup.on_error = lambda event: errors.append(f"{event.error_code} {event.description}")
        backup.on_message_error = lambda event: errors.append(
            f"{event.error_code} {event.error_message}")
        used = resource.getrusage(resource.RUSAGE_SELF)
        start = time.monotonic()
        backup.start_backup()
        while not ended:
            backup.do_events()
            if list_only and backup.config("Phase") == "2":
                backup.abort_backup()
        seconds = time.monotonic() - start
        now = resource.getrusage(resource.RUSAGE_SELF)
        counters = {name: int(backup.config(name)) for name in COUNTERS}
    return {
        "seconds": seconds,
        "user": now.ru_utime - used.ru_utime,
        "system": now.ru_stime - used.ru_stime,
        "before": before,
        "peak": resident_peak(),
        "errors": errors[:5],
        **counters,
    }


def main(arguments: list[str]) -> int:
    flags = [item for item in arguments if item.startswith("--")]
    plain = [item for item in arguments if not item.startswith("--")]
    if len(plain) < 3 or flags not in ([], ["--list-only"]):
        print(__doc__, file=sys.stderr)
        return 2
    connections = int(plain[3]) if len(plain) > 3 else 5
    version = plain[4] if len(plain) > 4 else "1.1"
    print(json.dumps(run(plain[0], plain[1], plain[2], connections, version, bool(flags))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
