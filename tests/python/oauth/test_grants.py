"""Every grant against the sandbox's authorization server, and a backup with what it gave."""

from __future__ import annotations

import json
import threading
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coffer import CofferError
from coffer.cloudbackup import OAuthClientProfiles, OAuthGrantTypes, Office365Backup
from coffer.sandbox import Sandbox

import pressing
from signing import Logs, MakeSigner, params
from journal import MakeBackup, RunBackup


def secrets_of(backup: Office365Backup) -> list[str]:
    found = [backup.oauth_access_token, backup.oauth_refresh_token,
             backup.oauth_authorization_code, backup.oauth_client_secret,
             backup.config("OAuthPKCEVerifier"), params(backup).get("id_token", "")]
    return [text for text in found if text]


def check_masked(backup: Office365Backup, logs: Logs) -> None:
    """No secret of a sign-in stands in any log entry, nor in what is kept of the last exchange."""
    kept = [backup.config(name) for name in ("TransferredData", "TransferredHeaders",
                                             "SentHeaders", "TransferredRequest")]
    assert logs
    for secret in secrets_of(backup):
        assert len(secret) > 15
        for form in (secret, urllib.parse.quote(secret, safe="")):
            assert not any(form in line for line in [*logs, *kept]), form


def test_authorization_code(signer: MakeSigner, sandbox: Sandbox, logs: Logs, run: RunBackup,
                            browser: Callable[..., str], pages: Callable[[], list[str]],
                            tmp_path: Path) -> None:
    backup = signer(oauth_authorization_scope="mail.read openid",
                    OAuthBrowserCommand=browser("--record", str(tmp_path / "pages")))
    backup.config("TransferredRequest=ON")
    backup.authorize()
    assert backup.oauth_authorization_code != ""
    assert backup.oauth_refresh_token.startswith("0.AX")
    assert backup.oauth_authorization_scope == "mail.read openid offline_access"
    assert backup.oauth_return_url == f"http://localhost:{backup.config('OAuthWebServerPort')}"
    assert 3000 < int(backup.config("OAuthAccessTokenExpiration")) <= 3600
    assert backup.config("OAuthAuthorizationTokenType") == "Bearer"
    assert backup.authorization == ""  # Authorize does not write it
    answer = params(backup)
    assert answer["scope"] == "Mail.Read" and answer["id_token"].count(".") == 2
    assert "access_token" not in answer and "refresh_token" not in answer and "code" not in answer
    shown = pages()
    assert "Signed in" in shown[-1] and "Sign in as alex" in shown[0]
    check_masked(backup, logs)
    assert run(backup).errors == []
    assert backup.config("MessagesSaved") == "20"
    check_masked(backup, logs)


def test_a_token_that_is_good_is_kept_and_the_refresh_token_comes_before_the_user(
        signer: MakeSigner, sandbox: Sandbox, logs: Logs) -> None:
    backup = signer()
    backup.authorize()
    first = backup.oauth_access_token, backup.oauth_refresh_token
    sandbox.control.reset_metrics()
    backup.authorize()
    assert sandbox.control.metrics()["by_kind"] == {}
    assert (backup.oauth_access_token, backup.oauth_refresh_token) == first
    backup.oauth_access_token = ""
    backup.authorize()
    assert sandbox.control.metrics()["by_kind"] == {"token": 1}
    assert backup.oauth_access_token != first[0] and backup.oauth_refresh_token != first[1]
    backup.oauth_access_token = ""
    backup.oauth_refresh_token = "0.AXdead"
    backup.authorize()
    assert logs.said("no longer good")
    assert backup.oauth_refresh_token.startswith("0.AX") and len(backup.oauth_refresh_token) > 20


def test_what_came_back_is_not_sent_with_the_next_request(signer: MakeSigner,
                                                          sandbox: Sandbox) -> None:
    backup = signer(OAuthParamCount=1)
    backup.config("OAuthParamName[0]=prompt")
    backup.config("OAuthParamValue[0]=select_account")
    backup.authorize()
    assert "prompt" not in params(backup) and len(params(backup)) > 2
    backup.oauth_access_token = backup.oauth_refresh_token = ""
    sandbox.control.reset_metrics()
    backup.authorize()
    targets = [entry["target"] for entry in sandbox.control.metrics(log=True)["log"]]
    asked = [urllib.parse.parse_qs(urllib.parse.urlsplit(t).query) for t in targets if "?" in t]
    assert asked and asked[0]["prompt"] == ["select_account"]
    assert "session_state" not in asked[0] and "expires_in" not in asked[0]


