"""Servers with good and bad certificates: who gets requests, who learns nothing, what overrides."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

import coffer
from case import Case, Seen
from coffer.cloudbackup import Office365Backup
from coffer.sandbox import ThreeDS
from forge import Made, Wish, authority, context_of, make, weak_key
from recorder import Recorder
from table import BACKUP, CLIENT, Row

PLATFORM, INTERNAL = 1, 2


def providers() -> list[int]:
    with Office365Backup() as backup:
        try:
            backup.ssl_provider = INTERNAL
        except coffer.CofferError:
            return [PLATFORM]
    return [PLATFORM, INTERNAL]


ROOT = authority("Root", key=rsa.generate_private_key(65537, 2048))
MIDDLE = authority("Middle", ROOT)
SHORT = authority("Short root", path_length=0)


@dataclass(frozen=True)
class Shown:
    """A server's certificate, the host that it is asked as, and what the refusal says."""

    make: Callable[[], Made]
    words: str = ""
    host: str = "127.0.0.1"


def shows(words: str = "", host: str = "127.0.0.1", issuer: Made | None = ROOT,
          **wishes: Any) -> Shown:
    return Shown(lambda: make(Wish(**wishes), issuer), words, host)


def below(words: str = "", **wishes: Any) -> Shown:
    """Of a CA below the root, which has those wishes."""
    return Shown(lambda: make(Wish(), authority("Constrained", ROOT, **wishes)), words)


def names(words: str, host: str, *hosts: str) -> Shown:
    return shows(words, host, hosts=hosts)


def issued_by_a_leaf() -> Made:
    return make(Wish(), make(Wish(name="No CA"), ROOT))


NAME, ADDRESS = "hostname mismatch", "IP address mismatch"

GOOD = {
    "address": shows(),
    "name": shows(host="localhost"),
    "intermediate": shows(issuer=MIDDLE),
    "permitted names": below(permitted=("localhost", "127.0.0.0/8")),
    "wildcard": names("", "a.test.localhost", "*.test.localhost"),
    "upper case": names("", "a.test.localhost", "A.Test.LOCALHOST"),
}

BAD = {
    "expired": shows("expired", begins=-30, ends=-1),
    "not yet valid": shows("not yet valid", begins=1),
    "expired intermediate": Shown(
        lambda: make(Wish(), make(Wish(name="Old", authority=True, begins=-30, ends=-1), ROOT)),
        "expired"),
    "unknown CA": Shown(lambda: make(Wish(), authority("Unknown")), ""),
    "self-signed": shows("self-signed", issuer=None),
    "missing intermediate": shows("issuer", issuer=MIDDLE, mute=True),
    "weak key": Shown(lambda: make(Wish(key=weak_key()), ROOT), "weak"),
    "SHA-1": shows("weak", digest=hashes.SHA1()),
    "MD5": shows("weak", digest=hashes.MD5()),
    "SHA-1 of an intermediate": Shown(
        lambda: make(Wish(), authority("Weak", ROOT, digest=hashes.SHA1())), "weak"),
    "names not permitted": below("permitted subtree", permitted=("example.org", "10.0.0.0/8")),
    "address excluded": below("excluded subtree", excluded=("127.0.0.0/8",)),
    "name excluded": below("excluded subtree", excluded=("localhost",)),
    "client's purpose": shows("purpose", usage=(ExtendedKeyUsageOID.CLIENT_AUTH,)),
    "issued by a leaf": Shown(issued_by_a_leaf, "CA"),
    "path too long": Shown(lambda: make(Wish(), authority("Too deep", SHORT)), "path length"),
    "other name": names(NAME, "localhost", "example.org"),
    "other address": names(ADDRESS, "127.0.0.1", "127.0.0.2"),
    "address as a name": Shown(
        lambda: make(Wish(hosts=("example.org",), name="127.0.0.1"), ROOT), ADDRESS),
    "common name alone": names(NAME, "localhost"),
    "wildcard of two labels": names(NAME, "a.b.test.localhost", "*.test.localhost"),
    "wildcard of no label": names(NAME, "test.localhost", "*.test.localhost"),
    "wildcard in a label": names(NAME, "ab.test.localhost", "a*.test.localhost"),
    "wildcard further on": names(NAME, "a.test.localhost", "a.*.localhost"),
    "wildcard of a top level": names(NAME, "test.localhost", "*.localhost"),
    "wildcard for an address": names(ADDRESS, "127.0.0.1", "*.0.0.1"),
}


class Anchors:
    """ROOT and SHORT, as Case takes its authority."""

    def __init__(self, folder: Path) -> None:
        self.pem = ROOT.pem + SHORT.pem
        self.file = folder / "anchors.pem"
        self.file.write_text(self.pem)


