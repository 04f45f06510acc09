"""Faults: each kind does what its name says, as often as its rule says."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from coffer.sandbox import ControlError, Sandbox


def rule(fault: dict[str, Any], times: int | None = None, **match: Any) -> list[dict[str, Any]]:
    return [{"name": "it", "match": match, "fault": fault, "times": times}]


def raw(client: Any, target: str) -> bytes:
    """Everything the server sends until the connection ends."""
    host, _, port = client.host.rpartition(":")
    with socket.create_connection((host, int(port)), 60) as sock:
        sock.sendall(f"GET /v1.0{target} HTTP/1.1\r\nHost: {client.host}\r\nConnection: close\r\n"
                     f"Authorization: Bearer {client.token}\r\n\r\n".encode())
        data = b""
        while piece := sock.recv(65536):
            data += piece
        return data


@pytest.mark.parametrize("value, header", [
    (100, "100"), ("100.128", "100.128"), ("huge", "86400000"), ("negative", "-5"),
    ("garbage", "soon, please"), (None, None)])
def test_retry_after(client: Any, sandbox: Sandbox, value: Any, header: str | None) -> None:
    sandbox.control.set_faults(rule({"type": "throttle", "retryAfter": value}, times=1))
    answer = client.get("/me/messages?$top=1")
    assert (answer.status, answer.headers.get("retry-after")) == (429, header)
    assert client.get("/me/messages?$top=1").status == 200
    metrics = sandbox.control.metrics()
    assert metrics["rules"] == {"it": 1}
    # coming back at once is early exactly when the header could be understood
    assert metrics["early_requests"] == (1 if value in (100, "100.128", "huge") else 0)


def test_retry_after_as_date_variants_and_gate(client: Any, sandbox: Sandbox) -> None:
    sandbox.control.set_faults(rule({"type": "throttle", "retryAfter": "date:300", "gate": True,
                                     "status": 503, "header": "retry-after"}, times=1))
    answer = client.get("/me/messages")
    assert answer.code == "ServiceNotAvailable"
    assert ("retry-after", answer.headers["retry-after"]) in answer.raw_headers
    wait = parsedate_to_datetime(answer.headers["retry-after"]) - parsedate_to_datetime(
        answer.headers["date"])
    assert 299 <= wait.total_seconds() <= 301
    assert client.get("/me/messages").status == 429  # the gate holds, and is extended
    assert sandbox.control.metrics()["early_requests"] == 1


@pytest.mark.parametrize("form, check", [
    ("json", lambda b: json.loads(b)["error"]["code"] == "BadGateway"),
    ("html", lambda b: b.startswith(b"<!DOCTYPE")), ("empty", lambda b: b == b""),
    ("truncated", lambda b: b.startswith(b'{"error"') and not b.endswith(b"}"))])
def test_server_errors(client: Any, sandbox: Sandbox, form: str, check: Any) -> None:
    sandbox.control.set_faults(rule({"type": "error", "status": 502, "form": form}))
    answer = client.get("/me/messages")
    assert answer.status == 502 and check(answer.body)


def test_error_for_one_item(client: Any, sandbox: Sandbox) -> None:
    ids = [m["immutableId"] for m in sandbox.control.mailbox()]
    sandbox.control.set_faults(rule({"type": "error", "code": "ErrorCorruptData"}, kind="value",
                                    itemId=ids[1]))
    assert [client.value(i).status for i in ids[:3]] == [200, 500, 200]
    sandbox.control.load({"messages": [{"listError": n == 1} for n in range(3)], "hiddenEvery": 0})
    assert client.get("/me/messages").code == "InternalServerError"
    assert [client.get(f"/me/messages?$top=1&$skip={n}").status for n in range(3)] == [200, 500, 200]


def test_matching(client: Any, sandbox: Sandbox) -> None:
    control = sandbox.control

    def statuses(count: int = 6) -> list[int]:
        return [client.get("/me/messages?$top=1").status for _ in range(count)]
    error = {"type": "error", "status": 500}
    control.set_faults(rule(error, nth=[2, 4]))
    assert statuses() == [200, 500, 200, 500, 200, 200]
    control.set_faults(rule(error, every=3))
    assert statuses() == [200, 200, 500, 200, 200, 500]
    control.set_faults(rule(error, afterRequests=4, times=1))
    assert statuses() == [200] * 4 + [500, 200]
    control.set_faults(rule(error, probability=0.5))
    first = statuses(30)
    control.set_faults(rule(error, probability=0.5))
    assert statuses(30) == first and 5 < first.count(500) < 25
    control.set_faults(rule(error, mailbox="shared@sandbox.example"))
    assert statuses(2) == [200, 200]
    assert client.get("/users/shared@sandbox.example/messages").status == 500
    control.set_faults(rule(error, path=r"skip=24"))
    assert client.get("/me/messages?$top=10&%24skip=24").status == 500
    control.set_faults(rule(error, page=2))
    link = client.get("/me/messages?$top=10").json()["@odata.nextLink"]
    assert client.get(link).status == 500
    mistakes: list[dict[str, Any]] = [
        {"fault": {"type": "magic"}}, {"fault": {"type": "body", "how": "odd"}},
        {"match": {"colour": 1}, "fault": error}]
    for bad in mistakes:
        with pytest.raises(ControlError):
            control.set_faults([bad])


def test_connection_faults(client: Any, sandbox: Sandbox) -> None:
    control = sandbox.control
    item = "/me/messages/" + control.mailbox()[0]["immutableId"].replace("/", "%2F") + "/$value"

    def fault(how: str, **more: Any) -> None:
        control.set_faults(rule({"type": "connection", "how": how, **more}))
    fault("reset")
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        client.get(item)
    for how in ("reset-after-headers", "reset-mid-body"):
        fault(how, **({"at": 50} if how == "reset-mid-body" else {}))
        with pytest.raises(ConnectionResetError):
            client.get(item)
    fault("close-mid-body", at=50)
    head, _, body = raw(client, item).partition(b"\r\n\r\n")
    assert b"chunked" in head and len(body) == 54
    fault("no-last-chunk")
    assert not raw(client, item).endswith(b"0\r\n\r\n")
    fault("length-short", at=10)
    head, _, body = raw(client, item).partition(b"\r\n\r\n")
    assert int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]) == len(body) + 10
    fault("length-long", at=10)
    head, _, body = raw(client, item).partition(b"\r\n\r\n")
    assert int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]) == len(body) - 10
    fault("close-delimited")
    head, _, body = raw(client, item).partition(b"\r\n\r\n")
    assert b"Content-Length" not in head and b"chunked" not in head and len(body) > 400
    fault("close-idle")
    connection = client.connect()
    assert "connection" not in client.get(item, connection=connection).headers
    assert connection.sock is None or connection.sock.recv(1) == b""
    control.set_faults([])
    assert client.get(item).status == 200
    assert control.metrics()["in_flight"]["alex@sandbox.example"] == 0


def test_body_faults(client: Any, sandbox: Sandbox) -> None:
    bodies: dict[str, bytes] = {}
    for how in ("malformed", "wrong-types", "nested", "error-200", "empty", "duplicate-keys",
                "invalid-utf8", "bom", "html", "gzip-corrupt", "gzip-truncated",
                "gzip-undeclared", "gzip-bomb"):
        sandbox.control.set_faults(rule({"type": "body", "how": how, "size": 50_000_000}
                                        if how == "gzip-bomb" else {"type": "body", "how": how}))
        answer = client.get("/me/messages")
        assert answer.status == 200
        declared = answer.headers.get("content-encoding") == "gzip"
        assert declared == (how in ("gzip-corrupt", "gzip-truncated", "gzip-bomb"))
        bodies[how] = answer.body
    for how in ("malformed", "empty", "html"):
        with pytest.raises(json.JSONDecodeError):
            json.loads(bodies[how])
    assert bodies["nested"].count(b"[") == 10_000
    assert "error" in json.loads(bodies["error-200"])
    assert json.loads(bodies["duplicate-keys"])["value"] is None
    with pytest.raises(UnicodeDecodeError):
        bodies["invalid-utf8"].decode()
    assert bodies["bom"].startswith(b"\xef\xbb\xbf{")
    assert len(gzip.decompress(bodies["gzip-bomb"])) >= 40_000_000 > 100 * len(bodies["gzip-bomb"])
    assert json.loads(gzip.decompress(bodies["gzip-undeclared"]))
    for how in ("gzip-corrupt", "gzip-truncated"):
        with pytest.raises((OSError, EOFError, gzip.zlib.error)):  # type: ignore[attr-defined]
            gzip.decompress(bodies[how])


def test_paging_faults(client: Any, sandbox: Sandbox) -> None:
    whole = [m["immutableId"] for m in sandbox.control.mailbox()]
    path = "/me/messages?$top=20&$select=id"

    def page(how: str, number: int = 2, **more: Any) -> Any:
        sandbox.control.set_faults(rule({"type": "paging", "how": how, **more}, page=number,
                                        times=1))
        first = client.get(path).json()
        return first if number == 1 else client.get(first["@odata.nextLink"]).json()
    assert page("duplicate")["value"][0]["id"] == whole[19]
    assert [m["id"] for m in page("drop", count=3)["value"]] == whole[23:40]
    empty = page("empty-page")
    assert empty["value"] == []
    assert [m["id"] for m in client.get(empty["@odata.nextLink"]).json()["value"]] == whole[20:40]
    assert "skip=24" in page("repeat")["@odata.nextLink"]
    assert "skip=0" in page("cycle")["@odata.nextLink"]
    assert "@odata.nextLink" not in page("end")
    assert page("foreign")["@odata.nextLink"].startswith(sandbox.second_origin + "/v1.0/me/")
    assert page("relative")["@odata.nextLink"].startswith("/v1.0/me/")
    assert page("link", url="ftp://x/")["@odata.nextLink"] == "ftp://x/"


def test_second_origin_sees_what_arrives(client: Any, sandbox: Sandbox) -> None:
    other = client.__class__(sandbox)
    other.host = sandbox.second_origin.split("//")[1]
    other.get("/me/messages")
    seen = sandbox.control.metrics()["second_origin"]
    assert (seen["requests"], seen["with_authorization"]) == (1, 1)


def test_redirects(client: Any, sandbox: Sandbox) -> None:
    for to, start in (("same", sandbox.base_url), ("other", sandbox.second_origin),
                      ("loop", sandbox.base_url), ("relative", "/v1.0")):
        sandbox.control.set_faults(rule({"type": "redirect", "status": 307, "to": to}))
        answer = client.get("/me/messages")
        assert answer.status == 307 and answer.headers["location"].startswith(start)


def test_mutation_by_rule(client: Any, sandbox: Sandbox) -> None:
    ids = [m["immutableId"] for m in sandbox.control.mailbox()]
    sandbox.control.set_faults(
        rule({"type": "mutate", "ops": [{"op": "delete", "id": "$item"}]}, kind="value", nth=2))
    assert [client.value(i).status for i in ids[:3]] == [200, 404, 200]
    sandbox.control.set_faults(rule({"type": "mutate", "when": "after", "ops": [
        {"op": "add", "message": {"subject": "arrived"}}]}, kind="list", nth=1))
    first = client.get("/me/messages?$top=10&$select=id").json()
    second = client.get(first["@odata.nextLink"]).json()
    assert second["value"][0]["id"] == first["value"][-1]["id"]  # shifted: a duplicate


def test_authorization_faults(client: Any, sandbox: Sandbox) -> None:
    sandbox.control.set_faults(rule({"type": "auth", "how": "unauthorized"}, nth=1))
    assert [client.get("/me").status for _ in range(2)] == [401, 200]
    sandbox.control.set_faults(rule({"type": "auth", "how": "claims"}, times=1))
    assert 'error="insufficient_claims", claims="' in client.get("/me").headers["www-authenticate"]
    sandbox.control.set_faults(rule({"type": "auth", "how": "empty"}, times=1))
    empty = client.get("/me")
    assert (empty.status, empty.code) == (401, "InvalidAuthenticationToken")
    assert empty.json()["error"]["message"] == "Access token is empty."
    assert client.get("/me").status == 200
    sandbox.control.set_faults(rule({"type": "auth", "how": "expire"}, nth=2))
    assert [client.get("/me").status for _ in range(3)] == [200, 401, 401]


def test_identifier_and_item_faults(client: Any, sandbox: Sandbox) -> None:
    entries = sandbox.control.mailbox()
    slashed = next(m["immutableId"] for m in entries if "/" in m["immutableId"])
    sandbox.control.set_faults(rule({"type": "id", "how": "ignore-prefer"}))
    answer = client.get("/me/messages")
    assert "preference-applied" not in answer.headers and len(answer.json()["value"][0]["id"]) == 152
    sandbox.control.set_faults(rule({"type": "id", "how": "reject-slash"}))
    assert client.value(slashed).code == "RequestBroker--ParseUri"
    path = "/me/messages/" + slashed.replace("+", "%2B").replace("/", "%252F") + "/$value"
    assert client.get(path).status == 200
    sandbox.control.set_faults(rule({"type": "id", "how": "swap-case"}, kind="list"))
    swapped = client.get("/me/messages?$top=3").json()["value"]
    for message, entry in zip(swapped, entries):
        assert message["id"] != entry["immutableId"]
        assert message["id"].lower() == entry["immutableId"].lower()
        # ids are compared with regard to case
        assert client.value(message["id"]).status == 404
    sandbox.control.set_faults(rule({"type": "item", "item": entries[0]["immutableId"],
                                     "remove": ["createdDateTime"], "set": {"subject": 7}}))
    first, second = client.get("/me/messages?$top=2").json()["value"]
    assert "createdDateTime" not in first and first["subject"] == 7
    assert "createdDateTime" in second


def test_latency(client: Any, sandbox: Sandbox) -> None:
    item = sandbox.control.mailbox()[0]
    sandbox.control.set_faults(rule({"type": "latency", "seconds": 0.001, "where": "chunks",
                                     "chunk": 100}, kind="value"))
    assert len(client.value(item["immutableId"]).body) == item["size"]
    sandbox.control.set_faults(rule({"type": "headers", "set": {"X-Extra": "1"},
                                     "remove": ["request-id"]}))
    answer = client.get("/me/messages")
    assert answer.headers["x-extra"] == "1" and "request-id" not in answer.headers
