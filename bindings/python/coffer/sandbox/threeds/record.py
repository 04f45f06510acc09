"""What arrived, as a test wants to read it."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

from ..wire import Request

_MOST = 5000


@dataclass
class Entry:
    """One request and its answer."""

    number: int
    kind: str
    method: str
    path: str
    #: names in lower case
    headers: dict[str, str]
    body: str
    connection: int
    card: str = ""
    version: str = ""
    acsTransID: str = ""
    round: int = 0
    #: of a JWE: its header, enc, and IV in hex
    header: dict[str, Any] = field(default_factory=dict)
    enc: str = ""
    iv: str = ""
    #: the clear text, and what it says
    text: str = ""
    message: Any = None
    #: members that no table of the specification has
    unknown: list[str] = field(default_factory=list)
    #: what is wrong with an Erro
    problems: list[str] = field(default_factory=list)
    #: the Erro that a request got because it broke the protocol
    refused: dict[str, str] | None = None
    rules: list[str] = field(default_factory=list)
    status: int = 0
    #: the clear text of the answer, and its enc
    reply: str = ""
    replyEnc: str = ""


class Record:
    """The last requests, oldest first."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=_MOST)
        self.count = 0

    def add(self, kind: str, request: Request) -> Entry:
        self.count += 1
        entry = Entry(self.count, kind, request.method, request.path,
                      {n.lower(): v for n, v in request.headers.items},
                      request.body.decode("utf-8", "replace"), request.connection)
        self.entries.append(entry)
        return entry

    def clear(self) -> None:
        self.entries.clear()

    def as_json(self, kind: str = "") -> list[dict[str, Any]]:
        return [asdict(e) for e in self.entries if kind in ("", e.kind)]
