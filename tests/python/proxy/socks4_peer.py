"""A SOCKS4 and 4A server that minds the user's name, which Debian's do not without identd; and
writes down what it was asked."""

from __future__ import annotations

import socket
import struct

from peer import Peer

GRANTED, OTHER_USER = 90, 93


class Socks4Peer(Peer):
    """`asked` holds (user, address, name) of each request; only `user` gets through."""

    def __init__(self, user: str) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self._user = user
        super().__init__()

    def serve(self, client: socket.socket) -> None:
        head = client.recv(8, socket.MSG_WAITALL)
        if len(head) < 8 or head[:2] != b"\4\1":
            return
        port, address = struct.unpack("!H", head[2:4])[0], socket.inet_ntoa(head[4:])
        user, name = _text(client), ""
        if head[4:7] == bytes(3) and head[7]:
            name = _text(client)
        self.asked.append((user, address, name))
        if user == self._user:
            self.carry(client, port, bytes((0, GRANTED)) + bytes(6))
        else:
            client.sendall(bytes((0, OTHER_USER)) + bytes(6))


def _text(client: socket.socket) -> str:
    found = b""
    while not found.endswith(b"\0"):
        data = client.recv(1)
        if not data:
            raise OSError("the request ends early")
        found += data
    return found[:-1].decode()
