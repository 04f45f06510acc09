"""Rows of the settings about tokens: what is asked of the authorization server, and when."""

from __future__ import annotations

import base64
import hashlib
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from authserver import AuthServer, authorize, form, query, sign_in, signer
from case import Case
from coffer.cloudbackup import OAuthClientProfiles, OAuthGrantTypes
from recorder import LIMIT, Answer, Request
from table import Section

rows = Section()

VERIFIER = "a-verifier.of_the~test-" + "0123456789" * 3


@rows.setting("OAuthPasswordGrantUsername", default="", value="ann@example.com",
              any_text="a user may have any name; it is encoded")
def password_grant_username(case: Case) -> None:
    """`username` of the token request (RFC 6749 4.3.2)."""
    done = sign_in(case, oauth_grant_type=OAuthGrantTypes.cogtPassword,
                   oauth_client_secret="password of the user")
    assert done.failure is None and done.of("/authorize") == []
    assert done.exchanged["grant_type"] == "password"
    assert done.exchanged["username"] == case.value
    without = sign_in(case, plain=True, oauth_grant_type=OAuthGrantTypes.cogtPassword,
                      oauth_client_secret="password of the user")
    assert without.failure is not None and without.failure.code == 707
    assert without.server.requests == []


@rows.setting("OAuthAuthorizationTokenType", default="Bearer", value="bearer",
              invalid=("", "MAC", "pop"))
def authorization_token_type(case: Case) -> None:
    """The one kind there is: the scheme with which the token goes to the service. An answer of
    another kind is refused."""
    done = sign_in(case)
    seen = case.run(done.server, backup=done.backup)
    assert seen.errors == []
    assert {request.header("Authorization") for request in seen.requests} == {
        "Bearer access-token-of-the-test"}
    other = sign_in(case, decide=AuthServer(members={"token_type": "pop"}))
    assert other.failure is not None and other.failure.code == 707


@rows.read_only("OAuthAccessTokenExpiration", default="0")
def access_token_expiration(case: Case) -> None:
    """`expires_in` of the answer, as a number or as text."""
    for sent in (1234, "4321"):
        done = sign_in(case, decide=AuthServer(members={"expires_in": sent}))
        assert done.backup.config("OAuthAccessTokenExpiration") == str(sent)


@rows.setting("OAuthAutomaticRefresh", default="True", value="False", invalid="perhaps")
def automatic_refresh(case: Case) -> None:
    """Whether a refresh token is used in a run, where Authorization is empty."""
    good = "Bearer access-token-of-the-test"

    def first(request: Request) -> Answer | None:
        if request.header("Authorization") == good or request.target == "/token":
            return None
        return Answer(401, reason="Unauthorized")

    asked = {}
    for plain in (False, True):
        server = AuthServer()
        server.graph.first = first
        ready = signer(case, plain=plain, decide=server, oauth_access_token="of yesterday",
                       oauth_refresh_token="kept")
        seen = case.run(ready.server, backup=ready.backup)
        asked[plain] = [form(request) for request in ready.of("/token")]
        assert seen.errors == ([] if plain else [707])
    assert asked[False] == []
    assert [(a["grant_type"], a["refresh_token"]) for a in asked[True]] == [
        ("refresh_token", "kept")]


@rows.setting("OAuthBrowserResponseTimeout", default="0", value="1", invalid=("-1", "soon"))
def browser_response_timeout(case: Case) -> None:
    """Nobody comes: 709 after that second, and the web server's port is closed to others."""
    ready = signer(case, "OAuthReUseWebServer=False")
    ready.backup.config(f"OAuthBrowserResponseTimeout={case.value}")
    late = threading.Timer(LIMIT, ready.backup.abort_backup)  # 301: it would wait without end
    late.start()
    begin = time.monotonic()
    failure = case.refused(ready.backup.authorize)
    late.cancel()
    assert failure.code == 709 and 1.0 <= time.monotonic() - begin < LIMIT
    assert ready.server.requests == []


