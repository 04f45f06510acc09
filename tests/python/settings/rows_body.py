"""Rows of the settings about the bodies of requests: token requests, and $batch in the Sync
Phase."""

from __future__ import annotations

import gzip
import json

from case import Case, Seen
from graph import Graph
from recorder import Answer, Recorder, Request
from table import Section

rows = Section()


def with_a_batch(case: Case, *settings: str, plain: bool = False) -> Seen:
    """A second run, in which one of two messages is gone, and the file goes after its check."""
    graph = Graph(2)
    server = case.server(graph)
    backup = case.backup(server, *settings, plain=plain)
    backup.sync_deletes = True
    case.run(server, backup=backup)
    graph.gone.add("message-1")
    seen = case.run(server, backup=backup)
    assert seen.errors == [] and len(seen.files) == 1
    return seen


def batch(seen: Seen) -> Request:
    return next(request for request in seen.requests if request.target.endswith("/$batch"))


def token_request(case: Case, server: Recorder, *settings: str, plain: bool = False) -> Request:
    backup = case.backup(server, *settings, plain=plain)
    backup.authorization = ""
    backup.oauth_grant_type = 3
    backup.oauth_client_id, backup.oauth_client_secret = "app", "secret " * 20
    backup.oauth_server_token_url = server.origin + "/token"
    backup.authorize()
    return server.requests[-1]


@rows.setting("CompressHTTPRequest", default="False", value="True", invalid="perhaps")
def compress_http_request(case: Case) -> None:
    """Content-Encoding, and a body that is gzip's of what went plain before."""
    server = case.server()
    packed = token_request(case, server)
    assert packed.header("Content-Encoding") == "gzip"
    assert packed.header("Content-Length") == str(len(packed.body))
    plain = token_request(case, server, plain=True)
    assert plain.header("Content-Encoding") is None
    assert gzip.decompress(packed.body) == plain.body and plain.body.startswith(b"grant_type=")
    assert len(packed.body) < len(plain.body)
    # The Sync Phase's checks as well, and what has no body says nothing of it.
    graph = Graph(2)

    def unpack(request: Request) -> Answer | None:
        if request.header("Content-Encoding") == "gzip":
            request.body = gzip.decompress(request.body)
        return None
    graph.first = unpack
    service = case.server(graph)
    backup = case.backup(service)
    backup.sync_deletes = True
    case.run(service, backup=backup)
    graph.gone.add("message-1")
    seen = case.run(service, backup=backup)
    assert seen.errors == [] and len(seen.files) == 1
    asked = batch(seen)
    assert asked.header("Content-Encoding") == "gzip" and asked.wire.startswith(b"\x1f\x8b")
    assert json.loads(asked.body)["requests"][0]["method"] == "GET"
    assert seen.requests[0].header("Content-Encoding") is None


@rows.setting("UseChunkedEncoding", default="False", value="True", invalid="perhaps")
def use_chunked_encoding(case: Case) -> None:
    """Chunks instead of a Content-Length, and the same body; HTTP/1.0 has none."""
    server = case.server()
    for chunked, plain in ((token_request(case, server), token_request(case, server, plain=True)),
                           (batch(with_a_batch(case)), batch(with_a_batch(case, plain=True)))):
        assert chunked.header("Transfer-Encoding") == "chunked"
        assert chunked.header("Content-Length") is None and chunked.chunks == [len(plain.body)]
        assert plain.header("Transfer-Encoding") is None and plain.wire == plain.body
        assert len(chunked.body) == len(plain.body)
    old = token_request(case, server, "HTTPVersion=1.0")
    assert old.version == "HTTP/1.0" and old.header("Transfer-Encoding") is None
    assert old.header("Content-Length") == str(len(old.body))


@rows.setting("ChunkSize", default="16384", value="100", invalid=("0", "-1", "2147483648", "x"),
              before="UseChunkedEncoding=True")
def chunk_size(case: Case) -> None:
    """The size of each chunk but the last."""
    server = case.server()
    sent = token_request(case, server)
    whole, rest = divmod(len(sent.body), 100)
    assert whole > 1 and sent.chunks == [100] * whole + ([rest] if rest else [])
    default = token_request(case, server, "UseChunkedEncoding=True", plain=True)
    assert default.chunks == [len(sent.body)] and default.body == sent.body
