"""A server that writes down what arrives: octets, header fields, connections, handshakes, times.

HTTP/1.0 and 1.1, over TLS where it is given a context. What it answers is a function's decision.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

LIMIT = 60.0  # seconds that anything may take


@dataclass
class Connection:
    """One TCP connection, from the peer's side."""

    number: int
    peer: tuple[str, int]
    opened: float
    hello: bytes = b""  # the first TLS record as it came: the ClientHello
    tls: str = ""  # TLSv1.3
    cipher: str = ""
    bits: int = 0
    alpn: str = ""
    sni: str = ""
    certificate: bytes = b""  # the client's, DER
    resumed: bool = False
    refused: str = ""  # why no TLS came about
    end: str = ""  # eof (orderly), reset, ours
    closed: float = 0.0
    requests: list[Request] = field(default_factory=list)


@dataclass
class Request:
    """One request as it arrived."""

    connection: Connection
    at: float  # time.monotonic() when its last octet had come
    began: float  # when its first octet had come
    line: str
    fields: list[tuple[str, str]]
    head: bytes
    wire: bytes = b""  # the body as it came
    body: bytes = b""  # without chunks
    chunks: list[int] = field(default_factory=list)  # their sizes

    @property
    def method(self) -> str:
        return self.line.split(" ")[0]

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]

    @property
    def version(self) -> str:
        return self.line.split(" ")[2]

    def header(self, name: str) -> str | None:
        """The value of that field, several joined by commas; None: it is not there."""
        values = [value for key, value in self.fields if key.lower() == name.lower()]
        return ", ".join(values) if values else None


@dataclass
class Answer:
    """What goes back. With `raw` it is exactly these octets, and the connection ends."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    reason: str = "OK"
    raw: bytes | None = None
    close: bool = False
    #: a server that the client speaks to from now on, past a 200
    tunnel: tuple[str, int] | None = None
    #: called with the function that sends, instead of everything above
    send: Callable[[Callable[[bytes], None]], None] | None = None

    def octets(self) -> bytes:
        if self.raw is not None:
            return self.raw
        lines = [f"HTTP/1.1 {self.status} {self.reason}"]
        fields = dict(self.headers)
        if self.status != 304:
            fields.setdefault("Content-Length", str(len(self.body)))
        lines += [f"{name}: {value}" for name, value in fields.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + self.body


#: None: no answer, until the server is closed
Decide = Callable[[Request], Answer | None]


class Input:
    """Octets of a connection, taken by lines and by counts; all are kept."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream, self._rest, self.taken, self.first = stream, b"", b"", 0.0

    def _more(self) -> None:
        piece = self._stream.recv(65536)
        if not piece:
            raise EOFError
        if not self._rest and not self.taken:
            self.first = time.monotonic()
        self._rest += piece

    def until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            self._more()
        return self.exactly(self._rest.index(mark) + len(mark))

    def exactly(self, count: int) -> bytes:
        while len(self._rest) < count:
            self._more()
        piece, self._rest = self._rest[:count], self._rest[count:]
        self.taken += piece
        return piece

    def start_over(self) -> None:
        self.taken = b""
        self.first = time.monotonic() if self._rest else 0.0


def read_chunks(source: Input, request: Request) -> None:
    while True:
        size = int(source.until(b"\r\n").split(b";")[0], 16)
        request.body += source.exactly(size)
        source.exactly(2)
        if size == 0:
            return
        request.chunks.append(size)


def read_request(source: Input, connection: Connection) -> Request:
    source.start_over()
    head = source.until(b"\r\n\r\n")
    line, *fields = head[:-4].decode("latin-1").split("\r\n")
    pairs = [(name, value.strip()) for name, _, value in (text.partition(":") for text in fields)]
    request = Request(connection, 0.0, source.first, line, pairs, head)
    if (request.header("Transfer-Encoding") or "") == "chunked":
        read_chunks(source, request)
    else:
        request.body = source.exactly(int(request.header("Content-Length") or 0))
    request.wire = source.taken[len(head):]
    request.at = time.monotonic()
    return request


def first_record(stream: socket.socket) -> bytes:
    """The first TLS record, which stays where it is; less of it where the client ends before."""
    whole = socket.MSG_PEEK | socket.MSG_WAITALL
    head = stream.recv(5, whole)
    return stream.recv(5 + int.from_bytes(head[3:5], "big"), whole) if len(head) == 5 else head


