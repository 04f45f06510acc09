"""Rows of the settings about versions of HTTP."""

from __future__ import annotations

from contextlib import closing

from case import Case, Seen
from graph import Graph
from nginx_front import NginxFront
from recorder import Answer, Request
from table import Section

rows = Section()


def through_nginx(case: Case, *settings: str, http2: bool = True, plain: bool = True) -> Seen:
    """A run against nginx, which asks the Recorder in turn."""
    server = case.server(Graph(3))
    folder = case.folder / f"nginx-{server.port}"
    front = NginxFront(folder, case.authority, server, http2=http2)
    with closing(front):
        backup = case.backup(server, *settings, f"GraphURL={front.url}",
                             f"SSLServerCACerts={case.authority.pem}", plain=plain)
        seen = case.run(server, backup=backup)
    return seen


@rows.setting("HTTPVersion", default="1.1", value="2.0", invalid=("3.0", "2", "0.9"))
def http_version(case: Case) -> None:
    """The version in which requests arrive at a server that knows them all; 2.0 over plain http
    is 713, and nothing is sent."""
    for version, name in (("1.0", "HTTP/1.0"), ("1.1", "HTTP/1.1"), ("2.0", "HTTP/2.0")):
        seen = through_nginx(case, f"HTTPVersion={version}")
        assert seen.errors == [] and len(seen.files) == 3
        assert set(seen.headers("X-Protocol")) == {name}
    plain = case.server()
    assert case.run(plain).errors == [713] and plain.connections == []
    old = case.run(case.server(), "HTTPVersion=1.0", plain=True)
    assert {request.version for request in old.requests} == {"HTTP/1.0"}


@rows.setting("AllowHTTPFallback", default="True", value="False", invalid="perhaps",
              before="HTTPVersion=2.0")
def allow_http_fallback(case: Case) -> None:
    """A server without HTTP/2 hears nothing then; by default it is asked in 1.1."""
    seen = through_nginx(case, http2=False, plain=False)
    assert seen.failed_with == [276] and seen.requests == []
    seen = through_nginx(case, "HTTPVersion=2.0", http2=False)
    assert seen.errors == [] and set(seen.headers("X-Protocol")) == {"HTTP/1.1"}
    seen = through_nginx(case, plain=False)
    assert seen.errors == [] and set(seen.headers("X-Protocol")) == {"HTTP/2.0"}


@rows.read_only("NegotiatedHTTPVersion")
def negotiated_http_version(case: Case) -> None:
    """What the server saw, in HTTPVersion's words."""
    asked = ("HTTPVersion=2.0",)
    for settings, http2 in ((asked, True), (asked, False), ((), True)):
        seen = through_nginx(case, *settings, http2=http2)
        version = seen.headers("X-Protocol")[-1]
        assert f"HTTP/{seen.setting('NegotiatedHTTPVersion')}" == version
    old = Answer(raw=b"HTTP/1.0 200 OK\r\nContent-Length: 12\r\n\r\n{\"value\":[]}")

    def always(request: Request) -> Answer:
        return old
    seen = case.run(case.server(always))
    assert seen.errors == [] and seen.setting("NegotiatedHTTPVersion") == "1.0"
