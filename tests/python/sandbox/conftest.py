"""A small HTTP client for the sandbox's tests, and one running sandbox for most of them."""

from __future__ import annotations

import gzip
import http.client
import importlib
import json
import sys
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator
from urllib.parse import quote, urlsplit

import pytest

try:
    importlib.import_module("coffer")
except ImportError:
    # the sandbox needs nothing native, so its tests run before the library is built
    _package = types.ModuleType("coffer")
    _package.__path__ = [str(Path(__file__).parents[3] / "bindings" / "python" / "coffer")]
    sys.modules["coffer"] = _package

from coffer.sandbox import Sandbox

IMMUTABLE = 'IdType="ImmutableId"'


@dataclass
class Answer:
    """An answer as it arrived."""

    status: int
    headers: dict[str, str]
    body: bytes
    raw_headers: list[tuple[str, str]] = field(default_factory=list)

    def json(self) -> Any:
        body = self.body
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return json.loads(body)

    @property
    def code(self) -> str:
        return str(self.json()["error"]["code"])


class Client:
    """Speaks HTTP to one sandbox; each call uses a connection of its own unless one is given."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.token = sandbox.token
        self.host = urlsplit(sandbox.base_url).netloc

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, timeout=60)

    def send(self, method: str, target: str, body: bytes | None = None,
             connection: http.client.HTTPConnection | None = None, prefer: str = IMMUTABLE,
             token: str | None = None, **headers: str) -> Answer:
        fields = {"Authorization": f"Bearer {self.token if token is None else token}",
                  "client-request-id": "00000000-0000-4000-8000-000000000000"}
        if prefer:
            fields["Prefer"] = prefer
        fields.update({n.replace("_", "-"): v for n, v in headers.items()})
        own = connection is None
        connection = connection or self.connect()
        connection.request(method, target, body, fields)
        response = connection.getresponse()
        answer = Answer(response.status, {n.lower(): v for n, v in response.getheaders()},
                        response.read(), response.getheaders())
        if own:
            connection.close()
        return answer

    def get(self, path: str, **options: Any) -> Answer:
        if path.startswith("http"):
            parts = urlsplit(path)
            path = parts.path + ("?" + parts.query if parts.query else "")
        else:
            path = "/v1.0" + path
        return self.send("GET", path, **options)

    def filter(self, text: str, **options: Any) -> Answer:
        return self.get("/me/messages?$top=1000&$filter=" + quote(text), **options)

    def value(self, item: str, **options: Any) -> Answer:
        return self.get(f"/me/messages/{quote(item, safe='')}/$value", **options)

    def all(self, path: str) -> list[dict[str, Any]]:
        """All pages of a listing."""
        found: list[dict[str, Any]] = []
        link: str | None = path
        while link:
            page = self.get(link).json()
            found += page["value"]
            link = page.get("@odata.nextLink")
        return found

    def batch(self, requests: list[dict[str, Any]], **options: Any) -> Answer:
        return self.send("POST", "/v1.0/$batch", json.dumps({"requests": requests}).encode(),
                         Content_Type="application/json", **options)


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox(messages=60, huge=300) as sandbox:
        yield sandbox


@pytest.fixture()
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    """The common sandbox, put back to its start."""
    shared_sandbox.control.reset()
    return shared_sandbox


@pytest.fixture()
def client(sandbox: Sandbox) -> Client:
    return Client(sandbox)
