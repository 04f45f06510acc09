"""Rows of the settings about time and speed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from case import Case, Seen
from graph import Graph
from recorder import Answer, Recorder, Request
from table import Section

rows = Section()


def seconds(call: Callable[[], Seen]) -> tuple[Seen, float]:
    begin = time.monotonic()
    seen = call()
    return seen, time.monotonic() - begin


def dripping(request: Request) -> Answer:
    """A body that takes 1.5 s, never pausing for half a second."""
    whole = Graph()(request)
    assert whole is not None
    octets, pace = whole.octets(), threading.Event()

    def send(out: Callable[[bytes], None]) -> None:
        size = len(octets) // 6 + 1
        for at in range(0, len(octets), size):
            pace.wait(0.25)  # the pace itself is what is tested
            out(octets[at:at + size])
    return Answer(send=send)


@rows.setting("AbsoluteTimeout", default="False", value="True", invalid="perhaps",
              before="Timeout=1")
def absolute_timeout(case: Case) -> None:
    """Timeout ends also what trickles on."""
    seen, took = seconds(lambda: case.run(case.server(dripping)))
    assert seen.failed_with == [201] and 0.9 < took < 5


@rows.setting("ConnectionTimeout", default="0", value="1", invalid=("-1", "x", "2147483648"))
def connection_timeout(case: Case) -> None:
    """A listener whose queue is full answers no SYN (tcp(7)): 10060 in time. It bounds nothing
    else; without it Timeout counts."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}/v1.0"

        def run(*settings: str, plain: bool) -> Seen:
            backup = case.backup(None, f"GraphURL={url}", *settings, plain=plain)
            return case.run(case.server(), backup=backup)

        seen, took = seconds(lambda: run("Timeout=60", plain=False))
        assert seen.failed_with == [10060] and 0.9 < took < 10
        seen, took = seconds(lambda: run("Timeout=2", plain=True))
        assert seen.failed_with == [10060] and 1.9 < took < 10
    slow = case.run(case.server(dripping), "Timeout=60")
    assert slow.errors == [] and len(slow.files) == 1


def gap(server: Recorder) -> float:
    """From the first message's request to the second's."""
    first, second = [r for r in server.requests if "$value" in r.target]
    return second.began - first.at


@rows.setting("MaxTransferRate", default="0", value="40000", invalid=("-1", "x"))
def max_transfer_rate(case: Case) -> None:
    """A message of 60,000 octets takes more than a second, as the server sees by when the next
    one is asked for; without it, no time."""
    gaps = {}
    for plain in (False, True):
        server = case.server(Graph(2, size=60_000))
        seen = case.run(server, "MailboxConcurrency=1", plain=plain)
        assert seen.errors == [] and len(seen.files) == 2
        gaps[plain] = gap(server)
    assert gaps[False] > 0.9 > gaps[True]