@rows.setting("OAuthIncludeEmptyRedirectURI", default="True", value="False", invalid="perhaps")
def include_empty_redirect_uri(case: Case) -> None:
    """`redirect_uri` of both requests of the Web profile without a ReturnURL."""
    for plain in (False, True):
        done = sign_in(case, plain=plain, oauth_client_profile=OAuthClientProfiles.cocpWeb,
                       oauth_authorization_code="came")
        for fields in (done.exchanged, query(done.backup.oauth_web_auth_url)):
            assert fields.get("redirect_uri") == ("" if plain else None)
    done = sign_in(case, oauth_client_profile=OAuthClientProfiles.cocpWeb,
                   oauth_return_url="https://app.example/", oauth_authorization_code="came")
    assert done.exchanged["redirect_uri"] == "https://app.example/"


@rows.setting("OAuthParamCount", default="0", value="1", invalid=("-1", "1001", "many"))
def param_count(case: Case) -> None:
    """How many go to both servers: the second one is dropped, and comes back empty."""
    ready = signer(case, "OAuthParamCount=2", plain=True)
    for number in range(2):
        ready.backup.config(f"OAuthParamName[{number}]=own{number}")
        ready.backup.config(f"OAuthParamValue[{number}]=value{number}")
    ready.backup.config(f"OAuthParamCount={case.value}")
    done = authorize(ready)
    for fields in (done.asked, done.exchanged):
        assert fields["own0"] == "value0" and "own1" not in fields
    with_two = signer(case, "OAuthParamCount=2", "OAuthParamName[0]=own0",
                      "OAuthParamName[1]=own1", plain=True)
    assert {"own0", "own1"} <= set(authorize(with_two).asked)


@rows.setting("OAuthParamName", default="", value="my name&?", index="[0]",
              before="OAuthParamCount=1",
              any_text="it is encoded; one that the grant itself sends is left out")
def param_name(case: Case) -> None:
    """The name in both requests; after the answer the name of what came with it."""
    done = sign_in(case, "OAuthParamCount=1", "OAuthParamValue[0]=mine",
                   decide=AuthServer(members={"answered": "so"}))
    assert done.asked[case.value] == done.exchanged[case.value] == "mine"
    count = int(done.backup.config("OAuthParamCount"))
    assert "answered" in [done.backup.config(f"OAuthParamName[{i}]") for i in range(count)]
    other = signer(case, "OAuthParamCount=1", "OAuthParamName[0]=client_id",
                   "OAuthParamValue[0]=somebody", plain=True)
    done = authorize(other)
    assert done.asked["client_id"] == done.exchanged["client_id"] == "app-of-the-test"


@rows.setting("OAuthParamValue", default="", value="a b&c=ä", index="[0]",
              before="OAuthParamCount=1",
              any_text="it is encoded")
def param_value(case: Case) -> None:
    """The value in both requests; after the answer what came with it."""
    done = sign_in(case, "OAuthParamCount=1", "OAuthParamName[0]=mine",
                   decide=AuthServer(members={"answered": "so ö"}))
    assert done.asked["mine"] == done.exchanged["mine"] == case.value
    count = int(done.backup.config("OAuthParamCount"))
    assert "so ö" in [done.backup.config(f"OAuthParamValue[{i}]") for i in range(count)]


@rows.setting("OAuthPKCEChallengeEncoding", default="2", value="1", invalid=("0", "3", "x"))
def pkce_challenge_encoding(case: Case) -> None:
    """`code_challenge` and its method (RFC 7636 4.2)."""
    done = sign_in(case)
    assert done.asked["code_challenge_method"] == "plain"
    assert done.asked["code_challenge"] == done.exchanged["code_verifier"] != ""
    done = sign_in(case, plain=True)
    digest = hashlib.sha256(done.exchanged["code_verifier"].encode()).digest()
    assert done.asked["code_challenge_method"] == "S256"
    assert done.asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")


@rows.setting("OAuthPKCEVerifier", default="", value=VERIFIER,
              invalid=("too-short", "x" * 129, "ä" * 43))
