"""A relay that writes down what passes: between a client and a proxy, octet for octet."""

from __future__ import annotations

import selectors
import socket
import threading
from types import TracebackType


class Tap:
    """Listens on a port of its own and carries everything to `target` and back; after `limit`
    connections each gets `refusal` instead."""

    def __init__(self, target: int, limit: int = 1_000_000, refusal: bytes = b"") -> None:
        self._target, self._limit, self._refusal = target, limit, refusal
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._lock = threading.Lock()
        self._sent: list[bytearray] = []
        self._received: list[bytearray] = []
        self._wake, self._waker = socket.socketpair()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @property
    def sent(self) -> list[bytes]:
        """What the client sent, one entry a connection."""
        with self._lock:
            return [bytes(data) for data in self._sent]

    @property
    def received(self) -> list[bytes]:
        with self._lock:
            return [bytes(data) for data in self._received]

    @property
    def all_sent(self) -> bytes:
        return b"".join(self.sent)

    def heads(self, index: int = 0) -> list[str]:
        """The first lines of a connection up to the TLS within: CONNECTs with their fields."""
        found = []
        for block in self.sent[index].split(b"\r\n\r\n"):
            if not block.startswith((b"CONNECT ", b"GET ")):
                break
            found.append(block.decode())
        return found

    def _run(self) -> None:
        selector = selectors.DefaultSelector()
        selector.register(self._listener, selectors.EVENT_READ)
        selector.register(self._wake, selectors.EVENT_READ)
        peers: dict[socket.socket, tuple[socket.socket, bytearray]] = {}

        def close(one: socket.socket) -> None:
            for end in (one, peers[one][0]):
                selector.unregister(end)
                end.close()
                del peers[end]

        while True:
            for key, _ in selector.select():
                ready = key.fileobj
                assert isinstance(ready, socket.socket)
                if ready is self._wake:
                    for one in list(peers):
                        one.close()
                    selector.close()
                    return
                if ready is self._listener:
                    self._accept(selector, peers)
                elif ready in peers:
                    other, record = peers[ready]
                    try:
                        data = ready.recv(65536)
                        with self._lock:
                            record += data
                        other.sendall(data)
                    except OSError:
                        data = b""
                    if not data:
                        close(ready)

    def _accept(self, selector: selectors.BaseSelector,
                peers: dict[socket.socket, tuple[socket.socket, bytearray]]) -> None:
        client = self._listener.accept()[0]
        if len(self._sent) >= self._limit:
            with client:
                client.recv(65536)
                client.sendall(self._refusal)
            return
        try:
            server = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            client.close()
            return
        there, back = bytearray(), bytearray()
        with self._lock:
            self._sent.append(there)
            self._received.append(back)
        peers[client], peers[server] = (server, there), (client, back)
        selector.register(client, selectors.EVENT_READ)
        selector.register(server, selectors.EVENT_READ)

    def stop(self) -> None:
        self._waker.send(b"x")
        self._thread.join()
        for one in (self._listener, self._wake, self._waker):
            one.close()

    def __enter__(self) -> Tap:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.stop()