@pytest.mark.parametrize("options", [{}, {"OAuthUsePKCE": "False"},
                                     {"OAuthPKCEChallengeEncoding": "1"},
                                     {"OAuthRequestRefreshToken": "False"},
                                     {"OAuthWebServerHost": "127.0.0.1"}])
def test_variants_of_the_code_grant(signer: MakeSigner, options: dict[str, str]) -> None:
    backup = signer(**options)
    backup.authorize()
    assert backup.oauth_access_token
    assert (backup.oauth_refresh_token == "") == ("OAuthRequestRefreshToken" in options)
    if "OAuthWebServerHost" in options:
        assert backup.oauth_return_url.startswith("http://127.0.0.1:")


def test_a_confidential_application_and_form_post(signer: MakeSigner) -> None:
    backup = signer(confidential=True, OAuthParamCount=1)
    backup.config("OAuthParamName[0]=response_mode")
    backup.config("OAuthParamValue[0]=form_post")
    backup.authorize()
    assert backup.oauth_refresh_token


def test_stray_requests_do_not_disturb(signer: MakeSigner, browser: Callable[..., str]) -> None:
    backup = signer(OAuthBrowserCommand=browser("--strays"))
    backup.authorize()
    assert backup.oauth_access_token


def test_implicit(signer: MakeSigner, sandbox: Sandbox, logs: Logs) -> None:
    backup = signer(oauth_grant_type=OAuthGrantTypes.cogtImplicit)
    sandbox.control.reset_metrics()
    backup.authorize()
    assert backup.oauth_access_token and backup.oauth_refresh_token == ""
    assert "token" not in sandbox.control.metrics()["by_kind"]
    assert backup.oauth_authorization_scope == "mail.read"
    assert int(backup.config("OAuthAccessTokenExpiration")) > 3000
    check_masked(backup, logs)


def test_password(signer: MakeSigner, sandbox: Sandbox, logs: Logs, run: RunBackup) -> None:
    backup = signer(oauth_grant_type=OAuthGrantTypes.cogtPassword,
                    OAuthPasswordGrantUsername=sandbox.user)
    backup.oauth_client_secret = sandbox.password
    backup.authorize()
    assert backup.oauth_refresh_token
    check_masked(backup, logs)
    sandbox.control.expire_tokens()  # the run gets another by itself
    assert run(backup).errors == []
    assert backup.config("MessagesSaved") == "20"
    check_masked(backup, logs)


def test_client_credentials(signer: MakeSigner, sandbox: Sandbox, logs: Logs,
                            run: RunBackup) -> None:
    backup = signer(confidential=True, oauth_grant_type=OAuthGrantTypes.cogtClientCredentials,
                    oauth_authorization_scope="https://graph.microsoft.com/.default",
                    UserId=sandbox.user)
    backup.authorize()
    assert backup.oauth_refresh_token == ""
    assert "offline_access" not in backup.oauth_authorization_scope
    check_masked(backup, logs)
    assert run(backup).errors == []
    assert backup.config("MessagesSaved") == "20"


