"""The running sandbox: sockets, routing between Graph, login, 3-D Secure and control."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import shutil
import signal
import ssl
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

from . import changes, service, threeds
from .control import Control
from .oauth import CLIENT_ID, CLIENT_SECRET, PASSWORD, PUBLIC_CLIENT_ID, USER_SCOPES
from .routes import VERSIONS, Route
from .server import Connection, HttpServer
from .spec import DEMO_USER, demo
from .tls import make_context
from .tokens import Grant
from .wire import Request, Response, dumps, json_response
from .world import World, build

if TYPE_CHECKING:
    from .threeds.side import Side


@dataclass
class Options:
    """How a sandbox is started."""

    host: str = "127.0.0.1"
    port: int = 0
    tls: bool = False
    certificate: str = "good"
    ca_file: str = ""
    mail: str = ""
    seed: int = 1
    messages: int = 2000
    huge: int = 100_000
    sizes: str = "small"
    scenario: str = ""
    limits: bool = True
    concurrency: int = 4
    rate: int = 10_000
    window: float = 600.0
    second_port: int = 0
    #: serve 3-D Secure: on, off, or auto (when what it needs is installed)
    threeds: str = "off"
    threeds_port: int = 0
    ready_file: str = ""
    ready_stdout: bool = False
    watch_stdin: bool = False
    log: bool = False


class App:
    """One sandbox process."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.folder = Path(tempfile.mkdtemp(prefix="sandbox-"))
        self.world: World = build(options.seed)
        self.world.oauth.user = DEMO_USER
        self.server = HttpServer(self._handle, self._count)
        self.second = HttpServer(self._elsewhere)
        self.ca_file = ""
        self.token = self.app_token = self.refresh_token = ""
        self.threeds = self._threeds()
        self.control = Control(self.world, self.server, self.config, self.restore, self.threeds)

    def _threeds(self) -> Side | None:
        """The 3-D Secure side, with what only it needs; a sentence when that is missing."""
        if self.options.threeds == "off":
            return None
        if not threeds.available():
            if self.options.threeds == "on":
                raise OSError(threeds.MISSING)
            sys.stderr.write(f"sandbox: {threeds.MISSING}\n")
            return None
        from .threeds.side import Side
        return Side(self.options.seed, self.world.clock)

    # -- state -----------------------------------------------------------------------------

    def restore(self) -> None:
        """Puts mailboxes, rules, knobs and clock back to the state at the start."""
        options, world = self.options, self.world
        world.clock.offset = world.clock.date_skew = 0.0
        world.faults.set([])
        limits = world.limits
        limits.enabled, limits.concurrency = options.limits, options.concurrency
        limits.rate, limits.window, limits.retry_after, limits.grace = (
            options.rate, options.window, 1, 0.25)
        limits.lanes.clear()
        world.knobs = type(world.knobs)()
        world.oauth.restore()
        world.tokens.lifetime = 3600.0
        world.mailboxes.clear()
        mail = Path(options.mail) if options.mail else None
        for box in demo(options.messages, options.huge, options.seed, options.sizes, mail):
            world.add(box)
        # pages made before belong to mailboxes that no longer exist
        world.pages = type(world.pages)()
        if self.threeds is not None:
            self.threeds.restore()
        if options.scenario:
            self._scenario(json.loads(Path(options.scenario).read_text("utf-8")))
        if self.token:
            for token in (self.token, self.app_token):
                world.tokens.access[token].expires = world.clock.now() + 86400.0
        gc.freeze()

    def _scenario(self, scenario: dict[str, Any]) -> None:
        """A file with any of `mailboxes`, `rules`, `knobs`."""
        if "mailboxes" in scenario:
            changes.load(self.world, {"mailboxes": scenario["mailboxes"]})
        if "rules" in scenario:
            self.world.faults.set(scenario["rules"])
        if "knobs" in scenario:
            self.control.set_knobs(scenario["knobs"])

    def _tokens(self) -> None:
        """The tokens printed at the start live for a day, so that a demonstration can wait."""
        tokens = self.world.tokens
        user_oid = self.world.oid_of(DEMO_USER)
        self.token, _ = tokens.issue(CLIENT_ID, DEMO_USER, user_oid, USER_SCOPES, (), 86400.0)
        self.app_token, _ = tokens.issue(CLIENT_ID, roles=("Mail.Read",), lifetime=86400.0)
        self.refresh_token = tokens.issue_refresh(Grant(CLIENT_ID, DEMO_USER, USER_SCOPES))

    def config(self) -> dict[str, Any]:
        """Everything a client or a test has to know."""
        world = self.world
        tenant = world.tokens.tenant
        return {
            "base_url": world.base, "graph_url": f"{world.base}/v1.0",
            "auth_url": f"{world.base}/{tenant}/oauth2/v2.0/authorize",
            "token_url": f"{world.base}/{tenant}/oauth2/v2.0/token",
            "authority": f"{world.base}/{tenant}", "tenant": tenant, "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET, "public_client_id": PUBLIC_CLIENT_ID,
            "users": {b.user: {"id": b.oid, "messages": len(b)}
                      for b in world.mailboxes.values()},
            "user": DEMO_USER, "password": PASSWORD, "token": self.token, "app_token": self.app_token,
            "refresh_token": self.refresh_token, "ca_file": self.ca_file,
            "second_origin": world.second, "seed": world.seed, "pid": os.getpid(),
            "threeds": self.threeds.config() if self.threeds is not None else None,
        }

    # -- requests --------------------------------------------------------------------------

    async def _handle(self, request: Request, connection: Connection) -> Response:
        first = request.segments[0] if request.segments else ""
        if first == "__sim":
            return self.control.handle(request)
        if not connection.counted:
            connection.counted = True
            self.server.opened += 1
        try:
            if first in VERSIONS:
                return service.handle(self.world, request, connection.number)
            return self._login(request)
        except Exception as exc:  # a fault in the sandbox must be seen as such
            sys.stderr.write(f"sandbox: {request.method} {request.target}: {exc!r}\n")
            return json_response({"error": {"code": "SandboxFailure", "message": repr(exc)}}, 599,
                                 False)

    def _login(self, request: Request) -> Response:
        world = self.world
        kind = "token" if request.path.endswith("/token") else "oauth"
        world.metrics.arrived(request, kind, "")
        outcome = service.look(world, request, Route(kind), False,
                               lambda name: world.metrics.rules.update([name]))
        answer = service.terminal(world, request, None, 0, outcome)
        if answer is None:
            answer = world.oauth.handle(request, service.base_of(world, request))
            if answer is None:
                answer = json_response({"error": "not_found"}, 404, False)
            for fault in outcome.of("oauth"):
                if answer.status == 200:
                    members = {**json.loads(answer.body), **fault["members"]}
                    answer.body = dumps({n: v for n, v in members.items() if v is not None})
        service.run_mutations(world, outcome, "before", "")
        answer.headers += [("Date", world.clock.http_date()), ("x-ms-request-id", world.new_id())]
        service.damage_answer(world, answer, outcome)
        world.metrics.answered(request, kind, "", answer, "")
        return answer

    async def _elsewhere(self, request: Request, connection: Connection) -> Response:
        self.world.metrics.elsewhere(request)
        return json_response({"value": []}, chunked=False)

    def _count(self, request: Request, response: Response, count: int) -> None:
        if not request.path.startswith("/__sim"):
            self.world.metrics.sent(count)
        if self.options.log:
            sys.stderr.write(f"{request.method} {request.target} {response.status} {count}\n")

    # -- life ------------------------------------------------------------------------------

    async def run(self, announce: Callable[[dict[str, Any]], None]) -> None:
        """Serves until SIGTERM or SIGINT, or until the standard input ends if asked to watch it."""
        options, world = self.options, self.world
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_quiet)
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        context: ssl.SSLContext | None = None
        if options.tls:
            self.ca_file = options.ca_file or str(self.folder / "ca.pem")
            context = make_context(self.folder, Path(self.ca_file), options.certificate)
        try:
            await self.server.start(options.host, options.port, context)
            await self.second.start(options.host, options.second_port, context)
            if self.threeds is not None:
                await self._start_threeds(self.threeds, context)
            scheme = "https" if options.tls else "http"
            name = f"[{options.host}]" if ":" in options.host else options.host
            world.base = f"{scheme}://{name}:{self.server.port}"
            world.second = f"{scheme}://{name}:{self.second.port}"
            self.restore()
            self._tokens()
            if options.watch_stdin:
                loop.add_reader(sys.stdin.fileno(), lambda: _ended(loop, stop))
            announce(self.config())
            await stop.wait()
        finally:
            await self.server.stop()
            await self.second.stop()
            if self.threeds is not None:
                await self.threeds.http.stop()
            shutil.rmtree(self.folder, ignore_errors=True)


    async def _start_threeds(self, side: Side, context: ssl.SSLContext | None) -> None:
        """3-D Secure is https alone, whatever the mail part speaks."""
        options, ca_file = self.options, self.ca_file
        if context is None:
            ca_file = options.ca_file or str(self.folder / "3ds-ca.pem")
            context = make_context(self.folder, Path(ca_file), options.certificate)
        await side.start(options.host, options.threeds_port, context, ca_file)


def _ended(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """The process that started us is gone when its end of the pipe is closed."""
    if not os.read(sys.stdin.fileno(), 4096):
        loop.remove_reader(sys.stdin.fileno())
        stop.set()


def _quiet(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Clients that break off are part of the job; anything else is shown."""
    error = context.get("exception")
    if not isinstance(error, (ConnectionError, ssl.SSLError, OSError)):
        loop.default_exception_handler(context)


__all__ = ["App", "Options"]
