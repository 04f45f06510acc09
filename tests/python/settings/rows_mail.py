"""Rows of the settings about mailboxes and the folder."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from case import Case
from graph import Graph
from recorder import LIMIT, Answer, Recorder, Request
from table import Section

rows = Section()

LINES = ("two\r\nlines", "two\nlines")


def failing(part: str, answer: Answer, **options: Any) -> Graph:
    """A mailbox whose answers to requests with that text in their target are this one."""
    return Graph(first=lambda request: answer if part in request.target else None, **options)


BUSY = Answer(500, reason="Internal Server Error")


@rows.setting("MaxRetryCount", default="5", value="2", invalid=("-1", "often"))
def max_retry_count(case: Case) -> None:
    """Retries of a message, of a page of the listing and of the Sync phase's question: 2 means
    three tries."""
    message = case.run(case.server(failing("$value", BUSY)))
    assert sum("$value" in request.target for request in message.requests) == 3
    assert [event.retry for event in message.journal.of("message_error")] == [True, True, False]
    listing = case.run(case.server(failing("/messages?", BUSY)))
    assert len(listing.requests) == 3 and listing.errors == [705]
    graph = failing("$batch", BUSY, messages=2)
    server = case.server(graph)
    first = case.run(server)
    graph.gone = {"message-1"}
    again = case.backup(server)
    again.data_folder, again.sync_deletes = str(first.folder), True
    sync = case.run(server, backup=again)
    assert sum("$batch" in request.target for request in sync.requests) == 3
    assert sync.errors == [705] and len(sync.files) == 2
    none = case.run(case.server(failing("$value", BUSY)), "MaxRetryCount=0", plain=True)
    assert sum("$value" in request.target for request in none.requests) == 1


@rows.setting("RetryInterval", default="3", value="1", invalid=("-1", "soon"))
def retry_interval(case: Case) -> None:
    """The time between two tries, as the server's clock has it."""
    least = {}  # of three: a busy machine makes them longer, nothing makes them shorter
    for plain in (False, True):
        settings = ("MaxRetryCount=3", *(("RetryInterval=0",) if plain else ()))
        seen = case.run(case.server(failing("$value", BUSY)), *settings, plain=plain)
        times = [request.at for request in seen.requests if "$value" in request.target]
        gaps = [second - first for first, second in zip(times, times[1:])]
        assert len(gaps) == 3
        least[plain] = min(gaps)
    assert 1.0 <= least[False] < 3.0 and least[True] < 1.0


@rows.setting("MessagePageSize", default="500", value="7", invalid=("0", "1001", "many"))
def message_page_size(case: Case) -> None:
    """`$top` of the listing."""
    assert "$top=7" in case.run().requests[0].target
    assert "$top=500" in case.run(plain=True).requests[0].target


@rows.read_only("Phase", default="0")
def phase(case: Case) -> None:
    """What is being asked for while it reads so: 1 the listing, 2 a message, 3 whether one is
    gone; 0 before and after."""
    graph = Graph(messages=2)
    phases: dict[str, set[str]] = {"/messages?": set(), "$value": set(), "$batch": set()}
    ready: list[Any] = []

    def look(request: Request) -> Answer | None:
        for part, found in phases.items():
            if part in request.target:
                found.add(ready[0].config("Phase"))
        return None

    graph.first = look
    server = case.server(graph)
    for _ in range(2):
        ready.insert(0, case.backup(server))
        ready[0].data_folder = str(case.folder / "data")
        ready[0].sync_deletes = True
        assert case.run(server, backup=ready[0]).errors == []
        graph.gone = {"message-1"}
    assert phases == {"/messages?": {"1"}, "$value": {"2"}, "$batch": {"3"}}
    assert ready[0].config("Phase") == "0"