def pkce_verifier(case: Case) -> None:
    """The Web profile's token request carries the one of another object's authorization request."""
    profile = OAuthClientProfiles.cocpWeb
    done = sign_in(case, oauth_client_profile=profile, oauth_authorization_code="came")
    assert done.exchanged["code_verifier"] == case.value
    front = signer(case, oauth_client_profile=profile).backup
    digest = hashlib.sha256(case.value.encode()).digest()
    assert query(front.oauth_web_auth_url)["code_challenge"] == (
        base64.urlsafe_b64encode(digest).decode().rstrip("="))
    # What is read is what the peer was sent.
    done = sign_in(case, plain=True)
    assert done.backup.config("OAuthPKCEVerifier") == done.exchanged["code_verifier"]


@rows.setting("OAuthRequestRefreshToken", default="True", value="False", invalid="perhaps")
def request_refresh_token(case: Case) -> None:
    """`offline_access` in both requests."""
    for plain in (False, True):
        done = sign_in(case, plain=plain)
        wanted = "mail.read offline_access" if plain else "mail.read"
        assert done.asked["scope"] == done.exchanged["scope"] == wanted
        assert done.backup.oauth_authorization_scope == wanted


@rows.setting("OAuthUsePKCE", default="True", value="False", invalid="perhaps")
def use_pkce(case: Case) -> None:
    """`code_challenge` and `code_verifier`."""
    for plain in (False, True):
        done = sign_in(case, plain=plain)
        assert done.failure is None
        assert ("code_challenge" in done.asked) == plain
        assert ("code_challenge_method" in done.asked) == plain
        assert ("code_verifier" in done.exchanged) == plain


@rows.setting("OAuthDeviceCode", default="False", value="True", invalid="perhaps")
def device_code(case: Case) -> None:
    """The grant of RFC 8628: no browser, another endpoint, the code in the token request."""
    done = sign_in(case)
    assert done.failure is None and done.of("/authorize") == []
    assert form(done.of("/devicecode")[0])["client_id"] == "app-of-the-test"
    assert done.exchanged["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code"
    assert done.exchanged["device_code"] == "device-code-of-the-test"
    without = sign_in(case, plain=True)
    assert without.of("/devicecode") == [] and len(without.of("/authorize")) == 1


def device_settings(case: Case) -> list[str]:
    """What the setting reads when the user is told, who then gives up."""
    ready = signer(case, "OAuthDeviceCode=True")
    found: list[str] = []

    def look(event: Any) -> None:
        if "enter" in event.message:
            found.append(ready.backup.config(case.row.name))
            ready.backup.abort_backup()

    ready.backup.on_log = look
    assert case.refused(ready.backup.authorize).code == 301
    return found


@rows.read_only("OAuthDeviceUserCode")
def device_user_code(case: Case) -> None:
    """`user_code` of the device endpoint's answer."""
    assert device_settings(case) == ["ABCD-1234"]


@rows.read_only("OAuthDeviceVerificationURL")
def device_verification_url(case: Case) -> None:
    """`verification_uri` of the device endpoint's answer."""
    assert device_settings(case) == ["https://login.example/device"]


PRESSING = Path(__file__).resolve().parents[1] / "oauth" / "pressing.py"


@rows.setting("OAuthBrowserCommand", default="xdg-open", value=f'"{sys.executable}" "{PRESSING}"',
              any_text="any program; one that cannot be started means that the address is logged")
def browser_command(case: Case) -> None:
    """The program is started and comes to the authorization server; without one the log says
    where to go. The default is found on PATH."""
    def agents(command: str) -> list[str]:
        ready = signer(case, f"OAuthBrowserCommand={command}", plain=True)
        ready.backup.authorize()
        return [request.header("User-Agent") or "" for request in ready.of("/authorize")]

    assert len(found := agents(case.value)) == 1 and found[0].startswith("Python-urllib")
    opener = case.folder / "xdg-open"
    opener.write_text(f'#!/bin/sh\nexec {case.value} "$@"\n')
    opener.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(case.folder), prepend=":")
        assert agents(case.row.default) == found
    assert "open this address" in "".join(sign_in(case, plain=True).log)
