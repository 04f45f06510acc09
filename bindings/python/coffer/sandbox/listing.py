"""Listings of messages and folders: projection, filter, order, pages."""

from __future__ import annotations

import re
from typing import Any, Sequence
from urllib.parse import quote, unquote_plus

from .coding import gzip_bytes
from .errors import GraphError, bad_request
from .filters import check_order, parse_filter, parse_orderby
from .mailbox import Mailbox
from .model import Folder, Message
from .properties import Shape, getter, item, parse_select
from .routes import Call
from .wire import Response, dumps, json_response, JSON_TYPE

_OPTIONS = {"$select", "$filter", "$orderby", "$top", "$skip", "$count", "$expand", "$search",
            "$skiptoken", "$format"}
_EXPAND = re.compile(r"singleValueExtendedProperties\(\$filter=(.*)\)\Z", re.I)
_TAG = re.compile(r"id eq 'Integer (0x[0-9A-Fa-f]{1,8})'\Z", re.I)


def options(call: Call) -> dict[str, str]:
    """Query options; those that begin with `$` must be known."""
    for name in call.request.query:
        if name.startswith("$") and name.lower() not in _OPTIONS:
            raise bad_request(f"The query parameter '{name}' is not supported.")
    return call.request.query


def number(text: str, name: str, low: int, high: int) -> int:
    """A whole number within bounds."""
    if not re.fullmatch(r"-?\d{1,9}", text) or not low <= int(text) <= high:
        raise bad_request(f"Invalid value '{text}' for {name} query option found. The {name} query "
                          f"option requires an integer between {low} and {high}.")
    return int(text)


def shape_of(call: Call) -> Shape:
    """What the items of an answer look like."""
    query = options(call)
    extended: list[int] = []
    expand = query.get("$expand", "")
    match = _EXPAND.match(expand.strip())
    if match:
        for term in re.split(r"\s+or\s+", match[1].strip()):
            tag = _TAG.match(term.strip())
            if tag is None:
                raise bad_request(f"The expand clause '{term}' is not valid.")
            extended.append(int(tag[1], 16))
    elif expand and expand.split("(")[0] not in ("attachments", "extensions"):
        raise GraphError(400, "RequestBroker--ParseUri", f"Parsing OData Select and Expand failed: "
                         f"Could not find a property named '{expand.split('(')[0]}' on type "
                         "'microsoft.graph.message'.")
    return Shape(parse_select(query.get("$select", "")), call.immutable, call.text_body,
                 tuple(extended))


def context(call: Call, box: Mailbox, tail: str) -> str:
    """`@odata.context`: by object id for /me, else as the user was named in the path."""
    user = box.oid if call.route.user == "me" else quote(call.route.user, safe="")
    return f"{call.base}/{call.request.segments[0]}/$metadata#users('{user}')/{tail}"


def select_keys(call: Call, box: Mailbox, folder: str | None) -> Sequence[int]:
    """Item numbers that a listing covers, in its order."""
    query = options(call)
    filter_text, order_text = query.get("$filter", ""), query.get("$orderby", "")
    search = query.get("$search", "")
    if search and (filter_text or order_text):
        raise bad_request("The query parameter '$search' is not supported with '$filter' or "
                          "'$orderby'.", "SearchWithFilter" if filter_text else "SearchWithOrderBy")
    order = parse_orderby(order_text) if order_text else ()
    if order == (("receivedDateTime", True),):
        order = ()  # the order in which the service lists anyway
    test, name = None, ""
    if filter_text:
        compiled = parse_filter(filter_text, box, call.world.knobs.well_known_in_filter,
                                call.immutable)
        check_order(compiled.properties, parse_orderby(order_text) if order_text else ())
        test, name = compiled.test, f"{call.immutable}:{filter_text}"
    elif search:
        words = search.strip('"').casefold()

        def found(message: Message) -> bool:
            return words in (message.subject or "").casefold()
        test, name = found, f"search:{search}"
    keys = box.view(folder, test, name, order, lambda path: getter(box, path, call.immutable))
    return keys[:1000] if search else keys


