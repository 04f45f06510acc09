"""The properties of a message: their types, their values, their JSON form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from . import mime
from .clock import iso
from .errors import unknown_property
from .mailbox import Mailbox
from .model import Address, Message

Getter = Callable[[Message], Any]

#: Edm types by property path; `people` and `strings` are collections
TYPES: dict[str, str] = {
    "id": "string", "subject": "string", "createdDateTime": "date",
    "lastModifiedDateTime": "date", "receivedDateTime": "date", "sentDateTime": "date",
    "hasAttachments": "bool", "isRead": "bool", "isDraft": "bool",
    "isDeliveryReceiptRequested": "bool", "isReadReceiptRequested": "bool",
    "importance": "string", "inferenceClassification": "string", "parentFolderId": "string",
    "conversationId": "string", "internetMessageId": "string", "changeKey": "string",
    "bodyPreview": "string", "webLink": "string", "conversationIndex": "string",
    "from/emailAddress/address": "string", "from/emailAddress/name": "string",
    "sender/emailAddress/address": "string", "sender/emailAddress/name": "string",
    "body/content": "string", "body/contentType": "string", "flag/flagStatus": "string",
    "toRecipients": "people", "ccRecipients": "people", "bccRecipients": "people",
    "replyTo": "people", "categories": "strings",
}

#: paths that stop at a complex value: known, but not comparable
COMPLEX = {"from", "sender", "body", "flag", "uniqueBody", "from/emailAddress",
           "sender/emailAddress", "internetMessageHeaders", "attachments", "extensions"}

#: element paths inside `any()` over recipients
ELEMENT = {"emailAddress/address": "string", "emailAddress/name": "string"}

SELECTABLE = {path.split("/")[0] for path in TYPES} | {
    "from", "sender", "body", "flag", "uniqueBody", "internetMessageHeaders"}

_DEFAULT = ("id", "createdDateTime", "lastModifiedDateTime", "changeKey", "categories",
            "receivedDateTime", "sentDateTime", "hasAttachments", "internetMessageId", "subject",
            "bodyPreview", "importance", "parentFolderId", "conversationId", "conversationIndex",
            "isDeliveryReceiptRequested", "isReadReceiptRequested", "isRead", "isDraft",
            "webLink", "inferenceClassification", "body", "sender", "from", "toRecipients",
            "ccRecipients", "bccRecipients", "replyTo", "flag")


def _address(which: Callable[[Message], Address | None], part: int) -> Getter:
    def get(message: Message) -> Any:
        person = which(message)
        return None if person is None else person[part]
    return get


def getter(box: Mailbox, path: str, immutable: bool = False) -> Getter:
    """How to read a property for `$filter` and `$orderby`."""
    fields: dict[str, Getter] = {
        "subject": lambda m: m.subject, "createdDateTime": lambda m: m.created,
        "lastModifiedDateTime": lambda m: m.modified, "receivedDateTime": lambda m: m.received,
        "sentDateTime": lambda m: m.sent, "hasAttachments": lambda m: m.attachments,
        "isRead": lambda m: m.read, "isDraft": lambda m: m.draft,
        "isDeliveryReceiptRequested": lambda m: False,
        "isReadReceiptRequested": lambda m: False,
        "importance": lambda m: m.importance, "inferenceClassification": lambda m: "focused",
        "parentFolderId": lambda m: box.folders[m.folder].id,
        "conversationId": lambda m: m.conversation, "internetMessageId": lambda m: m.internet_id,
        "changeKey": box.change_key, "bodyPreview": _preview, "body/content": _preview,
        "webLink": lambda m: "", "conversationIndex": lambda m: "",
        "body/contentType": lambda m: "html", "flag/flagStatus": lambda m: "notFlagged",
        "from/emailAddress/address": _address(lambda m: m.sender, 1),
        "from/emailAddress/name": _address(lambda m: m.sender, 0),
        "sender/emailAddress/address": _address(lambda m: m.sender, 1),
        "sender/emailAddress/name": _address(lambda m: m.sender, 0),
        "toRecipients": lambda m: m.to, "ccRecipients": lambda m: m.cc,
        "bccRecipients": lambda m: m.bcc, "replyTo": lambda m: (),
        "categories": lambda m: m.categories,
        "id": lambda m: box.id_of(m, immutable),
    }
    return fields[path]


def _preview(message: Message) -> str:
    return f"Preview of {message.subject or 'a message'} by the sandbox"


def _person(person: Address | None) -> dict[str, Any] | None:
    if person is None:
        return None
    return {"emailAddress": {"name": person.name, "address": person.address}}


def _people(people: tuple[Address, ...]) -> list[dict[str, Any]]:
    return [{"emailAddress": {"name": n, "address": a}} for n, a in people]


def _when(seconds: int | None) -> str | None:
    return None if seconds is None else iso(seconds)


@dataclass(frozen=True)
class Shape:
    """How a request wants its messages: which members, which ids, which body."""

    select: tuple[str, ...] = ()
    immutable: bool = False
    text_body: bool = False
    #: extended properties asked for by `$expand` (0x0E08 is the size, MS-OXPROPS)
    extended: tuple[int, ...] = ()


def parse_select(text: str) -> tuple[str, ...]:
    """The members of `$select`; an unknown one is an error, as in `$filter`."""
    names = tuple(n.strip() for n in text.split(",") if n.strip())
    for name in names:
        first = name.split("/")[0]
        if first not in SELECTABLE:
            raise unknown_property(first)
    return names


def _body(message: Message, text: bool) -> dict[str, Any]:
    words = _preview(message)
    if text:
        return {"contentType": "text", "content": words + "\r\n"}
    return {"contentType": "html",
            "content": f"<html><head></head><body><p>{words}</p></body></html>"}


def item(box: Mailbox, message: Message, shape: Shape) -> dict[str, Any]:
    """The JSON object of a message."""
    m = message
    key = box.change_key(m)
    out: dict[str, Any] = {"@odata.etag": f'W/"{key}"', "id": box.id_of(m, shape.immutable)}
    if m.kind:
        out = {"@odata.type": m.kind, **out}
    for name in shape.select or _DEFAULT:
        if name == "subject":
            out[name] = m.subject
        elif name == "from" or name == "sender":
            out[name] = _person(m.sender)
        elif name == "toRecipients":
            out[name] = _people(m.to)
        elif name == "ccRecipients":
            out[name] = _people(m.cc)
        elif name == "bccRecipients":
            out[name] = _people(m.bcc)
        elif name == "receivedDateTime":
            out[name] = _when(m.received)
        elif name == "sentDateTime":
            out[name] = _when(m.sent)
        elif name == "createdDateTime":
            out[name] = _when(m.created)
        elif name == "lastModifiedDateTime":
            out[name] = _when(m.modified)
        elif name == "hasAttachments":
            out[name] = m.attachments
        elif name == "parentFolderId":
            out[name] = box.folders[m.folder].id
        elif name == "changeKey":
            out[name] = key
        elif name == "internetMessageId":
            out[name] = m.internet_id
        elif name == "isDraft":
            out[name] = m.draft
        elif name != "id":
            out.update(_rare(box, m, name, shape))
    if shape.extended:
        out["singleValueExtendedProperties"] = [
            # the service drops leading zeros of the tag it was asked for
            {"id": f"Integer 0x{tag:x}", "value": str(_extended(box, m, tag))}
            for tag in shape.extended]
    if m.raw:
        wanted = set(shape.select or _DEFAULT) | {"id"}
        for name, value in m.raw.items():
            if name in wanted or name.startswith("@"):
                out[name] = value
    return out


def _extended(box: Mailbox, message: Message, tag: int) -> int:
    if tag == 0x1016:
        return mime.native_body(message)
    if message.path or message.body is not None:
        return message.size
    return max(message.size, 400)


def _rare(box: Mailbox, m: Message, name: str, shape: Shape) -> dict[str, Any]:
    """Members that a backup does not ask for."""
    first = name.split("/")[0]
    values: dict[str, Callable[[], Any]] = {
        "categories": lambda: list(m.categories), "bodyPreview": lambda: _preview(m),
        "importance": lambda: m.importance, "conversationId": lambda: m.conversation,
        "conversationIndex": lambda: "AQHV",
        "isDeliveryReceiptRequested": lambda: False, "isReadReceiptRequested": lambda: False,
        "isRead": lambda: m.read, "webLink": lambda: "https://outlook.office365.com/owa/",
        "inferenceClassification": lambda: "focused", "replyTo": lambda: [],
        "flag": lambda: {"flagStatus": "notFlagged"}, "body": lambda: _body(m, shape.text_body),
        "uniqueBody": lambda: _body(m, shape.text_body), "from": lambda: _person(m.sender),
        "sender": lambda: _person(m.sender),
        "internetMessageHeaders": lambda: [{"name": "MIME-Version", "value": "1.0"}],
    }
    return {first: values[first]()} if first in values else {}
