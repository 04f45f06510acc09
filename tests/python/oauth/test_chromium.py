"""A real browser goes through the redirect: Chromium, headless, where it is installed.

With SCREENSHOTS=FOLDER the pages it ended on are kept there, to be looked at.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from coffer.cloudbackup import OAuthGrantTypes, Office365Backup
from coffer.sandbox import Sandbox

from signing import MakeSigner

PAGE = ('<!DOCTYPE html><meta charset="utf-8"><title>Done</title><body style="font:40px serif;'
        'background:#dfd"><h1>Geschafft – done</h1><p>This page was set by the application.</p>')


@pytest.fixture
def chromium(tmp_path: Path) -> Callable[[str], str]:
    """OAuthBrowserCommand with a screenshot of the last page under that name."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")
    kept = Path(os.environ.get("SCREENSHOTS", tmp_path))
    kept.mkdir(parents=True, exist_ok=True)

    def command(name: str) -> str:
        words = [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                 "--disable-background-networking", "--window-size=900,500",
                 f"--user-data-dir={tmp_path / 'profile'}", f"--screenshot={kept / name}.png"]
        return " ".join(f'"{word}"' for word in words)
    return command


def check(backup: Office365Backup) -> None:
    backup.authorize()
    assert backup.oauth_access_token


def test_code_with_our_page(signer: MakeSigner, sandbox: Sandbox,
                            chromium: Callable[[str], str]) -> None:
    sandbox.control.knobs(signIn="approve")
    check(signer(OAuthBrowserCommand=chromium("our-page")))


def test_code_with_a_page_of_the_application(signer: MakeSigner, sandbox: Sandbox,
                                             chromium: Callable[[str], str]) -> None:
    sandbox.control.knobs(signIn="approve")
    check(signer(OAuthBrowserCommand=chromium("own-page"), OAuthWebServerResponse=PAGE))


def test_implicit_hands_the_fragment_over(signer: MakeSigner, sandbox: Sandbox,
                                          chromium: Callable[[str], str]) -> None:
    sandbox.control.knobs(signIn="approve")
    check(signer(OAuthBrowserCommand=chromium("implicit"),
                 oauth_grant_type=OAuthGrantTypes.cogtImplicit))


def test_form_post(signer: MakeSigner, sandbox: Sandbox, chromium: Callable[[str], str]) -> None:
    sandbox.control.knobs(signIn="approve")
    backup = signer(OAuthBrowserCommand=chromium("form-post"), OAuthParamCount=1)
    backup.config("OAuthParamName[0]=response_mode")
    backup.config("OAuthParamValue[0]=form_post")
    check(backup)
