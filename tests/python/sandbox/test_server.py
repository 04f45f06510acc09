"""HTTP itself: what a client meets below the answers, and when its place is free again."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import urllib.error
import urllib.request
from typing import Any, Iterator
from urllib.parse import quote, urlsplit

import pytest

from coffer.sandbox import Sandbox

LIST = "/v1.0/me/messages?$top=1&$select=id"


class Line:
    """A connection that a test writes to octet by octet."""

    def __init__(self, client: Any) -> None:
        host, _, port = client.host.rpartition(":")
        self.sock = socket.create_connection((host, int(port)), 60)
        self.fields = f"Host: {client.host}\r\nAuthorization: Bearer {client.token}\r\n"

    def send(self, target: str = LIST, fields: str = "", method: str = "GET", body: str = "",
             version: str = "1.1") -> None:
        self.sock.sendall(f"{method} {target} HTTP/{version}\r\n{self.fields}{fields}\r\n{body}"
                          .encode("latin-1"))

    def until(self, end: bytes) -> bytes:
        """Reads to the octets `end` and not one further."""
        data = b""
        while not data.endswith(end):
            piece = self.sock.recv(1)
            assert piece, data
            data += piece
        return data

    def rest(self) -> bytes:
        """Everything until the server closes the connection."""
        data = b""
        while piece := self.sock.recv(65536):
            data += piece
        return data

    def status(self) -> int:
        """Reads one answer to its last octet."""
        head = self.until(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.I)
        if length is None:
            while (size := int(self.until(b"\r\n"), 16)) > 0:
                self.take(size + 2)
            self.take(2)
        else:
            self.take(int(length[1]))
        return int(head.split(b" ")[1])

    def take(self, size: int) -> None:
        while size > 0:
            piece = self.sock.recv(size)
            assert piece
            size -= len(piece)


@pytest.fixture()
def line(client: Any) -> Iterator[Line]:
    made = Line(client)
    yield made
    made.sock.close()


def test_requests_one_after_another_and_at_once(line: Line, sandbox: Sandbox) -> None:
    for _ in range(3):
        line.send()
        assert line.status() == 200
    for _ in range(3):
        line.send()
    assert [line.status() for _ in range(3)] == [200] * 3
    metrics = sandbox.control.metrics()
    assert (metrics["connections_opened"], metrics["requests"]) == (1, 6)


def test_head_has_no_body(line: Line) -> None:
    line.send(method="HEAD")
    assert b"Transfer-Encoding: chunked" in line.until(b"\r\n\r\n")
    line.send()
    assert line.status() == 200


def test_targets_arrive_as_they_were_sent(line: Line, sandbox: Sandbox) -> None:
    for target in ("/v1.0/me/messages/a%2Fb%2fc/$value", "/v1.0/me//messages?$top=1&&%24skip=0&a=+%20",
                   "/v1.0/me/messages/../messages"):
        line.send(target)
        line.status()
        assert sandbox.control.metrics(log=True)["log"][-1]["target"] == target
    line.send("http://elsewhere.example" + LIST)
    assert line.status() == 200
    assert sandbox.control.metrics(log=True)["log"][-1]["target"] == LIST


def test_older_and_newer_clients(line: Line, client: Any) -> None:
    line.send(fields="Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                     "HTTP2-Settings: AAMAAABkAAQAAP__\r\n")
    assert line.status() == 200
    line.send(version="1.0")
    head, _, body = line.rest().partition(b"\r\n\r\n")
    assert b"chunked" not in head and body.startswith(b'{"@odata')


def test_bodies_of_requests(line: Line) -> None:
    line.send("/v1.0/$batch", "Expect: 100-continue\r\nContent-Length: 15\r\n", "POST")
    assert line.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.sock.sendall(b'{"requests":[]}')
    assert line.status() == 400
    line.send("/v1.0/$batch", "Transfer-Encoding: chunked\r\n", "POST",
              'd\r\n{"requests":[\r\n2;x=y\r\n]}\r\n0\r\n\r\n')
    assert line.status() == 400
    line.send(fields="Connection: close\r\n")
    assert line.rest().startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("text", [b"NONSENSE\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n"])
def test_what_is_not_http(line: Line, sandbox: Sandbox, text: bytes) -> None:
    line.sock.sendall(text)
    assert line.rest().split(b" ")[1] == b"400"
    assert sandbox.control.metrics()["requests"] == 0


def test_answers_have_the_fields_of_the_service_only(line: Line, sandbox: Sandbox) -> None:
    sandbox.control.set_faults([{"fault": {"type": "headers", "remove": ["Date", "Content-Type"],
                                           "set": {"Content-Length": "5"}}}])
    line.send(fields="Connection: close\r\n")
    head = line.rest().partition(b"\r\n\r\n")[0].decode()
    names = [field.partition(":")[0].lower() for field in head.split("\r\n")[1:]]
    assert not {"server", "date", "content-type"} & set(names)
    # a rule may set what contradicts the framing
    assert {"content-length", "transfer-encoding"} <= set(names)


def test_octets_are_counted(line: Line, sandbox: Sandbox) -> None:
    line.send(fields="Connection: close\r\n")
    # the end of the connection comes after the count
    received = len(line.rest())
    assert sandbox.control.metrics()["bytes_sent"] == received > 400


@pytest.mark.parametrize("kind", ["listing", "gzip", "value", "large", "error"])
def test_a_place_is_free_when_the_last_octet_is_read(client: Any, sandbox: Sandbox,
                                                     kind: str) -> None:
    """With one place, two connections take turns: no answer may end before its place is free."""
    sandbox.control.knobs(mailboxConcurrency=1)
    large = sandbox.control.mutate(op="add", message={"subject": "large", "size": 300_000})[0]
    small = sandbox.control.mailbox(hashes=False)[9]
    target, fields, expected = {
        "listing": (LIST, "", 200), "gzip": ("/v1.0/me/messages", "Accept-Encoding: gzip\r\n", 200),
        "value": (f"/v1.0/me/messages/{quote(small['id'], safe='')}/$value", "", 200),
        "large": (f"/v1.0/me/messages/{quote(large['id'], safe='')}/$value", "", 200),
        "error": ("/v1.0/me/messages/short", "", 400)}[kind]
    lines = Line(client), Line(client)
    for turn in range(20 if kind == "large" else 60):
        lines[turn % 2].send(target, fields)
        assert lines[turn % 2].status() == expected
    for line in lines:
        line.sock.close()
    metrics = sandbox.control.metrics()
    assert metrics["throttled"] == 0 and metrics["max_concurrency"][sandbox.user] == 1


@pytest.mark.parametrize("how", ["close-mid-body", "no-last-chunk", "length-short", "reset"])
def test_a_place_is_free_when_the_connection_has_ended(client: Any, sandbox: Sandbox,
                                                       how: str) -> None:
    sandbox.control.knobs(mailboxConcurrency=1)
    sandbox.control.set_faults([{"fault": {"type": "connection", "how": how, "at": 50},
                                 "match": {"every": 2}}])
    for _ in range(10):
        line = Line(client)
        line.send()
        assert line.status() == 200
        line.send()
        try:
            line.rest()
        except ConnectionResetError:
            assert how == "reset"
        line.sock.close()
    assert sandbox.control.metrics()["throttled"] == 0


def test_a_reset_comes_after_exactly_the_octets_asked_for(line: Line, sandbox: Sandbox) -> None:
    large = sandbox.control.mutate(op="add", message={"subject": "large", "size": 300_000})[0]
    sandbox.control.set_faults([{"fault": {"type": "connection", "how": "reset-mid-body",
                                           "at": 100_000}}])
    line.send(f"/v1.0/me/messages/{quote(large['id'], safe='')}/$value")
    line.until(b"\r\n\r\n")
    got = 0
    with pytest.raises(ConnectionResetError):
        while got <= 300_000:
            size = int(line.until(b"\r\n"), 16)
            while size:
                piece = line.sock.recv(size)
                got, size = got + len(piece), size - len(piece)
            line.take(2)
    assert got == 100_000


def test_ends_at_once_with_a_request_in_flight() -> None:
    with Sandbox(messages=1, huge=1, rules=[{"fault": {"type": "connection", "how": "hang"}}]) as box:
        parts = urlsplit(box.graph_url)
        with socket.create_connection((str(parts.hostname), int(parts.port or 0)), 60) as sock:
            sock.sendall(f"GET /v1.0/me HTTP/1.1\r\nHost: x\r\nAuthorization: {box.authorization}"
                         "\r\n\r\n".encode())
            while not box.control.metrics()["requests"]:
                pass
            os.kill(box.pid, signal.SIGTERM)
            sock.settimeout(60)
            try:
                assert sock.recv(1) == b""
            except ConnectionResetError:
                pass


@pytest.mark.parametrize("kind, number", [("expired", 10), ("self-signed", 18), ("wrong-host", 64)])
def test_certificates_that_clients_refuse(kind: str, number: int) -> None:
    with Sandbox(messages=1, huge=1, tls=True, certificate=kind) as sandbox:
        context = ssl.create_default_context(cafile=sandbox.ca_file)
        with pytest.raises(urllib.error.URLError) as caught:
            urllib.request.urlopen(sandbox.graph_url, context=context)
        reason = caught.value.reason
        # the numbers are those of X509_verify_cert_error_string(3)
        assert isinstance(reason, ssl.SSLCertVerificationError) and reason.verify_code == number
        # the control interface is reached all the same
        assert sandbox.control.metrics()["requests"] == 0


def test_faults_over_tls() -> None:
    with Sandbox(messages=3, huge=1, tls=True) as sandbox:
        context = ssl.create_default_context(cafile=sandbox.ca_file)
        parts = urlsplit(sandbox.graph_url)

        def talk(how: str) -> bytes:
            sandbox.control.set_faults([{"fault": {"type": "connection", "how": how, "at": 50}}])
            plain = socket.create_connection((str(parts.hostname), int(parts.port or 0)), 60)
            data = b""
            with context.wrap_socket(plain, server_hostname="localhost",
                                     suppress_ragged_eofs=False) as sock:
                sock.sendall(f"GET {LIST} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                             f"Authorization: {sandbox.authorization}\r\n\r\n".encode())
                while piece := sock.recv(65536):
                    data += piece
            return data
        # an end without close_notify; OpenSSL does not always tell that it was a reset
        for how in ("reset", "reset-after-headers", "reset-mid-body"):
            with pytest.raises((ConnectionResetError, ssl.SSLEOFError)):
                talk(how)
        assert len(talk("close-mid-body").partition(b"\r\n\r\n")[2]) == 54
        assert not talk("no-last-chunk").endswith(b"0\r\n\r\n")
        assert talk("close-idle").endswith(b"0\r\n\r\n")
