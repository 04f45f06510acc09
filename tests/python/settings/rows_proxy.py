"""Rows of the settings about proxies and firewalls."""

from __future__ import annotations

import base64
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from case import Case, Seen
from ports import own_port
from recorder import LIMIT, Answer, Recorder, Request
from table import Section

rows = Section()

TWO_LINES = "two\r\nlines"
FORBIDDEN = Answer(403, reason="Forbidden")
NO_ENVIRONMENT = {name: "" for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy",
                                        "auto_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
                                        "AUTO_PROXY")}


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def lines(server: Recorder) -> set[str]:
    return {request.line for request in server.requests}


@contextmanager
def listening(port: str) -> Iterator[list[str]]:
    """Takes connections at that port and ends them; the ports that they came to."""
    seen: list[str] = []
    with socket.create_server(("127.0.0.1", int(port))) as server:
        def take() -> None:
            while True:
                try:
                    connection = server.accept()[0]
                except OSError:
                    return
                seen.append(str(connection.getsockname()[1]))
                connection.close()

        thread = threading.Thread(target=take)
        thread.start()
        yield seen
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    with patch.dict(os.environ, {**NO_ENVIRONMENT, **variables}):
        yield


@rows.setting("ProxyServer", default="", value="127.0.0.1", invalid=TWO_LINES)
def proxy_server(case: Case) -> None:
    """The request goes to the proxy, in the absolute form that proxies take (RFC 9112 3.2.2)."""
    proxy, server = case.server(), case.server()
    seen = case.run(server, f"ProxyPort={proxy.port}")
    assert seen.errors == [] and seen.requests == []
    assert proxy.requests[0].target.startswith(f"{server.url}/me/messages?")


@rows.setting("ProxyPort", default="80", value=str(own_port()), invalid=("-1", "65536", "x"))
def proxy_port(case: Case) -> None:
    """That is the port that the connection comes to."""
    with listening(case.value) as ports:
        server = case.server()
        seen = case.run(server, "ProxyServer=127.0.0.1")
        assert seen.errors != [] and seen.requests == []
    assert ports and set(ports) == {case.value}


@rows.setting("ProxyUser", default="", value="mira", invalid=TWO_LINES)
def proxy_user(case: Case) -> None:
    """Basic authentication, to the proxy; without a user there is none."""
    proxy = case.server()
    settings = ("ProxyServer=127.0.0.1", f"ProxyPort={proxy.port}", "ProxyPassword=secret")
    assert case.run(proxy, *settings).headers("Proxy-Authorization") == [
        basic("mira", "secret")] * len(proxy.requests)
    assert set(case.run(proxy, *settings, plain=True).headers("Proxy-Authorization")) == {None}


@rows.setting("ProxyPassword", default="", value="sesame", invalid=TWO_LINES)
def proxy_password(case: Case) -> None:
    proxy = case.server()
    settings = ("ProxyServer=127.0.0.1", f"ProxyPort={proxy.port}", "ProxyUser=mira")
    for plain, password in ((False, "sesame"), (True, "")):
        seen = case.run(proxy, *settings, plain=plain)
        assert set(seen.headers("Proxy-Authorization")) == {basic("mira", password)}


@rows.setting("ProxyAuthScheme", default="0", value="1", invalid=("5", "-1", "Digest"))
def proxy_auth_scheme(case: Case) -> None:
    """Digest answers the proxy's challenge; setting it has cleared user and password."""
    def challenge(request: Request) -> Answer | None:
        if request.header("Proxy-Authorization") is not None:
            return FORBIDDEN
        return Answer(407, {"Proxy-Authenticate": 'Digest realm="r", nonce="n", qop="auth"'})

    def sign_in(backup: Any) -> None:
        backup.proxy_user, backup.proxy_password = "mira", "secret"

    proxy = case.server(challenge)
    settings = ("ProxyServer=127.0.0.1", f"ProxyPort={proxy.port}")
    sent = case.run(proxy, *settings, prepare=sign_in).headers("Proxy-Authorization")
    assert sent[0] is None and (sent[1] or "").startswith('Digest username="mira", realm="r"')
    cleared = case.run(proxy, *settings, "ProxyUser=mira", "ProxyPassword=secret")
    assert cleared.errors == [118] and cleared.headers("Proxy-Authorization") == [None]
    sent = case.run(proxy, *settings, plain=True, prepare=sign_in).headers("Proxy-Authorization")
    assert sent[0] == basic("mira", "secret")


