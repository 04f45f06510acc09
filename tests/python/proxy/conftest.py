"""Fixtures: one sandbox behind TLS with a CA of its own, Debian's proxies, and both classes as
travellers that go through them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "threeds"))  # payer
sys.path.append(str(HERE.parent / "settings"))  # authority

import journal  # noqa: E402
import payer  # noqa: E402
from authority import Authority  # noqa: E402
from coffer import CofferError  # noqa: E402
from coffer.cloudbackup import Office365Backup, SSLProviders  # noqa: E402
from coffer.sandbox import Sandbox  # noqa: E402
from coffer.threeds import Client  # noqa: E402
from daemons import Squid  # noqa: E402
from tap import Tap  # noqa: E402

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "auto_proxy")


@dataclass
class Trip:
    """How a run, or a challenge, ended."""

    code: int
    text: str
    log: str
    errors: list[int] = field(default_factory=list)


@dataclass
class Traveller:
    """A class under test; go() lets it do its work with these properties and settings."""

    name: str
    sandbox: Sandbox
    trust: str
    internal: bool
    folder: Path
    stack: ExitStack
    trips: int = 0
    prepare: Callable[[Any], None] | None = None

    @property
    def port(self) -> int:
        """Where it wants to go in the end."""
        url = (self.sandbox.graph_url if self.name == "backup"
               else self.sandbox.threeds.acs_url)
        return int(url.split(":")[2].split("/")[0])

    def go(self, host: str = "", **properties: Any) -> Trip:
        """`host` is the name that the server goes by, 127.0.0.1 without it."""
        self.trips += 1
        return self._back_up(host, properties) if self.name == "backup" else self._pay(properties)

    def _apply(self, made: Any, properties: dict[str, Any]) -> None:
        if self.internal:
            made.ssl_provider = SSLProviders.sslpInternal
        journal.give(made, properties)
        if self.prepare is not None:
            self.prepare(made)

    def _back_up(self, host: str, properties: dict[str, Any]) -> Trip:
        backup = Office365Backup()
        self.stack.callback(backup.close)
        backup.authorization = self.sandbox.authorization
        backup.data_folder = str(self.folder / f"data-{self.trips}")
        url = self.sandbox.graph_url
        backup.config("GraphURL=" + (url.replace("127.0.0.1", host) if host else url))
        for setting in (f"SSLServerCACerts={self.trust}", "LogLevel=3", "RetryInterval=0",
                        "OtherHeaders=X-Own: of-the-service"):
            backup.config(setting)
        self._apply(backup, properties)
        events = journal.Journal(backup)
        events.attach(tuple(name for name in journal.EVENTS
                            if name != "ssl_server_authentication"))
        backup.start_backup()
        journal.loop(backup, lambda: events.ended > 0)
        errors = events.errors
        log = "\n".join(f"{entry.log_type}: {entry.message}" for entry in events.of("log"))
        text = " ".join(entry.description for entry in events.of("error"))
        saved = int(backup.config("MessagesSaved"))
        backup.close()  # ends the connections, which is when proxies write their logs
        assert errors or saved == 3, log
        return Trip(errors[0] if errors else 0, text, log, errors)

    def _pay(self, properties: dict[str, Any]) -> Trip:
        client = Client()
        self.stack.callback(client.close)
        side = self.sandbox.threeds
        payer.set_up(client, side)
        client.config("OpenSSLCAFile=")
        client.config(f"SSLServerCACerts={self.trust}")
        client.config("LogLevel=3")
        self._apply(client, properties)
        events = payer.Journal().attach(client)
        client.on_ssl_server_authentication = None
        try:
            payer.start(client, side, "text")
        except CofferError as problem:
            return Trip(problem.code, problem.message, events.log, [problem.code])
        finally:
            client.close()
        return Trip(0, "", events.log)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The CA of proxies that speak TLS; the sandbox has another one."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def squid(authority: Authority) -> Iterator[Squid]:
    with Squid(authority.issue("127.0.0.1")) as server:
        yield server


@pytest.fixture(scope="session")
def far_sandbox() -> Iterator[Sandbox]:
    with Sandbox(messages=3, huge=1, tls=True, threeds=True) as sandbox:
        yield sandbox


@pytest.fixture(params=["backup", "backup-internal", "client"])
def traveller(request: pytest.FixtureRequest, far_sandbox: Sandbox, authority: Authority,
              tmp_path: Path,
              monkeypatch: pytest.MonkeyPatch) -> Iterator[Traveller]:
    """Both classes, and both TLS libraries where a class has the choice, in an environment that
    names no proxy."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    far_sandbox.control.reset()
    trust = authority.pem
    for file in {far_sandbox.ca_file, far_sandbox.threeds.ca_file}:
        trust += Path(file).read_text()
    name, _, internal = str(request.param).partition("-")
    with ExitStack() as stack:
        yield Traveller(name, far_sandbox, trust, bool(internal), tmp_path, stack)


@pytest.fixture
def tap() -> Iterator[Callable[[int], Tap]]:
    """Relays in front of a port that write down what passes."""
    with ExitStack() as stack:
        yield lambda port: stack.enter_context(Tap(port))
