"""A Java program may end while a run is under way, in whatever way it ends."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import machine

# How often; a thousand take minutes.
REPETITIONS = int(os.environ.get("COFFER_REPETITIONS", "8"))


@pytest.fixture
def silent_url() -> Iterator[str]:
    """Address of a server that takes every connection and never answers: a run that stays."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1.0"


@pytest.mark.parametrize("way, status", [
    ("return", 0), ("exit", 5), ("listener", 7), ("threads", 0), ("making", 0)])
def test_exit(silent_url: str, tmp_path: Path, way: str, status: int) -> None:
    """Several at a time, since what could go wrong here is a race."""
    for first in range(0, REPETITIONS, 4):
        started = [machine.start("Exit", way, silent_url, str(tmp_path / str(number)))
                   for number in range(first, min(first + 4, REPETITIONS))]
        for process in started:
            assert machine.finish(process) == (status, "")
