"""AutoDetect: what the environment says holds when it is asked for, and never else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import coffer
from conftest import Traveller
from daemons import PASSWORD, USER, Microsocks, Squid
from tap import Tap

MakeTap = Callable[[int], Tap]
ONLY_BACKUP = pytest.mark.parametrize("traveller", ["backup"], indirect=True)
LOGIN = f"{USER}:{PASSWORD.replace(' ', '%20')}"


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_proxy_with_credentials(traveller: Traveller, squid: Squid, tap: MakeTap,
                                  monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    way = tap(squid.port)
    monkeypatch.setenv(variable, f"http://{LOGIN}@127.0.0.1:{way.port}")
    assert traveller.go().errors == [] and way.sent == []  # nobody asked for it
    assert traveller.go(proxy_auto_detect=True).errors == []
    assert squid.wait_for_request("TCP_TUNNEL/200", f"CONNECT 127.0.0.1:{traveller.port} {USER}")
    assert b"Basic" not in way.all_sent  # Digest was to be had


def test_credentials_of_the_properties(traveller: Traveller, squid: Squid, tap: MakeTap,
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    way = tap(squid.port)
    monkeypatch.setenv("https_proxy", f"127.0.0.1:{way.port}")
    properties: dict[str, Any] = {"proxy_auto_detect": True, "proxy_auth_scheme": 1,
                                  "proxy_user": USER}
    assert traveller.go(**properties, proxy_password=PASSWORD).errors == []
    trip = traveller.go(**properties, proxy_password="wrong")
    assert trip.errors == [118] and f"The proxy 127.0.0.1:{way.port}" in trip.text


def test_a_proxy_with_tls(traveller: Traveller, squid: Squid, tap: MakeTap,
                          monkeypatch: pytest.MonkeyPatch) -> None:
    way = tap(squid.tls_port)
    monkeypatch.setenv("https_proxy", f"https://{LOGIN}@127.0.0.1:{way.port}")
    assert traveller.go(proxy_auto_detect=True).errors == []
    assert way.sent[0].startswith(b"\x16\x03")


@pytest.mark.parametrize("exempt", ["127.0.0.0/8", "127.0.0.1", "*", "x.example, 127.0.0.1"])
def test_exempt_hosts(traveller: Traveller, tap: MakeTap, monkeypatch: pytest.MonkeyPatch,
                      exempt: str) -> None:
    way = tap(1)
    monkeypatch.setenv("https_proxy", f"127.0.0.1:{way.port}")
    assert len(traveller.go(proxy_auto_detect=True).errors) == 1
    monkeypatch.setenv("no_proxy", exempt)
    assert traveller.go(proxy_auto_detect=True).errors == []


def test_what_is_set_wins(traveller: Traveller, squid: Squid, tap: MakeTap,
                          monkeypatch: pytest.MonkeyPatch) -> None:
    way, other = tap(squid.port), tap(squid.port)
    monkeypatch.setenv("https_proxy", f"127.0.0.1:{other.port}")
    trip = traveller.go(proxy_auto_detect=True, proxy_server="127.0.0.1", proxy_port=way.port,
                        proxy_user=USER, proxy_password=PASSWORD)
    assert trip.errors == [] and way.sent and not other.sent


def test_a_socks_proxy(traveller: Traveller, tap: MakeTap,
                       monkeypatch: pytest.MonkeyPatch) -> None:
    with Microsocks("mira", "secret") as server:
        way = tap(server.port)
        monkeypatch.setenv("all_proxy", f"socks5://mira:secret@127.0.0.1:{way.port}")
        assert traveller.go(proxy_auto_detect=True).errors == []
        server.wait_for(rf"connected to 127\.0\.0\.1:{traveller.port}")
        monkeypatch.setenv("all_proxy", f"socks5://mira:wrong@127.0.0.1:{way.port}")
        assert traveller.go(proxy_auto_detect=True).errors == [118]


@ONLY_BACKUP
def test_a_firewall(traveller: Traveller, squid: Squid, tap: MakeTap,
                    monkeypatch: pytest.MonkeyPatch) -> None:
    """An HTTP proxy is a tunnel then, with FirewallData; a SOCKS one stands before the proxy."""
    way = tap(squid.port)
    monkeypatch.setenv("https_proxy", f"http://{LOGIN}@127.0.0.1:{way.port}")
    trip = traveller.go(firewall_auto_detect=True, FirewallData="X-Pass: seven-seals")
    assert trip.errors == []
    assert "X-Pass: seven-seals" in way.heads()[0] and "FirewallRequest" in trip.log
    with Microsocks() as server:
        monkeypatch.setenv("https_proxy", f"socks5h://127.0.0.1:{server.port}")
        trip = traveller.go(FirewallAutoDetect=True, proxy_server="127.0.0.1",
                            proxy_port=squid.port, proxy_user=USER, proxy_password=PASSWORD)
        assert trip.errors == []
        server.wait_for(rf"connected to 127\.0\.0\.1:{squid.port}")


@pytest.mark.parametrize("name, value", [("auto_proxy", "http://wpad.example/proxy.pac"),
                                         ("https_proxy", "pac+http://wpad.example/proxy.pac"),
                                         ("https_proxy", "ftp://127.0.0.1"),
                                         ("https_proxy", "http://user:secret@:99")])
def test_what_cannot_be_used(traveller: Traveller, monkeypatch: pytest.MonkeyPatch, name: str,
                             value: str) -> None:
    monkeypatch.setenv(name, value)
    assert traveller.go().errors == []
    if traveller.name == "client":
        trip = traveller.go(proxy_auto_detect=True)
        code, text = trip.code, trip.text
    else:
        with pytest.raises(coffer.CofferError) as failure:
            traveller.go(proxy_auto_detect=True)
        code, text = failure.value.code, failure.value.message
    assert code == 713 and f"The environment variable {name} " in text
    assert "secret" not in text


@ONLY_BACKUP
def test_an_auto_config_file_that_is_to_be_overlooked(
        traveller: Traveller, squid: Squid, tap: MakeTap,
        monkeypatch: pytest.MonkeyPatch) -> None:
    way = tap(squid.port)
    monkeypatch.setenv("auto_proxy", "http://wpad.example/proxy.pac")
    monkeypatch.setenv("https_proxy", f"http://{LOGIN}@127.0.0.1:{way.port}")
    assert traveller.go(proxy_auto_detect=True, UseProxyAutoConfigURL=False).errors == []
    assert way.sent
