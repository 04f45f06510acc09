"""Bodies of messages: RFC 5322 octets made from a message's metadata.

The same metadata gives the same octets each time. Large bodies come in pieces, so that a
message of 150 MB costs no memory. Lines end in CRLF (RFC 5322, 2.1).
"""

from __future__ import annotations

import base64
import functools
import random
from email.utils import formatdate
from pathlib import Path
from typing import Iterator

from .model import Address, Message

_PIECE = 64 * 1024

_WORDS = ("the plan for next week includes a visit to plant two where numbers from accounting "
          "will be compared with orders placed since march please bring notes about delivery "
          "dates open questions budget travel and anything else that should be decided before "
          "summer thank you very much kind regards team project customer invoice report").split()


@functools.lru_cache(maxsize=1)
def _prose() -> bytes:
    """128 KiB of prose in lines of at most 76 characters."""
    rng = random.Random(20)
    lines: list[str] = []
    total = 0
    while total < 131072:
        line = ""
        while len(line) < 60:
            line += rng.choice(_WORDS) + " "
        lines.append(line.rstrip()[:76])
        total += len(lines[-1]) + 2
    return ("\r\n".join(lines) + "\r\n").encode()


@functools.lru_cache(maxsize=1)
def _blob() -> bytes:
    """About 1 MiB of base64 in lines of 76 characters, as an attachment's transfer form."""
    raw = random.Random(21).randbytes(57 * 13000)
    return b"".join(base64.b64encode(raw[n:n + 57]) + b"\r\n" for n in range(0, len(raw), 57))


def _encoded_word(text: str) -> str:
    """RFC 2047 words for anything beyond printable ASCII."""
    if all(32 <= ord(c) < 127 for c in text):
        return text
    words: list[str] = []
    piece = ""
    for char in text:
        if len((piece + char).encode("utf-8", "replace")) > 42:
            words.append(piece)
            piece = ""
        piece += char
    words.append(piece)
    return "\r\n ".join("=?utf-8?B?" + base64.b64encode(w.encode("utf-8", "replace")).decode()
                        + "?=" for w in words)


def _folded(name: str, text: str) -> str:
    """A field, folded at spaces so that no line passes 78 characters where possible."""
    line, out = f"{name}:", []
    for word in text.split(" "):
        if len(line) + 1 + len(word) > 76 and not line.endswith(":"):
            out.append(line)
            line = ""
        line += " " + word
    out.append(line)
    return "\r\n".join(out)


def _mailbox(person: Address) -> str:
    name = _encoded_word(person.name)
    if name == person.name:
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if "@" not in person.address:
        return f"{name} <IMCEAEX-{person.address[-20:].replace('/', '_')}@sandbox.example>"
    return f"{name} <{person.address}>"


def _people(name: str, people: tuple[Address, ...]) -> str:
    return f"{name}: " + ",\r\n ".join(_mailbox(p) for p in people)


def header(message: Message, content_type: str) -> str:
    """The header of a synthesised body, with the trace fields Exchange puts first."""
    lines: list[str] = []
    if not message.draft and message.received is not None:
        date = formatdate(message.received, usegmt=True)
        lines += ["Received: from AM0PR01MB0001.eurprd01.prod.example (2001:db8::1) by\r\n"
                  " AM0PR01MB0002.eurprd01.prod.example with HTTPS;\r\n " + date]
    if message.sender is not None:
        lines.append(_people("From", (message.sender,)))
    if message.to:
        lines.append(_people("To", message.to))
    if message.cc:
        lines.append(_people("CC", message.cc))
    if message.bcc:
        lines.append(_people("BCC", message.bcc))
    if message.subject is not None:
        clean = message.subject.replace("\r", " ").replace("\n", " ")
        lines.append(_folded("Subject", _encoded_word(clean)))
    if not message.draft and message.sent is not None:
        lines.append("Date: " + formatdate(message.sent, usegmt=True))
    if message.internet_id and not message.draft:
        lines.append("Message-ID: " + message.internet_id)
    lines += ["X-MS-Has-Attach: " + ("yes" if message.attachments else ""),
              "X-MS-Exchange-Organization-SCL: -1",
              "Content-Type: " + content_type, "MIME-Version: 1.0"]
    return "\r\n".join(lines) + "\r\n\r\n"


def _slice(pool: bytes, seed: int, length: int) -> Iterator[bytes]:
    """`length` octets of a pool of lines, cyclic, from a line chosen by the seed."""
    at = pool.find(b"\n", seed % (len(pool) - 200)) + 1
    while length > 0:
        piece = pool[at:at + min(length, _PIECE)]
        if not piece:
            at = 0
            continue
        at += len(piece)
        length -= len(piece)
        if length == 0 and piece.endswith(b"\r"):
            piece = piece[:-1] + b"."  # a CR never stands alone
        yield piece


def _synthesised(message: Message) -> Iterator[bytes]:
    seed = message.body_seed
    attach = message.size > 24000
    local = (message.internet_id or f"<{seed}@x>").strip("<>").split("@")[0]
    boundary = f"_000_{local}_"
    if attach:
        kind = f'multipart/mixed;\r\n boundary="{boundary}"'
    elif seed % 3 == 0:
        kind = f'multipart/alternative;\r\n boundary="{boundary}"'
    else:
        kind = 'text/plain; charset="utf-8"'
    head = header(message, kind).encode("ascii", "replace")
    tail = b""
    text = max(200, min(message.size - len(head), 6000 if attach else 1 << 30))
    if attach:
        head += (f'--{boundary}\r\nContent-Type: text/plain; charset="utf-8"\r\n\r\n').encode()
        middle = (f"\r\n--{boundary}\r\nContent-Type: application/octet-stream;\r\n"
                  f' name="data-{seed}.bin"\r\nContent-Disposition: attachment;\r\n'
                  f' filename="data-{seed}.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n').encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        yield head
        yield from _slice(_prose(), seed, text)
        yield middle
        rest = message.size - len(head) - text - len(middle) - len(tail)
        if rest > 0:
            yield from _slice(_blob(), seed, rest)
        yield tail
        return
    if seed % 3 == 0:
        plain = 'Content-Type: text/plain; charset="utf-8"\r\n\r\n'
        html = ('Content-Type: text/html; charset="utf-8"\r\n'
                "Content-Transfer-Encoding: quoted-printable\r\n\r\n<html><body><p>")
        first = f"--{boundary}\r\n{plain}".encode()
        middle = f"\r\n--{boundary}\r\n{html}".encode()
        tail = f"</p></body></html>\r\n--{boundary}--\r\n".encode()
        rest = max(80, message.size - len(head) - len(first) - len(middle) - len(tail))
        yield head + first
        yield from _slice(_prose(), seed, rest // 2)
        yield middle
        yield from _slice(_prose(), seed + 1, rest - rest // 2)
        yield tail
        return
    yield head
    yield from _slice(_prose(), seed, max(2, message.size - len(head) - 2))
    yield b"\r\n"


def _file(path: str) -> Iterator[bytes]:
    with Path(path).open("rb") as handle:
        while piece := handle.read(_PIECE):
            yield piece


def body(message: Message) -> Iterator[bytes]:
    """The octets of a message, in pieces."""
    if message.path:
        return _file(message.path)
    if message.body is not None:
        return iter((message.body,))
    return _synthesised(message)


def native_body(message: Message) -> int:
    """PidTagNativeBody (MS-OXPROPS): 1 plain text, 3 HTML."""
    if message.body is not None or message.path:
        return 1
    return 3 if message.size <= 24000 and message.body_seed % 3 == 0 else 1
