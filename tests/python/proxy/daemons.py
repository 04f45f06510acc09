"""Debian's proxies as processes of a test: configured, started on a free port, ended."""

from __future__ import annotations

import os
import re
import selectors
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import pytest

from ports import own_port

PATIENCE = 60.0  # seconds until a server must have started, or logged what it did
HELPERS = Path("/usr/lib/squid")
USER, PASSWORD = "mira", "correct horse"
Self = TypeVar("Self", bound="Daemon")


def needs(*programs: str | Path) -> None:
    """Skips where a server is not installed."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    for program in programs:
        if shutil.which(str(program), path=path) is None:
            pytest.skip(f"{Path(program).name} is not installed (see ./quickstart)")


def as_nobody() -> list[str]:
    """Squid refuses to stay root, dante wants to be: everybody runs as an ordinary user."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]


class Daemon:
    """A process whose output is read; its folder is one that an ordinary user may use."""

    def __init__(self, port: int = 0) -> None:
        self.port = port or own_port()
        self.folder = Path(tempfile.mkdtemp(prefix="coffer-proxy-"))
        self.folder.chmod(0o777)
        self.output = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._reader = selectors.DefaultSelector()

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o644)
        return path

    def start(self, command: Sequence[str | Path]) -> None:
        self._process = subprocess.Popen(
            as_nobody() + [str(part) for part in command], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=self.folder,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        assert self._process.stdout is not None
        self._reader.register(self._process.stdout, selectors.EVENT_READ)

    def wait_for(self, pattern: str) -> str:
        """Until the output so far has this in it; the match."""
        assert self._process is not None and self._process.stdout is not None
        end = time.monotonic() + PATIENCE
        while (found := re.search(pattern, self.output)) is None:
            if not self._reader.select(max(0.0, end - time.monotonic())):
                raise AssertionError(f"no {pattern!r} in\n{self.output}")
            data = os.read(self._process.stdout.fileno(), 65536)
            assert data, f"it ended without {pattern!r}:\n{self.output}"
            self.output += data.decode(errors="replace")
        return found.group()

    def wait_until_listening(self) -> None:
        """For servers that say nothing when they are ready."""
        assert self._process is not None
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
                return
            except ConnectionRefusedError:
                assert time.monotonic() < end, f"nobody listens:\n{self.output}"
            try:
                self._process.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"it ended with {self._process.returncode}")

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        self._reader.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.stop()


class Squid(Daemon):
    """Asks for Digest or Basic, carries to any port; its access log is a pipe that is read here."""

    def __init__(self, certificate: Path) -> None:
        needs("squid", HELPERS / "basic_ncsa_auth", HELPERS / "digest_file_auth", "openssl")
        super().__init__()
        self.tls_port = own_port()
        pipe = self.folder / "access"
        os.mkfifo(pipe)
        pipe.chmod(0o666)
        self._log = os.open(pipe, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self._text = ""
        hashed = subprocess.run(["openssl", "passwd", "-apr1", "-stdin"], input=PASSWORD + "\n",
                                capture_output=True, text=True, check=True).stdout.strip()
        basic = self.write("basic", f"{USER}:{hashed}\n")
        digest = self.write("digest", f"{USER}:{PASSWORD}\n")
        key = self.write("tls.pem", certificate.read_text())
        config = self.write("squid.conf", f"""
http_port 127.0.0.1:{self.port}
https_port 127.0.0.1:{self.tls_port} tls-cert={key}
auth_param digest program {HELPERS}/digest_file_auth {digest}
auth_param digest children 1
auth_param digest realm proxies
auth_param basic program {HELPERS}/basic_ncsa_auth {basic}
auth_param basic children 1
auth_param basic realm proxies
acl known proxy_auth REQUIRED
acl forbidden dstdomain forbidden.example
http_access deny forbidden
http_access allow known
http_access deny all
logformat tests %Ss/%03>Hs %rm %ru %[un at %>lp
access_log stdio:{pipe} tests
cache deny all
cache_log {self.folder}/cache.log
pid_filename none
shutdown_lifetime 0 seconds
client_lifetime 5 minutes
pinger_enable off
netdb_filename none
coredump_dir {self.folder}
""")
        self.start(["squid", "-N", "-f", config, "-d", "1"])
        self.wait_for(r"Accepting HTTP Socket connections(?s:.)*Accepting HTTPS Socket")

    def wait_for_request(self, *words: str) -> str:
        """A line of the access log with all these words; tunnels are logged when they end."""
        end = time.monotonic() + PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(self._log, selectors.EVENT_READ)
            while True:
                for line in self.requests():
                    if all(word in line for word in words):
                        return line
                assert selector.select(max(0.0, end - time.monotonic())), self._text

    def requests(self) -> list[str]:
        """The lines so far."""
        try:
            while True:
                self._text += os.read(self._log, 65536).decode(errors="replace")
        except BlockingIOError:
            return self._text.splitlines()

    def stop(self) -> None:
        os.close(self._log)
        super().stop()


class Tinyproxy(Daemon):
    """Another CONNECT, with Basic; no other port than `allowed`."""

    def __init__(self, allowed: int) -> None:
        needs("tinyproxy")
        super().__init__()
        config = self.write("tinyproxy.conf", f"""
Port {self.port}
Listen 127.0.0.1
Timeout 60
MaxClients 20
LogLevel Info
BasicAuth {USER} correcthorse
ConnectPort {allowed}
""")
        self.start(["tinyproxy", "-d", "-c", config])
        self.wait_until_listening()


class Microsocks(Daemon):
    """SOCKS5, with user and password where they are given."""

    def __init__(self, user: str = "", password: str = "") -> None:
        needs("microsocks")
        super().__init__()
        login = ["-u", user, "-P", password] if user else []
        self.start(["microsocks", "-i", "127.0.0.1", "-p", str(self.port), *login])
        self.wait_until_listening()


class Dante(Daemon):
    """SOCKS4 and 5 without authentication; refuses what goes to `closed`."""

    def __init__(self, closed: int) -> None:
        needs("danted")
        super().__init__()
        config = self.write("danted.conf", f"""
logoutput: stderr
internal: 127.0.0.1 port = {self.port}
external: 127.0.0.1
socksmethod: none
clientmethod: none
client pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}
socks block {{ from: 127.0.0.0/8 to: 0.0.0.0/0 port = {closed} log: connect }}
socks pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 log: connect error }}
""")
        self.start(["danted", "-N", "1", "-f", config, "-p", self.folder / "danted.pid"])
        self.wait_until_listening()