def next_link(call: Call, skip: int, extra: str = "") -> str:
    """The request's own address with another `$skip`; headers are not part of it."""
    kept = [p for p in call.request.query_text.split("&")
            if p and unquote_plus(p.split("=")[0]) not in ("$skip", "$skiptoken")]
    return (f"{call.base}{call.request.path}?" + "&".join(kept + [f"%24skip={skip}"] +
                                                          ([extra] if extra else [])))


def page_of(call: Call, box: Mailbox | None) -> tuple[int, int]:
    """Underlying position and size of the page a request asks for; no errors here."""
    query = call.request.query
    top = query.get("$top", "")
    size = int(top) if top.isdigit() and int(top) else call.page_size or 10
    skip = query.get("$skip", "")
    return (int(skip) if skip.isdigit() else 0), max(1, min(size, 1000))


def messages(call: Call, box: Mailbox) -> Response:
    """`GET …/messages`."""
    world, query = call.world, options(call)
    folder = None if call.route.folder is None else box.folder_in_path(call.route.folder).key
    if "$top" in query:
        number(query["$top"], "$top", 1, 1000)
    skip, size = page_of(call, box)
    if "$skip" in query:
        number(query["$skip"], "$skip", 0, 999_999_999)
    plain = not (call.paging or call.edits or call.swap_case)
    key = (box.user, box.version, call.base, call.request.target, call.immutable, call.text_body,
           size, world.knobs.well_known_in_filter)
    if plain:
        cached = world.pages.get(key)
        if cached is not None:
            return Response(200, cached[0], JSON_TYPE, framing="chunked", gzipped=cached[1])
    shape = shape_of(call)
    keys = select_keys(call, box, folder)
    start = box.rank(skip)
    window = list(keys[start:start + size])
    end = start + len(window)
    found = [box.message(k) for k in window]
    if any(m.list_error for m in found):
        raise GraphError(500, "InternalServerError", "Error while processing response.")
    value = [item(box, m, shape) for m in found]
    chosen = f"({','.join(shape.select)})" if shape.select else ""
    answer: dict[str, Any] = {"@odata.context": context(call, box, f"messages{chosen}")}
    if query.get("$count", "").lower() == "true":
        answer["@odata.count"] = len(keys)
    if end < len(keys):
        answer["@odata.nextLink"] = next_link(call, box.position(end))
    answer["value"] = value
    if not plain:
        _edit(call, box, value)
        before = [item(box, box.message(k), shape) for k in keys[max(0, start - 1):start]]
        for fault in call.paging:
            _page_fault(call, fault, answer, before, skip)
        return json_response(answer)
    response = json_response(answer)
    if len(response.body) > 4096:
        coded = None
        if "gzip" in call.request.headers.get("accept-encoding") and world.knobs.gzip != "off":
            coded = response.gzipped = gzip_bytes(response.body)
        world.pages.put(key, response.body, coded)
    return response


def _edit(call: Call, box: Mailbox, value: list[dict[str, Any]]) -> None:
    """Applies `item` faults and the fault that changes the case of ids."""
    for entry in value:
        edit(call, box, entry)


def edit(call: Call, box: Mailbox, entry: dict[str, Any]) -> None:
    """Applies `item` faults to one JSON object."""
    for fault in call.edits:
        wanted = fault.get("item", "*")
        if wanted != "*":
            try:
                message = box.find(str(entry["id"]))
            except GraphError:
                continue
            if wanted not in (message.key, box.id_of(message, True), box.id_of(message, False)):
                continue
        for name in fault.get("remove", ()):
            entry.pop(name, None)
        entry.update(fault.get("set", {}))
    if call.swap_case:
        entry["id"] = entry["id"][:4] + entry["id"][4:].swapcase()