@dataclass
class World:
    case: Case
    folder: Path
    provider: int

    def server(self, made: Made, host: str, newest: ssl.TLSVersion | None = None) -> Recorder:
        server = self.case.server(context=context_of(made, self.folder, newest))
        server.host = host  # what it is asked as; the name leads to the same address
        return server

    def connect(self, server: Recorder, accept: bytes = b"",
                handler: Callable[[Any], object] | None = None, *settings: str) -> Seen:
        def prepare(made: Any) -> None:
            if self.case.is_backup:
                made.ssl_provider = self.provider
            if accept:
                made.ssl_accept_server_cert_encoded = accept
        answers = {} if handler is None else {"ssl_server_authentication": handler}
        return self.case.connect(server, *settings, prepare=prepare, answers=answers)


@pytest.fixture(params=[(BACKUP, provider) for provider in providers()] + [(CLIENT, PLATFORM)],
                ids=lambda one: f"{one[0]}-{'Internal' if one[1] == INTERNAL else 'Platform'}")
def world(request: pytest.FixtureRequest, tmp_path: Path, stack: ExitStack,
          side_as_new: Callable[[], ThreeDS]) -> World:
    of, provider = request.param
    anchors: Any = Anchors(tmp_path)
    case = Case(Row(of, "", "", ""), tmp_path, stack, anchors, side_as_new)
    return World(case, tmp_path, provider)


def learnt_nothing(server: Recorder) -> None:
    """No request, and no handshake that came to its end."""
    server.wait(lambda: all(c.closed for c in server.connections))
    assert server.requests == []
    assert all(c.refused and not c.certificate for c in server.connections)


# mbedTLS's TLS cannot read certificates with a critical extension that it does not know, and name
# constraints are one: refused, whatever they say, and nobody can be asked about it.
UNREADABLE = {"permitted names", "names not permitted", "address excluded", "name excluded"}


def cannot_be_read(world: World, kind: str, server: Recorder) -> bool:
    if world.provider != INTERNAL or kind not in UNREADABLE:
        return False
    code, text = world.connect(server).refusal
    assert code == 280 and "cannot be read" in text, text
    learnt_nothing(server)
    return True


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_server(world: World, kind: str) -> None:
    shown = GOOD[kind]
    server = world.server(shown.make(), shown.host)
    if cannot_be_read(world, kind, server):
        return
    assert world.connect(server).refusal == (0, "")
    assert server.requests != []


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_server(world: World, kind: str) -> None:
    """Refused with the reason; its certificate alone can be accepted, in either way."""
    shown = BAD[kind]
    made = shown.make()
    server = world.server(made, shown.host)
    if cannot_be_read(world, kind, server):
        return
    code, text = world.connect(server).refusal
    assert code == 280 and shown.words in text, text
    learnt_nothing(server)

    asked: list[Any] = []

    def accept(event: Any) -> None:
        asked.append((event.accept, event.status, bytes(event.cert_encoded)))
        event.accept = True
    assert world.connect(world.server(made, shown.host), b"", accept).refusal == (0, "")
    (offered, status, encoded), = asked
    assert not offered and status in text and encoded == made.der

    assert world.connect(world.server(made, shown.host), made.der).refusal == (0, "")
    other = world.server(shown.make(), shown.host)  # alike, with another key
    assert world.connect(other, made.der).refusal[0] == 280
    learnt_nothing(other)


def test_an_old_server(world: World) -> None:
    """TLS 1.0 comes about only where it is asked for."""
    made = make(Wish(), ROOT)
    server = world.server(made, "127.0.0.1", ssl.TLSVersion.TLSv1)
    assert world.connect(server).refusal[0] == 276
    learnt_nothing(server)
    if world.provider == PLATFORM:
        again = world.server(made, "127.0.0.1", ssl.TLSVersion.TLSv1)
        assert world.connect(again, b"", None, "SSLEnabledProtocols=192").refusal == (0, "")
        assert {c.tls for c in again.connections} == {"TLSv1"}


def test_weak_certificates_stay_weak_with_old_versions(world: World) -> None:
    made = make(Wish(digest=hashes.SHA1()), ROOT)
    server = world.server(made, "127.0.0.1")
    assert world.connect(server, b"", None, "SSLEnabledProtocols=16320").refusal[0] == 280
    learnt_nothing(server)


def test_the_environment_trusts_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = authority("Stranger")
    path = world.folder / "stranger.pem"
    path.write_text(stranger.pem)
    for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(path))
    monkeypatch.setenv("SSL_CERT_DIR", str(world.folder))
    server = world.server(make(Wish(), stranger), "127.0.0.1")
    assert world.connect(server).refusal[0] == 280
    learnt_nothing(server)
