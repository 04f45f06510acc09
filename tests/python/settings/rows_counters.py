"""Rows of the counters of a run, against what the server answered and the folder holds."""

from __future__ import annotations

from typing import Any

from case import Case, Seen
from graph import Graph
from recorder import Answer, Request
from table import Section

rows = Section()

BUSY = Answer(500, reason="Internal Server Error")
GONE = Answer(404, {"Content-Type": "application/json"},
              b'{"error": {"code": "ErrorItemNotFound", "message": "The item is gone."}}',
              "Not Found")


def mixed(case: Case) -> Seen:
    """A run over six messages: one unchanged, one skipped by a handler, one gone, one that fails,
    two that are saved."""
    graph = Graph(messages=1)
    server = case.server(graph)
    first = case.run(server)
    graph.ids = [f"message-{number}" for number in range(6)]

    def answer(request: Request) -> Answer | None:
        if "/message-2/$value" in request.target:
            return GONE
        return BUSY if "/message-3/$value" in request.target else None

    def skip(event: Any) -> None:
        event.skip = event.skip or event.id == "message-1"

    graph.first = answer
    backup = case.backup(server)
    backup.data_folder = str(first.folder)
    seen = case.run(server, backup=backup, answers={"before_message_backup": skip})
    assert seen.errors == []
    return seen


def fetched(seen: Seen) -> list[str]:
    """Ids of messages that the server was asked for."""
    return [r.target.split("/messages/")[1].split("/")[0] for r in seen.requests
            if "$value" in r.target]


@rows.read_only("MessagesListed", default="0")
def listed(case: Case) -> None:
    """What the server listed."""
    assert mixed(case).setting("MessagesListed") == "6"


@rows.read_only("MessagesSaved", default="0")
def saved(case: Case) -> None:
    """New files."""
    seen = mixed(case)
    assert seen.setting("MessagesSaved") == str(len(seen.files) - 1) == "2"


@rows.read_only("MessagesUnchanged", default="0")
def unchanged(case: Case) -> None:
    """What was there before and was not asked for."""
    seen = mixed(case)
    assert "message-0" not in fetched(seen)
    assert seen.setting("MessagesUnchanged") == "1"


@rows.read_only("MessagesSkipped", default="0")
def skipped(case: Case) -> None:
    """What the handler left out was not asked for."""
    seen = mixed(case)
    assert "message-1" not in fetched(seen)
    assert seen.setting("MessagesSkipped") == "1"


@rows.read_only("MessagesGone", default="0")
def gone(case: Case) -> None:
    """What the server answered with 404."""
    assert mixed(case).setting("MessagesGone") == "1"


@rows.read_only("MessagesFailed", default="0")
def failed(case: Case) -> None:
    """What the server answered with 500."""
    assert mixed(case).setting("MessagesFailed") == "1"


@rows.read_only("FailedMessage", index="[0]")
def failed_message(case: Case) -> None:
    """Id, code and text of what was given up: the status that the server sent."""
    name, code, text = mixed(case).setting("FailedMessage[0]").split(" ", 2)
    assert (name, code) == ("message-3", "151") and "500 Internal Server Error" in text


@rows.read_only("MessagesPending", default="0")
def pending(case: Case) -> None:
    """Listed, and not dealt with: while the server has the first of three, three; then none."""
    found: list[str] = []
    ready: list[Any] = []

    def look(request: Request) -> Answer | None:
        if "$value" in request.target:
            found.append(ready[0].config("MessagesPending"))
        return None

    server = case.server(Graph(messages=3, first=look))
    ready.append(case.backup(server, "MailboxConcurrency=1"))
    assert len(case.run(server, backup=ready[0]).files) == 3
    assert found[0] == "3" and found == sorted(found, reverse=True)
    assert ready[0].config("MessagesPending") == "0"


@rows.read_only("MessagesDeleted", default="0")
def deleted(case: Case) -> None:
    """Files that are there no more."""
    graph = Graph(messages=3)
    server = case.server(graph)
    first = case.run(server)
    graph.gone = {"message-1", "message-2"}
    backup = case.backup(server)
    backup.data_folder, backup.sync_deletes = str(first.folder), True
    seen = case.run(server, backup=backup)
    assert len(seen.files) == 1 and seen.setting("MessagesDeleted") == "2"


@rows.read_only("BytesSaved", default="0")
def bytes_saved(case: Case) -> None:
    """Octets of the messages as the server sent them."""
    seen = case.run(case.server(Graph(messages=3, size=12_345)))
    assert seen.setting("BytesSaved") == str(3 * 12_345)


@rows.read_only("RequestsSent", default="0")
def requests_sent(case: Case) -> None:
    """Requests that the server counted, tried again or not."""
    left = [2]

    def first(_: Request) -> Answer | None:
        left[0] -= 1
        return BUSY if left[0] >= 0 else None

    seen = case.run(case.server(Graph(messages=3, first=first)), "MaxRetryCount=5")
    assert seen.setting("RequestsSent") == str(len(seen.requests)) == "6"
