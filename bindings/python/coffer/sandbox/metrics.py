"""What the server saw, as a test wants to ask for it."""

from __future__ import annotations

import time
from collections import Counter, deque
from typing import Any

from .limits import Limits
from .wire import Request, Response

_LOG = 5000


class Metrics:
    """Counters since the start or the last reset."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.requests = 0
        self.kinds: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.kind_status: dict[str, Counter[str]] = {}
        self.codes: Counter[str] = Counter()
        self.mailboxes: Counter[str] = Counter()
        self.items: dict[str, Counter[str]] = {}
        self.batch_items: Counter[str] = Counter()
        self.without_client_request_id = 0
        self.repeated_client_request_id = 0
        self.without_prefer = 0
        self.bytes_sent = 0
        self.rules: Counter[str] = Counter()
        self.second_origin: list[dict[str, Any]] = []
        self.log: deque[dict[str, Any]] = deque(maxlen=_LOG)
        self.connections_at_reset = 0
        self.first = 0.0
        self.last = 0.0
        self._seen: set[str] = set()

    def arrived(self, request: Request, kind: str, mailbox: str) -> None:
        """Counts a request before it is judged."""
        now = time.time()
        self.first = self.first or now
        self.last = now
        self.requests += 1
        self.kinds[kind] += 1
        if mailbox:
            self.mailboxes[mailbox] += 1
        if kind in ("token", "oauth"):
            return
        identity = request.headers.get("client-request-id")
        if not identity:
            self.without_client_request_id += 1
        elif identity in self._seen:
            self.repeated_client_request_id += 1
        else:
            self._seen.add(identity)
        # a batch carries the preference inside its items
        if kind != "batch" and not any(p.lower().startswith("idtype=")
                                       for p in request.preferences()):
            self.without_prefer += 1

    def answered(self, request: Request, kind: str, mailbox: str, response: Response,
                 item: str) -> None:
        """Counts an answer; `item` is the immutable id of a single message, if one was named."""
        status = str(response.status)
        self.statuses[status] += 1
        self.kind_status.setdefault(kind, Counter())[status] += 1
        if response.error_code:
            self.codes[response.error_code] += 1
        if item and kind == "value":
            counts = self.items.setdefault(item, Counter())
            counts["requests"] += 1
            counts[status] += 1
        self.log.append({"t": round(time.time(), 4), "method": request.method,
                         "target": request.target[:2000], "kind": kind, "mailbox": mailbox,
                         "status": response.status, "code": response.error_code,
                         "connection": request.connection})

    def sent(self, count: int) -> None:
        self.bytes_sent += count

    def elsewhere(self, request: Request) -> None:
        """Records a request that reached the second origin."""
        self.second_origin.append({"method": request.method, "target": request.target,
                                   "headers": request.headers.items,
                                   "authorization": request.headers.has("authorization")})

    def as_json(self, limits: Limits, opened: int, open_now: int, log: bool,
                items: bool) -> dict[str, Any]:
        """Everything, with the limits' own counts."""
        lanes = limits.lanes.items()
        highest: dict[str, int] = {}
        for (_, mailbox), lane in lanes:
            highest[mailbox] = max(highest.get(mailbox, 0), lane.highest)
        out: dict[str, Any] = {
            "requests": self.requests, "by_kind": dict(self.kinds),
            "by_status": dict(self.statuses),
            "by_kind_status": {k: dict(v) for k, v in self.kind_status.items()},
            "by_code": dict(self.codes), "by_mailbox": dict(self.mailboxes),
            "batch_items": dict(self.batch_items),
            "max_concurrency": highest,
            "in_flight": {m: lane.in_flight for (_, m), lane in lanes},
            "early_requests": sum(lane.early for _, lane in lanes),
            "throttled": sum(lane.refused for _, lane in lanes),
            "without_client_request_id": self.without_client_request_id,
            "repeated_client_request_id": self.repeated_client_request_id,
            "without_prefer": self.without_prefer,
            "second_origin": {
                "requests": len(self.second_origin),
                "with_authorization": sum(1 for r in self.second_origin if r["authorization"]),
                "log": self.second_origin[-100:]},
            "bytes_sent": self.bytes_sent,
            "connections_opened": opened - self.connections_at_reset,
            "connections_open": open_now,
            "rules": dict(self.rules),
            "duration": round(max(0.0, self.last - self.first), 4),
            "items_fetched": len(self.items),
            "items_fetched_more_than_once": sum(1 for c in self.items.values()
                                                if c["requests"] > 1),
        }
        if items:
            out["items"] = {k: dict(v) for k, v in self.items.items()}
        if log:
            out["log"] = list(self.log)
        return out
