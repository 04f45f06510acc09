"""HTTP proxies: who is asked for the tunnel, with which words, and what a refusal is."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import journal
from authority import Authority
from case import Case
from coffer.sandbox import ThreeDS
from conftest import Traveller
from daemons import PASSWORD, USER, Squid, Tinyproxy
from table import BACKUP, CLIENT, Row
from tap import Tap

MakeTap = Callable[[int], Tap]
BASIC, DIGEST, PROPRIETARY, NONE = range(4)
ALWAYS, NEVER, TUNNEL = 1, 2, 3
CREDENTIALS = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def check_private(tap: Tap) -> None:
    """Nothing that belongs to the service stands in what the proxy could read."""
    for index in range(len(tap.sent)):
        for head in tap.heads(index):
            assert "x-own" not in head.lower() and "\r\nauthorization" not in head.lower()


def test_basic(traveller: Traveller, squid: Squid, tap: MakeTap) -> None:
    way = tap(squid.port)
    trip = traveller.go(proxy_server="127.0.0.1", proxy_port=way.port, proxy_user=USER,
                        proxy_password=PASSWORD)
    assert trip.errors == []
    assert squid.wait_for_request("TCP_TUNNEL/200", f"CONNECT 127.0.0.1:{traveller.port} {USER}")
    heads = way.heads()
    assert len(heads) == 1  # with the first word, not after a refusal
    assert f"Proxy-Authorization: Basic {CREDENTIALS}" in heads[0].split("\r\n")
    check_private(way)
    assert "ProxyRequest: CONNECT 127.0.0.1" in trip.log
    assert "ProxyResponse: HTTP/1.1 200" in trip.log
    assert CREDENTIALS not in trip.log and PASSWORD not in trip.log


def test_digest(traveller: Traveller, squid: Squid, tap: MakeTap) -> None:
    way = tap(squid.port)
    trip = traveller.go(proxy_server="127.0.0.1", proxy_port=way.port, proxy_auth_scheme=DIGEST,
                        proxy_user=USER, proxy_password=PASSWORD)
    assert trip.errors == []
    assert squid.wait_for_request("TCP_TUNNEL/200", f"CONNECT 127.0.0.1:{traveller.port} {USER}")
    heads = way.heads()
    assert "Proxy-Authorization" not in heads[0]  # it answers a challenge
    assert 'Proxy-Authorization: Digest username="mira"' in heads[1]
    assert b"Basic" not in way.all_sent and PASSWORD.encode() not in way.all_sent
    check_private(way)


@pytest.mark.parametrize("of", [BACKUP, CLIENT])
@pytest.mark.parametrize("scheme", [BASIC, DIGEST])
def test_the_server_gets_none_of_it(tmp_path: Path, stack: ExitStack, authority: Authority,
                                    side_as_new: Callable[[], ThreeDS], squid: Squid, of: str,
                                    scheme: int) -> None:
    case = Case(Row(of, "", "", ""), tmp_path, stack, authority, side_as_new)
    server = case.server(tls=True)

    def go_through(made: Any) -> None:
        journal.give(made, {"proxy_server": "127.0.0.1", "proxy_port": squid.port,
                            "proxy_auth_scheme": scheme, "proxy_user": USER,
                            "proxy_password": PASSWORD})
    seen = case.connect(server, prepare=go_through)
    assert seen.refusal == (0, "") and seen.requests
    seen.object.close()  # the proxy writes its line when the connection ends
    assert squid.wait_for_request("TCP_TUNNEL/200", f"CONNECT 127.0.0.1:{server.port} {USER}")
    own = "Bearer token-of-the-test" if case.is_backup else None
    assert set(seen.headers("Authorization")) == {own}
    assert set(seen.headers("Proxy-Authorization")) == {None}
    for request in seen.requests:
        assert USER.encode() not in request.head and CREDENTIALS.encode() not in request.head


@pytest.mark.parametrize("scheme", [BASIC, DIGEST])
def test_a_wrong_password(traveller: Traveller, squid: Squid, tap: MakeTap, scheme: int) -> None:
    way = tap(squid.port)
    traveller.sandbox.control.reset_metrics()
    trip = traveller.go(proxy_server="127.0.0.1", proxy_port=way.port, proxy_auth_scheme=scheme,
                        proxy_user=USER, proxy_password="wrong")
    assert trip.errors == [118]
    assert f"The proxy 127.0.0.1:{way.port} refused with status 407" in trip.text
    assert "it takes Basic, Digest" in trip.text and "wrong" not in trip.text
    assert squid.wait_for_request("TCP_DENIED/407", f"127.0.0.1:{traveller.port}")
    assert traveller.name == "client" or traveller.sandbox.control.metrics()["requests"] == 0
    assert not any(b"\x16\x03" in data for data in way.sent)  # no TLS began


@pytest.mark.parametrize("scheme", [BASIC, NONE])
def test_no_credentials(traveller: Traveller, squid: Squid, tap: MakeTap, scheme: int) -> None:
    """authNone sends nothing although there is a user."""
    user = USER if scheme == NONE else ""
    way = tap(squid.port)
    trip = traveller.go(proxy_server="127.0.0.1", proxy_port=way.port, proxy_auth_scheme=scheme,
                        proxy_user=user, proxy_password=PASSWORD)
    assert trip.errors == [118] and "407" in trip.text
    assert b"Proxy-Authorization" not in way.all_sent


def test_setting_the_scheme_clears_the_credentials(traveller: Traveller, squid: Squid,
                                                   tap: MakeTap) -> None:
    way = tap(squid.port)
    trip = traveller.go(proxy_server="127.0.0.1", proxy_port=way.port, proxy_user=USER,
                        proxy_password=PASSWORD, proxy_auth_scheme=BASIC)
    assert trip.errors == [118]
    assert b"Proxy-Authorization" not in way.all_sent


def test_a_refused_target(traveller: Traveller, tap: MakeTap) -> None:
    """403, from another proxy: it lets nobody through to this port."""
    with Tinyproxy(allowed=1) as proxy:
        way = tap(proxy.port)
        trip = traveller.go(proxy_server="127.0.0.1", proxy_port=way.port, proxy_user=USER,
                            proxy_password="correcthorse")
        assert trip.errors == [118]
        assert f"The proxy 127.0.0.1:{way.port} refused with status 403" in trip.text
        proxy.wait_for(f"Refused CONNECT method on port {traveller.port}")


def test_another_proxy(traveller: Traveller, tap: MakeTap) -> None:
    with Tinyproxy(allowed=traveller.port) as proxy:
        way = tap(proxy.port)
        trip = traveller.go(proxy_server="127.0.0.1", proxy_port=way.port, proxy_user=USER,
                            proxy_password="correcthorse")
        assert trip.errors == []
        proxy.wait_for(rf"CONNECT 127\.0\.0\.1:{traveller.port} HTTP/1\.1")
        check_private(way)
        trip = traveller.go(proxy_server="127.0.0.1", proxy_port=way.port, proxy_user=USER,
                            proxy_password="wrong")
        assert trip.errors == [118]
        assert "status 401; check its user, password and AuthScheme" in trip.text  # its own way


@pytest.mark.parametrize("scheme", [BASIC, DIGEST])
def test_tls_to_the_proxy(traveller: Traveller, squid: Squid, tap: MakeTap, scheme: int) -> None:
    way = tap(squid.tls_port)
    trip = traveller.go(proxy_server="127.0.0.1", proxy_port=way.port, proxy_ssl=ALWAYS,
                        proxy_auth_scheme=scheme, proxy_user=USER, proxy_password=PASSWORD)
    assert trip.errors == []
    assert squid.wait_for_request("TCP_TUNNEL/200", f"CONNECT 127.0.0.1:{traveller.port} {USER}")
    assert all(data.startswith(b"\x16\x03") for data in way.sent)
    assert b"CONNECT" not in way.all_sent
    trip = traveller.go(proxy_server="127.0.0.1", proxy_port=way.port, proxy_ssl=ALWAYS,
                        proxy_auth_scheme=scheme, proxy_user=USER, proxy_password="wrong")
    assert trip.errors == [118] and "status 407" in trip.text


def test_a_tls_proxy_that_is_not_trusted(traveller: Traveller, tap: MakeTap,
                                         authority: Authority) -> None:
    """Nobody is asked about it, and it never hears of the credentials. (A proxy of the test's
    own: what another one logs of tunnels that ended may come at any time.)"""
    traveller.trust = traveller.trust.replace(authority.pem, "")
    with Squid(authority.issue("127.0.0.1")) as own:
        way = tap(own.tls_port)
        trip = traveller.go(proxy_server="127.0.0.1", proxy_port=way.port, proxy_ssl=ALWAYS,
                            proxy_user=USER, proxy_password=PASSWORD)
        assert trip.errors == [280]
        assert f"The certificate of the proxy 127.0.0.1:{way.port} was refused" in trip.text
        traveller.go(proxy_server="127.0.0.1", proxy_port=own.port)  # what it hears, it logs
        own.wait_for_request("TCP_DENIED/407", f"127.0.0.1:{traveller.port}", f"at {own.port}")
        assert [line for line in own.requests()
                if "CONNECT" in line and f"at {own.tls_port}" in line] == []


def test_a_tls_proxy_of_another_name(traveller: Traveller, squid: Squid, tap: MakeTap) -> None:
    way = tap(squid.tls_port)
    trip = traveller.go(proxy_server="localhost", proxy_port=way.port, proxy_ssl=ALWAYS,
                        proxy_user=USER, proxy_password=PASSWORD)
    assert trip.errors == [280] and "proxy localhost" in trip.text


def test_no_tls_where_the_proxy_wants_it(traveller: Traveller, squid: Squid) -> None:
    trip = traveller.go(proxy_server="127.0.0.1", proxy_port=squid.tls_port, proxy_ssl=NEVER)
    assert len(trip.errors) == 1 and f"The proxy 127.0.0.1:{squid.tls_port} broke off" in trip.text
    assert trip.code == (118 if traveller.name == "client" else 705)


def test_tls_where_the_proxy_has_none(traveller: Traveller, squid: Squid) -> None:
    trip = traveller.go(proxy_server="127.0.0.1", proxy_port=squid.port, proxy_ssl=ALWAYS)
    assert trip.errors == [276] and "the proxy 127.0.0.1" in trip.text


@pytest.mark.parametrize("ssl", [NEVER, TUNNEL])
def test_a_tunnel_whatever_is_asked(traveller: Traveller, squid: Squid, tap: MakeTap,
                                    ssl: int) -> None:
    """An https address always goes through a tunnel, else TLS with the server would be given up."""
    way = tap(squid.port)
    trip = traveller.go(proxy_server="127.0.0.1", proxy_port=way.port, proxy_ssl=ssl,
                        proxy_user=USER, proxy_password=PASSWORD)
    assert trip.errors == []
    assert way.heads()[0].startswith(f"CONNECT 127.0.0.1:{traveller.port} ")


def test_a_proxy_that_nobody_runs(traveller: Traveller) -> None:
    trip = traveller.go(proxy_server="127.0.0.1", proxy_port=1)
    assert len(trip.errors) == 1 and "the proxy 127.0.0.1:1 was refused" in trip.text
    assert trip.code == (10061 if traveller.name == "client" else 705)


def test_a_proxy_whose_name_is_unknown(traveller: Traveller) -> None:
    trip = traveller.go(proxy_server="proxy.invalid")
    assert len(trip.errors) == 1 and "the proxy proxy.invalid:80 is unknown" in trip.text
    assert trip.code == (11001 if traveller.name == "client" else 705)


@pytest.mark.parametrize("traveller", ["backup"], indirect=True)
@pytest.mark.parametrize("refusal, code, says", [
    (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 118, "refused with status 403"),
    (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", 705, "refused with status 503"),
    (b"", 705, "broke off"), (b"nonsense\r\n\r\n", 705, "The proxy 127.0.0.1:")])
def test_a_proxy_that_fails_in_the_middle_of_the_listing(
        traveller: Traveller, squid: Squid, refusal: bytes, code: int, says: str) -> None:
    """What the proxy means to stay is said as it is, the rest is tried again and given up."""
    with Tap(squid.port, 1, refusal) as way:
        traveller.sandbox.control.reset_metrics()
        trip = traveller.go(proxy_server="127.0.0.1", proxy_port=way.port, proxy_user=USER,
                            proxy_password=PASSWORD, KeepAlive=False, MessagePageSize=1,
                            MaxRetryCount=1)
        assert trip.errors == [code] and says in trip.text
        assert f"127.0.0.1:{way.port}" in trip.text
        assert traveller.sandbox.control.metrics()["requests"] == 1