def server_name(hello: bytes) -> str:
    """The name that a ClientHello asks for (RFC 6066 3), as it was sent; empty without one."""
    at = 5 + 4 + 2 + 32  # record, handshake message, version, random
    for length in (1, 2, 1):  # session, cipher suites, compression
        at += length + int.from_bytes(hello[at:at + length], "big")
    at += 2
    while at + 4 <= len(hello):
        kind, size = (int.from_bytes(hello[at + i:at + i + 2], "big") for i in (0, 2))
        if kind == 0:
            return hello[at + 9:at + 4 + size].decode("latin-1")
        at += 4 + size
    return ""


def relay(client: socket.socket, target: tuple[str, int]) -> None:
    """Octets both ways until one side ends."""
    with socket.create_connection(target, LIMIT) as server:
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        other = {client: server, server: client}
        while True:
            for stream in select.select(list(other), [], [], LIMIT)[0]:
                piece = stream.recv(65536)
                if not piece:
                    return
                other[stream].sendall(piece)


class Recorder:
    """Listens from construction until close(); `decide` answers each request."""

    def __init__(self, decide: Decide, *, context: ssl.SSLContext | None = None,
                 host: str = "127.0.0.1", port: int = 0, path: str = "/v1.0") -> None:
        self.decide, self.context, self.path = decide, context, path
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family, backlog=64)
        self.host, self.port = host, int(self._listener.getsockname()[1])
        self.connections: list[Connection] = []
        self.problems: list[BaseException] = []
        self._ended = threading.Event()
        self._changed = threading.Condition()
        self._streams: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http{'s' if self.context else ''}://{host}:{self.port}"

    @property
    def url(self) -> str:
        """What GraphURL takes."""
        return self.origin + self.path

    @property
    def requests(self) -> list[Request]:
        """All of them, in the order of their arrival."""
        found = [request for connection in list(self.connections)
                 for request in list(connection.requests)]
        return sorted(found, key=lambda request: request.at)

    def wait(self, done: Callable[[], bool]) -> None:
        """Until something that the server writes down is there."""
        with self._changed:
            assert self._changed.wait_for(done, LIMIT), "the server did not see it in time"

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _listen(self) -> None:
        while True:
            try:
                stream, peer = self._listener.accept()
            except OSError:
                return
            connection = Connection(len(self.connections) + 1, (peer[0], peer[1]),
                                    time.monotonic())
            self.connections.append(connection)
            self._streams.append(stream)
            thread = threading.Thread(target=self._serve, args=(stream, connection))
            self._threads.append(thread)
            thread.start()

    def _secure(self, stream: socket.socket, connection: Connection) -> socket.socket:
        assert self.context is not None
        connection.hello = first_record(stream)
        self._tell()
        connection.sni = server_name(connection.hello)
        try:
            secure = self.context.wrap_socket(stream, server_side=True)
        except (ssl.SSLError, OSError) as problem:
            connection.refused = str(problem)
            raise
        self._streams.append(secure)
        cipher = secure.cipher()
        connection.tls = secure.version() or ""
        connection.cipher, connection.bits = (cipher[0], cipher[2]) if cipher else ("", 0)
        connection.alpn = secure.selected_alpn_protocol() or ""
        connection.certificate = secure.getpeercert(True) or b""
        connection.resumed = bool(secure.session_reused)
        return secure

    def _serve(self, stream: socket.socket, connection: Connection) -> None:
        try:
            if self.context is not None:
                stream = self._secure(stream, connection)
            source = Input(stream)
            while self._exchange(source, stream, connection):
                pass
            connection.end = "ours"
        except EOFError:
            connection.end = "eof"
        except ConnectionResetError:
            connection.end = "reset"
        except OSError:
            connection.end = connection.end or "broken"
        except BaseException as problem:  # pylint: disable=broad-except
            self.problems.append(problem)
        finally:
            connection.closed = time.monotonic()
            stream.close()
            self._tell()

    def _exchange(self, source: Input, stream: socket.socket, connection: Connection) -> bool:
        """One request and its answer; whether another may come."""
        request = read_request(source, connection)
        connection.requests.append(request)
        self._tell()
        answer = self.decide(request)
        if answer is None:
            self._ended.wait(LIMIT)
            return False
        if answer.tunnel is not None:
            relay(stream, answer.tunnel)
            return False
        if answer.send is not None:
            answer.send(stream.sendall)
        else:
            stream.sendall(answer.octets())
        asked = (request.header("Connection") or "").lower()
        one_only = asked == "close" or (request.version == "HTTP/1.0" and asked != "keep-alive")
        return not (answer.close or answer.raw is not None or one_only)

    def close(self) -> None:
        self._ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for stream in self._streams:
            try:
                stream.shutdown(socket.SHUT_RDWR)
            except (OSError, ValueError):
                pass
        for thread in self._threads:
            thread.join(LIMIT)
        assert not self.problems, self.problems

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()
