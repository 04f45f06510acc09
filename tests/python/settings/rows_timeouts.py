"""Rows of the settings about time and speed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from case import Case, Seen
from graph import Graph
from recorder import Answer, Decide, Recorder, Request
from table import Section

rows = Section()


def seconds(call: Callable[[], Seen]) -> tuple[Seen, float]:
    begin = time.monotonic()
    seen = call()
    return seen, time.monotonic() - begin


def dripping(pieces: int) -> Decide:
    """Bodies in so many pieces, four a second."""
    def decide(request: Request) -> Answer:
        whole = Graph()(request)
        assert whole is not None
        octets, pace = whole.octets(), threading.Event()

        def send(out: Callable[[bytes], None]) -> None:
            size = len(octets) // pieces + 1
            for at in range(0, len(octets), size):
                pace.wait(0.25)  # the pace itself is what is tested
                out(octets[at:at + size])
        return Answer(send=send)
    return decide


@rows.setting("AbsoluteTimeout", default="False", value="True", invalid="perhaps",
              before="Timeout=1")
def absolute_timeout(case: Case) -> None:
    """Timeout ends also what trickles on, here for ten seconds and more."""
    seen, took = seconds(lambda: case.run(case.server(dripping(40))))
    assert seen.failed_with == [201] and 0.9 < took < 50


@rows.setting("ConnectionTimeout", default="0", value="2", invalid=("-1", "x", "2147483648"))
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
        assert seen.failed_with == [10060] and 1.9 < took < 50
        seen, took = seconds(lambda: run("Timeout=3", plain=True))
        assert seen.failed_with == [10060] and 2.9 < took < 50
    slow = case.run(case.server(dripping(12)), "Timeout=60")
    assert slow.errors == [] and len(slow.files) == 1


def gap(server: Recorder) -> float:
    """From the first message's request to the second's."""
    first, second = [r for r in server.requests if "$value" in r.target]
    return second.began - first.at


@rows.setting("MaxTransferRate", default="0", value="40000", invalid=("-1", "x"))
def max_transfer_rate(case: Case) -> None:
    """A message of 60,000 octets takes more than a second, as the server sees by when the next
    one is asked for; without it one of four millions not the 100 s that it would."""
    gaps = {}
    for size, plain in ((60_000, False), (4_000_000, True)):
        server = case.server(Graph(2, size=size))
        seen = case.run(server, "MailboxConcurrency=1", plain=plain)
        assert seen.errors == [] and len(seen.files) == 2
        gaps[plain] = gap(server)
    assert gaps[False] > 0.9 and gaps[True] < 50
