"""Mailboxes from JSON, from a folder of .eml files, and the demonstration set."""

from __future__ import annotations

import base64
import calendar
import email
import email.policy
import re
import time
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import Any, Iterable

from .mailbox import Mailbox
from .model import Address, Message
from .odd import odd_messages
from .synth import ANCHOR, Place, Synth, hash_text

DEMO_USER = "alex@sandbox.example"
SHARED_USER = "shared@sandbox.example"
HUGE_USER = "huge@sandbox.example"

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.\d+)?Z?)?\Z")

#: JSON names of the times of a message
TIMES = {"createdDateTime": "created", "lastModifiedDateTime": "modified",
         "receivedDateTime": "received", "sentDateTime": "sent"}
_PLAIN = {"subject": "subject", "internetMessageId": "internet_id", "isDraft": "draft",
          "isRead": "read", "hasAttachments": "attachments", "importance": "importance",
          "conversationId": "conversation", "@odata.type": "kind", "size": "size",
          "bodySeed": "body_seed", "listError": "list_error", "id": "id_override",
          "immutableId": "immutable_override", "folder": "folder"}
_PEOPLE = {"to": "to", "cc": "cc", "bcc": "bcc"}


class SpecError(ValueError):
    """A load specification that cannot be understood."""


def parse_time(text: str) -> int | None:
    """Seconds since the epoch for an ISO 8601 text, None when it is not one."""
    match = _TIME.match(text)
    if not match:
        return None
    parts = [int(p or 0) for p in match.groups()]
    try:
        return calendar.timegm((parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]))
    except ValueError:
        return None


def parse_address(value: Any) -> Address | None:
    """`"Name <addr>"`, `{"name","address"}`, Graph's own form, or null."""
    if value is None:
        return None
    if isinstance(value, dict):
        inner = value.get("emailAddress", value)
        return Address(str(inner.get("name", "")), str(inner.get("address", "")))
    text = str(value)
    match = re.match(r"(.*?)\s*<([^<>]*)>\s*\Z", text)
    if match:
        return Address(match[1].strip('"') or match[2], match[2])
    return Address(text, text)


def body_octets(spec: dict[str, Any]) -> bytes | None:
    """The given octets of a message: `body` (base64) or `bodyText` (UTF-8, as it stands)."""
    if "body" in spec:
        return base64.b64decode(spec["body"], validate=True)
    if "bodyText" in spec:
        return str(spec["bodyText"]).encode("utf-8", "surrogateescape")
    return None


def message_fields(spec: dict[str, Any]) -> dict[str, Any]:
    """Fields of a Message for the JSON members given; unknown members are refused."""
    fields: dict[str, Any] = {}
    raw: dict[str, Any] = dict(spec.get("raw", {}))
    for name, value in spec.items():
        if name in _PLAIN:
            fields[_PLAIN[name]] = value
        elif name in TIMES:
            seconds = parse_time(value) if isinstance(value, str) else None
            fields[TIMES[name]] = seconds
            if value is not None and seconds is None:
                raw[name] = value  # served as it stands: an unusable date is a case to test
        elif name == "from":
            fields["sender"] = parse_address(value)
        elif name in _PEOPLE:
            people = value if isinstance(value, list) else [value]
            fields[_PEOPLE[name]] = tuple(p for p in map(parse_address, people) if p)
        elif name == "categories":
            fields["categories"] = tuple(value)
        elif name == "valueError":
            fields["value_error"] = (int(value.get("status", 500)), str(value["code"]),
                                     str(value.get("message", value["code"])))
        elif name not in ("body", "bodyText", "raw"):
            raise SpecError(f"unknown member of a message: {name}")
    octets = body_octets(spec)
    if octets is not None:
        fields["body"] = octets
        fields["size"] = len(octets)
    if raw:
        fields["raw"] = raw
    return fields


def make_message(spec: dict[str, Any], index: int) -> Message:
    """A message from its JSON form; what is not given gets plausible values."""
    fields = message_fields(spec)
    time_of = fields.get("created") or fields.get("received") or ANCHOR - 3600 * index
    fields.setdefault("created", time_of)
    fields.setdefault("received", fields["created"])
    fields.setdefault("sent", fields["received"])
    fields.setdefault("modified", fields["created"] if fields["created"] is not None else time_of)
    fields.setdefault("folder", "inbox")
    fields.setdefault("subject", f"Message {index}")
    fields.setdefault("sender", Address("Sender Example", "sender@example.com"))
    fields.setdefault("to", (Address("Recipient Example", "recipient@example.com"),))
    fields.setdefault("internet_id", f"<spec.{index}.{time_of}@sandbox.example>")
    fields.setdefault("conversation", f"AAQkSPEC{index:012d}==")
    fields.setdefault("body_seed", index * 7919 + 1)
    fields.setdefault("size", 1500)
    return Message(key=0, **fields)


