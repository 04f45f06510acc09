"""HTTP by aiohttp, and a fault injector that uses its connections.

Reading requests, keeping connections, chunks and TLS are aiohttp's. What a server takes
care never to do is done here, next to it: resetting a connection in the middle of a body,
sending a wrong length, omitting the last chunk. A request's place is given back before
the client can see the end of the answer, or a correct client that uses all its places
would now and then be refused.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import sys
from typing import Any, Awaitable, Callable, Iterator

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import HttpVersion11, RawRequestMessage, StreamWriter
from multidict import CIMultiDict

from .coding import compress
from .wire import Headers, Request, Response

MAX_HEADER = 128 * 1024
MAX_BODY = 16 * 1024 * 1024
_FRAMING = ("content-length", "transfer-encoding", "connection")

Handler = Callable[[Request, "Connection"], Awaitable[Response]]


class Connection(web.RequestHandler):
    """One connection. `gone` is set when the client has left."""

    _serial = 0

    def __init__(self, manager: web.Server, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(manager, loop=loop, access_log=None,  # type: ignore[arg-type]
                         # clients decide how long an idle connection lasts; a rule or the
                         # control interface closes it for tests
                         keepalive_timeout=86400.0, auto_decompress=False,
                         max_line_size=MAX_HEADER, max_field_size=MAX_HEADER)
        self.gone = asyncio.Event()
        self.peer = ""
        #: set by the application with the first request that is not for the control interface
        self.counted = False
        Connection._serial += 1
        self.number = Connection._serial

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self.peer = str(peer[0]) if peer else ""

    def eof_received(self) -> None:
        super().eof_received()
        self.gone.set()

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self.gone.set()

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """A line instead of a trace: most often it is the client that made a mistake."""
        sys.stderr.write(f"sandbox: {' '.join(map(str, args))}: {kw.get('exc_info')!r}\n")

    async def pause(self, seconds: float) -> bool:
        """Waits, but not longer than the client stays; False when it is gone."""
        if seconds > 0:
            try:
                await asyncio.wait_for(self.gone.wait(), seconds)
            except asyncio.TimeoutError:
                pass
        else:
            await asyncio.sleep(0)  # or nobody would notice during an endless answer
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


class Writer(StreamWriter):
    """Sends exactly the fields an answer has, without those that aiohttp adds by itself."""

    absent: tuple[str, ...] = ()
    #: fields about the framing that a rule sets, whatever the framing is
    added: tuple[tuple[str, str], ...] = ()

    async def write_headers(self, status_line: str, headers: CIMultiDict[str]) -> None:
        for name in self.absent:
            headers.popall(name, None)
        if "Transfer-Encoding" in self.absent:
            self.chunked = False
        for name, value in self.added:
            headers.add(name, value)
        await super().write_headers(status_line, headers)


class Answer(web.StreamResponse):
    """An answer that may end before its end."""

    ended = False

    def end(self) -> None:
        """Nothing more is sent, and the connection is closed."""
        self.ended = True
        self.force_close()

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None if self.ended else await super().prepare(request)

    async def write_eof(self, data: bytes = b"") -> None:
        if not self.ended:
            await super().write_eof(data)


class Exchange:
    """The sending of one answer."""

    def __init__(self, incoming: web.BaseRequest, connection: Connection, request: Request,
                 response: Response) -> None:
        self.incoming, self.connection = incoming, connection
        self.request, self.response = request, response
        writer = incoming.writer
        assert isinstance(writer, Writer)
        self.writer = writer
        #: octets sent past aiohttp
        self.raw = 0
        # HTTP/1.0 knows no chunks: there the end of the connection ends the body
        self.chunked = response.framing == "chunked" and incoming.version >= HttpVersion11
        self.answer = Answer(status=response.status)

    @property
    def sent(self) -> int:
        return self.writer.output_size + self.raw

    def settle(self) -> None:
        """Gives the request's place back; called just before the last octet is handed over."""
        actions, self.response.on_sent = self.response.on_sent, []
        for action in actions:
            action()

    def prepare(self) -> Awaitable[AbstractStreamWriter | None]:
        """Sends status and header fields."""
        response, plan, answer = self.response, self.response.plan, self.answer
        fields = answer.headers
        if response.content_type:
            fields.add("Content-Type", response.content_type)
        for name, value in response.headers:
            if name.lower() in _FRAMING:
                self.writer.added += ((name, value),)
            else:
                fields.add(name, value)
        self.writer.absent = tuple(
            name for name in ("Server", "Date", "Content-Type") if name not in fields)
        if self.chunked:
            answer.enable_chunked_encoding()
        elif response.framing == "length":
            answer.content_length = max(0, len(response.body) + plan.length_delta)
        else:
            self.writer.absent += ("Transfer-Encoding",)
            answer.force_close()
        if plan.close_after:
            answer.force_close()
        return answer.prepare(self.incoming)

    async def run(self) -> None:
        response, plan, answer = self.response, self.response.plan, self.answer
        if plan.delay_before and not await self.connection.pause(plan.delay_before):
            return answer.end()
        if plan.hang:
            await self.connection.gone.wait()
            return answer.end()
        if plan.reset_before:
            return self.reset()
        compress(self.request, response)
        if plan.reset_after_headers:
            await self.prepare()
            await self.connection.pause(0.02)  # an RST would overtake octets still in the socket
            return self.reset()
        if self.request.method == "HEAD" or response.status in (204, 304):
            self.settle()
            await self.prepare()
            answer.ended = True  # without a last chunk; the connection stays
            return None
        single = response.stream is None and len(response.body) <= plan.chunk
        if single and plan.cut_at is None and not plan.no_last_chunk:
            self.settle()
            await self.prepare()
            self.writer.length = None  # a wrong Content-Length must not cut the body
            await answer.write_eof(response.body)
        else:
            await self.prepare()
            self.writer.length = None
            await self._stream()
        if plan.length_delta > 0 or plan.close_idle:
            # also where the header has promised to keep the connection
            answer.force_close()
        return None

    def reset(self) -> None:
        self.settle()
        self.connection.reset()
        self.answer.end()

    async def _stream(self) -> None:
        """Sends a body in pieces, one behind, so that the last one is known to be the last."""
        response, plan, answer = self.response, self.response.plan, self.answer
        pieces = response.stream if response.stream is not None else _cut(response.body, plan.chunk)
        held = b""
        done = 0
        for piece in pieces:
            if not piece:
                continue
            if plan.cut_at is not None and done + len(piece) >= plan.cut_at:
                if held:
                    await answer.write(held)
                return await self._cut_off(piece[:plan.cut_at - done])
            done += len(piece)
            if held:
                await answer.write(held)
                if plan.delay_chunks and not await self.connection.pause(plan.delay_chunks()):
                    return answer.end()
            held = piece
        self.settle()
        if plan.no_last_chunk:
            await answer.write(held)
            answer.end()
        else:
            await answer.write_eof(held)
            if plan.cut_at is not None:
                answer.force_close()
        return None

    async def _cut_off(self, piece: bytes) -> None:
        """The last piece before a cut; a chunk announces a size that is never reached."""
        transport = self.connection.transport
        if transport is None or transport.is_closing():
            return self.answer.end()
        if self.chunked:
            piece = b"%x\r\n%b" % (len(piece) + 16, piece)
        transport.set_write_buffer_limits(0)
        transport.write(piece)
        self.raw += len(piece)
        await self.writer.drain()
        if self.response.plan.cut_reset:
            await self.connection.pause(0.02)  # let the octets leave before the RST discards them
            return self.reset()
        self.settle()
        return self.answer.end()


