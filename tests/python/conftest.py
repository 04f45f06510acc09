"""Fixtures: objects that are closed, sandboxes, a run with its journal."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coffer.cloudbackup import Office365Backup
from coffer.sandbox import Sandbox

from journal import Journal, MakeBackup, RunBackup, give, loop
from sandboxes import paying_sandbox, running_sandbox, sandbox, side, side_as_new, stack

__all__ = ["paying_sandbox", "running_sandbox", "sandbox", "side", "side_as_new", "stack"]

# The machine's ways to the world are not for servers at 127.0.0.1, and its local time is not what
# the tests expect. What follows either is tested with an environment of its own.
for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
    os.environ.pop(name, None)
    os.environ.pop(name.upper(), None)
os.environ["TZ"] = "UTC0"
time.tzset()


@pytest.fixture
def make_backup(tmp_path: Path) -> Iterator[MakeBackup]:
    """Makes objects that are closed at the end.

    With a sandbox the object is ready to start: authorized, pointed there, DataFolder set.
    Properties are given by name; what is no property is a setting.
    """
    made: list[Office365Backup] = []

    def make(sandbox: Sandbox | None = None, **properties: Any) -> Office365Backup:
        backup = Office365Backup()
        made.append(backup)
        if sandbox is not None:
            backup.authorization = sandbox.authorization
            backup.data_folder = str(tmp_path / "data")
            backup.config("GraphURL=" + sandbox.graph_url)
            if sandbox.ca_file:
                backup.config("SSLServerCACerts=" + Path(sandbox.ca_file).read_text())
        give(backup, properties)
        return backup

    yield make
    for backup in made:
        backup.close()


@pytest.fixture
def backup(make_backup: MakeBackup) -> Office365Backup:
    """An object with every property at its default."""
    return make_backup()


@pytest.fixture
def run() -> RunBackup:
    """Runs a backup to its end; returns the journal."""
    def run_backup(backup: Office365Backup, *, resume: bool = False,
                   **answers: Callable[[Any], object]) -> Journal:
        journal = Journal(backup, answers=dict(answers)).attach()
        if resume:
            backup.resume_backup()
        else:
            backup.start_backup()
        loop(backup, lambda: journal.ended > 0)
        return journal
    return run_backup


@pytest.fixture
def start_sandbox() -> Iterator[Callable[..., Sandbox]]:
    """Starts sandboxes with the arguments of coffer.sandbox.Sandbox; they end with the test."""
    started: list[Sandbox] = []

    def start(**options: Any) -> Sandbox:
        one = Sandbox(**options).start()
        started.append(one)
        return one

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def silent_server() -> Iterator[str]:
    """Address of a server that takes every connection and never answers: a run that stays."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    taken.append(server.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=take)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1.0"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in taken:
            connection.close()


@pytest.fixture
def silent(make_backup: MakeBackup, silent_server: str, tmp_path: Path) -> Office365Backup:
    """An object whose run waits for an answer that never comes, until it is aborted."""
    return make_backup(authorization="Bearer none", data_folder=str(tmp_path / "data"),
                       GraphURL=silent_server, LogLevel=1)
