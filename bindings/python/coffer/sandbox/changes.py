"""Changes to mailboxes: from tests, from rules, and from clients that may write."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .clock import iso
from .errors import GraphError, bad_request
from .mailbox import Mailbox
from .model import Message
from .properties import item
from .routes import Call, item_of
from .listing import shape_of
from .spec import TIMES, extend, from_spec, make_message, message_fields
from .wire import Response, json_response
from .world import World

_OPS = ("add", "modify", "touch", "move", "copy", "delete", "softDelete", "addFolder",
        "deleteFolder", "mailboxError")


class ChangeError(ValueError):
    """A change that cannot be understood."""


def _target(world: World, op: dict[str, Any], item_id: str) -> tuple[Mailbox, Message]:
    """The message an operation is about: by id, key, position, or the request's own."""
    box = world.mailbox(str(op.get("mailbox", "alex@sandbox.example")))
    if "key" in op:
        return box, box.message(int(op["key"]))
    if "index" in op:
        return box, box.message(box.keys()[int(op["index"])])
    text = str(op.get("id", "$item"))
    if text == "$item":
        if not item_id:
            raise ChangeError("this request names no item")
        text = item_id
        owner = world.owner_of(text)
        box = owner if owner is not None and "mailbox" not in op else box
    return box, box.find(text)


def mutate(world: World, op: dict[str, Any], item_id: str = "") -> dict[str, Any]:
    """Carries out one operation; returns what it touched."""
    name = op.get("op")
    if name not in _OPS:
        raise ChangeError(f"unknown operation {name}; known: {', '.join(_OPS)}")
    now = int(world.clock.now())
    if name in ("add", "addFolder", "deleteFolder", "mailboxError"):
        box = world.mailbox(str(op.get("mailbox", "alex@sandbox.example")))
        if name == "addFolder":
            folder = box.add_folder(str(op["name"]), bool(op.get("hidden", False)))
            return {"folder": folder.id}
        if name == "deleteFolder":
            box.remove_folder(str(op["folder"]))
            return {}
        if name == "mailboxError":
            error = op.get("error")
            box.error = None if error is None else (int(error["status"]), str(error["code"]),
                                                    str(error.get("message", error["code"])))
            return {}
        spec = dict(op.get("message", {}))
        spec.setdefault("createdDateTime", None)
        message = make_message(spec, len(box) + 1_000_000)
        if spec["createdDateTime"] is None and "raw" not in spec:
            message.created = message.received = message.sent = message.modified = now
        return describe(box, box.add(message))
    box, message = _target(world, op, item_id)
    if name == "delete":
        box.delete(message.key)
        return {"key": message.key}
    if name == "softDelete":
        return describe(box, box.move(message.key, "recoverableitemsdeletions", now))
    if name == "move":
        return describe(box, box.move(message.key, str(op["folder"]), now))
    later = max(now, (message.modified or 0) + 1)
    if name == "touch":
        return describe(box, box.replace(message.key, modified=later))
    if name == "copy":
        clone = replace(message, folder=str(op.get("folder", message.folder)), created=now,
                        modified=now, id_override="", immutable_override="", generation=0)
        return describe(box, box.add(clone))
    fields = message_fields(dict(op.get("set", {})))
    fields.setdefault("modified", later)
    if "raw" in fields:
        fields["raw"] = {**message.raw, **fields["raw"]}
    return describe(box, box.replace(message.key, **fields))


def describe(box: Mailbox, message: Message) -> dict[str, Any]:
    """How a test names a message."""
    return {"key": message.key, "id": box.id_of(message, False),
            "immutableId": box.id_of(message, True), "folder": message.folder,
            "created": message.created, "modified": message.modified}


def load(world: World, spec: dict[str, Any]) -> list[str]:
    """Loads mailboxes: replaces each named one, or adds to it with `append`."""
    specs = spec["mailboxes"] if "mailboxes" in spec else [spec]
    users = []
    for entry in specs:
        user = str(entry.get("user", "alex@sandbox.example"))
        if entry.get("append") and user.lower() in world.mailboxes:
            extend(world.mailboxes[user.lower()], entry)
        else:
            world.add(from_spec(entry, world.seed))
        users.append(user)
    return users


def write(call: Call, box: Mailbox) -> Response:
    """PATCH, DELETE, move and copy by a client with Mail.ReadWrite."""
    message = item_of(call, box)
    action = call.route.action
    now = int(call.world.clock.now())
    if action == "delete":
        if message.folder == "deleteditems":
            box.delete(message.key)
        else:
            box.move(message.key, "deleteditems", now)
        return Response(204)
    try:
        body = call.request.json() if call.request.body else {}
    except ValueError as exc:
        raise bad_request("Unable to read JSON request payload.") from exc
    if action in ("move", "copy"):
        folder = box.folder_in_path(str(body.get("destinationId", "")))
        if action == "move":
            result = box.move(message.key, folder.key, now)
        else:
            result = box.add(replace(message, folder=folder.key, created=now, modified=now,
                                     id_override="", immutable_override="", generation=0))
        return json_response(item(box, result, shape_of(call)), 201)
    known = {"isRead": "read", "subject": "subject", "importance": "importance",
             "categories": "categories"}
    fields: dict[str, Any] = {}
    for name, value in body.items():
        if name not in known:
            raise GraphError(400, "ErrorInvalidPropertySet", f"Cannot set property '{name}'.")
        fields[known[name]] = tuple(value) if name == "categories" else value
    fields["modified"] = max(now, (message.modified or 0) + 1)
    return json_response(item(box, box.replace(message.key, **fields), shape_of(call)))


def time_text(message: Message, name: str) -> Any:
    """A time as the service sends it, also when it is unusable or missing."""
    if name in message.raw:
        return message.raw[name]
    seconds = getattr(message, TIMES[name])
    return None if seconds is None else iso(seconds)
