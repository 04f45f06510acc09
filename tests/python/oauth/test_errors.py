"""What goes wrong in a sign-in ends in a documented code and a sentence, soon."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coffer import CofferError
from coffer.cloudbackup import OAuthClientProfiles, OAuthGrantTypes, Office365Backup
from coffer.sandbox import Sandbox

import pressing
from ports import listens, own_port
from signing import Logs, MakeSigner, make_key, params

CREDENTIALS: dict[str, Any] = {
    "confidential": True, "oauth_grant_type": OAuthGrantTypes.cogtClientCredentials,
    "oauth_authorization_scope": "https://graph.microsoft.com/.default"}


def refused(backup: Office365Backup, code: int) -> str:
    with pytest.raises(CofferError) as failure:
        backup.authorize()
    assert failure.value.code == code, failure.value.message
    assert "\n" not in failure.value.message
    return failure.value.message


@pytest.mark.parametrize("change, code, words", [
    ({"oauth_client_id": ""}, 707, "ClientId"),
    ({"oauth_server_auth_url": ""}, 707, "ServerAuthURL"),
    ({"oauth_server_token_url": ""}, 707, "ServerTokenURL"),
    ({"oauth_server_auth_url": "login.example"}, 713, "ServerAuthURL"),
    ({"oauth_server_auth_url": "http://login.example/authorize"}, 713, "https"),
    ({"oauth_server_token_url": "http://login.example/token"}, 713, "https"),
    ({"oauth_server_token_url": "https://user:pw@login.example/"}, 713, "ServerTokenURL"),
    ({"oauth_return_url": "nowhere"}, 713, "ReturnURL"),
    ({"oauth_client_profile": OAuthClientProfiles.cocpWeb}, 707, "OAuth.AuthorizationCode"),
    ({"oauth_grant_type": OAuthGrantTypes.cogtPassword}, 707, "OAuthPasswordGrantUsername"),
    ({"OAuthDeviceCode": "True", "oauth_server_auth_url": "http://login.example/"}, 713, "https"),
    ({"OAuthWebServerSSLEnabled": "True"}, 272, "OAuthWebServerCertStore"),
    ({"OAuthWebServerSSLEnabled": "True", "OAuthWebServerCertStoreType": "6",
      "OAuthWebServerCertStore": "/no/such/file"}, 271, "OAuthWebServerCertStore"),
    ({"OAuthClientCertStore": "/no/such/file", "OAuthClientCertStoreType": "6"}, 271,
     "OAuthClientCertStore"),
])
def test_what_is_missing_or_unsafe(signer: MakeSigner, change: dict[str, Any], code: int,
                                   words: str) -> None:
    backup = signer(OAuthBrowserCommand="", **change)
    assert words in refused(backup, code)
    assert backup.config("OAuthWebServerActive") == "False"


def test_authorization_wins_over_oauth(signer: MakeSigner, sandbox: Sandbox) -> None:
    backup = signer(authorization="Bearer x", oauth_server_auth_url="nonsense",
                    OAuthClientCertStore="nonsense")
    sandbox.control.reset_metrics()
    backup.authorize()
    assert backup.oauth_access_token == "" and sandbox.control.metrics()["by_kind"] == {}


def test_a_port_in_use(signer: MakeSigner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert str(port) in refused(signer(OAuthWebServerPort=port), 10048)
        backup = signer(oauth_return_url=f"http://localhost:{port}/callback")
        refused(backup, 10048)
        with pytest.raises(CofferError) as failure:
            signer(OAuthWebServerPort=port).config("OAuthWebServerActive=True")
        assert failure.value.code == 10048


def test_the_web_server_by_hand(signer: MakeSigner) -> None:
    backup = signer()
    assert backup.config("OAuthWebServerActive=True") == "True"
    port = backup.config("OAuthWebServerPort")
    assert int(port) > 0 and backup.oauth_return_url == f"http://localhost:{port}"
    assert pressing.open_url(f"http://127.0.0.1:{port}/")[0] == 404
    backup.authorize()
    assert backup.config("OAuthWebServerPort") == port  # the one that ran already
    assert backup.config("OAuthWebServerActive") == "True"
    assert backup.config("OAuthWebServerActive=False") == "False"
    assert backup.config("OAuthWebServerPort") == "0"
    assert not listens(("127.0.0.1", int(port)))
    backup.config("OAuthReUseWebServer=False")
    backup.oauth_access_token = backup.oauth_refresh_token = ""
    with socket.create_server(("127.0.0.1", int(port))):  # or the system might choose it again
        backup.authorize()
    assert backup.config("OAuthWebServerActive") == "False"
    assert backup.oauth_access_token and not backup.oauth_return_url.endswith(":" + port)


def test_a_fixed_address(signer: MakeSigner) -> None:
    port = own_port()
    backup = signer(oauth_return_url=f"http://localhost:{port}/callback")
    backup.authorize()
    assert backup.config("OAuthWebServerPort") == str(port)
    assert backup.oauth_return_url == f"http://localhost:{port}/callback"


def test_https_for_the_browser(signer: MakeSigner) -> None:
    certificate, key = make_key("ec", "localhost")
    backup = signer(OAuthWebServerSSLEnabled="True", OAuthWebServerCertStoreType="7",
                    OAuthWebServerCertStore=certificate, OAuthWebServerCertSubject="*")
    assert "no certificate with its private key" in refused(backup, 272)
    backup.config("OAuthWebServerCertStore=" + certificate + key)
    backup.authorize()
    assert backup.oauth_return_url.startswith("https://localhost:") and backup.oauth_access_token


def test_refusals_come_with_the_redirect(signer: MakeSigner, sandbox: Sandbox,
                                         browser: Callable[..., str]) -> None:
    backup = signer(OAuthBrowserCommand=browser("--press", "deny"),
                    OAuthWebServerFailedResponse="<p>It did not work.</p>")
    assert "access_denied" in refused(backup, 708)
    sandbox.control.knobs(authorizeError="server_error")
    backup.config("OAuthBrowserCommand=" + browser())
    assert "server_error: AADSTS90033" in refused(backup, 708)
    sandbox.control.knobs(authorizeError="")
    backup.config("OAuthWebServerResponse=<p>It worked – gut.</p>")
    backup.authorize()


def test_pages_that_were_set_reach_the_browser(signer: MakeSigner, sandbox: Sandbox) -> None:
    sandbox.control.knobs(signIn="approve")
    shown: list[str] = []
    threads: list[threading.Thread] = []

    def look(event: Any) -> None:
        if "open this address" in event.message:
            url = event.message.rpartition(" ")[2]
            threads.append(threading.Thread(
                target=lambda: shown.append(pressing.walk(url, "allow", False)[-1])))
            threads[-1].start()

    cases: list[tuple[dict[str, str], str]] = [
        ({}, "<p>It worked – gut.</p>"), ({"signIn": "deny"}, "<p>It did not work.</p>")]
    for knobs, page in cases:
        sandbox.control.knobs(**knobs)
        backup = signer(OAuthBrowserCommand="", OAuthReUseWebServer="False",
                        OAuthWebServerResponse="<p>It worked – gut.</p>",
                        OAuthWebServerFailedResponse="<p>It did not work.</p>")
        backup.on_log = look
        try:
            backup.authorize()
        except CofferError as error:
            assert error.code == 708 and knobs
        threads.pop().join()
        assert shown.pop() == page


@pytest.mark.parametrize("how", ["wrong", "missing"])
def test_a_wrong_state_is_no_answer(signer: MakeSigner, sandbox: Sandbox, how: str) -> None:
    sandbox.control.knobs(redirectState=how)
    backup = signer(OAuthBrowserResponseTimeout=2)
    sandbox.control.reset_metrics()
    begin = time.monotonic()
    assert "OAuthBrowserResponseTimeout" in refused(backup, 709)
    assert time.monotonic() - begin < 60
    assert "token" not in sandbox.control.metrics()["by_kind"]


def test_an_address_that_is_not_registered_stays_in_the_browser(signer: MakeSigner) -> None:
    backup = signer(oauth_return_url="https://evil.example/", OAuthBrowserResponseTimeout=2)
    assert "AADSTS50011" in refused(backup, 709)


@pytest.mark.parametrize("command", ["", "/no/such/program", "false"])
def test_without_a_browser_the_address_is_logged(signer: MakeSigner, sandbox: Sandbox,
                                                 command: str, logs: Logs) -> None:
    sandbox.control.knobs(signIn="approve")
    threads: list[threading.Thread] = []

    def look(event: Any) -> None:
        logs.append(event.message)
        if "open this address" in event.message:
            assert event.log_level == 1
            url = event.message.rpartition(" ")[2]
            assert url == backup.oauth_web_auth_url
            threads.append(threading.Thread(target=pressing.walk, args=(url, "allow", False)))
            threads[-1].start()

    backup = signer(OAuthBrowserCommand=command)
    backup.on_log = look
    backup.authorize()
    assert len(threads) == 1 and backup.oauth_access_token
    threads[0].join()
    assert backup.oauth_web_auth_url == ""


@pytest.mark.parametrize("fault, code", [
    ({"type": "error", "status": 200, "form": "html"}, 706),
    ({"type": "body", "how": "malformed"}, 706),
    ({"type": "body", "how": "raw", "text": "[]"}, 706),
    ({"type": "body", "how": "raw", "text": " " * 10_000_000}, 706),
    ({"type": "oauth", "members": {"access_token": None}}, 707),
    ({"type": "oauth", "members": {"access_token": "a\nb"}}, 707),
    ({"type": "oauth", "members": {"token_type": "pop"}}, 707),
    ({"type": "oauth", "members": {"token_type": None}}, 707),
    ({"type": "oauth", "error": "invalid_client", "number": 7000222, "status": 401}, 708),
    ({"type": "error", "status": 503, "form": "html"}, 151),
    ({"type": "connection", "how": "reset"}, 10054),
])
def test_answers_of_the_token_server(signer: MakeSigner, sandbox: Sandbox, fault: dict[str, Any],
                                     code: int) -> None:
    sandbox.control.set_faults([{"match": {"kind": "token"}, "fault": fault}])
    backup = signer(**CREDENTIALS)
    assert refused(backup, code)
    assert backup.oauth_access_token == ""


@pytest.mark.parametrize("how, life", [("string", 3000), ("zero", 0), ("absent", 0)])
def test_lifetimes_that_are_odd(signer: MakeSigner, sandbox: Sandbox, how: str,
                                life: int) -> None:
    sandbox.control.knobs(expiresIn=how)
    backup = signer(**CREDENTIALS)
    backup.authorize()
    assert int(backup.config("OAuthAccessTokenExpiration")) >= life
    first = backup.oauth_access_token
    backup.authorize()  # good as far as anybody knows
    assert backup.oauth_access_token == first


@pytest.mark.parametrize("scope, number", [("mail.read", 1002012)])
def test_advice_for_what_microsoft_says(signer: MakeSigner, scope: str, number: int) -> None:
    backup = signer(**{**CREDENTIALS, "oauth_authorization_scope": scope})
    assert f"AADSTS{number}" in (text := refused(backup, 708)) and ".default alone" in text


def test_wrong_passwords_and_secrets(signer: MakeSigner, sandbox: Sandbox, logs: Logs) -> None:
    backup = signer(oauth_grant_type=OAuthGrantTypes.cogtPassword,
                    OAuthPasswordGrantUsername=sandbox.user)
    backup.oauth_client_secret = "not the password"
    assert "user name or the password is wrong" in refused(backup, 708)
    other = signer(**CREDENTIALS)
    other.oauth_client_secret = "not the secret of anybody"
    assert "take its value, not its id" in refused(other, 708)
    assert not any("not the password" in line or "not the secret" in line
                   or "not%20the" in line for line in logs)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_certificate_in_place_of_the_secret(signer: MakeSigner, sandbox: Sandbox, logs: Logs,
                                              kind: str, tmp_path: Path) -> None:
    certificate, key = make_key(kind)
    backup = signer(**CREDENTIALS, OAuthClientCertStoreType="7",
                    OAuthClientCertStore=certificate + key)
    assert "not the one registered" in refused(backup, 708)
    sandbox.control.register_certificate(certificate)
    backup.authorize()
    assert backup.oauth_access_token
    file = tmp_path / "key.pem"
    file.write_text(certificate + key)
    backup.config("OAuthClientCertStoreType=6")
    backup.config(f"OAuthClientCertStore={file}")
    backup.oauth_access_token = ""
    backup.authorize()
    assert not any("eyJ" in line for line in logs)  # neither assertion nor token
    backup.config("OAuthClientCertSubject=CN=somebody else")
    backup.oauth_access_token = ""
    refused(backup, 272)


@pytest.mark.parametrize("inside", [True, False])
def test_ctrl_c_ends_the_waiting(signer: MakeSigner, inside: bool) -> None:
    """Also where it arrives while a handler runs."""
    waiting = threading.Event()

    def look(event: Any) -> None:
        if "open this address" in event.message:
            waiting.set()
            if inside:
                os.kill(os.getpid(), signal.SIGINT)

    def interrupt() -> None:
        assert waiting.wait(60)
        os.kill(os.getpid(), signal.SIGINT)

    backup = signer(OAuthBrowserCommand="")
    backup.on_log = look
    other = threading.Thread(target=(lambda: None) if inside else interrupt)
    other.start()
    with pytest.raises(KeyboardInterrupt):
        backup.authorize()
    other.join()


def test_authorize_is_refused_in_handlers_and_runs_without_one(signer: MakeSigner) -> None:
    backup = signer(OAuthBrowserCommand="")
    codes: list[int] = []

    def look(event: Any) -> None:
        try:
            backup.authorize()
        except CofferError as error:
            codes.append(error.code)
        backup.abort_backup()

    backup.on_log = look
    refused(backup, 301)
    assert codes and set(codes) == {30004}
    assert params(backup) == {}
