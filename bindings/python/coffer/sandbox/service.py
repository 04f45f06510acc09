"""The Graph service: what happens to a request, from arrival to answer."""

from __future__ import annotations

import re
from typing import Any, Callable

from . import changes, damage, listing
from .clock import iso
from .errors import GraphError, bad_request
from .faults import Seen
from .limits import Lane
from .listing import context, page_of, shape_of
from .mailbox import Mailbox
from .properties import item
from .routes import (Call, Route, applied, apply_preferences, authorized_mailbox, item_of,
                     own_mailbox, parse)
from .tokens import Grant
from .wire import Request, Response, json_response
from .world import World

_HOST = re.compile(r"[A-Za-z0-9.\-]+(?::\d+)?|\[[0-9a-fA-F:]+\](?::\d+)?")
_SMALL = 128 * 1024
_DIAGNOSTIC = ('{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5",'
               '"ScaleUnit":"003","RoleInstance":"AM2PEPF0001"}}')


class Outcome:
    """Faults that act on one request, sorted by when they act."""

    def __init__(self, faults: list[dict[str, Any]]) -> None:
        self.all = faults
        self.terminal = next((f for f in faults if f["type"] in ("throttle", "error", "redirect")
                              or (f["type"] == "auth" and f["how"] != "expire")
                              or (f["type"] == "oauth" and "members" not in f)), None)

    def of(self, *types: str) -> list[dict[str, Any]]:
        return [f for f in self.all if f["type"] in types]


def base_of(world: World, request: Request) -> str:
    """The origin by which the client reached us, so that links lead back the same way."""
    host = request.headers.get("host")
    scheme = world.base.split("://", 1)[0]
    return f"{scheme}://{host}" if _HOST.fullmatch(host) else world.base


def render(world: World, request: Request, error: GraphError) -> Response:
    """The answer for an error."""
    # times inside errors come without a zone
    answer = json_response(error.body(iso(world.clock.now())[:-1], world.new_id(),
                                      request.headers.get("client-request-id")),
                           error.status, chunked=False)
    answer.headers += error.headers
    answer.error_code = error.code
    return answer


def look(world: World, request: Request, route: Route, in_batch: bool,
         note: Callable[[str], None]) -> Outcome:
    """Asks the rules about a request."""
    if not world.faults.rules:
        return Outcome([])
    header = request.headers.get("authorization").partition(" ")[2].strip()
    box = own_mailbox(world, route.user, world.tokens.access.get(header)) if route.user else None
    items: tuple[str, ...] = ()
    if route.item and box is not None:
        items = (route.item,)
        try:
            message = box.find(route.item)
            items = (box.id_of(message, True), box.id_of(message, False), route.item)
        except GraphError:
            pass
    page = 0
    if route.kind == "list":
        skip, size = page_of(Call(world, request, route, ""), box)
        page = (box.rank(skip) if box is not None else skip) // size + 1
    seen = Seen(request.method, request.target, route.kind, box.user if box else "", items, page,
                world.faults.total, in_batch)
    return Outcome(world.faults.hits(seen, note))


def handle(world: World, request: Request, connection: int) -> Response:
    """Answers a request under `/v1.0` or `/beta`. The place it takes is given back by `on_sent`."""
    route = parse(request)
    mailbox = mailbox_name(world, request, route)
    world.faults.total += 1
    world.metrics.arrived(request, route.kind, mailbox)
    outcome = look(world, request, route, False, lambda name: world.metrics.rules.update([name]))
    held: list[Callable[[], None]] = []
    item_id = ""
    try:
        response, item_id = _admitted(world, request, route, connection, outcome, held)
    except GraphError as exc:
        response = render(world, request, exc)
    except BaseException:
        for give_back in held:
            give_back()
        raise
    response.on_sent += held
    finish(world, request, response, outcome)
    world.metrics.answered(request, route.kind, mailbox, response, item_id)
    return response


def mailbox_name(world: World, request: Request, route: Route) -> str:
    """The mailbox a request is about, whether or not its token may touch it."""
    header = request.headers.get("authorization").partition(" ")[2].strip()
    box = own_mailbox(world, route.user, world.tokens.access.get(header)) if route.user else None
    return box.user if box is not None else route.user


def _admitted(world: World, request: Request, route: Route, connection: int, outcome: Outcome,
              held: list[Callable[[], None]]) -> tuple[Response, str]:
    from .batch import batch

    grant = _authenticated(world, request, outcome)
    if route.kind == "batch":
        call = Call(world, request, route, base_of(world, request))
        run_mutations(world, outcome, "before", "")
        answer = terminal(world, request, None, connection, outcome) or batch(
            call, grant, connection, held)
        run_mutations(world, outcome, "after", "")
        return answer, ""
    box = authorized_mailbox(world, route, grant)
    lane = world.limits.lane(grant.client, box.user)
    places = world.limits.arrive(lane, connection, request.target)
    held.append(lambda: world.limits.leave(lane, places))
    replaced = terminal(world, request, lane, connection, outcome)
    item_id = named_item(box, route)
    if replaced is not None:
        return replaced, item_id
    return execute(world, request, route, box, outcome), item_id


def named_item(box: Mailbox, route: Route) -> str:
    """The immutable id of the item in the path; the text itself when it names nothing."""
    if not route.item:
        return ""
    try:
        return box.id_of(box.find(route.item), True)
    except GraphError:
        return route.item


def _authenticated(world: World, request: Request, outcome: Outcome) -> Grant:
    header = request.headers.get("authorization")
    for fault in outcome.of("auth"):
        if fault["how"] == "expire":
            grant = world.tokens.access.get(header.partition(" ")[2].strip())
            if grant is not None:
                grant.expires = 0.0
    if outcome.terminal is not None and outcome.terminal["type"] == "auth":
        raise damage.auth_error(outcome.terminal)
    return world.tokens.check(header)


