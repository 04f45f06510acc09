"""What a mailbox holds: messages and folders."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Address(NamedTuple):
    """A recipient; the address may be an X.500 name for removed users."""

    name: str
    address: str


@dataclass(slots=True)
class Message:
    """One message. Times are seconds since the epoch; None is JSON null."""

    key: int
    folder: str
    subject: str | None = None
    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    created: int | None = None
    modified: int | None = None
    received: int | None = None
    sent: int | None = None
    internet_id: str | None = None
    conversation: str = ""
    draft: bool = False
    read: bool = True
    attachments: bool = False
    importance: str = "normal"
    categories: tuple[str, ...] = ()
    #: OData subtype such as `#microsoft.graph.eventMessageRequest`, empty for a plain message
    kind: str = ""
    #: size of a synthesised body
    size: int = 4096
    #: the octets of the body when they are given rather than synthesised
    body: bytes | None = None
    #: a file whose octets are the body
    path: str = ""
    body_seed: int = 0
    generation: int = 0
    version: int = 0
    #: (status, code, message) answered by `$value`
    value_error: tuple[int, str, str] | None = None
    #: a listing page holding this item answers 500
    list_error: bool = False
    id_override: str = ""
    immutable_override: str = ""
    #: JSON members that replace the computed ones as they stand
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Folder:
    """One folder; `key` is a well-known name or a path made of display names."""

    key: str
    id: str
    name: str
    parent: str = "msgfolderroot"
    hidden: bool = False
    #: not below the root, so not part of `/messages` (Recoverable Items)
    outside: bool = False


WELL_KNOWN = (
    "archive", "clutter", "conflicts", "conversationhistory", "deleteditems", "drafts", "inbox",
    "junkemail", "localfailures", "msgfolderroot", "outbox", "recoverableitemsdeletions",
    "scheduled", "searchfolders", "sentitems", "serverfailures", "syncissues",
)

#: localised display names of the folders every mailbox has
NAMES: dict[str, dict[str, str]] = {
    "en": {"msgfolderroot": "Top of Information Store", "inbox": "Inbox", "drafts": "Drafts",
           "sentitems": "Sent Items", "deleteditems": "Deleted Items", "junkemail": "Junk Email",
           "outbox": "Outbox", "archive": "Archive",
           "conversationhistory": "Conversation History",
           "recoverableitemsdeletions": "Deletions"},
    "de": {"msgfolderroot": "Oberste Ebene des Informationsspeichers", "inbox": "Posteingang",
           "drafts": "Entwürfe", "sentitems": "Gesendete Elemente",
           "deleteditems": "Gelöschte Elemente", "junkemail": "Junk-E-Mail",
           "outbox": "Postausgang", "archive": "Archiv",
           "conversationhistory": "Aufgezeichnete Unterhaltungen",
           "recoverableitemsdeletions": "Deletions"},
}
