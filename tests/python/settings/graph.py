"""A mailbox small enough to know by heart, as an answer to what Recorder hears."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from recorder import Answer, Request

CREATED = "2024-03-05T10:00:00Z"
JSON = {"Content-Type": "application/json"}


class Graph:
    """Answers a listing, the messages, $batch, and a token endpoint at /token.

    `first` is asked before: what it returns goes out instead, unless it is None.
    """

    def __init__(self, messages: int = 1, size: int = 200,
                 first: Callable[[Request], Answer | None] | None = None) -> None:
        self.ids = [f"message-{number}" for number in range(messages)]
        self.size, self.first = size, first
        self.modified = CREATED
        #: ids that are listed no more, nor found
        self.gone: set[str] = set()

    def message(self, name: str) -> bytes:
        text = f"From: ann@example.com\r\nSubject: {name}\r\n\r\n".encode()
        return text + b"x" * (self.size - len(text))

    def _item(self, name: str) -> dict[str, Any]:
        return {"id": name, "createdDateTime": CREATED, "lastModifiedDateTime": self.modified,
                "subject": name, "internetMessageId": f"<{name}@example.com>",
                "hasAttachments": False}

    def _batch(self, body: bytes) -> Answer:
        answers = []
        for item in json.loads(body)["requests"]:
            name = unquote(item["url"].split("?")[0].rsplit("/", 1)[-1])
            found = name in self.ids and name not in self.gone
            error = {"error": {"code": "ErrorItemNotFound", "message": "The item is gone."}}
            answers.append({"id": item["id"], "status": 200 if found else 404,
                            "body": self._item(name) if found else error})
        return Answer(headers=dict(JSON), body=json.dumps({"responses": answers}).encode())

    def __call__(self, request: Request) -> Answer | None:
        if self.first is not None and (answer := self.first(request)) is not None:
            return answer
        path = request.target.split("?")[0]
        if path == "/token":
            body = {"access_token": "fresh", "token_type": "Bearer", "expires_in": 3600}
            return Answer(headers=dict(JSON), body=json.dumps(body).encode())
        if path.endswith("/$batch"):
            return self._batch(request.body)
        if found := re.search(r"/messages/([^/]+)/\$value$", path):
            name = unquote(found[1])
            if name in self.ids and name not in self.gone:
                return Answer(headers={"Content-Type": "text/plain"}, body=self.message(name))
        elif path.endswith("/messages"):
            listed = [self._item(name) for name in self.ids if name not in self.gone]
            context = "https://graph.example/v1.0/$metadata#users('ann%40example.com')/messages"
            page = {"@odata.context": context, "value": listed}
            return Answer(headers=dict(JSON), body=json.dumps(page).encode())
        return Answer(404, dict(JSON), b'{"error": {"code": "ErrorItemNotFound", "message": ""}}',
                      "Not Found")
