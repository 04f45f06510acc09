"""Bodies, single messages, access, and mailboxes that tests bring along."""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from coffer.sandbox import ControlError, Sandbox


def test_bodies_are_what_the_listing_promises(client: Any, sandbox: Sandbox) -> None:
    for entry in sandbox.control.mailbox():
        answer = client.value(entry["immutableId"])
        assert answer.status == 200 and answer.headers["content-type"] == "text/plain"
        assert answer.headers["transfer-encoding"] == "chunked"
        assert "content-length" not in answer.headers
        assert hashlib.sha256(answer.body).hexdigest() == entry["sha256"]
        assert answer.body.count(b"\n") == answer.body.count(b"\r\n") == answer.body.count(b"\r")


def test_same_seed_same_mailbox(sandbox: Sandbox) -> None:
    with Sandbox(messages=60) as again:
        assert again.control.mailbox() == sandbox.control.mailbox()
    with Sandbox(messages=60, seed=2) as other:
        assert other.control.mailbox() != sandbox.control.mailbox()


def test_value_under_a_folder_is_405(client: Any, sandbox: Sandbox) -> None:
    item = quote(sandbox.control.mailbox()[0]["immutableId"], safe="")
    answer = client.get(f"/me/mailFolders/inbox/messages/{item}/$value")
    assert (answer.status, answer.code) == (405, "ErrorInvalidRequest")


def test_ids_that_name_nothing(client: Any, sandbox: Sandbox) -> None:
    item = sandbox.control.mailbox()[0]["immutableId"]
    other = sandbox.control.mailbox("shared@sandbox.example", limit=1)[0]["immutableId"]
    assert client.value("short").code == "ErrorInvalidIdMalformed"
    assert client.value(other).code == "ErrorInvalidMailboxItemId"
    assert client.value(item[:-4] + item[-4:].swapcase()).code == "ErrorItemNotFound"
    sandbox.control.mutate(op="delete", id=item)
    assert (client.value(item).status, client.value(item).code) == (404, "ErrorItemNotFound")


def test_large_message_is_streamed() -> None:
    with Sandbox(spec={"messages": [{"size": 150_000_000}]}) as sandbox:
        entry = sandbox.control.mailbox()[0]
        request = urllib.request.Request(
            f"{sandbox.graph_url}/me/messages/{quote(entry['id'], safe='')}/$value",
            headers={"Authorization": sandbox.authorization})
        digest, size = hashlib.sha256(), 0
        with urllib.request.urlopen(request) as answer:
            while piece := answer.read(1 << 20):
                digest.update(piece)
                size += len(piece)
        assert digest.hexdigest() == entry["sha256"] and size == entry["size"] == 150_000_000
        status = Path(f"/proc/{sandbox.pid}/status").read_text("ascii")
        assert int(status.split("VmHWM:")[1].split()[0]) < 90_000


def test_odd_messages(client: Any, sandbox: Sandbox) -> None:
    sandbox.control.load({"profile": "odd", "hiddenEvery": 0})
    listed = client.get("/me/messages?$top=100").json()["value"]
    expected = {m["immutableId"]: m for m in sandbox.control.mailbox()}
    assert {m["id"] for m in listed} == set(expected)
    assert any("\ud83d" in (m["subject"] or "") for m in listed)
    assert any(m["createdDateTime"] is None for m in listed)
    failed = 0
    for item, entry in expected.items():
        answer = client.value(item)
        if entry["valueError"]:
            failed += 1
            assert (answer.status, answer.code) == (500, "ErrorMimeContentConversionFailed")
        else:
            assert hashlib.sha256(answer.body).hexdigest() == entry["sha256"]
    assert failed == 1


def test_load_spec(client: Any, sandbox: Sandbox) -> None:
    body = b"Subject: x\r\n\r\n\x00\xff\n"
    sandbox.control.load({"mailboxes": [{"user": "new@sandbox.example", "messages": [
        {"id": "AAMkOwnIdWithCase/+==aaaaaaaa", "immutableId": "AAkAOwnIdWithCase/+==aaaaaaaa",
         "body": base64.b64encode(body).decode(), "createdDateTime": "2024-02-29T23:59:59Z",
         "bcc": [{"name": "B", "address": "b@example.com"}]}]}]})
    token = sandbox.app_token
    answer = client.get("/users/new@sandbox.example/messages", token=token).json()["value"][0]
    assert answer["id"] == "AAkAOwnIdWithCase/+==aaaaaaaa"
    assert answer["createdDateTime"] == "2024-02-29T23:59:59Z"
    assert answer["bccRecipients"][0]["emailAddress"]["address"] == "b@example.com"
    path = f"/users/new@sandbox.example/messages/{quote(answer['id'], safe='')}/$value"
    assert client.get(path, token=token).body == body
    with pytest.raises(ControlError):
        sandbox.control.load({"messages": [{"nonsense": 1}]})


