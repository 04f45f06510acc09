"""Firewalls, which Office365Backup alone has: SOCKS in its versions, tunnels, and both before a
proxy."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from conftest import Traveller
from daemons import PASSWORD, USER, Dante, Microsocks, Squid
from ports import own_port
from socks4_peer import Socks4Peer
from tap import Tap

MakeTap = Callable[[int], Tap]
TUNNEL, SOCKS4, SOCKS5, SOCKS4A = 1, 2, 3, 10
pytestmark = pytest.mark.parametrize("traveller", ["backup"], indirect=True)


def firewall(kind: int, port: int, user: str = "", password: str = "") -> dict[str, Any]:
    return {"firewall_type": kind, "firewall_host": "127.0.0.1", "firewall_port": port,
            "firewall_user": user, "firewall_password": password}


def test_socks5_with_a_password(traveller: Traveller, tap: MakeTap) -> None:
    """The name goes to the firewall, which resolves it (RFC 1928: address type 3)."""
    with Microsocks("mira", "secret") as server:
        way = tap(server.port)
        trip = traveller.go("localhost", **firewall(SOCKS5, way.port, "mira", "secret"))
        assert trip.errors == []
        assert b"\1\4mira\6secret" in way.sent[0]
        assert b"\5\1\0\3\x09localhost" in way.sent[0]
        assert server.wait_for(rf"connected to localhost:{traveller.port}")


def test_socks5_with_a_wrong_password(traveller: Traveller, tap: MakeTap) -> None:
    traveller.sandbox.control.reset_metrics()
    with Microsocks("mira", "secret") as server:
        way = tap(server.port)
        for user, password in (("mira", "wrong"), ("other", "secret"), ("", "")):
            trip = traveller.go(**firewall(SOCKS5, way.port, user, password))
            assert trip.errors == [118], user
            assert f"The firewall 127.0.0.1:{way.port} refused; check its type, user" in trip.text
            assert "secret" not in trip.text and "wrong" not in trip.text
    assert traveller.sandbox.control.metrics()["requests"] == 0


@pytest.mark.parametrize("kind", [SOCKS4, SOCKS5])
def test_socks_without_a_password(traveller: Traveller, tap: MakeTap, kind: int) -> None:
    """Version 4 is asked for an address, 5 for a name, and with no method that has a password."""
    with Dante(closed=1) as server:
        way = tap(server.port)
        trip = traveller.go("localhost", **firewall(kind, way.port))
        assert trip.errors == [], trip.text
        port, sent = traveller.port.to_bytes(2, "big"), way.sent[0]
        if kind == SOCKS4:
            assert sent.startswith(b"\4\1" + port + b"\x7f\0\0\1\0")
        else:
            methods = sent[1]
            assert sent[0] == 5 and 2 not in sent[2:2 + methods]
            assert sent[2 + methods:].startswith(b"\5\1\0\3\x09localhost" + port)
        server.wait_for(rf"pass.*tcp/connect.*127\.0\.0\.1\.{traveller.port}")


@pytest.mark.parametrize("kind", [SOCKS4, SOCKS5])
def test_a_target_that_the_firewall_forbids(traveller: Traveller, kind: int) -> None:
    with Dante(closed=traveller.port) as server:
        trip = traveller.go(**firewall(kind, server.port))
        assert len(trip.errors) == 1 and trip.code in (118, 705)
        assert f"The firewall 127.0.0.1:{server.port}" in trip.text
        server.wait_for("block.*tcp/connect")


@pytest.mark.parametrize("kind", [SOCKS4, SOCKS4A])
def test_the_user_of_version_4(traveller: Traveller, kind: int) -> None:
    """And 4A's name, which Dante does not know."""
    with Socks4Peer("mira") as server:
        assert traveller.go("localhost", **firewall(kind, server.port, "mira")).errors == []
        address, name = (("127.0.0.1", "") if kind == SOCKS4 else ("0.0.0.1", "localhost"))
        assert set(server.asked) == {("mira", address, name)}
        trip = traveller.go(**firewall(kind, server.port, "other"))
        assert trip.errors == [118]
        assert f"The firewall 127.0.0.1:{server.port} refused; check its type, user" in trip.text


def test_a_tunnel(traveller: Traveller, squid: Squid, tap: MakeTap) -> None:
    """FirewallData stands in the CONNECT, and nowhere else; the log has it masked."""
    way = tap(squid.port)
    trip = traveller.go(**firewall(TUNNEL, way.port, USER, PASSWORD),
                        FirewallData="X-Department: twelve\r\nX-Pass: seven-seals")
    assert trip.errors == []
    assert squid.wait_for_request("TCP_TUNNEL/200", f"CONNECT 127.0.0.1:{traveller.port} {USER}")
    credentials = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    for index in range(len(way.sent)):
        head = way.heads(index)[0].split("\r\n")
        assert f"Proxy-Authorization: Basic {credentials}" in head
        assert "X-Department: twelve" in head and "X-Pass: seven-seals" in head
        assert not any(line.startswith(("X-Own", "Authorization")) for line in head)
    assert "FirewallRequest: CONNECT 127.0.0.1" in trip.log
    assert "FirewallResponse: HTTP/1.1 200" in trip.log and "ProxyRequest" not in trip.log
    assert "seven-seals" not in trip.log and credentials not in trip.log


