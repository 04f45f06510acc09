"""What the function of a row gets: peers, and runs of the row's class with and without it."""

from __future__ import annotations

import re
import ssl
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import pytest

import coffer
import journal
import payer
from authority import Authority
from coffer.cloudbackup import Office365Backup
from coffer.sandbox import Sandbox, ThreeDS
from coffer.threeds import Client
from graph import Graph
from recorder import Answer, Decide, Recorder, Request
from table import BACKUP, Row

Prepare = Callable[[Any], object]
Thing = TypeVar("Thing")


@dataclass
class Seen:
    """What one run, or one challenge, showed."""

    object: Any
    journal: Any
    server: Recorder | None
    folder: Path
    first: int = 0  # requests of the server before
    failure: coffer.CofferError | None = None  # of a challenge
    observed: list[Any] = field(default_factory=list)

    @property
    def requests(self) -> list[Request]:
        """What the server recorded of it."""
        assert self.server is not None
        return self.server.requests[self.first:]

    @property
    def errors(self) -> list[int]:
        found: list[int] = self.journal.errors
        return found

    @property
    def error_text(self) -> str:
        return " ".join(str(entry.description) for entry in self.journal.of("error"))

    @property
    def refusal(self) -> tuple[int, str]:
        """Code and text of what ended it; 0 when nothing did."""
        if self.failure is not None:
            return self.failure.code, self.failure.message
        return (self.errors[0], self.error_text) if self.journal.of("error") else (0, "")

    @property
    def log(self) -> str:
        return str(self.journal.log)

    @property
    def failed_with(self) -> list[int]:
        """The code of each request that failed; the run itself ends with 705 when it was the
        listing's last try."""
        return [int(code) for code in re.findall(r" -> .*?failed with (\d+): ", self.log)]

    def headers(self, name: str) -> list[str | None]:
        """That field of each request."""
        return [request.header(name) for request in self.requests]

    def setting(self, name: str) -> str:
        return str(self.object.config(name))

    @property
    def files(self) -> list[Path]:
        """What was saved."""
        return [path for path in sorted(self.folder.rglob("*.eml")) if ".meta" not in path.parts]