def test_the_web_profile_over_two_instances(signer: MakeSigner, sandbox: Sandbox,
                                            logs: Logs) -> None:
    sandbox.control.knobs(signIn="approve")
    front = signer(oauth_client_profile=OAuthClientProfiles.cocpWeb,
                   oauth_return_url="https://app.example/callback", OAuthParamCount=1)
    front.config("OAuthParamName[0]=state")
    front.config("OAuthParamValue[0]=order 17")
    url = front.oauth_web_auth_url
    assert url == front.oauth_web_auth_url  # as long as its code has not been exchanged
    _, location, _ = pressing.open_url(url)
    came = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
    assert location.startswith("https://app.example/callback?") and came["state"] == "order 17"

    back = signer(oauth_client_profile=OAuthClientProfiles.cocpWeb,
                  oauth_return_url="https://app.example/callback",
                  OAuthPKCEVerifier=front.config("OAuthPKCEVerifier"),
                  oauth_authorization_code=came["code"])
    back.authorize()
    assert back.oauth_refresh_token
    assert back.config("OAuthWebServerActive") == "False"
    check_masked(back, logs)
    # the code is good once
    again = signer(oauth_client_profile=OAuthClientProfiles.cocpWeb,
                   oauth_return_url="https://app.example/callback",
                   OAuthPKCEVerifier=front.config("OAuthPKCEVerifier"),
                   oauth_authorization_code=came["code"])
    with pytest.raises(CofferError, match="AADSTS54005.*used already") as failure:
        again.authorize()
    assert failure.value.code == 708
    # another sign-in has another verifier, and needs the right one
    verifier = front.config("OAuthPKCEVerifier")
    _, location, _ = pressing.open_url(front.oauth_web_auth_url)
    again.oauth_authorization_code = dict(
        urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))["code"]
    again.config("OAuthPKCEVerifier=" + "x" * 43)
    with pytest.raises(CofferError, match="AADSTS501481"):
        again.authorize()
    again.config(f"OAuthPKCEVerifier={verifier}")
    again.authorize()


def test_a_new_code_is_another_sign_in(signer: MakeSigner, sandbox: Sandbox) -> None:
    """Whose refresh token is still there must not decide whose mailbox is backed up."""
    sandbox.control.knobs(signIn="approve")
    backup = signer(oauth_client_profile=OAuthClientProfiles.cocpWeb,
                    oauth_return_url="https://app.example/callback")
    for _ in range(2):
        _, location, _ = pressing.open_url(backup.oauth_web_auth_url)
        backup.oauth_authorization_code = dict(
            urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))["code"]
        sandbox.control.reset_metrics()
        former = backup.oauth_refresh_token
        backup.authorize()
        assert backup.oauth_refresh_token != former
        assert sandbox.control.metrics()["by_kind"] == {"token": 1}
        # it was this code that was exchanged
        again = signer(oauth_client_profile=OAuthClientProfiles.cocpWeb,
                       oauth_return_url="https://app.example/callback",
                       OAuthPKCEVerifier=backup.config("OAuthPKCEVerifier"),
                       oauth_authorization_code=backup.oauth_authorization_code)
        with pytest.raises(CofferError, match="AADSTS54005"):
            again.authorize()


def test_device_code(signer: MakeSigner, sandbox: Sandbox, logs: Logs) -> None:
    seen: list[tuple[str, str]] = []

    def look(event: Any) -> None:
        logs.append(event.message)
        if "enter" in event.message and event.log_level == 1:
            url = backup.config("OAuthDeviceVerificationURL")
            code = backup.config("OAuthDeviceUserCode")
            assert url in event.message and code in event.message
            status, _, page = pressing.open_url(url, f"user_code={code}&choice=allow".encode())
            assert status == 200 and "go back to your device" in page
            seen.append((url, code))

    backup = signer(OAuthDeviceCode="True")
    backup.on_log = look
    backup.authorize()
    assert len(seen) == 1 and backup.oauth_refresh_token
    assert backup.config("OAuthWebServerActive") == "False"
    check_masked(backup, logs)


@pytest.mark.parametrize("knobs, code, words", [
    ({"deviceSignIn": "deny"}, 708, "declined"), ({"deviceLifetime": 2}, 709, "in time|expired"),
])
def test_device_codes_that_fail(signer: MakeSigner, sandbox: Sandbox, knobs: dict[str, Any],
                                code: int, words: str) -> None:
    sandbox.control.knobs(**knobs)
    with pytest.raises(CofferError, match=words) as failure:
        signer(OAuthDeviceCode="True").authorize()
    assert failure.value.code == code


def test_device_code_slowed_down(signer: MakeSigner, sandbox: Sandbox) -> None:
    sandbox.control.knobs(deviceSignIn="slow_down")
    backup = signer(OAuthDeviceCode="True")
    backup.authorize()
    assert backup.oauth_access_token


