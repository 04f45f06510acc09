"""One scenario of a backup, told event by event: in Python here, in other languages by programs
that print the same lines (tests/cxx/journal.cpp, tests/java/programs/Journal.java)."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from coffer.cloudbackup import Office365Backup
from coffer.sandbox import Sandbox

EVENTS = ("before_message_backup", "message_backup", "after_message_backup", "message_error",
          "message_delete", "end_backup", "error", "log", "ssl_server_authentication",
          "ssl_status")
# What no two runs have in common: how long it took, and the service's name for a request.
VARIABLE = re.compile(r"\b\d+ ms\b|\brequest-id [0-9a-f-]+")


def plain(name: str) -> str:
    return name.lower().replace("_", "")


class Raised(Exception):
    """What a handler of the scenario throws."""


class Teller:
    """The scenario in Python."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []
        self.counts = dict.fromkeys(EVENTS, 0)

    def shown(self, value: object) -> str:
        if isinstance(value, bytes):
            return f"{len(value)}:{hashlib.sha256(value).hexdigest()[:16]}"
        if isinstance(value, bool):
            return str(value).lower()
        text = str(value).replace(str(self.folder), "FOLDER").replace("\\", "\\\\")
        return text.replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n")

    def handler(self, name: str) -> Callable[[Any], None]:
        def handle(event: Any) -> None:
            fields = [field for field in vars(type(event))
                      if isinstance(vars(type(event))[field], property)]
            told = [plain(name)] + [f"{plain(field)}={self.shown(getattr(event, field))}"
                                    for field in fields]
            self.lines.append("\t".join(told))
            self.counts[name] += 1
            self.answer(name, event, self.counts[name])
        return handle

    def answer(self, name: str, event: Any, number: int) -> None:
        if name == "before_message_backup":
            if number == 3:
                event.skip = True
            elif number == 5:
                event.backup_file = str(self.folder / "elsewhere/grün 😀.eml")
            elif number == 6:
                event.skip = True
                raise Raised("at the sixth")
        elif name == "message_backup":
            event.skip = number == 3
        elif name == "after_message_backup" and number == 2:
            raise Raised("after the second")
        elif name == "message_error":
            event.retry = event.retry or number == 2
        elif name == "message_delete":
            event.skip = number == 1

    def once(self, backup: Office365Backup) -> None:
        ended = self.counts["end_backup"]
        backup.start_backup()
        while self.counts["end_backup"] == ended:
            try:
                backup.do_events()
            except Raised as raised:
                self.lines.append(f"raised {raised}")

    def run(self, url: str, token: str, between: Callable[[], None]) -> list[str]:
        with Office365Backup() as backup:
            backup.authorization = f"Bearer {token}"
            backup.data_folder = str(self.folder)
            backup.max_connections = 1
            backup.sync_deletes = True
            for setting in ("GraphURL=" + url, "MailboxConcurrency=1", "MaxRetryCount=1",
                            "RetryInterval=0", "LogLevel=1", "MessagePageSize=7"):
                backup.config(setting)
            for name in EVENTS:
                setattr(backup, f"on_{name}", self.handler(name))
            self.once(backup)
            self.lines.append("--")
            between()
            self.once(backup)
            for counter in ("Listed", "Saved", "Unchanged", "Skipped", "Gone", "Failed",
                            "Pending", "Deleted"):
                self.lines.append(f"{counter}={backup.config('Messages' + counter)}")
        return self.lines


def told_by(process: subprocess.Popen[str], between: Callable[[], None]) -> list[str]:
    """The lines of a program, which goes on after `--` once something is typed."""
    assert process.stdout is not None and process.stdin is not None
    first = []
    for line in process.stdout:
        first.append(line.rstrip("\n"))
        if first[-1] == "--":
            between()
            break
    rest, errors = process.communicate("\n", timeout=580)
    assert (process.returncode, errors) == (0, "")
    return first + rest.splitlines()


def prepare(sandbox: Sandbox) -> Callable[[], None]:
    """The mailbox as new, with a message that fails; what comes in between takes three away."""
    sandbox.control.reset()
    messages = sandbox.control.mailbox(hashes=False)
    failing, gone = messages[7]["immutableId"], messages[12:15]
    sandbox.control.set_faults([
        {"match": {"kind": "value", "itemId": failing},
         "fault": {"type": "error", "status": 500, "code": "InternalServerError"}, "times": 3}])

    def between() -> None:
        sandbox.control.set_faults([])
        sandbox.control.mutate(*({"op": "delete", "key": message["key"]}
                                 for message in gone))
    return between


# Files are written by a thread of their own: what it says comes in its order, but when it comes
# between the events of later messages.
SAVED = ("aftermessagebackup", "raised after")


def same(line: str) -> str:
    return VARIABLE.sub("(varies)", line)


def asked(lines: list[str]) -> list[str]:
    return [line for line in map(same, lines) if not line.startswith(("log\t", *SAVED))]


def saved(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith(SAVED)]


def logged(lines: list[str]) -> list[str]:
    return sorted(line for line in map(same, lines) if line.startswith("log\t"))


def check(sandbox: Sandbox, folder: Path, start: Callable[[str], subprocess.Popen[str]]) -> None:
    """What the program tells that `start` starts with a folder is what Python tells."""
    ours, theirs = folder / "python", folder / "other"
    python = Teller(ours).run(sandbox.graph_url, sandbox.token, prepare(sandbox))
    between = prepare(sandbox)
    other = told_by(start(str(theirs)), between)
    assert asked(python) == asked(other)
    assert saved(python) == saved(other)
    assert logged(python) == logged(other)
    # and it tells of everything that the scenario is there for
    events = {line.split("\t")[0] for line in other}
    assert {"beforemessagebackup", "messagebackup", "aftermessagebackup", "messageerror",
            "messagedelete", "endbackup", "log", "raised at the sixth",
            "raised after the second"} <= events
    assert (theirs / "elsewhere" / "grün 😀.eml").exists()
    files = [{path.relative_to(root): path.read_bytes() for path in root.rglob("*.eml")}
             for root in (ours, theirs)]
    assert files[0] == files[1] and len(files[1]) > 10
