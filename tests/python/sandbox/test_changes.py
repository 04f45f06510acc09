"""What a test can change while a client reads: messages, folders, the clock, connections."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import pytest

from coffer.sandbox import ControlError, Sandbox


def listed(client: Any, path: str = "/me/messages") -> list[str]:
    return [m["id"] for m in client.all(f"{path}?$top=100&$select=id")]


def names(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    return {f["key"]: f for f in sandbox.control.folders()}


def test_soft_deletion(client: Any, sandbox: Sandbox) -> None:
    entry = sandbox.control.mailbox()[3]
    gone = sandbox.control.mutate(op="softDelete", id=entry["immutableId"])[0]
    assert (gone["folder"], gone["immutableId"]) == (
        "recoverableitemsdeletions", entry["immutableId"])
    assert gone["id"] != entry["id"]
    assert entry["immutableId"] not in listed(client) and len(listed(client)) == 59
    assert entry["immutableId"] not in {m["immutableId"] for m in sandbox.control.mailbox()}
    # the immutable id outlives the move, the mutable one does not
    assert client.value(entry["immutableId"]).status == 200
    assert client.value(entry["id"], prefer="").status == 404
    folders = client.all("/me/mailFolders?$top=100")
    assert not any("recoverable" in f["displayName"].lower() for f in folders)


def test_folders_come_and_go(client: Any, sandbox: Sandbox) -> None:
    control = sandbox.control
    hidden = {f["id"] for f in control.folders() if f["hidden"]}
    made = control.mutate(op="addFolder", name="inbox/Projects")[0]["folder"]
    secret = control.mutate(op="addFolder", name="Secret", hidden=True)[0]["folder"]
    assert names(sandbox)["inbox/Projects"]["id"] == made
    assert names(sandbox)["Secret"]["hidden"] and not names(sandbox)["inbox/Projects"]["hidden"]
    children = client.all("/me/mailFolders/inbox/childFolders?$top=100")
    assert made in {f["id"] for f in children}
    shown = {f["id"] for f in client.all("/me/mailFolders?$top=100")}
    every = {f["id"] for f in client.all("/me/mailFolders?$top=100&includeHiddenFolders=true")}
    assert every - shown == hidden | {secret}

    moved = control.mutate(op="move", index=0, folder="inbox/Projects")[0]
    path = f"/me/mailFolders/{quote(made, safe='')}/messages"
    assert listed(client, path) == [moved["immutableId"]]
    # a folder goes with everything in it, and with the folders below it
    control.mutate(op="deleteFolder", folder="inbox")
    assert client.get(path).status == 404 and "inbox/Projects" not in names(sandbox)
    assert client.value(moved["immutableId"]).status == 404
    assert client.get("/me/mailFolders/inbox/messages").code == "ErrorFolderNotFound"


def test_copy(client: Any, sandbox: Sandbox) -> None:
    control = sandbox.control
    entry = control.mailbox()[5]
    copied = control.mutate(op="copy", id=entry["id"], folder="archive")[0]
    assert copied["folder"] == "archive" and copied["immutableId"] != entry["immutableId"]
    assert {entry["immutableId"], copied["immutableId"]} <= set(listed(client))
    assert copied["immutableId"] in listed(client, "/me/mailFolders/archive/messages")
    first, second = (client.value(i).body for i in (entry["immutableId"], copied["immutableId"]))
    assert first == second
    beside = control.mutate(op="copy", id=entry["id"])[0]
    assert beside["folder"] == entry["folder"] and len(listed(client)) == 62


def test_clients_may_copy_with_the_right_scope(client: Any, sandbox: Sandbox) -> None:
    entry = sandbox.control.mailbox()[0]
    token = sandbox.control.issue_token(user=sandbox.user, scopes=["Mail.ReadWrite"])
    path = f"/v1.0/me/messages/{quote(entry['immutableId'], safe='')}/copy"
    made = client.send("POST", path, b'{"destinationId":"archive"}', token=token)
    assert made.status == 201 and made.json()["id"] != entry["immutableId"]
    assert client.value(made.json()["id"]).body == client.value(entry["immutableId"]).body
    nowhere = client.send("POST", path, b'{"destinationId":"nowhere"}', token=token)
    assert nowhere.status in (400, 404)


def test_a_wrong_date(client: Any, sandbox: Sandbox) -> None:
    def ahead() -> float:
        date = parsedate_to_datetime(client.get("/me").headers["date"])
        return float(date.timestamp() - time.time())
    sandbox.control.set_date_skew(-7200)
    assert -7260 < ahead() < -7140
    # only the header is wrong: the token, which would not be valid yet, still is
    sandbox.control.set_date_skew(86400 * 30)
    assert client.get("/me").status == 200 and ahead() > 86400 * 29
    sandbox.control.reset()
    assert -60 < ahead() < 60


def test_connections_are_closed(client: Any, sandbox: Sandbox) -> None:
    sandbox.control.set_faults([{"match": {"path": "slow"},
                                 "fault": {"type": "connection", "how": "hang"}}])
    idle, busy = client.connect(), client.connect()
    assert client.get("/me", connection=idle).status == 200
    busy.request("GET", "/v1.0/me/messages?slow",
                 headers={"Authorization": f"Bearer {client.token}"})
    while not sandbox.control.metrics()["in_flight"].get(sandbox.user, 0):
        pass
    assert sandbox.control.metrics()["connections_open"] == 2
    # the connection that asks is one of them, and is answered before
    assert sandbox.control.close_connections() == 3
    for connection in (idle, busy):
        assert connection.sock is not None and connection.sock.recv(1) == b""
        connection.close()
    # the place of the request that hung is free again
    while sandbox.control.metrics()["in_flight"][sandbox.user]:
        pass
    metrics = sandbox.control.metrics()
    assert (metrics["connections_open"], metrics["connections_opened"]) == (0, 2)


@pytest.mark.parametrize("op", [{"op": "explode"}, {"op": "copy", "id": "nonsense"},
                                {"op": "softDelete", "index": 10_000}, {"op": "addFolder"}])
def test_changes_that_cannot_be_made(sandbox: Sandbox, op: dict[str, Any]) -> None:
    with pytest.raises(ControlError):
        sandbox.control.mutate(op)
