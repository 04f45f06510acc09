"""What the servers have in common that are part of the tests: a thread for each connection."""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import TypeVar

Self = TypeVar("Self", bound="Peer")


def copy(source: socket.socket, target: socket.socket) -> None:
    """Until one of them ends."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Peer(ABC):
    """Listens from construction until stop(); serve() has a connection to itself."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @abstractmethod
    def serve(self, client: socket.socket) -> None:
        """Until the connection is over."""

    def carry(self, client: socket.socket, port: int, welcome: bytes) -> None:
        """Everything to that port and back, after the word that it may begin."""
        server = socket.create_connection(("127.0.0.1", port))
        self._open.append(server)
        client.sendall(welcome)
        back = threading.Thread(target=copy, args=(server, client))
        back.start()
        copy(client, server)
        back.join()

    def _accept(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            self._open.append(client)
            self._threads.append(threading.Thread(target=self._run, args=(client,)))
            self._threads[-1].start()

    def _run(self, client: socket.socket) -> None:
        try:
            self.serve(client)
        except OSError:
            pass
        finally:
            client.close()

    def stop(self) -> None:
        for one in [self._listener, *self._open]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self._threads:
            thread.join()
        for one in [self._listener, *self._open]:
            one.close()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.stop()
