"""Rows of the settings about proxies and firewalls."""

from __future__ import annotations

from case import Case
from table import Section

rows = Section()


@rows.setting("ProxyServer", default="", value="127.0.0.1", invalid="two\r\nlines")
def proxy_server(case: Case) -> None:
    """The request goes to the proxy, in the absolute form that proxies take (RFC 9112 3.2.2)."""
    proxy, server = case.server(), case.server()
    seen = case.run(server, f"ProxyPort={proxy.port}")
    assert seen.errors == [] and seen.requests == []
    assert proxy.requests[0].target.startswith(f"{server.url}/me/messages?")
