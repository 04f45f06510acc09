"""JSON batching (Graph: "Combine multiple requests in one HTTP call using JSON batching").

Items are judged one by one: each has its own headers, counts in the limits and may be
refused on its own. For one mailbox at most four run at a time; when other traffic holds
places, the items that find none are answered 429 while the batch itself is 200.
"""

from __future__ import annotations

import base64
import json
import random
from typing import Any, Callable

from .errors import GraphError, bad_request
from .limits import Lane
from .mailbox import Mailbox
from .routes import Call, Route, authorized_mailbox, parse
from .service import execute, look, named_item, render, terminal
from .tokens import Grant
from .wire import Headers, Request, Response, json_response

MAX_ITEMS = 20
MAX_PARALLEL = 4


def _envelope(call: Call) -> list[dict[str, Any]]:
    """The items of a batch, or 400 for a bad envelope."""
    if call.request.method != "POST":
        raise GraphError(405, "ErrorInvalidRequest", "The OData request is not supported.")
    try:
        body = call.request.json()
        items = body["requests"]
        assert isinstance(items, list)
    except (ValueError, KeyError, TypeError, AssertionError) as exc:
        raise bad_request("Invalid batch payload format.") from exc
    if not items:
        raise bad_request("Invalid batch payload format.")
    if len(items) > MAX_ITEMS:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {MAX_ITEMS}.")
    seen: set[str] = set()
    for entry in items:
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not all(
                isinstance(entry.get(n), str) for n in ("method", "url")):
            raise bad_request("Write request id, method and url must be provided for each request "
                              "in the batch.")
        if entry["id"].lower() in seen:
            raise bad_request(f"Duplicate request id '{entry['id']}'.")
        seen.add(entry["id"].lower())
        for name in entry.get("dependsOn") or ():
            if str(name).lower() not in seen:
                raise bad_request(f"Unknown dependency '{name}'.")
    return items


def _request(call: Call, entry: dict[str, Any]) -> Request:
    """An item as a request of its own; the batch's headers are not inherited."""
    url = str(entry["url"])
    prefix = "/" + call.request.segments[0]
    headers = [(str(n), str(v)) for n, v in dict(entry.get("headers") or {}).items()]
    headers.append(("Host", call.request.headers.get("host")))
    body = entry.get("body")
    data = b"" if body is None else json.dumps(body).encode()
    return Request(str(entry["method"]).upper(), prefix + "/" + url.lstrip("/"), Headers(headers),
                   data, call.request.peer, call.request.connection)


class _Places:
    """Places a batch holds in one mailbox."""

    def __init__(self, lane: Lane, taken: int, parallel: int, mailbox: str) -> None:
        self.lane = lane
        self.taken = taken
        self.parallel = parallel
        self.mailbox = mailbox
        self.started = 0

    def runs(self) -> bool:
        """Whether the next item finds a place in its wave."""
        position = self.started % MAX_PARALLEL
        self.started += 1
        return position < self.taken or self.taken >= self.parallel


def batch(call: Call, grant: Grant, connection: int, held: list[Callable[[], None]]) -> Response:
    """Answers `POST /$batch`. `held` receives what gives the places back."""
    world = call.world
    entries = _envelope(call)
    parsed: list[tuple[dict[str, Any], Request, Route]] = []
    for entry in entries:
        request = _request(call, entry)
        parsed.append((entry, request, parse(request)))
    boxes: dict[str, Mailbox | GraphError] = {}
    counts: dict[str, int] = {}
    for _, _, route in parsed:
        name = f"{route.user}:{route.kind == 'write'}"
        counts[name] = counts.get(name, 0) + 1
        if name not in boxes:
            try:
                if route.kind == "batch":
                    raise bad_request("Batch requests cannot be nested.")
                boxes[name] = authorized_mailbox(world, route, grant)
            except GraphError as exc:
                boxes[name] = exc
    serial = any(e.get("dependsOn") for e in entries)
    places: dict[str, _Places | GraphError] = {}
    for name, box in boxes.items():
        if isinstance(box, GraphError):
            continue
        lane = world.limits.lane(grant.client, box.user)
        parallel = 1 if serial else min(MAX_PARALLEL, counts[name])
        try:
            taken = world.limits.arrive(lane, connection, f"batch:{call.request.connection}",
                                        parallel, counts[name])
        except GraphError as exc:
            places[name] = exc
            continue
        places[name] = _Places(lane, taken, parallel, box.user)
        held.append(lambda lane=lane, taken=taken: world.limits.leave(lane, taken))  # type: ignore[misc]
    results: list[dict[str, Any]] = []
    failed: set[str] = set()
    for entry, request, route in parsed:
        name = f"{route.user}:{route.kind == 'write'}"
        if any(str(d).lower() in failed for d in entry.get("dependsOn") or ()):
            answer = render(world, request, GraphError(424, "FailedDependency",
                                                       "A dependent request failed."))
        else:
            answer = _item(call, request, route, boxes[name], places.get(name), connection)
        if answer.status >= 400:
            failed.add(entry["id"].lower())
        world.metrics.batch_items.update([str(answer.status)])
        results.append(_result(entry["id"], request, answer))
    order = random.Random(f"{world.seed}:{entries[0]['url']}:{len(entries)}")
    order.shuffle(results)  # answers come in any order
    return json_response({"responses": results})


def _item(call: Call, request: Request, route: Route, box: Mailbox | GraphError,
          place: _Places | GraphError | None, connection: int) -> Response:
    world = call.world
    world.faults.total += 1
    if not any(p.lower().startswith("idtype=") for p in request.preferences()):
        world.metrics.without_prefer += 1
    try:
        if isinstance(box, GraphError):
            raise box
        if isinstance(place, GraphError):
            raise place
        outcome = look(world, request, route, True,
                       lambda name: world.metrics.rules.update([name]))
        assert place is not None
        if not place.runs():
            place.lane.refused += 1
            world.limits.open_gate(place.lane, world.limits.retry_after, connection,
                                   request.target, False)
            raise GraphError(429, "ApplicationThrottled",
                             "Application is over its MailboxConcurrency limit.",
                             [("Retry-After", str(world.limits.retry_after))])
        replaced = terminal(world, request, place.lane, connection, outcome)
        answer = replaced or execute(world, request, route, box, outcome)
    except GraphError as exc:
        answer = render(world, request, exc)
    item = named_item(box, route) if isinstance(box, Mailbox) else ""
    world.metrics.answered(request, f"batch-{route.kind}", place.mailbox
                           if isinstance(place, _Places) else "", answer, item)
    return answer


def _result(identity: str, request: Request, answer: Response) -> dict[str, Any]:
    """One member of `responses`; bodies that are not JSON come as OData JSON 4.01 has them."""
    data = b"".join(answer.stream) if answer.stream is not None else answer.body
    headers = {name: value for name, value in answer.headers}
    if answer.content_type:
        headers["Content-Type"] = answer.content_type
    client = request.headers.get("client-request-id")
    if client:
        headers["client-request-id"] = client
    result: dict[str, Any] = {"id": identity, "status": answer.status, "headers": headers}
    if data:
        if answer.content_type.startswith("application/json"):
            try:
                result["body"] = json.loads(data)
            except ValueError:
                result["body"] = data.decode("utf-8", "replace")
        elif answer.content_type.startswith("text/html"):
            result["body"] = data.decode("utf-8", "replace")
        else:
            result["body"] = base64.b64encode(data).decode()
    return result
