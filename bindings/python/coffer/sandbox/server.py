"""A small HTTP/1.1 server on asyncio.

Written for this purpose because the sandbox must do what servers take care never to do:
reset a connection in the middle of a body, send a wrong length, omit the last chunk. It
also has to give a request's place back before the client can see the end of the answer,
or a correct client that uses all its places would now and then be refused.
"""

from __future__ import annotations

import asyncio
import http
import socket
import ssl
import struct
import zlib
from typing import Awaitable, Callable, Iterator

from .wire import Headers, Plan, Request, Response

MAX_HEADER = 128 * 1024
MAX_BODY = 16 * 1024 * 1024
_SMALL = 128 * 1024

Handler = Callable[[Request, "Connection"], Awaitable[Response]]


class BadRequest(Exception):
    """A request that cannot be parsed."""


class Connection(asyncio.StreamReaderProtocol):
    """One connection. `gone` is set when the client has left."""

    _serial = 0

    def __init__(self, server: "HttpServer") -> None:
        self.reader = asyncio.StreamReader(limit=MAX_HEADER)
        super().__init__(self.reader)
        self.server = server
        self.transport: asyncio.Transport | None = None
        self.gone = asyncio.Event()
        self.peer = ""
        self.sent = 0
        #: set by the application with the first request that is not for the control interface
        self.counted = False
        self._room = asyncio.Event()
        self._room.set()
        Connection._serial += 1
        self.number = Connection._serial
        self._serving: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        peer = transport.get_extra_info("peername")
        self.peer = str(peer[0]) if peer else ""
        self.server.connections.add(self)
        self._serving = asyncio.get_running_loop().create_task(self._serve())

    def eof_received(self) -> bool:
        super().eof_received()
        self.gone.set()
        self._room.set()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.gone.set()
        self._room.set()
        self.server.connections.discard(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._room.clear()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._room.set()

    # -- sending ---------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing() and data:
            self.sent += len(data)
            self.transport.write(data)

    async def drain(self) -> bool:
        """Waits for room; False when the client is gone."""
        await self._room.wait()
        return not self.gone.is_set()

    async def pause(self, seconds: float) -> bool:
        """Waits, but not longer than the client stays; False when it is gone."""
        if seconds > 0:
            try:
                await asyncio.wait_for(self.gone.wait(), seconds)
            except asyncio.TimeoutError:
                pass
        return not self.gone.is_set()

    def reset(self) -> None:
        """Ends the connection by RST: SO_LINGER with a time of zero discards what is queued."""
        if self.transport is None:
            return
        sock = self.transport.get_extra_info("socket")
        if sock is not None:
            try:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except OSError:
                pass
        self.transport.abort()

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()

    # -- receiving -------------------------------------------------------------------------

    async def _serve(self) -> None:
        try:
            while not self.gone.is_set():
                request = await self._request()
                if request is None:
                    break
                response = await self.server.handler(request, self)
                keep = await self._respond(request, response)
                if not keep:
                    break
        except BadRequest as exc:
            self.write(f"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: "
                       f"{len(str(exc))}\r\nConnection: close\r\n\r\n{exc}".encode())
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.close()

    async def _request(self) -> Request | None:
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        except asyncio.LimitOverrunError as exc:
            raise BadRequest("header too large") from exc
        lines = head[:-4].decode("latin-1").lstrip("\r\n").split("\r\n")
        words = lines[0].split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            raise BadRequest("bad request line")
        items: list[tuple[str, str]] = []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon or name != name.strip() or not name:
                raise BadRequest("bad header field")
            items.append((name, value.strip()))
        headers = Headers(items)
        target = words[1]
        if target.startswith(("http://", "https://")):  # absolute form, RFC 9112, 3.2.2
            target = "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"
        request = Request(words[0], target, headers, peer=self.peer, connection=self.number,
                          version=words[2])
        if headers.get("expect").lower() == "100-continue":
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.body = await self._body(headers)
        return request

    async def _body(self, headers: Headers) -> bytes:
        if "chunked" in headers.get("transfer-encoding").lower():
            pieces: list[bytes] = []
            while True:
                line = await self.reader.readuntil(b"\r\n")
                try:
                    size = int(line.split(b";")[0], 16)
                except ValueError as exc:
                    raise BadRequest("bad chunk") from exc
                if size == 0:
                    while await self.reader.readuntil(b"\r\n") != b"\r\n":
                        pass
                    return b"".join(pieces)
                if sum(map(len, pieces)) + size > MAX_BODY:
                    raise BadRequest("body too large")
                pieces.append(await self.reader.readexactly(size))
                await self.reader.readexactly(2)
        text = headers.get("content-length", "0")
        if not text.isdigit() or int(text) > MAX_BODY:
            raise BadRequest("bad Content-Length")
        return await self.reader.readexactly(int(text)) if text != "0" else b""

    # -- answering -------------------------------------------------------------------------

    async def _respond(self, request: Request, response: Response) -> bool:
        """Sends an answer; returns whether the connection can carry another request."""
        before = self.sent
        keep = True
        try:
            keep = await self._send(request, response)
        finally:
            # also for clients that left: their place must not stay taken
            _settle(response)
            self.server.on_bytes(request, response, self.sent - before)
        return keep

    async def _send(self, request: Request, response: Response) -> bool:
        plan = response.plan
        if plan.delay_before and not await self.pause(plan.delay_before):
            return False
        if plan.hang:
            await self.gone.wait()
            return False
        if plan.reset_before:
            _settle(response)
            self.reset()
            return False
        if plan.raw is not None:
            _settle(response)
            self.write(plan.raw)
            return False
        keep = (request.version == "HTTP/1.1"
                and "close" not in request.headers.get("connection").lower()
                and not plan.close_after and response.framing != "close")
        response = _compressed(request, response)
        chunked = response.framing == "chunked" and request.version == "HTTP/1.1"
        if response.framing == "chunked" and not chunked:
            keep = False  # HTTP/1.0 knows no chunks: the end of the connection ends the body
        head = _head(response, chunked, keep)
        empty = request.method == "HEAD" or response.status in (204, 304)
        if plan.reset_after_headers:
            self.write(head)
            await self.drain()
            await self.pause(0.02)  # an RST would overtake the header still in the socket
            _settle(response)
            self.reset()
            return False
        if empty:
            _settle(response)
            self.write(head)
            return keep
        simple = response.stream is None and plan.cut_at is None and not plan.delay_chunks
        if simple and len(response.body) <= _SMALL:
            _settle(response)
            last = b"" if plan.no_last_chunk else b"0\r\n\r\n"
            body = _chunks(response.body, plan.chunk) + last if chunked else response.body
            self.write(head + body)
            await self.drain()
        elif not await self._stream(response, head, chunked):
            return False
        if plan.no_last_chunk or plan.length_delta > 0 or plan.close_idle:
            return False
        return keep

    async def _stream(self, response: Response, head: bytes, chunked: bool) -> bool:
        """Sends a body in pieces, one behind, so that the last one is known to be the last."""
        plan = response.plan
        pieces = response.stream if response.stream is not None else _cut(response.body, plan.chunk)
        self.write(head)
        held: bytes | None = None
        done = 0
        for piece in pieces:
            if not piece:
                continue
            if plan.cut_at is not None and done + len(piece) >= plan.cut_at:
                piece = piece[:plan.cut_at - done]
                if held is not None:
                    self.write(_chunk(held) if chunked else held)
                # a chunk whose announced size is never reached
                self.write((b"%X\r\n" % (len(piece) + 16) if chunked else b"") + piece)
                await self.drain()
                _settle(response)
                if plan.cut_reset:
                    await self.pause(0.02)  # let the octets leave before the RST discards them
                    self.reset()
                return False
            done += len(piece)
            if held is not None:
                self.write(_chunk(held) if chunked else held)
                if not await self.drain():
                    return False
                if plan.delay_chunks and not await self.pause(plan.delay_chunks()):
                    return False
            held = piece
        _settle(response)
        final = b"" if plan.no_last_chunk else b"0\r\n\r\n"
        body = held or b""
        self.write((_chunk(body) if body else b"") + final if chunked else body)
        await self.drain()
        return plan.cut_at is None


def _settle(response: Response) -> None:
    """Gives the request's place back; called just before the last octet is handed over."""
    actions, response.on_sent = response.on_sent, []
    for action in actions:
        action()


def _chunk(data: bytes) -> bytes:
    return b"%X\r\n%b\r\n" % (len(data), data)


def _cut(body: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at:at + size]


def _chunks(body: bytes, size: int) -> bytes:
    return b"".join(_chunk(piece) for piece in _cut(body, size))


def _gzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    coder = zlib.compressobj(1, zlib.DEFLATED, 31)
    for piece in pieces:
        yield coder.compress(piece)
    yield coder.flush()


def gzip_bytes(body: bytes) -> bytes:
    """RFC 1952, fastest level."""
    return b"".join(_gzip(iter((body,))))


def _compressed(request: Request, response: Response) -> Response:
    codings = [c.split(";")[0].strip() for c in request.headers.get("accept-encoding").split(",")]
    if (response.plan.no_gzip or "gzip" not in codings or response.header("content-encoding")
            or (response.stream is None and len(response.body) < 512)):
        return response
    if response.stream is not None:
        response.stream = _gzip(response.stream)
    else:
        response.body = response.gzipped or gzip_bytes(response.body)
    response.headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
    return response


def _head(response: Response, chunked: bool, keep: bool) -> bytes:
    try:
        reason = http.HTTPStatus(response.status).phrase
    except ValueError:
        reason = "Unknown"
    lines = [f"HTTP/1.1 {response.status} {reason}"]
    if response.content_type:
        lines.append(f"Content-Type: {response.content_type}")
    if chunked:
        lines.append("Transfer-Encoding: chunked")
    elif response.framing == "length" and response.status != 204:
        lines.append(f"Content-Length: {max(0, len(response.body) + response.plan.length_delta)}")
    lines += [f"{name}: {value}" for name, value in response.headers]
    if not keep:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


class HttpServer:
    """Listens on one address and hands requests to a handler."""

    def __init__(self, handler: Handler,
                 on_bytes: Callable[[Request, Response, int], None] | None = None) -> None:
        self.handler = handler
        self.on_bytes = on_bytes or (lambda request, response, count: None)
        self.connections: set[Connection] = set()
        self.opened = 0
        self._server: asyncio.AbstractServer | None = None
        self.port = 0

    async def start(self, host: str, port: int, context: ssl.SSLContext | None = None) -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(self), host, port, ssl=context,
                                          backlog=512)
        self._server = server
        self.port = server.sockets[0].getsockname()[1]

    def close_connections(self) -> int:
        """Closes every open connection in an orderly way; returns how many there were."""
        count = len(self.connections)
        for connection in list(self.connections):
            connection.close()
        return count

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            if connection.transport is not None:
                connection.transport.abort()


__all__ = ["BadRequest", "Connection", "HttpServer", "Plan", "gzip_bytes"]