def run_mutations(world: World, outcome: Outcome, when: str, item_id: str) -> None:
    for fault in outcome.of("mutate"):
        if fault.get("when", "before") != when:
            continue
        for op in fault["ops"]:
            try:
                changes.mutate(world, op, item_id)
            except (GraphError, changes.ChangeError, IndexError):
                continue  # the item is gone already; the rule has done its work


def terminal(world: World, request: Request, lane: Lane | None, connection: int,
             outcome: Outcome) -> Response | None:
    """The answer of the first rule that replaces it."""
    fault = outcome.terminal
    if fault is None:
        return None
    if fault["type"] == "throttle":
        error, seconds = damage.throttle(fault, world.clock)
        if seconds and lane is not None:
            world.limits.open_gate(lane, seconds, connection, request.target,
                                   bool(fault.get("gate", False)))
        return render(world, request, error)
    if fault["type"] == "redirect":
        return damage.redirect(fault, request.target, base_of(world, request), world.second)
    if fault["type"] == "oauth":
        return damage.oauth_error(fault, world.clock)
    if fault["type"] == "auth":
        return render(world, request, damage.auth_error(fault))
    return damage.server_error(fault, lambda e: render(world, request, e))


def execute(world: World, request: Request, route: Route, box: Mailbox,
            outcome: Outcome) -> Response:
    """Carries out an admitted request."""
    call = Call(world, request, route, base_of(world, request))
    apply_preferences(call)
    for fault in outcome.of("id"):
        if fault["how"] == "ignore-prefer":
            call.immutable = False
        elif fault["how"] == "reject-slash":
            call.slash_rejected = True
        else:
            call.swap_case = True
    call.paging, call.edits = outcome.of("paging"), outcome.of("item")
    item_id = named_item(box, route) if outcome.all else ""
    run_mutations(world, outcome, "before", item_id)
    response = _dispatch(call, box)
    run_mutations(world, outcome, "after", item_id)
    names = applied(call)
    if names and world.knobs.preference_applied and route.kind != "value":
        response.headers.append(("Preference-Applied", names))
    return response


def _dispatch(call: Call, box: Mailbox) -> Response:
    kind, method = call.route.kind, call.request.method
    if kind == "write":
        return changes.write(call, box)
    if kind == "value" and call.route.folder is not None:
        raise GraphError(405, "ErrorInvalidRequest", "The OData request is not supported.")
    if kind == "other":
        segment = call.request.segments[-1] if call.request.segments else ""
        raise bad_request(f"Resource not found for the segment '{segment}'.",
                          "RequestBroker--ParseUri")
    if method not in ("GET", "HEAD"):
        raise GraphError(405, "ErrorInvalidRequest", "The OData request is not supported.")
    if kind == "list":
        return listing.messages(call, box)
    if kind == "folder":
        return listing.folders(call, box)
    if kind == "value":
        return _value(call, box)
    if kind == "count":
        folder = None if call.route.folder is None else box.folder_in_path(call.route.folder).key
        count = len(listing.select_keys(call, box, folder))
        return Response(200, str(count).encode(), "text/plain", framing="chunked")
    if kind == "profile":
        return json_response({
            "@odata.context": f"{call.base}/v1.0/$metadata#users/$entity", "id": box.oid,
            "displayName": box.user.split("@")[0].title(), "mail": box.user,
            "userPrincipalName": box.user})
    message = item_of(call, box)
    answer = {"@odata.context": context(call, box, "messages/$entity")}
    answer.update(item(box, message, shape_of(call)))
    listing.edit(call, box, answer)
    return json_response(answer)


def _value(call: Call, box: Mailbox) -> Response:
    """The MIME content: text/plain, chunked, no length (Graph: "Get MIME content")."""
    message = item_of(call, box)
    if message.value_error is not None:
        raise GraphError(*message.value_error)
    response = Response(200, b"", "text/plain", framing="chunked")
    if message.size <= _SMALL:
        response.body = b"".join(box.body(message))
    else:
        response.stream = box.body(message)
    if call.world.knobs.gzip != "all":
        response.plan.no_gzip = True
    return response


def finish(world: World, request: Request, response: Response, outcome: Outcome) -> None:
    """Headers that every answer has, then the faults that act on the answer."""
    headers = response.headers
    headers += [("Cache-Control", "private"),
                ("Strict-Transport-Security", "max-age=31536000"),
                ("request-id", world.new_id())]
    identity = request.headers.get("client-request-id")
    if identity:
        headers.append(("client-request-id", identity))
    headers += [("x-ms-ags-diagnostic", _DIAGNOSTIC), ("Date", world.clock.http_date())]
    if response.content_type.startswith("application/json"):
        headers.append(("OData-Version", "4.0"))
    if world.knobs.gzip == "off":
        response.plan.no_gzip = True
    damage_answer(world, response, outcome)


def damage_answer(world: World, response: Response, outcome: Outcome) -> None:
    """Faults that act on the octets or on the timing of an answer."""
    rng = world.faults.rng
    for fault in outcome.all:
        kind = fault["type"]
        if kind == "body":
            damage.damage_body(response, fault)
        elif kind == "connection":
            damage.damage_connection(response, fault)
        elif kind == "headers":
            damage.damage_headers(response, fault)
        elif kind == "latency":
            value = fault.get("seconds", 0.1)
            if fault.get("where", "before") == "chunks":
                response.plan.delay_chunks = lambda v=value: damage.seconds_of(v, rng)  # type: ignore[misc]
            else:
                response.plan.delay_before += damage.seconds_of(value, rng)
            response.plan.chunk = max(1, int(fault.get("chunk", response.plan.chunk)))
