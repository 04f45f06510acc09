"""SSLCheckCRL and SSLCheckOCSP against lists and answers that are good, bad, old, and absent."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.ocsp import OCSPResponseStatus

import coffer
from case import Case, Seen
from coffer.sandbox import ThreeDS
from recorder import Answer, Recorder, Request
from revoking import LIST, RESPONDER, Knobs, RevokingAuthority
from table import BACKUP, CLIENT, Row

SETTING = {LIST: "SSLCheckCRL", RESPONDER: "SSLCheckOCSP"}
BOTH_KINDS = pytest.mark.parametrize("kind", [LIST, RESPONDER])

MakeCase = Callable[..., Case]


@pytest.fixture
def make(tmp_path: Path, stack: ExitStack, authority: RevokingAuthority,
         side_as_new: Callable[[], ThreeDS]) -> MakeCase:
    """A case of either class with that kind of check."""
    number = itertools.count()

    def made(kind: str, mode: int = 2, of: str = BACKUP) -> Case:
        folder = tmp_path / str(next(number))
        folder.mkdir()
        return Case(Row(of, SETTING[kind], "0", str(mode)), folder, stack, authority, side_as_new)
    return made


def refused(seen: Seen, *words: str) -> None:
    code, text = seen.refusal
    assert code == 280 and seen.requests == []
    for word in ("CN=127.0.0.1", *words):
        assert word in text


@BOTH_KINDS
@pytest.mark.parametrize("of", [BACKUP, CLIENT])
@pytest.mark.parametrize("mode", [1, 2])
def test_a_revoked_server_gets_nothing(make: MakeCase, authority: RevokingAuthority, kind: str,
                                       mode: int, of: str) -> None:
    case = make(kind, mode, of)
    server = case.server(context=authority.context_naming(kind))
    assert case.connect(server).refusal == (0, "")
    authority.revoke_all()
    refused(case.connect(server), "revoked", "keyCompromise")


@BOTH_KINDS
def test_a_certificate_without_a_source(make: MakeCase, authority: RevokingAuthority,
                                        kind: str) -> None:
    case = make(kind, 1)
    assert case.run(case.server(context=authority.server_with())).refusal == (0, "")
    case = make(kind, 2)
    refused(case.run(case.server(context=authority.server_with())), f"{SETTING[kind]}=2")
    other = {"lists": ("ldap://127.0.0.1/cn=x",), "responders": ("https://127.0.0.1/",)}
    case = make(kind, 1)
    refused(case.run(case.server(context=authority.server_with(**other))), "over http")


def answers(status: int = 200, body: bytes = b"", **headers: str) -> Callable[[Request], Answer]:
    return lambda _: Answer(status, headers, body)


SAME_FOR_BOTH: list[tuple[dict[str, Any], str]] = [
    ({"begins": -3.0, "ends": -1.0}, "expired"),
    ({"begins": 1.0, "ends": 2.0}, "not valid yet"),
    ({"algorithm": hashes.SHA1()}, "too weak"),
    ({"first": answers(404)}, "404"),
    ({"first": answers(500)}, "500"),
    ({"first": answers(200, b"<html>not here</html>")}, "malformed"),
    ({"first": answers(200, b"")}, "malformed"),
    ({"first": answers(302, Location="/again")}, "two redirects"),
    ({"first": answers(302, Location="https://127.0.0.1/")}, "only to http"),
    ({"first": lambda _: Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")},
     "cannot be had"),
]


@BOTH_KINDS
@pytest.mark.parametrize("knobs, words", SAME_FOR_BOTH, ids=[words for _, words in SAME_FOR_BOTH])
def test_what_is_not_good_is_refused(make: MakeCase, authority: RevokingAuthority, kind: str,
                                     knobs: dict[str, Any], words: str) -> None:
    authority.knobs = Knobs(**knobs)
    case = make(kind, 1)
    refused(case.run(case.server(context=authority.context_naming(kind))), words)


@pytest.mark.parametrize("knobs, words", [
    ({"unknown": True}, "unknown to its OCSP responder"),
    ({"nonce": "other"}, "nonce is not ours"),
    ({"status": OCSPResponseStatus.TRY_LATER}, "tryLater"),
    ({"status": OCSPResponseStatus.UNAUTHORIZED}, "unauthorized"),
])
def test_what_a_responder_says(make: MakeCase, authority: RevokingAuthority,
                               knobs: dict[str, Any], words: str) -> None:
    authority.knobs = Knobs(**knobs)
    case = make(RESPONDER, 1)
    refused(case.run(case.server(context=authority.context_naming(RESPONDER))), words)


def test_an_answer_about_another_certificate(make: MakeCase, authority: RevokingAuthority) -> None:
    authority.server_with()
    authority.knobs.serial = next(iter(authority.issued))
    case = make(RESPONDER)
    refused(case.run(case.server(context=authority.context_naming(RESPONDER))),
            "about another certificate")


def test_a_nonce_may_stay_away(make: MakeCase, authority: RevokingAuthority) -> None:
    authority.knobs.nonce = "none"
    case = make(RESPONDER)
    server = case.server(context=authority.context_naming(RESPONDER))
    assert case.run(server).refusal == (0, "")


@pytest.mark.parametrize("how, words", [
    ({}, ""), ({"purpose": False}, "may not sign OCSP"), ({"days": -0.5}, "not valid now"),
    ({"unchecked": False, "days": 300}, "nocheck"),
])
def test_a_delegated_responder(make: MakeCase, authority: RevokingAuthority, how: dict[str, Any],
                               words: str) -> None:
    authority.knobs.delegate = authority.responder(**how)
    case = make(RESPONDER)
    seen = case.run(case.server(context=authority.context_naming(RESPONDER)))
    if words:
        refused(seen, words)
    else:
        assert seen.refusal == (0, "")


def test_a_delegate_of_another_authority(make: MakeCase, authority: RevokingAuthority,
                                         tmp_path_factory: pytest.TempPathFactory) -> None:
    with RevokingAuthority(tmp_path_factory.mktemp("other")) as other:
        authority.knobs.delegate = other.responder()
    case = make(RESPONDER)
    refused(case.run(case.server(context=authority.context_naming(RESPONDER))),
            "wrong or weak signature")


@BOTH_KINDS
def test_a_handler_may_override(make: MakeCase, authority: RevokingAuthority, kind: str) -> None:
    case = make(kind)
    server = case.server(context=authority.context_naming(kind))
    authority.revoke_all()

    def accept(event: Any) -> None:
        assert event.accept is False and "revoked" in event.status
        event.accept = True
    seen = case.run(server, answers={"ssl_server_authentication": accept})
    assert seen.refusal == (0, "") and len(seen.journal.of("ssl_server_authentication")) == 1
    refused(case.run(server, answers={"ssl_server_authentication": lambda _: None}), "revoked")


@BOTH_KINDS
def test_nothing_of_ours_goes_there(make: MakeCase, authority: RevokingAuthority,
                                    kind: str) -> None:
    case = make(kind)
    server = case.server(context=authority.context_naming(kind))
    seen = case.run(server, "OtherHeaders=X-Ours: secret", "UserAgent=agent", "HTTPVersion=1.1")
    assert seen.refusal == (0, "") and seen.headers("X-Ours")[0] == "secret"
    (request,) = authority.status.requests
    own = {"Content-Type", "Content-Length"} if kind == RESPONDER else set()
    assert {name for name, _ in request.fields} == {"Host", "Accept"} | own
    assert seen.setting("RequestsSent") == str(len(seen.requests))


@BOTH_KINDS
def test_through_the_proxy(make: MakeCase, authority: RevokingAuthority, kind: str,
                           stack: ExitStack) -> None:
    """A host that nobody can resolve is asked through the proxy."""
    proxy = stack.enter_context(Recorder(authority.tell))
    case = make(kind)
    url = f"http://revocation.example/{kind}"
    context = authority.server_with(lists=(url,), responders=(url,))
    server = case.server(context=context)

    def through(backup: Any) -> None:
        backup.proxy_server, backup.proxy_port = "127.0.0.1", proxy.port
        backup.config("ProxyExceptionsList=127.0.0.1")
    assert case.run(server, prepare=through).refusal == (0, "")
    (request,) = proxy.requests
    assert request.target == url and request.header("Host") == "revocation.example"


def test_one_list_serves_a_run(make: MakeCase, authority: RevokingAuthority) -> None:
    case = make(LIST)
    server = case.server(context=authority.context_naming(LIST))
    seen = case.run(server, "KeepAlive=False", "ReuseSSLSession=False")
    assert seen.refusal == (0, "") and len(server.connections) > 2
    assert len(authority.status.requests) == 1


@BOTH_KINDS
def test_token_servers_are_checked_too(make: MakeCase, authority: RevokingAuthority,
                                       kind: str) -> None:
    case = make(kind)
    server = case.server(context=authority.context_naming(kind))
    backup = case.backup(server)
    backup.authorization, backup.oauth_grant_type = "", 3
    backup.oauth_client_id, backup.oauth_client_secret = "client", "secret"
    backup.oauth_server_token_url = server.origin + "/token"
    authority.revoke_all()
    with pytest.raises(coffer.CofferError) as failure:
        backup.authorize()
    assert failure.value.code == 280 and "revoked" in failure.value.message
    assert server.requests == []


def test_what_is_not_known_may_be_ignored(make: MakeCase, authority: RevokingAuthority) -> None:
    """SSLSecurityFlags, which Client alone has: 256 the server's own status, 1024 the CAs'."""
    authority.knobs.first = answers(500)
    case = make(RESPONDER, of=CLIENT)
    server = case.server(context=authority.context_naming(RESPONDER))
    assert case.challenge(server, "SSLSecurityFlags=256").refusal == (0, "")
    refused(case.challenge(server, "SSLSecurityFlags=1024"), "500")
    authority.knobs.first = None
    authority.revoke_all()
    refused(case.challenge(server, "SSLSecurityFlags=256"), "revoked")


@BOTH_KINDS
def test_the_accepted_certificate_needs_no_check(make: MakeCase, authority: RevokingAuthority,
                                                 kind: str) -> None:
    case = make(kind)
    server = case.server(context=authority.context_naming(kind))
    authority.revoke_all()
    (certificate,) = authority.issued.values()
    pem = certificate.public_bytes(serialization.Encoding.PEM)

    def accept(backup: Any) -> None:
        backup.ssl_accept_server_cert_encoded = pem
    assert case.run(server, prepare=accept).refusal == (0, "")
    assert authority.status.requests == []
    authority.issued.clear()
    other = case.server(context=authority.context_naming(kind))
    authority.revoke_all()
    refused(make(kind).run(other, prepare=accept), "revoked")


def test_a_responder_that_keeps_silent_ends_in_time(make: MakeCase,
                                                    authority: RevokingAuthority) -> None:
    """The only wait of these tests: ten seconds, whatever Timeout says."""
    authority.knobs.first = lambda request: Answer(send=lambda _: None)
    case = make(LIST)
    server = case.server(context=authority.context_naming(LIST))
    begin = time.monotonic()
    refused(case.run(server, "Timeout=60"), "took longer than 10 s")
    assert 10 <= time.monotonic() - begin < 50
