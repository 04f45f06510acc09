"""The rows of calls.py in Python: calls_run.py URL CERTIFICATE FOLDER MESSAGES"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from coffer.cloudbackup import (
    Office365Backup,
    Office365BackupBeforeMessageBackupEventParams,
    Office365BackupEndBackupEventParams,
)

ROUNDS = 5
TIMES = 300_000


def row(name: str, call: Callable[[range], None]) -> None:
    costs = []
    for _ in range(ROUNDS):
        start = time.thread_time_ns()
        call(range(TIMES))
        costs.append((time.thread_time_ns() - start) / TIMES)
    print(f"{name} {min(costs):.1f}")


class Run:
    """A run that skips every message."""

    def __init__(self) -> None:
        self.skipped = 0
        self.ended = False

    def on_before(self, e: Office365BackupBeforeMessageBackupEventParams) -> None:
        self.skipped += e.id != ""
        e.skip = not e.skip

    def on_end(self, _: Office365BackupEndBackupEventParams) -> None:
        self.ended = True

    def run(self, url: str, certificate: str, folder: str) -> int:
        """Nanoseconds of the processor in the thread that the handlers have."""
        with Office365Backup() as backup:
            backup.authorization = "Bearer bench"
            backup.data_folder = folder
            for setting in (f"GraphURL={url}", "UserId=bench@example.com", "MessagePageSize=500",
                            "LogLevel=0", "SSLServerCACerts=" + Path(certificate).read_text()):
                backup.config(setting)
            backup.on_before_message_backup = self.on_before
            backup.on_end_backup = self.on_end
            start = time.thread_time_ns()
            backup.start_backup()
            while not self.ended:
                backup.do_events()
            return time.thread_time_ns() - start


def main(url: str, certificate: str, folder: str, messages: str) -> int:
    with Office365Backup() as backup:
        def get_text(times: range) -> None:
            for _ in times:
                backup.data_folder

        def set_text(times: range) -> None:
            for _ in times:
                backup.data_folder = "/home/somebody/mail"

        def get_number(times: range) -> None:
            for _ in times:
                backup.max_connections

        backup.data_folder = "/home/somebody/mail"
        row("get_text", get_text)
        row("set_text", set_text)
        row("get_number", get_number)
    costs, skipped = [], 0
    for number in range(ROUNDS):
        run = Run()
        costs.append(run.run(url, certificate, f"{folder}/python{number}") / int(messages))
        skipped += run.skipped
    print(f"event {min(costs):.1f}")
    return 0 if skipped == int(messages) * ROUNDS else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
