"""What an application does once, a thousand times: nothing is left, nothing crashes.

The runs are of a server that never answers, the folders in memory.
"""

from __future__ import annotations

import gc
import os
import socket
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coffer import CofferError
from coffer.cloudbackup import Office365Backup

TIMES = 1000
MEMORY = Path("/dev/shm")
LEAST_LEAK = 8000  # kB that 500 components with a run would leave at the very least


class Application:
    """A component whose handler, a bound method, only the component keeps."""

    def __init__(self, url: str, folder: Path) -> None:
        self.heard = 0
        self.backup = Office365Backup()
        self.backup.authorization = "Bearer none"
        self.backup.data_folder = str(folder)
        self.backup.config("GraphURL=" + url)


@pytest.fixture
def url() -> Iterator[str]:
    """Nobody accepts: in this process no descriptor is a connection's but the library's."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1.0"


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)


def footprint() -> tuple[int, int, int]:
    """kB of memory, descriptors, threads."""
    gc.collect()
    lines = dict(line.split(":", 1) for line in
                 Path("/proc/self/status").read_text(encoding="utf-8").splitlines())
    return (int(lines["VmRSS"].split()[0]), len(os.listdir("/proc/self/fd")),
            int(lines["Threads"]))


def check_threads(most: int) -> None:
    """The system counts a thread for a moment after it was joined."""
    end = time.monotonic() + 60
    while footprint()[2] > most:
        assert time.monotonic() < end, "threads are left"


def leaves_nothing(step: Callable[[int], None]) -> None:
    """The second half of the repetitions leaves nothing that the first half did not."""
    for number in range(TIMES // 2):
        step(number)
    before = footprint()
    for number in range(TIMES // 2, TIMES):
        step(number)
    after = footprint()
    assert after[0] <= before[0] + LEAST_LEAK
    assert after[1] <= before[1]
    check_threads(before[2])


def test_runs_that_their_handlers_close(url: str, folder: Path) -> None:
    def step(_: int) -> None:
        application = Application(url, folder / "one")
        backup = application.backup

        def handle(event: Any) -> None:
            application.heard += 1
            backup.close()
            backup.close()

        backup.on_log = handle
        backup.start_backup()
        while application.heard == 0:
            backup.do_events()
        for use in (backup.do_events, backup.get_data_folder, lambda: backup.config("LogLevel"),
                    lambda: backup.set_data_folder("x")):
            with pytest.raises(CofferError) as failure:
                use()
            assert failure.value.code == 30001
        backup.close()
        assert application.heard == 1

    leaves_nothing(step)


def abandoned(url: str, folder: Path) -> weakref.ref[Application]:
    """In the middle of its run; the handler knows its component."""
    application = Application(url, folder)
    application.backup.on_log = lambda event: application.backup.config("LogLevel")
    application.backup.start_backup()
    application.backup.do_events()
    return weakref.ref(application)


def test_runs_that_nobody_ends(url: str, folder: Path) -> None:
    references: list[weakref.ref[Application]] = []

    def step(number: int) -> None:
        references.append(abandoned(url, folder / str(number)))
        if number % 25 == 24:  # so many runs at a time
            gc.collect()
            assert all(reference() is None for reference in references)

    leaves_nothing(step)
    assert len(references) == TIMES


def test_two_threads_with_a_component_each(url: str, folder: Path) -> None:
    ended: list[int] = []

    def work(name: str) -> None:
        for _ in range(TIMES // 2):
            mine = threading.get_ident()
            done: list[bool] = []
            application = Application(url, folder / name)
            with application.backup as backup:
                backup.on_end_backup = lambda event: done.append(threading.get_ident() == mine)
                backup.start_backup()
                backup.abort_backup()
                while not done:
                    backup.do_events()
            ended.append(done == [True])

    _, descriptors, running = footprint()
    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [True] * TIMES
    after = footprint()
    assert after[1] <= descriptors
    check_threads(running)