@rows.setting("ProxyAuthorization", default="", value="Own abc", invalid=TWO_LINES)
def proxy_authorization(case: Case) -> None:
    """The header as it is, to the proxy, and not where a user makes it be calculated."""
    proxy = case.server()
    settings = ("ProxyServer=127.0.0.1", f"ProxyPort={proxy.port}")
    seen = case.run(proxy, *settings)
    assert set(seen.headers("Proxy-Authorization")) == {"Own abc"}
    seen = case.run(proxy, *settings, "ProxyUser=mira")
    assert set(seen.headers("Proxy-Authorization")) == {basic("mira", "")}
    assert set(case.run(proxy, *settings, plain=True).headers("Proxy-Authorization")) == {None}
    straight = case.server()
    assert set(case.run(straight).headers("Proxy-Authorization")) == {None}


@rows.setting("ProxyExceptionsList", default="", value="x.example; 127.0.0.*",
              invalid=TWO_LINES)
def proxy_exceptions_list(case: Case) -> None:
    """These hosts are asked directly."""
    proxy, server = case.server(), case.server()
    settings = ("ProxyServer=127.0.0.1", f"ProxyPort={proxy.port}")
    assert case.run(server, *settings).requests != [] and proxy.requests == []
    assert case.run(server, *settings, plain=True).requests == [] and proxy.requests != []


@rows.setting("UseProxyAutoConfigURL", default="True", value="False", invalid="perhaps")
def use_proxy_auto_config_url(case: Case) -> None:
    """False: the proxy that https_proxy names, whatever auto_proxy says. True: 713."""
    def detect(backup: Any) -> None:
        backup.proxy_auto_detect = True

    proxy, server = case.server(lambda request: FORBIDDEN), case.server(tls=True)
    with environment(auto_proxy="http://wpad.example/proxy.pac",
                     https_proxy=f"127.0.0.1:{proxy.port}"):
        assert case.run(server, prepare=detect).errors == [118]
        assert lines(proxy) == {f"CONNECT 127.0.0.1:{server.port} HTTP/1.1"}
        count = len(proxy.requests)
        failure = case.refused(lambda: case.run(server, plain=True, prepare=detect))
        assert failure.code == 713 and "auto_proxy" in failure.message
        assert len(proxy.requests) == count and server.requests == []


@rows.setting("FirewallAutoDetect", default="False", value="True", invalid="perhaps")
def firewall_auto_detect(case: Case) -> None:
    """The proxy of the environment is asked for a tunnel."""
    firewall, server = case.server(lambda request: FORBIDDEN), case.server(tls=True)
    with environment(https_proxy=f"127.0.0.1:{firewall.port}"):
        assert case.run(server).errors == [118]
        assert lines(firewall) == {f"CONNECT 127.0.0.1:{server.port} HTTP/1.1"}
        count = len(firewall.requests)
        assert case.run(server, plain=True).errors == []
        assert len(firewall.requests) == count


def through(case: Case, *settings: str, plain: bool = False, given: bool = True) -> Seen:
    """A run through a tunnelling firewall that forbids everything; what the firewall saw."""
    firewall, server = case.server(lambda request: FORBIDDEN), case.server()
    # the type sets the port, so the port comes last, however the row is about the type
    def set_port(backup: Any) -> None:
        backup.firewall_port = firewall.port

    seen = case.run(server, *settings, plain=plain, prepare=set_port)
    if given:
        assert seen.errors == [118] and seen.requests == []
        assert lines(firewall) == {f"CONNECT 127.0.0.1:{server.port} HTTP/1.1"}
    else:
        assert seen.errors == [] and firewall.requests == []
    seen.server, seen.first = firewall, 0
    return seen


