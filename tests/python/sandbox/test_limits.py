"""Throttling, batches, and the exactness of what is counted."""

from __future__ import annotations

import http.client
import threading
from typing import Any
from urllib.parse import quote

from coffer.sandbox import Sandbox

USER = "alex@sandbox.example"
SLOW = [{"name": "slow", "match": {"path": "slow"},
         "fault": {"type": "connection", "how": "hang"}}]


def hold(client: Any, sandbox: Sandbox, count: int) -> list[http.client.HTTPConnection]:
    """Requests that stay in flight until their connections are closed."""
    sandbox.control.set_faults(SLOW)
    held = []
    for _ in range(count):
        connection = client.connect()
        connection.request("GET", "/v1.0/me/messages?slow", headers={
            "Authorization": f"Bearer {client.token}"})
        held.append(connection)
    while sandbox.control.metrics()["in_flight"].get(USER, 0) < count:
        pass
    return held


def release(sandbox: Sandbox, held: list[http.client.HTTPConnection]) -> None:
    for connection in held:
        connection.close()
    while sandbox.control.metrics()["in_flight"].get(USER, 0):
        pass


def test_fifth_request_is_refused_and_early_return_extends(client: Any, sandbox: Sandbox) -> None:
    sandbox.control.knobs(retryAfter=100)  # of the server's clock, which goes on meanwhile
    held = hold(client, sandbox, 4)
    connection = client.connect()
    refused = client.get("/me/messages?$top=1", connection=connection)
    assert (refused.status, refused.code) == (429, "ApplicationThrottled")
    assert "MailboxConcurrency" in refused.json()["error"]["message"]
    assert refused.headers["retry-after"] == "100"
    release(sandbox, held)
    # places are free now, but the time that was asked for has not passed
    assert client.get("/me/messages?$top=1", connection=connection).status == 429
    metrics = sandbox.control.metrics()
    assert metrics["early_requests"] == 1 and metrics["max_concurrency"][USER] == 5
    sandbox.control.advance(100.1)
    assert client.get("/me/messages?$top=1", connection=connection).status == 200
    assert sandbox.control.metrics()["early_requests"] == 1


def test_mailboxes_have_budgets_of_their_own(client: Any, sandbox: Sandbox) -> None:
    held = hold(client, sandbox, 4)
    assert client.get("/users/shared@sandbox.example/messages").status == 200
    release(sandbox, held)


def test_four_workers_are_never_refused(client: Any, sandbox: Sandbox) -> None:
    ids = [m["immutableId"] for m in sandbox.control.mailbox(hashes=False)]
    sandbox.control.set_faults([{"fault": {"type": "latency", "seconds": [0, 0.004]}}])
    statuses: list[int] = []

    def work(part: list[str]) -> None:
        connection = client.connect()
        for item in part:
            for _ in range(3):
                statuses.append(client.value(item, connection=connection).status)
        connection.close()

    threads = [threading.Thread(target=work, args=(ids[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 180
    metrics = sandbox.control.metrics()
    assert 2 <= metrics["max_concurrency"][USER] <= 4 and metrics["throttled"] == 0
    assert metrics["by_kind_status"]["value"] == {"200": 180}
    assert metrics["items_fetched"] == 60 and metrics["items_fetched_more_than_once"] == 60


def test_requests_per_window(client: Any, sandbox: Sandbox) -> None:
    sandbox.control.knobs(rate=5, window=100.0)
    statuses = [client.get("/me/messages?$top=1").status for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    sandbox.control.advance(101)
    assert client.get("/me/messages?$top=1").status == 200


def test_no_limits() -> None:
    with Sandbox(limits=False, messages=2) as sandbox:
        assert sandbox.control.knobs()["limits"] is False


def items(sandbox: Sandbox, count: int) -> list[dict[str, Any]]:
    found = sandbox.control.mailbox(hashes=False)[:count]
    return [{"id": str(n), "method": "GET", "url": f"/me/messages/{quote(m['immutableId'], safe='')}?$select=id",
             "headers": {"Prefer": 'IdType="ImmutableId"'}} for n, m in enumerate(found)]


def test_batch(client: Any, sandbox: Sandbox) -> None:
    requests = items(sandbox, 20)
    sandbox.control.mutate(op="delete", index=7)
    del requests[3]["headers"]
    answer = client.batch(requests)
    assert answer.status == 200
    responses = {r["id"]: r for r in answer.json()["responses"]}
    assert [r["id"] for r in answer.json()["responses"]] != [r["id"] for r in requests]
    assert set(responses) == {r["id"] for r in requests}
    assert responses["7"]["status"] == 404
    assert responses["7"]["body"]["error"]["code"] == "ErrorItemNotFound"
    assert len(responses["0"]["body"]["id"]) == 72 and len(responses["3"]["body"]["id"]) == 152
    metrics = sandbox.control.metrics()
    assert metrics["batch_items"] == {"200": 19, "404": 1} and metrics["without_prefer"] == 1
    assert metrics["max_concurrency"][USER] == 4 and metrics["throttled"] == 0


def test_batch_with_other_traffic_is_refused_in_part(client: Any, sandbox: Sandbox) -> None:
    requests = items(sandbox, 8)
    held = hold(client, sandbox, 1)
    responses = client.batch(requests).json()["responses"]
    refused = [r for r in responses if r["status"] == 429]
    assert len(refused) == 2 and refused[0]["headers"]["Retry-After"] == "1"
    release(sandbox, held)


def test_batch_envelope(client: Any, sandbox: Sandbox) -> None:
    requests = items(sandbox, 21)
    assert client.batch(requests).status == 400
    assert client.batch([requests[0], requests[0]]).status == 400
    assert client.batch([]).status == 400
    assert client.batch([{"id": "1"}]).status == 400
    nested = client.batch([{"id": "1", "method": "POST", "url": "/$batch"}])
    assert nested.json()["responses"][0]["status"] == 400
    chain = [{**requests[0], "url": "/me/messages/nonsense"}, {**requests[1], "dependsOn": ["0"]}]
    statuses = {r["id"]: r["status"] for r in client.batch(chain).json()["responses"]}
    assert statuses == {"0": 400, "1": 424}


def test_counts_of_clients_manners(client: Any, sandbox: Sandbox) -> None:
    client.send("GET", "/v1.0/me/messages", prefer="", client_request_id="")
    metrics = sandbox.control.metrics(log=True)
    assert metrics["without_prefer"] == 1 and metrics["without_client_request_id"] == 1
    assert metrics["log"][-1]["target"] == "/v1.0/me/messages"
    connection = client.connect()
    before = sandbox.control.metrics()["connections_opened"]
    sandbox.control.reset_metrics()
    assert before == 1
    for _ in range(3):
        client.get("/me/messages", connection=connection)
    connection.close()
    after = sandbox.control.metrics()
    # connections to the control interface do not count
    assert after["connections_opened"] == 1 and after["requests"] == 3
