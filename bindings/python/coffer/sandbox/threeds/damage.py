"""What each fault does to a message, to its sealing, and to the answer that carries it."""

from __future__ import annotations

import json
import os
from typing import Any, Iterator

from ..damage import damage_connection, damage_headers
from ..wire import Response
from . import jwe
from .keys import b64, unb64

_HTML = b"<!DOCTYPE html><html><body><h1>Service unavailable</h1></body></html>"


def message_text(message: dict[str, Any], faults: list[dict[str, Any]]) -> str:
    """The JSON text of a message after all `message` faults."""
    message = json.loads(json.dumps(message))
    duplicates: list[tuple[str, Any]] = []
    for fault in faults:
        if "text" in fault:
            return str(fault["text"])
        for path, value in dict(fault.get("set", {})).items():
            holder, name = _holder(message, path)
            holder[name] = value
        for path in fault.get("remove", ()):
            holder, name = _holder(message, path)
            holder.pop(name, None)
        if "duplicate" in fault:
            name = fault["duplicate"]
            duplicates.append((name, message.get(name, "")))
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    if not _is_utf8(text):
        text = json.dumps(message, separators=(",", ":"))  # half a surrogate pair, escaped
    for name, value in duplicates:
        text = f"{text[:-1]},{json.dumps(name)}:{json.dumps(value, separators=(',', ':'))}}}"
    return text


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _holder(message: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """`a.b` is the member b of the object a."""
    *outer, name = path.split(".")
    holder: Any = message
    for step in outer:
        holder = holder.setdefault(step, {})
    return holder, name


def sealed(text: str, how: str, header: dict[str, Any], enc: str, cek: bytes,
           counter: int) -> tuple[str, str]:
    """The body of a CRes and its enc; `how` is "" or that of a `jwe` fault."""
    plain = text.encode("utf-8", "surrogatepass")
    if how == "clear":
        return text, ""
    if how == "other-enc":
        enc = jwe.GCM if enc == jwe.CBC else jwe.CBC
    iv: bytes | None = None if how == "random-iv" else jwe.iv_to_app(counter)
    if how == "bad-utf8":
        plain = plain[:-1] + b',"x":"\xff\xfe"}'
    header = {**header, "enc": enc, **_HEADERS.get(how, {})}
    if how == "no-kid":
        del header["kid"]
    key = jwe.key_to_app(os.urandom(32) if how == "other-key" else cek, enc)
    words: dict[str, Any] | str = header
    if how == "duplicate-header":
        words = json.dumps(header, separators=(",", ":"))[:-1] + f',"enc":"{enc}"}}'
    elif how == "header-not-json":
        words = "alg=dir"
    token = jwe.seal(words, enc, key, plain, iv, b"key" if how == "encrypted-key" else b"")
    return _changed(token, how), enc


_HEADERS: dict[str, dict[str, Any]] = {
    "other-kid": {"kid": "00000000-0000-4000-8000-000000000000"}, "zip": {"zip": "DEF"},
    "crit": {"crit": ["exp"], "exp": 4102444800}, "alg": {"alg": "A128KW"},
    "unknown-enc": {"enc": "A256GCM"},
}


def _changed(token: str, how: str) -> str:
    parts = token.split(".")
    for part, name in ((4, "bad-tag"), (3, "bad-ciphertext")):
        if how == name:
            octets = bytearray(unb64(parts[part]))
            octets[-1] ^= 1
            parts[part] = b64(bytes(octets))
    if how == "bad-aad":
        parts[0] = b64(unb64(parts[0]).replace(b"{", b"{ ", 1))
    elif how == "short-tag":
        parts[4] = b64(unb64(parts[4])[:8])
    elif how == "short-iv":
        parts[2] = b64(unb64(parts[2])[:8])
    elif how == "bad-base64":
        parts[3] = "*" + parts[3][1:]
    elif how == "padded-base64":
        parts[4] += "=="
    elif how == "four-parts":
        parts = parts[:4]
    elif how == "six-parts":
        parts.append("AAAA")
    token = ".".join(parts)
    return f"\r\n {token} \r\n" if how == "white-space" else token


def _endless(first: bytes) -> Iterator[bytes]:
    yield first
    while True:
        yield b"A" * 16384


def answer(response: Response, faults: list[dict[str, Any]], elsewhere: str) -> Response:
    """Applies what happens to the answer itself, not to its content."""
    for fault in faults:
        kind = fault["type"]
        if kind == "http":
            _http(response, fault)
        elif kind == "redirect":
            response.status = int(fault.get("status", 302))
            target = {"elsewhere": elsewhere}.get(str(fault.get("to", "elsewhere")),
                                                  str(fault.get("url", "")))
            response.headers.append(("Location", target))
            response.body, response.content_type = b"", ""
        elif kind == "latency":
            seconds = float(fault["seconds"])
            if fault.get("where", "before") == "before":
                response.plan.delay_before += seconds
            else:
                response.plan.delay_chunks = lambda: seconds
                response.plan.chunk = int(fault.get("chunk", 100))
        elif kind == "connection":
            damage_connection(response, fault)
        elif kind == "headers":
            damage_headers(response, fault)
    return response


def _http(response: Response, fault: dict[str, Any]) -> None:
    how = fault["how"]
    response.status = int(fault.get("status", 200))
    response.content_type = str(fault.get("contentType", response.content_type))
    if how == "html":
        response.body = _HTML
        response.content_type = str(fault.get("contentType", "text/html; charset=utf-8"))
    elif how == "empty":
        response.body = b""
    elif how == "text":
        response.body = str(fault["text"]).encode() if "text" in fault else response.body
    elif how == "large":
        response.body = response.body + b"A" * (16 << 20)
    elif how == "deep":
        response.body = b"[" * 100_000 + b"]" * 100_000
    else:
        start = b'{"messageType":"CRes","acsHTML":"' if how == "endless-json" else response.body
        response.stream, response.body, response.framing = _endless(start), b"", "chunked"
        response.plan.delay_chunks = lambda: 0.0


def json_answer(text: str, status: int = 200) -> Response:
    return Response(status, text.encode("utf-8", "surrogatepass"),
                    "application/json; charset=utf-8")


__all__ = ["answer", "json_answer", "message_text", "sealed"]
