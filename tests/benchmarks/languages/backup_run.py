"""The backup of languages.py in Python: backup_run.py URL CERTIFICATE FOLDER CONNECTIONS run|empty"""

from __future__ import annotations

import sys
from pathlib import Path

from coffer.cloudbackup import (
    Office365Backup,
    Office365BackupAfterMessageBackupEventParams,
    Office365BackupBeforeMessageBackupEventParams,
    Office365BackupEndBackupEventParams,
    Office365BackupErrorEventParams,
    Office365BackupMessageBackupEventParams,
    Office365BackupMessageErrorEventParams,
)


class Counts:
    """What the handlers saw."""

    def __init__(self) -> None:
        self.before = self.fetched = self.saved = self.failed = self.characters = 0
        self.ended = False

    def on_before(self, e: Office365BackupBeforeMessageBackupEventParams) -> None:
        self.before += 1
        self.characters += len(e.id) + len(e.subject)

    def on_fetched(self, e: Office365BackupMessageBackupEventParams) -> None:
        self.fetched += 1
        self.characters += len(e.id)

    def on_saved(self, e: Office365BackupAfterMessageBackupEventParams) -> None:
        self.saved += 1
        self.characters += len(e.id)

    def on_message_error(self, e: Office365BackupMessageErrorEventParams) -> None:
        self.failed += e.error_code != 0

    def on_error(self, e: Office365BackupErrorEventParams) -> None:
        self.failed += e.error_code != 0

    def on_end(self, _: Office365BackupEndBackupEventParams) -> None:
        self.ended = True


def main(url: str, certificate: str, folder: str, connections: str, what: str) -> None:
    counts = Counts()
    with Office365Backup() as backup:
        backup.authorization = "Bearer bench"
        backup.data_folder = folder
        backup.max_connections = int(connections)
        for setting in (f"GraphURL={url}", "UserId=bench@example.com", "MessagePageSize=500",
                        "MailboxConcurrency=0", "LogLevel=0",
                        "SSLServerCACerts=" + Path(certificate).read_text()):
            backup.config(setting)
        backup.on_before_message_backup = counts.on_before
        backup.on_message_backup = counts.on_fetched
        backup.on_after_message_backup = counts.on_saved
        backup.on_message_error = counts.on_message_error
        backup.on_error = counts.on_error
        backup.on_end_backup = counts.on_end
        if what == "run":
            backup.start_backup()
            while not counts.ended:
                backup.do_events()
    print(counts.before, counts.fetched, counts.saved, counts.failed, counts.characters)


if __name__ == "__main__":
    main(*sys.argv[1:])
