"""TLS: who is spoken to, and what reaches whom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coffer.cloudbackup import Office365Backup, SSLProviders
from coffer.sandbox import Sandbox
from helpers import check_mirror, sums
from journal import MakeBackup, RunBackup

Start = Callable[..., Sandbox]


@pytest.fixture(params=[SSLProviders.sslpPlatform, SSLProviders.sslpInternal])
def make_backup(make_backup: MakeBackup, request: pytest.FixtureRequest) -> MakeBackup:
    """Each of these runs with both TLS libraries."""
    def make(*args: Any, **named: Any) -> Office365Backup:
        backup = make_backup(*args, **named)
        backup.ssl_provider = request.param
        return backup
    return make


def test_a_server_with_a_known_ca(start_sandbox: Start, make_backup: MakeBackup, run: RunBackup,
                                  tmp_path: Path) -> None:
    sandbox = start_sandbox(tls=True)
    backup = make_backup(sandbox)
    journal = run(backup)
    assert journal.errors == []
    asked = journal.of("ssl_server_authentication")
    assert len(asked) == 1
    assert asked[0].accept is True
    assert asked[0].status == "OK"
    assert asked[0].cert_encoded
    assert backup.ssl_server_cert_subject == asked[0].cert_subject
    assert journal.of("ssl_status")
    check_mirror(sandbox, tmp_path / "data")


@pytest.mark.parametrize("certificate", ["wrong-host", "expired", "self-signed", "unknown"])
def test_a_server_that_is_refused_gets_nothing(start_sandbox: Start, make_backup: MakeBackup,
                                               run: RunBackup, certificate: str) -> None:
    sandbox = start_sandbox(tls=True, certificate="good" if certificate == "unknown" else certificate)
    backup = make_backup(sandbox)
    if certificate == "unknown":
        backup.config("SSLServerCACerts=")
    sandbox.control.reset_metrics()
    journal = run(backup)
    assert journal.errors == [280]
    asked = journal.of("ssl_server_authentication")
    assert [entry.accept for entry in asked] == [False]
    assert asked[0].status != "OK"
    assert sandbox.control.metrics()["requests"] == 0


@pytest.mark.parametrize("certificate", ["wrong-host", "expired", "self-signed"])
def test_a_handler_may_accept_exactly_this_certificate(start_sandbox: Start,
                                                       make_backup: MakeBackup, run: RunBackup,
                                                       tmp_path: Path, certificate: str) -> None:
    sandbox = start_sandbox(tls=True, certificate=certificate)
    backup = make_backup(sandbox)
    journal = run(backup, ssl_server_authentication=lambda event: setattr(event, "accept", True))
    assert journal.errors == []
    assert len(journal.of("ssl_server_authentication")) == 1
    check_mirror(sandbox, tmp_path / "data")


def test_a_handler_may_refuse_a_good_server(start_sandbox: Start, make_backup: MakeBackup,
                                            run: RunBackup) -> None:
    sandbox = start_sandbox(tls=True)
    sandbox.control.reset_metrics()
    backup = make_backup(sandbox)
    journal = run(backup, ssl_server_authentication=lambda event: setattr(event, "accept", False))
    assert journal.errors == [280]
    assert sandbox.control.metrics()["requests"] == 0


def test_the_environment_chooses_nothing(start_sandbox: Start, make_backup: MakeBackup,
                                         run: RunBackup, tmp_path: Path,
                                         monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = start_sandbox(tls=True)  # before: Python's own TLS obeys the environment
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    keys = tmp_path / "keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    backup = make_backup(sandbox)
    journal = run(backup)
    assert journal.errors == []
    assert not keys.exists()
    assert sums(backup)["saved"] == 20
