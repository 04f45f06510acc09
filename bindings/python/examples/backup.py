"""Backs up a mailbox with a token that was obtained elsewhere.

    GRAPH_TOKEN=... backup.py FOLDER [FIRST_DAY LAST_DAY]

Days are written yyyy/MM/dd. Ctrl-C ends the run; the next one continues where it stood.
"""

from __future__ import annotations

import os
import sys

from coffer import CofferError
from coffer.cloudbackup import (
    Office365Backup,
    Office365BackupAfterMessageBackupEventParams,
    Office365BackupEndBackupEventParams,
    Office365BackupErrorEventParams,
    Office365BackupMessageErrorEventParams,
)


class Run:
    """One run and what is known of it."""

    def __init__(self, backup: Office365Backup) -> None:
        self.backup = backup
        self.done = False
        self.error = ""
        backup.on_after_message_backup = self.saved
        backup.on_message_error = self.failed
        backup.on_error = self.ended_by_error
        backup.on_end_backup = self.ended

    def saved(self, _: Office365BackupAfterMessageBackupEventParams) -> None:
        count = self.backup.config("MessagesSaved")
        print(f"\r{count} of {self.backup.message_count} saved", end="", flush=True)

    def failed(self, event: Office365BackupMessageErrorEventParams) -> None:
        what = "trying again" if event.retry else "giving it up"
        print(f"\n{event.id}: {event.error_message} ({event.error_code}), {what}")

    def ended_by_error(self, event: Office365BackupErrorEventParams) -> None:
        self.error = f"{event.description} ({event.error_code})"

    def ended(self, _: Office365BackupEndBackupEventParams) -> None:
        self.done = True

    def wait(self) -> None:
        """Fires the handlers above, in this thread, until the run has ended."""
        while not self.done:
            self.backup.do_events()


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 3) or "GRAPH_TOKEN" not in os.environ:
        print(__doc__)
        return 2
    with Office365Backup() as backup:
        backup.authorization = f"Bearer {os.environ['GRAPH_TOKEN']}"
        backup.data_folder = arguments[0]
        if len(arguments) == 3:
            backup.start_date, backup.end_date = arguments[1:]
        if "GRAPH_URL" in os.environ:
            backup.config("GraphURL=" + os.environ["GRAPH_URL"])
        run = Run(backup)
        try:
            backup.start_backup()
            run.wait()
        except CofferError as error:
            print(f"Cannot back up: {error}")
            return 1
        except KeyboardInterrupt:
            backup.abort_backup()
            run.wait()
            print("\nStopped.")
            return 130
        failed = int(backup.config("MessagesFailed"))
        print()
        for index in range(failed):
            print("failed:", backup.config(f"FailedMessage[{index}]"))
        if run.error:
            print(f"The run ended early: {run.error}")
        return 1 if failed or run.error else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
