"""OpenSSL's own server, asking for another handshake on a connection of TLS 1.2."""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType

from recorder import LIMIT

AGAIN = b", HelloRequest"
HELLO = re.compile(rb"<<< TLS 1\.2, Handshake \[length [0-9a-f]+\], ClientHello")
REFUSED = b"no_renegotiation"


class AskingServer:
    """Waits for a request, asks for renegotiation, waits for what the client says to that, and
    answers 403. `accepted` and `refused` tell what it said."""

    def __init__(self, certificate: Path) -> None:
        self.accepted = self.refused = False
        self._process = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", str(certificate), "-tls1_2",
             "-msg"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._seen = b""
        found = self._until(re.compile(rb"ACCEPT \S*:(\d+)\s"))
        self.port = int(found[1])
        self._thread = threading.Thread(target=self._talk)
        self._thread.start()

    def _until(self, mark: re.Pattern[bytes]) -> re.Match[bytes]:
        assert self._process.stdout is not None
        end = time.monotonic() + LIMIT
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while (found := mark.search(self._seen)) is None:
                assert selector.select(end - time.monotonic()), "the server says nothing"
                piece = os.read(self._process.stdout.fileno(), 65536)
                if not piece:
                    raise EOFError(self._seen)
                self._seen += piece
        return found

    def _say(self, text: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text)
        self._process.stdin.flush()

    def _talk(self) -> None:
        try:
            self._until(re.compile(rb"(?:GET|POST) /"))
            self._say(b"r\n")
            self._until(re.compile(re.escape(AGAIN)))
            self._seen = self._seen[self._seen.index(AGAIN):]
            self._until(re.compile(HELLO.pattern + b"|" + REFUSED))
            self.accepted = HELLO.search(self._seen) is not None
            self.refused = REFUSED in self._seen
            if self.accepted:
                self._until(re.compile(rb"<<< TLS 1\.2, Handshake \[length 0010\], Finished"))
            self._say(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        except (EOFError, BrokenPipeError):
            pass  # the client has gone

    def __enter__(self) -> AskingServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._process.kill()
        self._thread.join(LIMIT)
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # the client was gone before the last answer
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(LIMIT)