@pytest.mark.parametrize("tls", [False, True])
def test_the_demonstrations_sign_in(start_sandbox: Callable[..., Sandbox], run: RunBackup,
                                    make_backup: MakeBackup, tmp_path: Path, tls: bool) -> None:
    sandbox = start_sandbox(messages=5, tls=tls)
    backup = make_backup(data_folder=str(tmp_path / "data"), GraphURL=sandbox.graph_url)
    if tls:
        backup.config("SSLServerCACerts=" + Path(sandbox.ca_file).read_text())
    sandbox.sign_in(backup)
    assert run(backup).errors == []
    assert backup.config("MessagesSaved") == "5"


def test_admin_consent(signer: MakeSigner, sandbox: Sandbox, run: RunBackup) -> None:
    backup = signer(confidential=True)
    backup.oauth_server_auth_url = f"{sandbox.base_url}/{sandbox.tenant}/adminconsent"
    with pytest.raises(CofferError, match="UserId") as failure:
        backup.authorize()
    assert failure.value.code == 713
    backup.config("UserId=" + sandbox.user)
    backup.authorize()
    assert params(backup)["admin_consent"] == "True"
    assert params(backup)["tenant"] == sandbox.tenant
    assert run(backup).errors == []
    assert backup.config("MessagesSaved") == "20"


def test_looking_into_the_token(signer: MakeSigner, sandbox: Sandbox) -> None:
    backup = signer()
    assert backup.config("OAuthJWTPayload") == ""
    backup.authorize()
    claims = json.loads(backup.config("OAuthJWTPayload"))
    backup.config("OAuthJWTXPath=/json/upn")
    assert backup.config("OAuthJWTXText") == claims["upn"] == sandbox.user
    assert backup.config("OAuthJWTXElement") == "upn"
    assert backup.config("OauthJWTXParent") == "json"
    assert backup.config("OAuthJWTXSubTree") == f'"{sandbox.user}"'
    backup.config("OAuthJWTXPath=/json")
    assert int(backup.config("OAuthJWTXChildCount")) == len(claims)
    assert [backup.config(f"OauthJWTXChildName[{i}]") for i in range(3)] == list(claims)[:3]
    assert backup.config("OAuthJWTXChildXText[0]") == claims["aud"]
    with pytest.raises(CofferError) as failure:
        backup.config(f"OauthJWTXChildName[{len(claims)}]")
    assert failure.value.code == 606
    sandbox.control.knobs(opaqueTokens=True)
    backup.oauth_access_token = backup.oauth_refresh_token = ""
    backup.authorize()
    for name in ("OAuthJWTPayload", "OAuthJWTXText", "OAuthJWTXElement", "OAuthJWTXSubTree"):
        assert backup.config(name) == ""
    assert backup.config("OAuthJWTXChildCount") == "0"


def test_abort_ends_the_waiting(signer: MakeSigner) -> None:
    backup = signer(OAuthBrowserCommand="")
    waiting = threading.Event()

    def look(event: Any) -> None:
        if "open this address" in event.message:
            waiting.set()

    backup.on_log = look
    def abort() -> None:
        assert waiting.wait(60)
        backup.abort_backup()

    aborter = threading.Thread(target=abort)
    aborter.start()
    with pytest.raises(CofferError) as failure:
        backup.authorize()
    aborter.join()
    assert failure.value.code == 301
    assert waiting.is_set()


def test_tokens_of_a_minute_last_a_run(signer: MakeSigner, sandbox: Sandbox,
                                       run: RunBackup) -> None:
    """Tokens that end after three requests, one by one: nothing is lost, nobody is asked. (Four at
    once may use up a new token before the request that asked for it is repeated.)"""
    backup = signer(MailboxConcurrency=1)
    sandbox.control.knobs(tokenRequests=3, revokeOldRefresh=True)
    backup.authorize()
    sandbox.control.reset_metrics()
    assert run(backup).errors == []
    assert backup.config("MessagesSaved") == "20" and backup.config("MessagesFailed") == "0"
    metrics = sandbox.control.metrics()
    assert metrics["by_kind"]["token"] >= 6
    assert metrics["by_status"].get("401", 0) >= 6
