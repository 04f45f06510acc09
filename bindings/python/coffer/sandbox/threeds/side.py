"""The 3-D Secure side of a running sandbox: its listener, its addresses, its control."""

from __future__ import annotations

import ssl
import sys
from collections import Counter
from typing import Any, Callable

from ..clock import Clock
from ..server import Connection, HttpServer
from ..wire import Request, Response, json_response
from . import areq
from .acs import Acs, Knobs
from .cards import CARDS
from .certs import Authority, der, pem
from .issuer import Issuer
from .record import Record
from .rules import Rules

Json = dict[str, Any]
SERVER_PATH, ACS_PATH, ELSEWHERE_PATH = "/3ds-server/authenticate", "/acs/challenge", "/elsewhere"


class Side:
    """Serves 3DS Server and ACS on one port, over TLS."""

    def __init__(self, seed: int, clock: Clock) -> None:
        self.authority = Authority(seed)
        self.rules, self.record = Rules(), Record()
        self.acted: Counter[str] = Counter()
        self.acs = Acs(clock, self.rules, self.record, lambda name: self.acted.update([name]))
        self.issuer = Issuer(seed, self.authority, self.acs)
        self.http = HttpServer(self._handle)
        self.base = self.ca_file = ""
        self._routes: dict[tuple[str, str], Callable[[Request, Any], Any]] = {
            ("GET", "record"): lambda r, b: self.record.as_json(r.query.get("kind", "")),
            ("POST", "record/clear"): self._clear,
            ("GET", "transactions"): lambda r, b: [
                t.as_json() for t in self.acs.transactions.values()],
            ("GET", "faults"): lambda r, b: self.rules.as_json(),
            ("POST", "faults"): self._set_rules,
            ("POST", "knobs"): lambda r, b: self._set_knobs(b),
            ("GET", "metrics"): lambda r, b: self.metrics(),
            ("POST", "connections/close"): lambda r, b: {
                "closed": self.http.close_connections()},
        }

    async def start(self, host: str, port: int, context: ssl.SSLContext, ca_file: str) -> None:
        await self.http.start(host, port, context)
        name = f"[{host}]" if ":" in host else host
        self.base, self.ca_file = f"https://{name}:{self.http.port}", ca_file
        self.issuer.url = self.base + ACS_PATH
        self.acs.elsewhere = self.base + ELSEWHERE_PATH

    def restore(self) -> None:
        """Rules, knobs, record and transactions as at the start."""
        self.rules.set([])
        self.acs.knobs = Knobs()
        self.acs.transactions.clear()
        self.record.clear()
        self.acted.clear()
        self.issuer.restart()

    def config(self) -> Json:
        """What an app has to know."""
        rsa, ec = self.authority.directory_rsa(), self.authority.directory_ec()
        return {
            "base_url": self.base, "server_url": self.base + SERVER_PATH,
            "acs_url": self.base + ACS_PATH, "ca_file": self.ca_file,
            "directory_server_id": areq.DIRECTORY_SERVER_ID,
            "directory_server_cert": pem(rsa.certificate), "directory_server_key_id": areq.RSA_KID,
            "directory_server_ec_cert": pem(ec.certificate),
            "directory_server_ec_key_id": areq.EC_KID,
            "acs_root_cert": pem(self.authority.root().certificate),
            "acs_root_cert_der": der(self.authority.root().certificate).hex(),
            "acs_intermediate_cert": pem(self.authority.intermediate().certificate),
            "cards": CARDS,
        }

    def metrics(self) -> Json:
        kinds = Counter(entry.kind for entry in self.record.entries)
        return {"requests": dict(kinds), "rules": dict(self.acted),
                "refused": sum(entry.refused is not None for entry in self.record.entries),
                "connections_opened": self.http.opened}

    # -- requests --------------------------------------------------------------------------

    async def _handle(self, request: Request, connection: Connection) -> Response:
        if not connection.counted:
            connection.counted = True
            self.http.opened += 1
        try:
            if request.path == SERVER_PATH:
                return self.issuer.handle(request)
            if request.path == ACS_PATH:
                return self.acs.handle(request)
        except Exception as exc:  # a fault in the sandbox must be seen as such
            sys.stderr.write(f"sandbox: {request.method} {request.target}: {exc!r}\n")
            return json_response({"error": repr(exc)}, 599, False)
        self.record.add("elsewhere", request)
        return json_response({"error": "nothing is served here"}, 404, False)

    def control(self, request: Request, body: Any) -> Any:
        """Carries out `/__sim/threeds/<name>`."""
        name = "/".join(request.segments[2:])
        route = self._routes.get((request.method, name))
        if route is None:
            raise ValueError(f"no control {request.method} threeds/{name}")
        return route(request, body)

    def _clear(self, request: Request, body: Any) -> Json:
        self.record.clear()
        self.acted.clear()
        self.http.opened = 0
        return {}

    def _set_rules(self, request: Request, body: Any) -> Json:
        self.rules.set(body["rules"] if isinstance(body, dict) else body)
        return {"rules": len(self.rules.rules)}

    def _set_knobs(self, body: Json) -> Json:
        knobs = self.acs.knobs
        for name, value in body.items():
            if name not in vars(knobs):
                raise ValueError(f"unknown knob {name}; known: {', '.join(sorted(vars(knobs)))}")
            if not isinstance(value, str):
                raise ValueError(f"{name}: wrong type")
        for name, value in body.items():
            setattr(knobs, name, value)
        return dict(vars(knobs))
