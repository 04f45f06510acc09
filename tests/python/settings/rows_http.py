"""Rows of the settings about requests and replies."""

from __future__ import annotations

import zlib

from case import Case, Seen
from graph import Graph
from recorder import Answer, Request
from table import Section

rows = Section()

LINES = ("two\r\nlines", "two\nlines")


def coded(coding: str) -> Graph:
    """A mailbox that answers compressed where it may."""
    plain = Graph(size=20_000)

    def first(request: Request) -> Answer | None:
        if coding not in (request.header("Accept-Encoding") or ""):
            return None
        answer = plain(request)
        assert answer is not None
        packer = zlib.compressobj(wbits=31 if coding == "gzip" else 15)
        answer.headers["Content-Encoding"] = coding
        answer.body = packer.compress(answer.body) + packer.flush()
        return answer
    return Graph(size=20_000, first=first)


@rows.setting("UserAgent", default="coffer/{version}", value="Mine/1.0 (test)", invalid=LINES)
def user_agent(case: Case) -> None:
    """The User-Agent of each request."""
    assert set(case.run().headers("User-Agent")) == {case.value}
    found = case.run(plain=True).headers("User-Agent")[0]
    assert found is not None and found.startswith("coffer/")


@rows.setting("AcceptEncoding", default="gzip, deflate", value="deflate", invalid=LINES)
def accept_encoding(case: Case) -> None:
    """The field, and a reply in that coding is what a plain one would have been."""
    seen = case.run(case.server(coded("deflate")))
    assert seen.errors == [] and set(seen.headers("Accept-Encoding")) == {"deflate"}
    assert seen.files[0].read_bytes().endswith(Graph(size=20_000).message("message-0"))
    assert set(case.run(plain=True).headers("Accept-Encoding")) == {"gzip, deflate"}


@rows.setting("AllowHTTPCompression", default="True", value="False", invalid="perhaps")
def allow_http_compression(case: Case) -> None:
    """Without it nothing compressed is asked for; with it the octets on the wire are fewer."""
    sizes = {}
    for plain in (False, True):
        seen = case.run(case.server(coded("gzip")), plain=plain)
        assert seen.errors == []
        assert seen.headers("Accept-Encoding") == ["gzip, deflate" if plain else None] * 2
        assert seen.files[0].read_bytes().endswith(Graph(size=20_000).message("message-0"))
        sizes[plain] = int(seen.setting("BytesTransferred"))
    assert sizes[False] == 20_000 and sizes[True] < 1_000


@rows.setting("KeepAlive", default="True", value="False", invalid="perhaps")
def keep_alive(case: Case) -> None:
    """Without it each request has a connection of its own, and says `Connection: close`."""
    server, other = case.server(Graph(3)), case.server(Graph(3))
    seen = case.run(server, "MailboxConcurrency=1")
    assert seen.errors == [] and set(seen.headers("Connection")) == {"close"}
    assert len(server.connections) == len(server.requests) == 4
    case.run(other, "MailboxConcurrency=1", plain=True)
    assert len(other.connections) == 1 and len(other.requests) == 4


@rows.setting("OtherHeaders", default="", value="X-One: 1\r\nX-Two: zwei",
              invalid=("no colon", "Bad Name: 1", "X-One: 1\nX-Two: 2", ": nothing"))
def other_headers(case: Case) -> None:
    """Both fields with each request to the service, and with none to a token server."""
    service, tokens = case.server(), case.server()
    backup = case.backup(service)
    backup.authorization = ""
    backup.oauth_grant_type = 3
    backup.oauth_client_id, backup.oauth_client_secret = "app", "secret"
    backup.oauth_server_token_url = tokens.origin + "/token"
    backup.authorize()
    seen = case.run(service, backup=backup)
    assert seen.errors == []
    assert set(seen.headers("X-One")) == {"1"} and set(seen.headers("X-Two")) == {"zwei"}
    assert len(tokens.requests) == 1 and tokens.requests[0].header("X-One") is None


@rows.setting("Authorization", default="", value="Bearer of-the-setting", invalid=LINES)
def authorization(case: Case) -> None:
    """The same value as the property's: the field of each request."""
    seen = case.run()
    assert set(seen.headers("Authorization")) == {case.value}


DATE = "Sun, 29 Oct 2017 19:43:31 GMT"


@rows.setting("IfModifiedSince", default="", value=DATE,
              invalid=("yesterday", "2017-10-29", f"{DATE}\r\nX: 1", f"{DATE} or so"))
def if_modified_since(case: Case) -> None:
    """The field of each GET to the service. A 304 is an error, 151: the message counts as failed,
    the file that is there stays, and a run whose listing is answered so ends."""
    seen = case.run()
    assert seen.errors == [] and seen.headers("If-Modified-Since") == [DATE, DATE]
    assert case.run(plain=True).headers("If-Modified-Since") == [None, None]
    of_the_listing = [False]

    def unchanged(request: Request) -> Answer | None:
        asked = of_the_listing[0] or "$value" in request.target
        return Answer(304, reason="Not Modified") if asked else None
    graph = Graph(1)
    server = case.server(graph)
    backup = case.backup(server)
    backup.sync_deletes = True
    case.run(server, backup=backup)
    graph.first, graph.modified = unchanged, "2024-03-06T10:00:00Z"
    seen = case.run(server, backup=backup)
    assert seen.setting("MessagesFailed") == "1" and seen.setting("MessagesUnchanged") == "0"
    assert seen.failed_with == [151] and len(seen.files) == 1
    of_the_listing[0] = True
    seen = case.run(server, backup=backup)
    assert seen.errors == [151] and seen.failed_with == [151] and len(seen.files) == 1


@rows.setting("UseIDNs", default="False", value="True", invalid="perhaps")
def use_idns(case: Case) -> None:
    """A proxy and a TLS server see the name's xn-- form, where it is asked for, as Host and as the
    name of the certificate; without it such a host is 11001."""
    name = "xn--bcher-kva.example"
    server = case.server(context=case.authority.context(name))
    proxy = case.server(lambda request: Answer(tunnel=("127.0.0.1", server.port)))

    def run(host: str, *, plain: bool) -> Seen:
        backup = case.backup(server, "ProxyServer=127.0.0.1", f"ProxyPort={proxy.port}",
                             plain=plain)
        backup.config(f"GraphURL=https://{host}/v1.0")
        return case.run(server, backup=backup)

    seen = run("bücher.example", plain=False)
    assert seen.errors == [] and len(seen.files) == 1
    assert proxy.requests[0].line == f"CONNECT {name}:443 HTTP/1.1"
    assert {connection.sni for connection in server.connections} == {name}
    assert set(seen.headers("Host")) == {name} and None not in seen.headers("Authorization")
    asked = len(proxy.requests)
    assert run("bücher.example", plain=True).failed_with == [11001]
    assert len(proxy.requests) == asked
    assert run(name, plain=True).errors == []
