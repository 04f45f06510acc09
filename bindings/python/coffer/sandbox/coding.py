"""The content coding gzip (RFC 1952), at its fastest level."""

from __future__ import annotations

import zlib
from typing import Iterator

from .wire import Request, Response


def gzip_pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    coder = zlib.compressobj(1, zlib.DEFLATED, 31)
    for piece in pieces:
        yield coder.compress(piece)
    yield coder.flush()


def gzip_bytes(body: bytes) -> bytes:
    return b"".join(gzip_pieces(iter((body,))))


def compress(request: Request, response: Response) -> None:
    """Codes a body for a client that accepts it; small bodies stay as they are."""
    codings = [c.split(";")[0].strip() for c in request.headers.get("accept-encoding").split(",")]
    if (response.plan.no_gzip or "gzip" not in codings or response.header("content-encoding")
            or (response.stream is None and len(response.body) < 512)):
        return
    if response.stream is not None:
        response.stream = gzip_pieces(response.stream)
    else:
        response.body = response.gzipped or gzip_bytes(response.body)
    response.headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
