"""Requests, responses, and the ways in which a response can go wrong on the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator
from urllib.parse import unquote, unquote_plus

JSON_TYPE = ("application/json;odata.metadata=minimal;odata.streaming=true;"
             "IEEE754Compatible=false;charset=utf-8")


class Headers:
    """Header fields in order, found without regard to case (RFC 9110, 5.1)."""

    def __init__(self, items: list[tuple[str, str]]) -> None:
        self.items = items

    def get(self, name: str, default: str = "") -> str:
        """All values of a field joined by commas, or the default."""
        name = name.lower()
        values = [v for n, v in self.items if n.lower() == name]
        return ", ".join(values) if values else default

    def has(self, name: str) -> bool:
        name = name.lower()
        return any(n.lower() == name for n, _ in self.items)


@dataclass
class Request:
    """One request as it arrived."""

    method: str
    target: str
    headers: Headers
    body: bytes = b""
    peer: str = ""
    connection: int = 0

    def __post_init__(self) -> None:
        path, _, query = self.target.partition("?")
        self.path = path
        self.query_text = query
        #: path segments split before decoding, so that `%2F` stays inside its segment
        self.raw_segments = [s for s in path.split("/") if s]
        self.segments = [unquote(s) for s in self.raw_segments]
        self._query: dict[str, str] | None = None

    @property
    def query(self) -> dict[str, str]:
        """Query options; the last one wins, names as sent."""
        if self._query is None:
            self._query = {}
            for part in self.query_text.split("&"):
                if part:
                    name, _, value = part.partition("=")
                    self._query[unquote_plus(name)] = unquote_plus(value)
        return self._query

    def json(self) -> Any:
        return json.loads(self.body.decode("utf-8"))

    def preferences(self) -> list[str]:
        """The members of all Prefer fields (RFC 7240)."""
        return [p.strip() for p in self.headers.get("prefer").split(",") if p.strip()]


@dataclass
class Plan:
    """What to do wrong while sending."""

    reset_before: bool = False
    reset_after_headers: bool = False
    #: cut the body after so many octets, by a reset or by an orderly close
    cut_at: int | None = None
    cut_reset: bool = True
    no_last_chunk: bool = False
    length_delta: int = 0
    hang: bool = False
    close_after: bool = False
    #: keeps the connection by its header, then closes it just after the answer
    close_idle: bool = False
    delay_before: float = 0.0
    delay_chunks: Callable[[], float] | None = None
    chunk: int = 16384
    no_gzip: bool = False


@dataclass
class Response:
    """An answer: fixed octets, or pieces that are made while sending."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    stream: Iterator[bytes] | None = None
    #: length, chunked, or close (the end of the connection ends the body)
    framing: str = "length"
    plan: Plan = field(default_factory=Plan)
    #: already coded octets of the body, kept by the page cache
    gzipped: bytes | None = None
    #: what the routes found out, for the metrics and the rules
    error_code: str = ""
    on_sent: list[Callable[[], None]] = field(default_factory=list)

    def header(self, name: str) -> str:
        return Headers(self.headers).get(name)


def dumps(value: Any) -> bytes:
    """JSON in UTF-8; escapes where a lone surrogate leaves no other way."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode("ascii")


def json_response(value: Any, status: int = 200, chunked: bool = True) -> Response:
    """A JSON answer; Graph sends successful ones chunked."""
    return Response(status, dumps(value), JSON_TYPE, framing="chunked" if chunked else "length")