def _cut(body: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at:at + size]


async def _receive(incoming: web.BaseRequest, connection: Connection) -> Request:
    """The request as the sandbox sees it: target and field names as they were sent."""
    target = incoming.raw_path
    if not target.startswith("/"):
        target = incoming.rel_url.raw_path_qs  # absolute form, RFC 9112, 3.2.2
    request = Request(incoming.method, target,
                      Headers([(n.decode("latin-1"), v.decode("latin-1"))
                               for n, v in incoming.raw_headers]),
                      peer=connection.peer, connection=connection.number)
    if incoming.can_read_body:
        if request.headers.get("expect").lower() == "100-continue":
            await incoming.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            request.body = await incoming.read()
        except web.RequestPayloadError as exc:
            raise web.HTTPBadRequest(text=str(exc)) from exc
    return request


class _Manager(web.Server):
    """aiohttp's list of connections, which are ours."""

    def __call__(self) -> Connection:
        return Connection(self, asyncio.get_running_loop())


def _incoming(message: RawRequestMessage, payload: StreamReader, protocol: web.RequestHandler,
              writer: AbstractStreamWriter, task: asyncio.Task[None]) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, Writer(protocol, loop), task, loop,
                           client_max_size=MAX_BODY)


class HttpServer:
    """Listens on one address and hands requests to a handler."""

    def __init__(self, handler: Handler,
                 on_bytes: Callable[[Request, Response, int], None] | None = None) -> None:
        self.handler = handler
        self.on_bytes = on_bytes or (lambda request, response, count: None)
        self.opened = 0
        self.port = 0
        self._manager: _Manager | None = None
        self._listener: asyncio.AbstractServer | None = None

    @property
    def connections(self) -> list[Connection]:
        found = self._manager.connections if self._manager is not None else []
        return [c for c in found if isinstance(c, Connection)]

    async def _serve(self, incoming: web.BaseRequest) -> web.StreamResponse:
        connection = incoming.protocol
        assert isinstance(connection, Connection)
        try:
            request = await _receive(incoming, connection)
        except ConnectionError:
            left = Answer()
            left.end()
            return left
        response = await self.handler(request, connection)
        exchange = Exchange(incoming, connection, request, response)
        try:
            await exchange.run()
        except ConnectionError:
            exchange.answer.end()
        finally:
            # also for clients that left: their place must not stay taken
            exchange.settle()
            self.on_bytes(request, response, exchange.sent)
        return exchange.answer

    async def start(self, host: str, port: int, context: ssl.SSLContext | None = None) -> None:
        self._manager = _Manager(self._serve, request_factory=_incoming)
        listener = await asyncio.get_running_loop().create_server(
            self._manager, host, port, ssl=context, backlog=512)
        self._listener = listener
        self.port = listener.sockets[0].getsockname()[1]

    def close_connections(self) -> int:
        """Closes every open connection in an orderly way; returns how many there were.

        It happens after the current step of the loop, so that the request which asked for it
        is still answered.
        """
        loop = asyncio.get_running_loop()
        transports = [c.transport for c in self.connections if c.transport is not None]
        for transport in transports:
            loop.call_soon(transport.close)
        return len(transports)

    async def stop(self) -> None:
        if self._listener is not None:
            self._listener.close()
        for connection in self.connections:
            if connection.transport is not None:
                connection.transport.abort()
        if self._manager is not None:
            # aborted connections end their handlers at once; the time is for a long listing
            await self._manager.shutdown(1.0)


__all__ = ["Connection", "HttpServer"]
