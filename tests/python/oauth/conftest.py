"""An object that signs in at the sandbox with the browser of `pressing.py`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coffer.cloudbackup import Office365Backup
from coffer.sandbox import Sandbox

from journal import MakeBackup, give
from signing import Logs, MakeSigner

@pytest.fixture
def logs() -> Logs:
    return Logs()


@pytest.fixture
def browser() -> Callable[..., str]:
    """OAuthBrowserCommand for a user who presses a button."""
    def command(*options: str) -> str:
        program = Path(__file__).with_name("pressing.py")
        return " ".join(f'"{word}"' for word in (sys.executable, str(program), *options))
    return command


@pytest.fixture
def pages(tmp_path: Path) -> Callable[[], list[str]]:
    """The pages that a browser with `--record FOLDER/pages` saw; waits for it to tell."""
    fifo = tmp_path / "pages"
    os.mkfifo(fifo)
    return lambda: fifo.read_text().split("\n<!-- page -->\n")


@pytest.fixture
def signer(sandbox: Sandbox, make_backup: MakeBackup, browser: Callable[..., str], logs: Logs,
           tmp_path: Path) -> MakeSigner:
    """Makes objects with the sandbox's addresses and its public application."""
    def make(confidential: bool = False, **settings: Any) -> Office365Backup:
        backup = make_backup(data_folder=str(tmp_path / "data"), LogLevel=3,
                             GraphURL=sandbox.graph_url, OAuthBrowserCommand=browser(),
                             OAuthBrowserResponseTimeout=60)
        backup.on_log = lambda event: logs.append(event.message)
        backup.oauth_server_auth_url = sandbox.auth_url
        backup.oauth_server_token_url = sandbox.token_url
        if confidential:
            backup.oauth_client_id = sandbox.client_id
            backup.oauth_client_secret = sandbox.client_secret
        else:
            backup.oauth_client_id = sandbox.public_client_id
        give(backup, settings)
        return backup
    return make
