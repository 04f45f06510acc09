"""What a ClientHello offers (RFC 8446 4.1.2), from the first TLS record of a connection."""

from __future__ import annotations

from dataclasses import dataclass

#: TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746), which is no suite
SCSV = 0x00FF


class Octets:
    """Numbers and vectors, one after the other."""

    def __init__(self, octets: bytes) -> None:
        self.rest = octets

    def take(self, count: int) -> bytes:
        taken, self.rest = self.rest[:count], self.rest[count:]
        assert len(taken) == count
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        return self.take(self.number(size))


def numbers(octets: bytes) -> list[int]:
    return [int.from_bytes(octets[at:at + 2], "big") for at in range(0, len(octets), 2)]


@dataclass(frozen=True)
class Hello:
    """Numbers as IANA registers them."""

    random: bytes
    suites: list[int]  # without the SCSV
    extensions: dict[int, bytes]
    size: int  # of the message, with its own header

    def _list(self, extension: int) -> list[int]:
        content = self.extensions.get(extension)
        return [] if content is None else numbers(Octets(content).vector(2))

    @property
    def groups(self) -> list[int]:
        return self._list(10)

    @property
    def signatures(self) -> list[int]:
        return self._list(13)

    @property
    def key_shares(self) -> list[int]:
        """Groups with a key share, RFC 8446 4.2.8."""
        shares = Octets(Octets(self.extensions.get(51, b"\0\0")).vector(2))
        found = []
        while shares.rest:
            found.append(shares.number(2))
            shares.vector(2)
        return found


def read_hello(record: bytes) -> Hello:
    assert record[0] == 22, "no handshake record"
    size = len(record) - 5
    message = Octets(record[5:])
    assert message.number(1) == 1, "no ClientHello"
    body = Octets(message.vector(3))
    body.take(2)
    random = body.take(32)
    body.vector(1)
    suites = [suite for suite in numbers(body.vector(2)) if suite != SCSV]
    body.vector(1)
    extensions: dict[int, bytes] = {}
    found = Octets(body.vector(2))
    while found.rest:
        kind = found.number(2)
        extensions[kind] = found.vector(2)
    return Hello(random, suites, extensions, size)