@rows.setting("UserId", default="", value="team mail@example.com", invalid=LINES)
def user_id(case: Case) -> None:
    """Whose messages are asked for."""
    seen = case.run()
    assert seen.errors == [] and len(seen.files) == 1
    assert {r.target.split("/messages")[0] for r in seen.requests} == {
        "/v1.0/users/team%20mail%40example.com"}
    seen = case.run(plain=True)
    assert {r.target.split("/messages")[0] for r in seen.requests} == {"/v1.0/me"}


def entries(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


@rows.setting("WorkingFolder", default="", value="working", invalid=LINES)
def working_folder(case: Case) -> None:
    """Where the file that describes the run stands while it runs, and that it is gone then; the
    folder is made where it is missing, and 713 where that cannot be."""
    with_it, server = case.folder / case.value, case.server()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(case.folder)
        backup = case.backup(server)
        meta = Path(backup.data_folder) / ".meta"
        seen = case.run(server, backup=backup, during=lambda: (entries(with_it), entries(meta)))
    there, elsewhere = seen.observed[0]
    assert len(there) == 1 and entries(with_it) == set()
    unusable = case.backup(server, f"WorkingFolder={seen.files[0]}", plain=True)
    assert case.refused(unusable.start_backup).code == 713
    backup = case.backup(server, plain=True)
    meta = Path(backup.data_folder) / ".meta"
    seen = case.run(server, backup=backup, during=lambda: (entries(with_it), entries(meta)))
    assert seen.observed[0][0] == set()
    assert len(seen.observed[0][1] - elsewhere) == 1
    assert entries(meta) <= elsewhere


@rows.setting("GraphURL", default="https://graph.microsoft.com/v1.0",
              value="http://localhost:7/v9.9/",
              invalid=("http://graph.example/v1.0", "https://user:pw@graph.example/v1.0",
                       "ftp://graph.example/", "graph.example", "https://graph.example/v1.0?a=b",
                       "https://graph.example/v1.0#a", "", "https://graph.example/a\nb"))
def graph_url(case: Case) -> None:
    """Where requests go, as a proxy hears it, and the path that they begin with."""
    proxy = case.server()
    through = ("ProxyServer=127.0.0.1", f"ProxyPort={proxy.port}")
    assert case.run(proxy, *through).errors == []
    assert {r.target.split("/me/")[0] for r in proxy.requests} == {"http://localhost:7/v9.9"}
    refusing = case.server(lambda request: Answer(403, reason="Forbidden"))
    backup = case.backup(None, plain=True)
    backup.config("ProxyServer=127.0.0.1")
    backup.config(f"ProxyPort={refusing.port}")
    assert case.run(refusing, backup=backup).errors != []
    assert {r.line for r in refusing.requests} == {"CONNECT graph.microsoft.com:443 HTTP/1.1"}


@rows.setting("ImmutableIds", default="True", value="False", invalid="perhaps")
def immutable_ids(case: Case) -> None:
    """`Prefer` of each request, and the kind that the files and the folder are marked with: 716
    for the other one."""
    for plain in (False, True):
        seen = case.run(plain=plain)
        kind = "immutable" if plain else "mutable"
        asked = ['IdType="ImmutableId"' in (value or "") for value in seen.headers("Prefer")]
        assert set(asked) == {plain}
        assert f"ids={kind}\r\n".encode() in seen.files[0].read_bytes()[:400]
        other = case.backup(seen.server, f"ImmutableIds={not plain}", plain=True)
        other.data_folder = str(seen.folder)
        assert case.refused(other.start_backup).code == 716


def octets_read() -> int:
    """What this process has read, as the kernel counts it; the octets of sockets are not in it
    (proc(5), rchar)."""
    text = Path("/proc/self/io").read_text("ascii")
    return int(text.split("rchar: ")[1].split()[0])


@rows.setting("VerifyWrites", default="False", value="True", invalid="perhaps")
def verify_writes(case: Case) -> None:
    """The file is read back: the kernel counts its octets."""
    size = 4_000_000
    counts = {}
    for plain in (False, True):
        server = case.server(Graph(size=size))
        backup = case.backup(server, plain=plain)
        before = octets_read()
        assert case.run(server, backup=backup).errors == []
        counts[plain] = octets_read() - before
    assert counts[False] >= size and counts[True] < size


@rows.setting("UseIndex", default="True", value="False", invalid="perhaps")
def use_index(case: Case) -> None:
    """The file of the index; without it what is there is known from the headers all the same."""
    for plain in (False, True):
        server = case.server()
        seen = case.run(server, *(("UseIndex=True",) if plain else ()), plain=plain)
        assert (seen.folder / ".meta" / "index.db").exists() == plain
        again = case.backup(server, *(("UseIndex=True",) if plain else ()), plain=plain)
        again.data_folder = str(seen.folder)
        second = case.run(server, backup=again)
        assert not any("$value" in request.target for request in second.requests)
        assert second.setting("MessagesUnchanged") == "1"


class Crowd:
    """Counts the messages that are asked for at a time; each is kept until `full` of them have
    been there, and for a moment in which one more would come."""

    def __init__(self, full: int) -> None:
        self.full, self.here, self.most = full, 0, 0
        self.changed = threading.Condition()

    def __call__(self, request: Request) -> Answer | None:
        if "$value" not in request.target:
            return None
        with self.changed:
            self.here += 1
            self.most = max(self.most, self.here)
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.most >= self.full, LIMIT)
            self.changed.wait_for(lambda: self.most > self.full, 0.1)
            self.here -= 1
        return None