def test_folder_of_eml_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    files = {"a.eml": b"From: A <a@example.com>\nSubject: =?utf-8?q?=C3=A4?=\nDate: Sat, 01 Jul "
                      b"2023 10:00:00 +0200\n\nbare LF\n", "sub/b.EML": b"\xff\x00 no header"}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with Sandbox(mail=tmp_path) as sandbox:
        found = sandbox.control.mailbox()
        assert sorted(m["sha256"] for m in found) == sorted(
            hashlib.sha256(d).hexdigest() for d in files.values())
        first = next(m for m in found if m["subject"] == "ä")
        assert first["createdDateTime"] == "2023-07-01T08:00:00Z" and first["folder"] == "inbox"


def test_access(client: Any, sandbox: Sandbox) -> None:
    refused = client.get("/me/messages", token="")
    assert refused.status == 401 and refused.code == "InvalidAuthenticationToken"
    assert refused.headers["www-authenticate"].startswith('Bearer realm="", authorization_uri=')
    app = client.get("/me/messages", token=sandbox.app_token)
    assert (app.status, app.code) == (400, "BadRequest")
    shared = "/users/shared@sandbox.example/messages"
    assert client.get(shared).status == 200
    assert client.get(shared, token=sandbox.app_token).status == 200
    control = sandbox.control
    narrow = control.issue_token(user=sandbox.user, scopes=["Mail.Read"])
    assert client.get(shared, token=narrow).code == "ErrorAccessDenied"
    assert client.get("/me/messages", token=narrow).status == 200
    none = control.issue_token(user=sandbox.user, scopes=["User.Read"])
    assert client.get("/me/messages", token=none).status == 403
    assert client.get("/users/nobody@x/messages", token=sandbox.app_token).code == "ErrorInvalidUser"
    control.mutate(op="mailboxError", error={"status": 404, "code": "MailboxNotEnabledForRESTAPI"})
    assert client.get("/me/messages").code == "MailboxNotEnabledForRESTAPI"


def test_changes_by_test_and_by_client(client: Any, sandbox: Sandbox) -> None:
    control = sandbox.control
    entry = control.mailbox()[0]
    path = f"/me/messages/{quote(entry['immutableId'], safe='')}"
    before = client.get(path).json()
    control.mutate(op="touch", id=entry["id"])
    after = client.get(path).json()
    assert after["lastModifiedDateTime"] > before["lastModifiedDateTime"]
    assert after["changeKey"] != before["changeKey"]
    assert control.mailbox()[0]["sha256"] == entry["sha256"]
    control.mutate(op="modify", id=entry["id"], set={"bodyText": "new\r\n"})
    assert client.value(entry["immutableId"]).body == b"new\r\n"
    added = control.mutate(op="add", message={"subject": "just in"})[0]
    assert client.get("/me/messages?$top=1").json()["value"][0]["id"] == added["immutableId"]
    assert client.send("DELETE", "/v1.0" + path).status == 403
    token = control.issue_token(user=sandbox.user, scopes=["Mail.ReadWrite"])
    assert client.send("PATCH", "/v1.0" + path, b'{"isRead":true}', token=token).status == 200
    moved = client.send("POST", f"/v1.0{path}/move", json.dumps({"destinationId": "archive"}).encode(),
                        token=token)
    assert moved.status == 201
    assert client.send("DELETE", "/v1.0" + path, token=token).status == 204


def test_tls(tmp_path: Path) -> None:
    with Sandbox(tls=True, ca_file=tmp_path / "ca.pem") as sandbox:
        context = ssl.create_default_context(cafile=sandbox.ca_file)
        request = urllib.request.Request(sandbox.graph_url + "/me/messages",
                                         headers={"Authorization": sandbox.authorization})
        with urllib.request.urlopen(request, context=context) as answer:
            assert len(json.load(answer)["value"]) == 10
        assert sandbox.control.metrics()["by_kind"] == {"list": 1}