def _page_fault(call: Call, fault: dict[str, Any], answer: dict[str, Any],
                before: list[dict[str, Any]], skip: int) -> None:
    how, count = fault["how"], int(fault.get("count", 1))
    value: list[dict[str, Any]] = answer["value"]
    link = answer.get("@odata.nextLink")
    world = call.world
    if how == "duplicate":
        value[:0] = before
        value += value[:count]
    elif how == "drop":
        del value[:count]
    elif how == "empty-page":
        value.clear()
        mark = int(re.sub(r"\D", "", call.request.query.get("$skiptoken", "")) or 0) + 1
        answer["@odata.nextLink"] = next_link(call, skip, f"%24skiptoken=empty{mark}")
    elif how == "repeat":
        answer["@odata.nextLink"] = f"{call.base}{call.request.target}"
    elif how == "cycle":
        answer["@odata.nextLink"] = next_link(call, 0)
    elif how == "end":
        answer.pop("@odata.nextLink", None)
    elif how == "foreign":
        answer["@odata.nextLink"] = world.second + (link or call.request.target).removeprefix(
            call.base)
    elif how == "relative":
        answer["@odata.nextLink"] = (link or call.request.target).removeprefix(call.base)
    elif how == "link":
        answer["@odata.nextLink"] = fault["url"]


# -- folders -------------------------------------------------------------------------------

_FOLDER = ("id", "displayName", "parentFolderId", "childFolderCount", "unreadItemCount",
           "totalItemCount", "sizeInBytes", "isHidden")


def folder_json(box: Mailbox, folder: Folder, select: tuple[str, ...]) -> dict[str, Any]:
    """The JSON object of a folder; its counts include items that are not messages."""
    wanted = select or _FOLDER
    out: dict[str, Any] = {"id": folder.id}
    for name in wanted:
        if name == "displayName":
            out[name] = folder.name
        elif name == "parentFolderId":
            parent = box.folders.get(folder.parent)
            out[name] = parent.id if parent else box.ids.folder("root")
        elif name == "childFolderCount":
            out[name] = sum(1 for f in box.children(folder.key) if not f.hidden)
        elif name == "totalItemCount":
            out[name] = box.position(len(box.view(folder.key)))
        elif name in ("unreadItemCount", "sizeInBytes"):
            out[name] = 0
        elif name == "isHidden":
            out[name] = folder.hidden
    return out


def folders(call: Call, box: Mailbox) -> Response:
    """`GET …/mailFolders`, `…/mailFolders/{id}`, `…/mailFolders/{id}/childFolders`."""
    query = call.request.query
    select = tuple(n for n in query.get("$select", "").split(",") if n)
    for name in select:
        if name not in _FOLDER:
            raise GraphError(400, "RequestBroker--ParseUri", f"Could not find a property named "
                             f"'{name}' on type 'microsoft.graph.mailFolder'.")
    route = call.route
    if route.folder is not None and route.action != "childFolders":
        folder = box.folder_in_path(route.folder)
        answer = {"@odata.context": context(call, box, "mailFolders/$entity")}
        answer.update(folder_json(box, folder, select))
        return json_response(answer)
    parent = "msgfolderroot" if route.folder is None else box.folder_in_path(route.folder).key
    hidden = query.get("includeHiddenFolders", "").lower() == "true"
    found = sorted((f for f in box.children(parent) if hidden or not f.hidden),
                   key=lambda f: f.name.casefold())
    match = re.fullmatch(r"\s*displayName eq '((?:[^']|'')*)'\s*", query.get("$filter", ""))
    if match:
        wanted = match[1].replace("''", "'").casefold()
        found = [f for f in found if f.name.casefold() == wanted]
    if "$top" in query:
        number(query["$top"], "$top", 1, 1000)
    skip, size = page_of(call, box)
    page = found[skip:skip + size]
    listing: dict[str, Any] = {"@odata.context": context(call, box, "mailFolders")}
    if skip + size < len(found):
        listing["@odata.nextLink"] = next_link(call, skip + size)
    listing["value"] = [folder_json(box, f, select) for f in page]
    return json_response(listing)


__all__ = ["dumps", "edit", "folders", "messages", "page_of", "select_keys", "shape_of"]
