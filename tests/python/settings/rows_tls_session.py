"""Rows of the settings about a TLS connection that has come about."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

import payer
import pytest

from case import Case, Seen
from hello import read_hello
from recorder import Answer, Recorder, Request
from renegotiating import AskingServer
from table import BOTH, Section

rows = Section()


def fine(seen: Seen) -> bool:
    return seen.failure is None and seen.errors == [] and seen.requests != []


class OneEach:
    """Answers as `decide` does, one request to a connection."""

    def __init__(self, case: Case) -> None:
        self.inner = case.server().decide

    def __call__(self, request: Request) -> Answer | None:
        answer = self.inner(request)
        if answer is not None:
            answer.close = True
            answer.headers["Connection"] = "close"
        return answer


@rows.setting("ReuseSSLSession", of=BOTH, default="True", value="False", invalid="perhaps")
def reuse_ssl_session(case: Case) -> None:
    """Whether a second connection resumes the first one's session."""
    for plain in (False, True):
        server = case.server(OneEach(case), tls=True)
        seen = case.connect(server, *(("MailboxConcurrency=1",) if case.is_backup else ()),
                            plain=plain)
        if not case.is_backup:
            seen.object.challenge_data_entry = payer.CODE
            seen.object.send_challenge_request()
        assert fine(seen) and len(server.connections) >= 2
        assert [c.resumed for c in server.connections[1:]] == [plain] * (
            len(server.connections) - 1)
        assert not server.connections[0].resumed


@rows.setting("SSLKeyLogFile", of=BOTH, default="", value="keys.log",
              invalid=("two\r\nlines", "two\nlines"))
def ssl_key_log_file(case: Case) -> None:
    """The secrets that the server has, after what stood there; nobody else may read them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(case.folder)
        context = case.authority.context()
        context.keylog_filename = "server.log"
        server = case.server(context=context)
        assert fine(case.connect(server))
        ours = Path(case.value)
        once = ours.read_text()
        theirs = [line for line in Path("server.log").read_text().splitlines()
                  if not line.startswith("#")]
        assert theirs and set(theirs) <= set(once.splitlines())
        assert read_hello(server.connections[0].hello).random.hex() in once
        assert stat.S_IMODE(ours.stat().st_mode) == 0o600
        assert fine(case.connect(server)) and ours.read_text().startswith(once)
        size = ours.stat().st_size
        assert size > len(once)
        assert fine(case.connect(server, plain=True)) and ours.stat().st_size == size


@rows.setting("LogSSLPackets", of=BOTH, default="False", value="True", invalid="perhaps")
def log_ssl_packets(case: Case) -> None:
    """SSLStatus tells of the message that the server received, by its length."""
    for plain in (False, True):
        server = case.server(tls=True)
        seen = case.connect(server, plain=plain)
        told = [event.message for event in seen.journal.of("ssl_status")]
        size = read_hello(server.connections[0].hello).size
        assert any(f"client_hello, {size} octets" in text for text in told) != plain
        assert not any("token-of-the-test" in text for text in told)


@rows.setting("SSLEnableRenegotiation", of=BOTH, default="False", value="True", invalid="perhaps")
def ssl_enable_renegotiation(case: Case) -> None:
    """What a server that asks for another handshake gets: a ClientHello, or no_renegotiation."""
    for plain in (False, True):
        with AskingServer(case.authority.issue("localhost")) as server:
            address = f"https://localhost:{server.port}"
            if case.is_backup:
                backup = case.backup(None, "SSLEnabledProtocols=3072", f"GraphURL={address}/v1.0",
                                     f"SSLServerCACerts={case.authority.pem}", plain=plain)
                assert case.run(backup=backup).errors != []
            else:
                case.side.knobs(acsURL=f"{address}/acs")
                seen = case.challenge(None, "SSLEnabledProtocols=3072",
                                      f"OpenSSLCAFile={case.authority.file}", plain=plain)
                assert seen.failure is not None
        assert (server.accepted, server.refused) == (not plain, plain)


def connected(case: Case, minimum: ssl.TLSVersion, curve: str, cipher: str = "") -> tuple[
        Seen, Recorder]:
    """A server of that version and group, and of that suite of TLS 1.2."""
    context = case.authority.context()
    context.minimum_version = context.maximum_version = minimum
    context.set_ecdh_curve(curve)
    if cipher:
        context.set_ciphers(cipher)
    server = case.server(context=context)
    seen = case.connect(server)
    assert fine(seen)
    return seen, server


V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
OLD = "ECDHE-ECDSA-AES128-GCM-SHA256"


def both(case: Case) -> tuple[str, str]:
    """What it reads after a connection of 1.2 with AES-128 on P-384, and after one of 1.3."""
    first, server = connected(case, V12, "secp384r1", OLD)
    assert server.connections[0].cipher == OLD
    second, server = connected(case, V13, "prime256v1")
    assert server.connections[0].cipher == "TLS_AES_256_GCM_SHA384"
    return first.setting(case.row.name), second.setting(case.row.name)


@rows.read_only("SSLNegotiatedVersion", of=BOTH)
def ssl_negotiated_version(case: Case) -> None:
    assert both(case) == ("TLSv1.2", "TLSv1.3")


@rows.read_only("SSLNegotiatedCipherSuite", of=BOTH)
def ssl_negotiated_cipher_suite(case: Case) -> None:
    assert both(case) == ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384")


@rows.read_only("SSLNegotiatedCipher", of=BOTH)
def ssl_negotiated_cipher(case: Case) -> None:
    assert both(case) == ("AES_128_GCM", "AES_256_GCM")


@rows.read_only("SSLNegotiatedCipherStrength", of=BOTH, default="0")
def ssl_negotiated_cipher_strength(case: Case) -> None:
    assert both(case) == ("128", "256")


@rows.read_only("SSLNegotiatedKeyExchange", of=BOTH)
def ssl_negotiated_key_exchange(case: Case) -> None:
    assert both(case) == ("ECDHE", "ECDHE")


@rows.read_only("SSLNegotiatedKeyExchangeStrength", of=BOTH, default="0")
def ssl_negotiated_key_exchange_strength(case: Case) -> None:
    assert both(case) == ("384", "256")