class Case:
    """One row's test."""

    def __init__(self, row: Row, folder: Path, stack: ExitStack, authority: Authority,
                 side: Callable[[], ThreeDS]) -> None:
        self.row, self.folder, self.authority = row, folder, authority
        self._stack, self._side, self._runs = stack, side, 0

    @property
    def value(self) -> str:
        return self.row.value

    @property
    def is_backup(self) -> bool:
        return self.row.of == BACKUP

    @cached_property
    def side(self) -> ThreeDS:
        """The sandbox's 3-D Secure servers, as new."""
        return self._side()

    def server(self, decide: Decide | None = None, *, tls: bool = False,
               context: ssl.SSLContext | None = None, host: str = "127.0.0.1",
               port: int = 0, path: str = "/v1.0") -> Recorder:
        """A server that answers like a mailbox of one message, or like an ACS for Client (always
        with TLS); it ends with the test."""
        if decide is None:
            decide = Graph() if self.is_backup else self.forward
        if context is None and (tls or not self.is_backup):
            context = self.authority.context()
        return self._stack.enter_context(Recorder(
            decide, context=context, host=host, port=port, path=path))

    def enter(self, thing: AbstractContextManager[Thing]) -> Thing:
        """Something that ends with the test."""
        return self._stack.enter_context(thing)

    def sandbox(self, **options: Any) -> Sandbox:
        """A sandbox of the test's own."""
        return self._stack.enter_context(Sandbox(**options))

    def forward(self, request: Request) -> Answer:
        """Answers as the sandbox's ACS does."""
        kind = request.header("Content-Type") or "application/json"
        asked = urllib.request.Request(self.side.acs_url, request.body, {"Content-Type": kind})
        context = ssl.create_default_context(cafile=self.side.ca_file)
        with urllib.request.urlopen(asked, timeout=60, context=context) as answer:
            return Answer(headers={"Content-Type": answer.headers["Content-Type"]},
                          body=answer.read())

    def backup(self, server: Recorder | None = None, *settings: str,
               plain: bool = False) -> Office365Backup:
        """An object ready to start, with the row's setting unless `plain`; closed with the test."""
        made = Office365Backup()
        self._stack.callback(made.close)
        self._runs += 1
        made.authorization = "Bearer token-of-the-test"
        made.data_folder = str(self.folder / f"data-{self._runs}")
        made.config("RetryInterval=0")
        made.config("MaxRetryCount=0")
        made.config("UseIndex=False")
        if server is not None:
            made.config(f"GraphURL={server.url}")
            if server.context is not None:
                made.config(f"SSLServerCACerts={self.authority.pem}")
        self._apply(made, settings, plain)
        return made

    def _apply(self, made: Any, settings: tuple[str, ...], plain: bool) -> None:
        for text in (() if plain else self.row.before) + settings:
            made.config(text)
        if not plain and self.row.value:
            made.config(self.row.assigned(self.row.value))

    def run(self, server: Recorder | None = None, *settings: str, plain: bool = False,
            prepare: Prepare | None = None, during: Callable[[], Any] | None = None,
            answers: dict[str, Callable[[Any], object]] | None = None,
            backup: Office365Backup | None = None) -> Seen:
        """A backup to its end. `prepare` gets the object before the start; `during` is called
        before the first message, its answer stands in Seen.observed."""
        if server is None:
            server = self.server()
        if backup is None:
            backup = self.backup(server, *settings, plain=plain)
        if prepare is not None:
            prepare(backup)
        events = journal.Journal(backup, answers=dict(answers or {}))
        seen = Seen(backup, events, server, Path(backup.data_folder), len(server.requests))
        if during is not None:
            look = during

            def once(_: Any) -> None:
                if not seen.observed:
                    seen.observed.append(look())
            events.answers["before_message_backup"] = once
        # A handler changes the decision about certificates: only who answers one has it.
        unwanted = {"ssl_server_authentication"} - set(events.answers)
        events.attach(tuple(name for name in journal.EVENTS if name not in unwanted))
        backup.start_backup()
        journal.loop(backup, lambda: events.ended > 0)
        return seen

    def client(self, server: Recorder | None = None, *settings: str, plain: bool = False,
               **options: Any) -> Client:
        """A Client ready to pay at the sandbox, its ACS that server; options as of payer.set_up."""
        made = Client()
        self._stack.callback(made.close)
        payer.set_up(made, self.side, **options)
        if server is not None:
            self.side.knobs(acsURL=server.origin + "/acs/challenge")
            made.config(f"OpenSSLCAFile={self.authority.file}")
        self._apply(made, settings, plain)
        return made

    def challenge(self, server: Recorder | None = None, *settings: str, plain: bool = False,
                  card: str = "text", prepare: Prepare | None = None,
                  answers: dict[str, Callable[[Any], object]] | None = None,
                  **options: Any) -> Seen:
        """Pays until the first screen; a refusal stands in Seen.failure."""
        made = self.client(server, *settings, plain=plain, **options)
        if prepare is not None:
            prepare(made)
        events = payer.Journal(answers=dict(answers or {})).attach(made)
        if "ssl_server_authentication" not in events.answers:
            made.on_ssl_server_authentication = None
        seen = Seen(made, events, server, self.folder, len(server.requests) if server else 0)
        try:
            payer.start(made, self.side, card)
        except coffer.CofferError as problem:
            seen.failure = problem
        return seen

    def connect(self, server: Recorder | None = None, *settings: str, plain: bool = False,
                prepare: Prepare | None = None,
                answers: dict[str, Callable[[Any], object]] | None = None) -> Seen:
        """What the row's class does with a server: a backup, or a challenge."""
        if server is None:
            server = self.server()
        if self.is_backup:
            return self.run(server, *settings, plain=plain, prepare=prepare, answers=answers)
        return self.challenge(server, *settings, plain=plain, prepare=prepare, answers=answers)

    def refused(self, call: Callable[[], object]) -> coffer.CofferError:
        """The error with which a call fails."""
        with pytest.raises(coffer.CofferError) as failure:
            call()
        return failure.value
