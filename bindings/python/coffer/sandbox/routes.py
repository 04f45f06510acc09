"""Which resource a request names, and whether its token may touch it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from .errors import GraphError, access_denied, bad_request
from .mailbox import Mailbox
from .model import Message
from .tokens import Grant
from .wire import Request
from .world import World, error_tuple

#: version segments under which the service answers
VERSIONS = ("v1.0", "beta")


@dataclass
class Route:
    """A request path, taken apart."""

    kind: str = "other"
    #: `me`, or the text after `users/`
    user: str = ""
    folder: str | None = None
    item: str | None = None
    #: the item's segment as sent
    raw_item: str = ""
    action: str = ""


@dataclass
class Call:
    """A request on its way through the service."""

    world: World
    request: Request
    route: Route
    base: str
    immutable: bool = False
    text_body: bool = False
    page_size: int = 0
    paging: list[dict[str, Any]] = field(default_factory=list)
    edits: list[dict[str, Any]] = field(default_factory=list)
    swap_case: bool = False
    slash_rejected: bool = False


def parse(request: Request) -> Route:
    """Takes a path apart; unknown ones get the kind `other`."""
    parts, raw = request.segments[1:], request.raw_segments[1:]
    if parts == ["$batch"]:
        return Route("batch")
    route = Route()
    if parts[:1] == ["me"]:
        route.user = "me"
        parts, raw = parts[1:], raw[1:]
    elif parts[:1] == ["users"] and len(parts) > 1:
        route.user = parts[1]
        parts, raw = parts[2:], raw[2:]
    else:
        return route
    if not parts:
        route.kind = "profile"
        return route
    if parts[0] == "mailFolders":
        if len(parts) < 3:
            route.kind = "folder"
            route.folder = parts[1] if len(parts) == 2 else None
            return route
        route.folder = parts[1]
        if parts[2:] == ["childFolders"]:
            route.kind, route.action = "folder", "childFolders"
            return route
        parts, raw = parts[2:], raw[2:]
    if parts[0] != "messages":
        return route
    if len(parts) == 1:
        route.kind = "list"
    elif parts[1] == "$count" and len(parts) == 2:
        route.kind = "count"
    elif len(parts) == 2:
        route.kind, route.item, route.raw_item = "get", parts[1], raw[1]
    elif len(parts) == 3 and parts[2] == "$value":
        route.kind, route.item, route.raw_item = "value", parts[1], raw[1]
    elif len(parts) == 3 and parts[2] in ("move", "copy"):
        route.kind, route.item, route.raw_item = "write", parts[1], raw[1]
        route.action = parts[2]
    if route.kind == "get" and request.method in ("PATCH", "DELETE"):
        route.kind, route.action = "write", request.method.lower()
    return route


def preference(request: Request, name: str) -> str:
    """The value of one preference, without quotes, lower case."""
    for member in request.preferences():
        key, _, value = member.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"').lower()
    return ""


def apply_preferences(call: Call) -> None:
    """Reads the Prefer field into the call."""
    request = call.request
    call.immutable = preference(request, "idtype") == "immutableid"
    call.text_body = preference(request, "outlook.body-content-type") == "text"
    size = preference(request, "odata.maxpagesize")
    call.page_size = int(size) if size.isdigit() else 0


def applied(call: Call) -> str:
    """The value of Preference-Applied."""
    names = []
    if call.immutable:
        names.append('IdType="ImmutableId"')
    if call.text_body:
        names.append('outlook.body-content-type="text"')
    if call.page_size:
        names.append(f"odata.maxpagesize={call.page_size}")
    return ", ".join(names)


def own_mailbox(world: World, user: str, grant: Grant | None) -> Mailbox | None:
    """The mailbox a path names, without judging the right to it; None when there is none."""
    if user == "me":
        user = grant.user if grant is not None else ""
    try:
        return world.mailbox(user) if user else None
    except GraphError:
        return None


def authorized_mailbox(world: World, route: Route, grant: Grant) -> Mailbox:
    """The mailbox of a request, or the refusal the service gives."""
    if route.user == "me":
        if grant.app_only:
            raise bad_request("/me request is only valid with delegated authentication flow.")
        box = world.mailbox(grant.user)
    else:
        box = world.mailbox(route.user)
    if route.kind == "profile":
        return box
    wanted = ["Mail.ReadWrite"] if route.kind == "write" else ["Mail.Read", "Mail.ReadWrite"]
    if not grant.app_only and box.user.lower() != grant.user.lower():
        if (grant.user.lower() not in {u.lower() for u in box.shared_with}
                or not grant.allows(*[f"{w}.Shared" for w in wanted])):
            raise access_denied()
    elif not grant.allows(*wanted):
        raise access_denied()
    if box.error is not None:
        raise error_tuple(box.error)
    return box


def item_of(call: Call, box: Mailbox) -> Message:
    """The message named in the path."""
    text = call.route.item or ""
    if call.slash_rejected:
        # some front ends refuse an encoded slash in a segment and want it encoded twice
        if "%2f" in call.route.raw_item.lower():
            raise GraphError(400, "RequestBroker--ParseUri",
                             "Resource not found for the segment.")
        text = unquote(text)
    message = box.find(text)
    if call.route.folder is not None and call.route.kind != "value":
        if message.folder != box.folder_in_path(call.route.folder).key:
            raise GraphError(404, "ErrorItemNotFound",
                             "The specified object was not found in the store.")
    return message