_LAYOUT = (Place("inbox", 26), Place("sentitems", 12), Place("Projekte", 4),
           Place("Projekte/2024", 4), Place("Projekte/2024/Żółw & März", 3), Place("客户", 4),
           Place("archive", 4), Place("deleteditems", 3), Place("junkemail", 2),
           Place("drafts", 1), Place("PersonMetadata", 1))


def generated(user: str, count: int, seed: int, months: int = 36, sizes: str = "small",
              locale: str = "en", hidden_every: int = 6, shared_with: Iterable[str] = (),
              id_variants: bool = True) -> Mailbox:
    """A mailbox with nested folders, localised names, a hidden folder, and synthesised mail."""
    synth = Synth(user, count, seed, months, sizes, _LAYOUT)
    box = Mailbox(user, seed, synth, locale, shared_with, hidden_every, id_variants)
    for place in _LAYOUT:
        box.add_folder(place.folder, hidden=place.folder == "PersonMetadata")
    box.version = 0
    return box


def from_spec(spec: dict[str, Any], seed: int) -> Mailbox:
    """A mailbox from its JSON form."""
    known = {"user", "append", "generate", "locale", "sharedWith", "hiddenEvery", "folders",
             "messages", "profile", "error", "idVariants"}
    unknown = set(spec) - known
    if unknown:
        raise SpecError(f"unknown member of a mailbox: {sorted(unknown)[0]}")
    user = str(spec.get("user", DEMO_USER))
    make = spec.get("generate") or {}
    options: dict[str, Any] = {"locale": str(spec.get("locale", "en")),
                               "shared_with": spec.get("sharedWith", ()),
                               "hidden_every": int(spec.get("hiddenEvery", 6)),
                               "id_variants": bool(spec.get("idVariants", True))}
    seed = int(make.get("seed", seed))
    if make:
        box = generated(user, int(make["messages"]), seed, int(make.get("months", 36)),
                        str(make.get("sizes", "small")), **options)
    else:
        box = Mailbox(user, seed, None, **options)
    extend(box, spec)
    return box


def extend(box: Mailbox, spec: dict[str, Any]) -> None:
    """Adds the folders and messages of a specification to a mailbox."""
    for folder in spec.get("folders", ()):
        path = str(folder["name"])
        if folder.get("parent"):
            path = f"{box.folder_ref(str(folder['parent'])).key}/{path}"
        box.add_folder(path, bool(folder.get("hidden", False)))
    if spec.get("profile") == "odd":
        for number, message in enumerate(odd_messages()):
            box.add(make_message(message, 900_000 + number))
    for number, message in enumerate(spec.get("messages", ())):
        box.add(make_message(message, number))
    if spec.get("error"):
        error = spec["error"]
        box.error = (int(error["status"]), str(error["code"]), str(error.get("message", "")))


def from_folder(user: str, folder: Path, seed: int, locale: str = "en") -> Mailbox:
    """Every .eml file below a folder, octet for octet; subfolders become mail folders."""
    box = Mailbox(user, seed, None, locale)
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() == ".eml" and p.is_file())
    for number, path in enumerate(files):
        place = "/".join(path.relative_to(folder).parts[:-1])
        box.add(_from_file(path, place or "inbox", number))
    return box


def _addresses(fields: list[str]) -> tuple[Address, ...]:
    return tuple(Address(n or a, a) for n, a in getaddresses(fields) if a)


def _from_file(path: Path, place: str, number: int) -> Message:
    with path.open("rb") as handle:
        head = handle.read(256 * 1024)
    parsed = email.message_from_bytes(head, policy=email.policy.default)

    def texts(name: str) -> list[str]:
        try:
            return [str(v) for v in parsed.get_all(name, [])]
        except (ValueError, IndexError, AttributeError, TypeError):
            return []  # fields too broken for the parser of the standard library

    stat = path.stat()
    when = int(stat.st_mtime)
    try:
        when = int(parsedate_to_datetime(texts("date")[0]).timestamp())
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    sender = _addresses(texts("from"))
    return Message(
        key=0, folder=place, subject=next(iter(texts("subject")), None),
        sender=sender[0] if sender else None, to=_addresses(texts("to")),
        cc=_addresses(texts("cc")), bcc=_addresses(texts("bcc")), created=when, received=when,
        sent=when, modified=max(when, int(min(stat.st_mtime, time.time()))),
        internet_id=next(iter(texts("message-id")), None),
        conversation=f"AAQkFILE{hash_text(str(path)):016x}==", size=stat.st_size,
        path=str(path), body_seed=number)


def demo(messages: int, huge: int, seed: int, sizes: str, mail: Path | None) -> list[Mailbox]:
    """The three mailboxes of the demonstration."""
    if mail is not None:
        alex = from_folder(DEMO_USER, mail, seed)
    else:
        alex = generated(DEMO_USER, messages, seed, 36, sizes, "de")
    shared = generated(SHARED_USER, 300, seed, 24, sizes, "en", shared_with=[DEMO_USER])
    large = generated(HUGE_USER, huge, seed, 60, sizes, "en", shared_with=[DEMO_USER])
    return [alex, shared, large]