@rows.setting("FirewallType", default="0", value="1", invalid=("4", "9", "-1", "tunnel"))
def firewall_type(case: Case) -> None:
    """A tunnel: CONNECT, of plain http too; SOCKS versions begin with their numbers."""
    through(case, "FirewallHost=127.0.0.1")
    through(case, "FirewallHost=127.0.0.1", plain=True, given=False)
    for kind, version in (("2", 4), ("3", 5), ("10", 4)):
        assert first_octet(case, f"FirewallType={kind}") == version


def first_octet(case: Case, kind: str) -> int:
    """With what a run begins to speak to a firewall of that kind."""
    found: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as firewall:
        firewall.settimeout(LIMIT)

        def take() -> None:
            with firewall.accept()[0] as connection:
                found.append(connection.recv(1))

        thread = threading.Thread(target=take)
        thread.start()
        server = case.server()
        settings = (kind, "FirewallHost=127.0.0.1", f"FirewallPort={firewall.getsockname()[1]}")
        assert case.run(server, *settings, plain=True).errors != [] and server.requests == []
        thread.join()
    return found[0][0]


@rows.setting("FirewallHost", default="", value="127.0.0.1", invalid=TWO_LINES)
def firewall_host(case: Case) -> None:
    through(case, "FirewallType=1")
    through(case, "FirewallType=1", plain=True, given=False)


@rows.setting("FirewallPort", default="0", value=str(own_port()), invalid=("-1", "65536", "x"))
def firewall_port(case: Case) -> None:
    """That is the port that the connection comes to."""
    with listening(case.value) as ports:
        server = case.server()
        seen = case.run(server, "FirewallType=1", "FirewallHost=127.0.0.1")
        assert seen.errors != [] and seen.requests == []
    assert ports and set(ports) == {case.value}


@rows.setting("FirewallUser", default="", value="mira", invalid=TWO_LINES)
def firewall_user(case: Case) -> None:
    """Basic authentication, to the firewall; without a user there is none."""
    settings = ("FirewallType=1", "FirewallHost=127.0.0.1", "FirewallPassword=secret")
    seen = through(case, *settings)
    assert set(seen.headers("Proxy-Authorization")) == {basic("mira", "secret")}
    assert set(through(case, *settings, plain=True).headers("Proxy-Authorization")) == {None}


@rows.setting("FirewallPassword", default="", value="sesame", invalid=TWO_LINES)
def firewall_password(case: Case) -> None:
    settings = ("FirewallType=1", "FirewallHost=127.0.0.1", "FirewallUser=mira")
    for plain, password in ((False, "sesame"), (True, "")):
        seen = through(case, *settings, plain=plain)
        assert set(seen.headers("Proxy-Authorization")) == {basic("mira", password)}


@rows.setting("FirewallData", default="", value="X-Pass: seven\r\nX-Seal: red",
              invalid=("no field", "X-Pass: seven\nX-Seal: red", ": nameless"))
def firewall_data(case: Case) -> None:
    """In the CONNECT for the firewall, and in no request to a server or a proxy."""
    settings = ("FirewallType=1", "FirewallHost=127.0.0.1")
    seen = through(case, *settings)
    assert set(seen.headers("X-Pass")) == {"seven"} and set(seen.headers("X-Seal")) == {"red"}
    assert set(through(case, *settings, plain=True).headers("X-Pass")) == {None}
    server = case.server()
    assert set(case.run(server).headers("X-Pass")) == {None}
    proxied = case.run(server, "ProxyServer=127.0.0.1", f"ProxyPort={server.port}")
    assert set(proxied.headers("X-Pass")) == {None}