@rows.setting("MailboxConcurrency", default="4", value="2", invalid=("-1", "few"))
def mailbox_concurrency(case: Case) -> None:
    """How many requests for messages the server has at a time; 0 leaves MaxConnections alone."""
    zero = ("MailboxConcurrency=0",)
    for settings, plain, most in (((), False, 2), ((), True, 4), (zero, True, 5)):
        crowd = Crowd(most)
        seen = case.run(case.server(Graph(messages=8, first=crowd)), *settings, plain=plain)
        assert seen.errors == [] and len(seen.files) == 8
        assert crowd.most == most


@rows.setting("ThrottleWaitLimit", default="1800", value="1", invalid=("-1", "long"))
def throttle_wait_limit(case: Case) -> None:
    """The sum of pauses: after one second the next refusal ends the run with 715."""
    refusals = {}
    for plain in (False, True):
        left = [2]

        def first(_: Request, left: list[int] = left) -> Answer | None:
            left[0] -= 1
            return Answer(429, {"Retry-After": "1"}) if left[0] >= 0 else None

        begin = time.monotonic()
        seen = case.run(case.server(Graph(first=first)), plain=plain)
        refusals[plain] = seen.errors
        assert time.monotonic() - begin >= (2 if plain else 1)
        assert len(seen.requests) == (4 if plain else 2)
    assert refusals == {False: [715], True: []}


@rows.setting("Timeout", default="60", value="3", invalid=("-1", "soon"))
def timeout(case: Case) -> None:
    """Silence for that time ends a request with 201; a reply that comes slowly goes on, and so
    does silence that is shorter."""
    octets = Answer(body=Graph(size=400).message("message-0")).octets()
    pause = threading.Event()  # nobody sets it: the pace itself is what is tested

    def server(send: Callable[[Callable[[bytes], None]], None]) -> Recorder:
        return case.server(Graph(
            first=lambda request: Answer(send=send) if "$value" in request.target else None))

    def late(send: Callable[[bytes], None]) -> None:
        pause.wait(3.5)
        send(octets)

    def drip(send: Callable[[bytes], None]) -> None:
        for start in range(0, len(octets), 30):
            send(octets[start:start + 30])
            pause.wait(0.3)

    seen = case.run(server(lambda _: None))  # it says nothing, and listens on
    assert [event.error_code for event in seen.journal.of("message_error")] == [201]
    for slow in (case.run(server(late), plain=True), case.run(server(drip))):
        assert slow.errors == [] and len(slow.files) == 1
