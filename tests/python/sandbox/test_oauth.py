"""The token endpoint and the keys that its tokens are signed with."""

from __future__ import annotations

import base64
import json
import urllib.parse
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from coffer.sandbox import Sandbox


def ask(client: Any, tenant: str = "", authorization: str = "", **form: str) -> Any:
    sandbox = client.sandbox
    fields = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret,
              "grant_type": "client_credentials",
              "scope": "https://graph.microsoft.com/.default"}
    fields.update(form)
    body = urllib.parse.urlencode({n: v for n, v in fields.items() if v}).encode()
    headers = {"Content_Type": "application/x-www-form-urlencoded"}
    if authorization:
        headers["Authorization"] = authorization
    return client.send("POST", f"/{tenant or sandbox.tenant}/oauth2/v2.0/token", body, **headers)


def decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_client_credentials_give_an_application_token(client: Any, sandbox: Sandbox) -> None:
    answer = ask(client).json()
    assert answer["token_type"] == "Bearer" and answer["expires_in"] > 3000
    assert "refresh_token" not in answer
    token = answer["access_token"]
    assert client.get("/users/alex@sandbox.example/messages", token=token).status == 200
    head, payload, mark = token.split(".")
    claims = json.loads(decode(payload))
    assert claims["roles"] == ["Mail.Read"] and claims["ver"] == "1.0" and "scp" not in claims
    metadata = client.get(f"{sandbox.base_url}/{sandbox.tenant}/v2.0/.well-known/"
                          "openid-configuration").json()
    key = client.get(metadata["jwks_uri"]).json()["keys"][0]
    assert metadata["token_endpoint"] == sandbox.token_url
    assert json.loads(decode(head))["kid"] == key["kid"]
    numbers = rsa.RSAPublicNumbers(int.from_bytes(decode(key["e"]), "big"),
                                   int.from_bytes(decode(key["n"]), "big"))
    numbers.public_key().verify(decode(mark), f"{head}.{payload}".encode(), padding.PKCS1v15(),
                                hashes.SHA256())


def test_client_in_the_authorization_field(client: Any, sandbox: Sandbox) -> None:
    basic = base64.b64encode(f"{sandbox.client_id}:{sandbox.client_secret}".encode()).decode()
    assert ask(client, client_id="", client_secret="", authorization=f"Basic {basic}").status == 200


@pytest.mark.parametrize("form, status, error, number", [
    ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
    ({"client_secret": ""}, 401, "invalid_client", 7000218),
    ({"client_id": "unknown"}, 400, "unauthorized_client", 700016),
    ({"scope": "Mail.Read"}, 400, "invalid_scope", 1002012),
    ({"grant_type": ""}, 400, "invalid_request", 900144),
    ({"grant_type": "magic"}, 400, "unsupported_grant_type", 70003),
    ({"tenant": "common"}, 400, "invalid_request", 9001023),
    ({"tenant": "nobody.example"}, 400, "invalid_request", 90002),
    ({"grant_type": "refresh_token", "refresh_token": "old"}, 400, "invalid_grant", 9002313),
])
def test_refusals(client: Any, form: dict[str, str], status: int, error: str, number: int) -> None:
    answer = ask(client, **form)
    body = answer.json()
    assert (answer.status, body["error"], body["error_codes"]) == (status, error, [number])
    assert body["error_description"].startswith(f"AADSTS{number}: ")


def test_refresh_rotates(client: Any, sandbox: Sandbox) -> None:
    form = {"grant_type": "refresh_token", "scope": "", "refresh_token": sandbox.refresh_token}
    first = ask(client, **form).json()
    assert client.get("/me/messages", token=first["access_token"]).status == 200
    assert first["refresh_token"] != sandbox.refresh_token and "Mail.Read" in first["scope"]
    assert ask(client, **form).status == 200  # the old one stays valid by default
    sandbox.control.knobs(revokeOldRefresh=True)
    spent = {**form, "refresh_token": first["refresh_token"]}
    assert ask(client, **spent).status == 200
    assert ask(client, **spent).json()["error"] == "invalid_grant"


def test_expiry(client: Any, sandbox: Sandbox) -> None:
    control = sandbox.control
    short = control.issue_token(user=sandbox.user, scopes=["Mail.Read"], lifetime=100)
    assert client.get("/me/messages", token=short).status == 200
    control.advance(101)
    assert client.get("/me/messages", token=short).code == "InvalidAuthenticationToken"
    bounded = control.issue_token(user=sandbox.user, scopes=["Mail.Read"], requests=2)
    assert [client.get("/me/messages", token=bounded).status for _ in range(3)] == [200, 200, 401]
    control.expire_tokens()
    assert client.get("/me/messages").status == 401
    control.reset()
    assert client.get("/me/messages").status == 200


def test_odd_answers(client: Any, sandbox: Sandbox) -> None:
    control = sandbox.control
    control.knobs(expiresIn="string", opaqueTokens=True, tokenRequests=1)
    answer = ask(client).json()
    assert isinstance(answer["expires_in"], str) and "." not in answer["access_token"]
    path = "/users/alex@sandbox.example/messages"
    assert [client.get(path, token=answer["access_token"]).status for _ in range(2)] == [200, 401]
    control.knobs(expiresIn="absent")
    assert "expires_in" not in ask(client).json()
    control.set_faults([
        {"name": "dead", "match": {"kind": "token", "nth": 1},
         "fault": {"type": "oauth", "error": "invalid_grant", "number": 70008}},
        {"name": "busy", "match": {"kind": "token", "nth": 2},
         "fault": {"type": "oauth", "error": "temporarily_unavailable", "number": 90006,
                   "status": 503, "retryAfter": 1}},
        {"name": "odd", "match": {"kind": "token", "nth": 3},
         "fault": {"type": "oauth", "members": {"access_token": None, "extra": 1}}}])
    first, second, third = ask(client), ask(client), ask(client)
    assert first.json()["error_codes"] == [70008]
    assert second.status == 503 and second.headers["retry-after"] == "1"
    assert "access_token" not in third.json() and third.json()["extra"] == 1
    assert control.metrics()["rules"] == {"dead": 1, "busy": 1, "odd": 1}
