"""The control interface under `/__sim`, for tests. Loopback only; never part of Graph."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, Callable

from . import changes
from .errors import GraphError
from .oauth import CLIENT_ID
from .server import HttpServer
from .wire import Request, Response, json_response
from .world import World

if TYPE_CHECKING:
    from .threeds.side import Side


class Control:
    """Answers control requests."""

    def __init__(self, world: World, server: HttpServer, config: Callable[[], dict[str, Any]],
                 restart: Callable[[], None], threeds: Side | None = None) -> None:
        self._world = world
        self._server = server
        self._config = config
        self._restart = restart
        self._threeds = threeds
        self._routes: dict[tuple[str, str], Callable[[Request, Any], Any]] = {
            ("GET", "config"): lambda r, b: self._config(),
            ("GET", "metrics"): self._metrics,
            ("POST", "metrics/reset"): self._reset_metrics,
            ("GET", "faults"): lambda r, b: world.faults.as_json(),
            ("POST", "faults"): self._set_faults,
            ("POST", "mutate"): self._mutate,
            ("POST", "load"): lambda r, b: {"users": changes.load(world, b)},
            ("POST", "clock"): self._clock,
            ("POST", "tokens/expire"): lambda r, b: {"expired": world.tokens.expire_all()},
            ("POST", "tokens/issue"): self._issue,
            ("POST", "knobs"): lambda r, b: self.set_knobs(b),
            ("POST", "certificates"): self._certificate,
            ("POST", "connections/close"): lambda r, b: {
                "closed": server.close_connections()},
            ("POST", "reset"): self._reset,
            ("GET", "mailbox"): self._mailbox,
            ("GET", "folders"): self._folders,
        }

    def handle(self, request: Request) -> Response:
        """Carries out one control request."""
        try:
            local = ipaddress.ip_address(request.peer.partition("%")[0]).is_loopback
        except ValueError:
            local = False
        if not local:
            return json_response({"error": "control is for this machine only"}, 403, False)
        name = "/".join(request.segments[1:])
        if (request.method, name) == ("GET", "body"):
            return self._body(request)
        route = self._routes.get((request.method, name))
        if self._threeds is not None and name.startswith("threeds/"):
            route = self._threeds.control
        if route is None:
            return json_response({"error": f"no control {request.method} {name}"}, 404, False)
        try:
            body = request.json() if request.body else {}
            return json_response(route(request, body), chunked=False)
        except GraphError as exc:
            return json_response({"error": str(exc)}, 400, False)
        except (ValueError, LookupError, TypeError, AttributeError) as exc:
            return json_response({"error": f"{type(exc).__name__}: {exc}"}, 400, False)

    def _metrics(self, request: Request, body: Any) -> Any:
        world, server = self._world, self._server
        return world.metrics.as_json(world.limits, server.opened,
                                     sum(c.counted for c in server.connections),
                                     request.query.get("log") == "1",
                                     request.query.get("items") == "1")

    def _reset_metrics(self, request: Request, body: Any) -> Any:
        self._world.metrics.reset()
        self._world.metrics.connections_at_reset = self._server.opened
        self._world.limits.reset_counts()
        return {}

    def _set_faults(self, request: Request, body: Any) -> Any:
        self._world.faults.set(body["rules"] if isinstance(body, dict) else body)
        return {"rules": len(self._world.faults.rules)}

    def _mutate(self, request: Request, body: Any) -> Any:
        ops = body["ops"] if isinstance(body, dict) and "ops" in body else [body]
        return {"results": [changes.mutate(self._world, op) for op in ops]}

    def _clock(self, request: Request, body: Any) -> Any:
        clock = self._world.clock
        clock.advance(float(body.get("advance", 0)))
        clock.date_skew = float(body.get("dateSkew", clock.date_skew))
        return {"now": clock.now(), "offset": clock.offset}

    def _issue(self, request: Request, body: Any) -> Any:
        world = self._world
        user = str(body.get("user", ""))
        token, grant = world.tokens.issue(
            str(body.get("client", self._config()["client_id"])), user, world.oid_of(user),
            tuple(body.get("scopes", ())), tuple(body.get("roles", ())), body.get("lifetime"),
            int(body.get("requests", -1)), bool(body.get("opaque", False)))
        answer = {"token": token, "expires": grant.expires}
        if body.get("refresh"):
            again = type(grant)(grant.client, grant.user, grant.scopes, grant.roles)
            answer["refresh_token"] = world.tokens.issue_refresh(again)
        return answer

    def _certificate(self, request: Request, body: Any) -> Any:
        """Registers a certificate (PEM) with an application."""
        oauth = self._world.oauth
        client = oauth.clients[body.get("client", CLIENT_ID)]
        client.certificates.append(str(body["pem"]))
        return {"certificates": len(client.certificates)}

    def set_knobs(self, body: dict[str, Any]) -> dict[str, Any]:
        """Sets knobs by name; returns all of them."""
        world = self._world
        places: dict[str, tuple[object, str]] = {
            "wellKnownInFilter": (world.knobs, "well_known_in_filter"),
            "gzip": (world.knobs, "gzip"),
            "preferenceApplied": (world.knobs, "preference_applied"),
            "limits": (world.limits, "enabled"),
            "mailboxConcurrency": (world.limits, "concurrency"),
            "rate": (world.limits, "rate"), "window": (world.limits, "window"),
            "retryAfter": (world.limits, "retry_after"), "grace": (world.limits, "grace"),
            "tokenLifetime": (world.tokens, "lifetime"),
            "tokenRequests": (world.oauth.knobs, "token_requests"),
            "rotateRefresh": (world.oauth.knobs, "rotate_refresh"),
            "revokeOldRefresh": (world.oauth.knobs, "revoke_old_refresh"),
            "expiresIn": (world.oauth.knobs, "expires_in"),
            "opaqueTokens": (world.oauth.knobs, "opaque"),
            "signIn": (world.oauth.knobs, "sign_in"),
            "authorizeError": (world.oauth.knobs, "authorize_error"),
            "redirectState": (world.oauth.knobs, "redirect_state"),
            "codeLifetime": (world.oauth.knobs, "code_lifetime"),
            "deviceSignIn": (world.oauth.knobs, "device_sign_in"),
            "deviceInterval": (world.oauth.knobs, "device_interval"),
            "deviceLifetime": (world.oauth.knobs, "device_lifetime"),
        }
        for name in body:
            if name not in places:
                raise ValueError(f"unknown knob {name}; known: {', '.join(sorted(places))}")
        for name, value in body.items():
            owner, attribute = places[name]
            if type(value) is not type(getattr(owner, attribute)) and not (
                    isinstance(value, (int, float)) and not isinstance(value, bool)):
                raise ValueError(f"{name}: wrong type")
            setattr(owner, attribute, value)
        return {name: getattr(owner, attribute) for name, (owner, attribute) in places.items()}

    def _reset(self, request: Request, body: Any) -> Any:
        self._restart()
        self._reset_metrics(request, body)
        return {}

    def _mailbox(self, request: Request, body: Any) -> Any:
        """Everything in a mailbox, as a test compares it with a backup."""
        world, query = self._world, request.query
        box = world.mailbox(query.get("user", "alex@sandbox.example"))
        hashes = query.get("hashes", "1") != "0"
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", 1_000_000))
        out = []
        for key in list(box.view(None))[offset:offset + limit]:
            message = box.message(key)
            entry: dict[str, Any] = {
                "key": key, "id": box.id_of(message, False),
                "immutableId": box.id_of(message, True), "folder": message.folder,
                "subject": message.subject, "internetMessageId": message.internet_id,
                "createdDateTime": changes.time_text(message, "createdDateTime"),
                "lastModifiedDateTime": changes.time_text(message, "lastModifiedDateTime"),
                "valueError": message.value_error[1] if message.value_error else None}
            if hashes and message.value_error is None:
                entry["sha256"], entry["size"] = box.digest(message)
            out.append(entry)
        return {"user": box.user, "oid": box.oid, "total": len(box.view(None)), "messages": out}

    def _folders(self, request: Request, body: Any) -> Any:
        box = self._world.mailbox(request.query.get("user", "alex@sandbox.example"))
        return [{"key": f.key, "id": f.id, "displayName": f.name, "parent": f.parent,
                 "hidden": f.hidden, "messages": len(box.view(f.key))}
                for f in box.folders.values()]

    def _body(self, request: Request) -> Response:
        """The octets of a message, without any limit, rule or account."""
        try:
            box = self._world.mailbox(request.query.get("user", "alex@sandbox.example"))
            message = (box.message(int(request.query["key"])) if "key" in request.query
                       else box.find(request.query.get("id", "")))
        except (GraphError, ValueError) as exc:
            return json_response({"error": str(exc)}, 404, False)
        answer = Response(200, b"", "application/octet-stream", framing="chunked",
                          stream=box.body(message))
        answer.plan.no_gzip = True
        return answer