def test_a_tunnel_with_credentials_of_ones_own(traveller: Traveller, squid: Squid) -> None:
    credentials = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    trip = traveller.go(**firewall(TUNNEL, squid.port),
                        FirewallData=f"Proxy-Authorization: Basic {credentials}")
    assert trip.errors == []
    assert squid.wait_for_request("TCP_TUNNEL/200", f"CONNECT 127.0.0.1:{traveller.port} {USER}")


def test_a_tunnel_that_refuses(traveller: Traveller, squid: Squid) -> None:
    trip = traveller.go(**firewall(TUNNEL, squid.port, USER, "wrong"))
    assert trip.errors == [118]
    assert f"The firewall 127.0.0.1:{squid.port} refused with status 407" in trip.text


def test_socks_before_a_proxy(traveller: Traveller, squid: Squid, tap: MakeTap) -> None:
    """The firewall is asked for the proxy, the proxy for the server; each has its credentials."""
    with Microsocks("fire", "wall:@/ %") as server:
        outside = tap(server.port)
        inside = tap(squid.port)
        proxy: dict[str, Any] = {"proxy_server": "127.0.0.1", "proxy_port": inside.port,
                                 "proxy_user": USER}
        trip = traveller.go(**firewall(SOCKS5, outside.port, "fire", "wall:@/ %"), **proxy,
                            proxy_password=PASSWORD)
        assert trip.errors == [], trip.text
        assert server.wait_for(rf"connected to 127\.0\.0\.1:{inside.port}")
        assert squid.wait_for_request("TCP_TUNNEL/200",
                                      f"CONNECT 127.0.0.1:{traveller.port} {USER}")
        assert b"wall:@/ %" in outside.all_sent
        assert inside.heads()[0].count("Proxy-Authorization: Basic") == 1
        # without a user for the proxy the firewall's is not what the proxy gets
        bare = tap(squid.port)
        for scheme in (0, 1, 3):
            trip = traveller.go(**firewall(SOCKS5, outside.port, "fire", "wall:@/ %"),
                                proxy_server="127.0.0.1", proxy_port=bare.port,
                                proxy_auth_scheme=scheme)
            assert trip.errors == [118]
        assert bare.sent and b"Proxy-Authorization" not in bare.all_sent
        trip = traveller.go(**firewall(SOCKS5, outside.port, "fire", "wrong"), **proxy,
                            proxy_password=PASSWORD)
        assert trip.errors == [118] and f"The firewall 127.0.0.1:{outside.port}" in trip.text
        trip = traveller.go(**firewall(SOCKS5, outside.port, "fire", "wall:@/ %"), **proxy,
                            proxy_password="wrong")
        assert trip.errors == [118] and f"The proxy 127.0.0.1:{inside.port}" in trip.text


@pytest.mark.parametrize("scheme", [1, 4])
def test_what_cannot_be_kept_apart(traveller: Traveller, scheme: int) -> None:
    trip = traveller.go(**firewall(SOCKS5, 1, "fire", "wall"), proxy_server="127.0.0.1",
                        proxy_auth_scheme=scheme, proxy_user=USER, proxy_password=PASSWORD)
    assert trip.errors == [713] and "use Basic" in trip.text


def test_digest_behind_socks(traveller: Traveller, squid: Squid) -> None:
    with Microsocks() as server:
        trip = traveller.go(**firewall(SOCKS5, server.port), proxy_server="127.0.0.1",
                            proxy_port=squid.port, proxy_auth_scheme=1, proxy_user=USER,
                            proxy_password=PASSWORD)
        assert trip.errors == []
        server.wait_for(rf"connected to 127\.0\.0\.1:{squid.port}")


def test_a_firewall_that_nobody_runs(traveller: Traveller) -> None:
    for kind in (TUNNEL, SOCKS4, SOCKS5, SOCKS4A):
        port = own_port()
        trip = traveller.go(**firewall(kind, port))
        assert trip.errors == [705] and f"the firewall 127.0.0.1:{port} was refused" in trip.text


def test_a_name_that_only_version_4_has_to_know(traveller: Traveller, tap: MakeTap) -> None:
    """Names are resolved where the manual's versions resolve them."""
    with Dante(closed=1) as server:
        way = tap(server.port)
        trip = traveller.go("server.invalid", **firewall(SOCKS4, way.port))
        assert len(trip.errors) == 1 and "server.invalid" in trip.text
        assert b"server.invalid" not in way.all_sent
        trip = traveller.go("server.invalid", **firewall(SOCKS5, way.port))
        assert len(trip.errors) == 1 and f"firewall 127.0.0.1:{way.port}" in trip.text
        assert b"server.invalid" in way.all_sent
