"""SSLKeyLogFile: Wireshark's own program reads captured traffic with it."""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import pytest

from authority import Authority
from case import Case
from coffer.sandbox import ThreeDS
from table import BACKUP, Row

TSHARK = shutil.which("tshark")
Piece = tuple[bool, bytes]  # whether the client sent it


class Tap:
    """Carries connections to a server and keeps what goes through, in its order."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.connections: list[list[Piece]] = []
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    def _listen(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target), 60)
            kept: list[Piece] = []
            self.connections.append(kept)
            for here, there, ours in ((client, server, True), (server, client, False)):
                thread = threading.Thread(target=self._carry, args=(here, there, ours, kept))
                self._threads.append(thread)
                thread.start()

    @staticmethod
    def _carry(here: socket.socket, there: socket.socket, ours: bool, kept: list[Piece]) -> None:
        try:
            while piece := here.recv(8192):
                kept.append((ours, piece))
                there.sendall(piece)
            there.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def __enter__(self) -> Tap:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(60)

    def capture(self, path: Path) -> None:
        """As a capture file of raw IPv4 packets (link type 101), to port 443."""
        packets = b""
        for number, kept in enumerate(self.connections):
            at = {True: 1, False: 1}
            packets += packet(number, True, 0, 0, b"", 0x02)  # SYN
            packets += packet(number, False, 0, 1, b"", 0x12)
            packets += packet(number, True, 1, 1, b"", 0x10)
            for ours, piece in kept:
                packets += packet(number, ours, at[ours], at[not ours], piece, 0x18)
                at[ours] += len(piece)
        path.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101) + packets)


def packet(number: int, ours: bool, sequence: int, confirmed: int, piece: bytes,
           flags: int) -> bytes:
    ports = (40000 + number, 443) if ours else (443, 40000 + number)
    tcp = struct.pack(">HHIIBBHHH", *ports, sequence, confirmed, 5 << 4, flags, 65535, 0, 0)
    hosts = (b"\x0a\0\0\1", b"\x0a\0\0\2") if ours else (b"\x0a\0\0\2", b"\x0a\0\0\1")
    size = 20 + len(tcp) + len(piece)
    ip = struct.pack(">BBHHHBBH", 0x45, 0, size, 0, 0, 64, 6, 0) + b"".join(hosts)
    return struct.pack("<IIII", 0, 0, size, size) + ip + tcp + piece


def paths_in(capture: Path, keys: Path) -> list[str]:
    """What requests ask for, as far as the keys open the traffic."""
    assert TSHARK is not None
    found = subprocess.run(
        [TSHARK, "-r", str(capture), "-o", f"tls.keylog_file:{keys}", "-Y", "http.request",
         "-T", "fields", "-e", "http.request.uri"], check=True, capture_output=True, text=True)
    return found.stdout.split()


@pytest.mark.skipif(TSHARK is None, reason="tshark is not installed")
@pytest.mark.parametrize("protocols", [3072, 12288])
@pytest.mark.parametrize("keep_alive", [True, False])  # False: resumed sessions too
def test_captured_traffic_can_be_read(tmp_path: Path, stack: ExitStack,
                                      side_as_new: Callable[[], ThreeDS], protocols: int,
                                      keep_alive: bool) -> None:
    case = Case(Row(BACKUP, "", "", ""), tmp_path, stack, Authority(tmp_path), side_as_new)
    server = case.server(tls=True)
    keys, capture = tmp_path / "keys", tmp_path / "traffic.pcap"
    with Tap(server.port) as tap:
        seen = case.run(server, f"GraphURL=https://127.0.0.1:{tap.port}/v1.0",
                        f"SSLKeyLogFile={keys}", f"SSLEnabledProtocols={protocols}",
                        f"KeepAlive={keep_alive}")
        seen.object.close()
    assert seen.refusal == (0, "")
    tap.capture(capture)
    targets = sorted(request.target for request in seen.requests)
    if protocols == 12288:
        assert any(c.resumed for c in server.connections) != keep_alive
    assert sorted(paths_in(capture, keys)) == targets != []
    nothing = tmp_path / "nothing"
    nothing.write_text("")
    assert paths_in(capture, nothing) == []
