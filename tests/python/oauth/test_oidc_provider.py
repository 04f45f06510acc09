"""Sign-ins at oidc-provider, a certified authorization server that nobody here wrote.

It is installed from npm at the versions of oidc/package-lock.json, into OIDC_FOLDER or the
user's cache; without node or npm's registry these tests are skipped.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from coffer import CofferError
from coffer.cloudbackup import OAuthGrantTypes, Office365Backup

import pressing
from journal import MakeBackup, give
from signing import Logs, make_key, params

SOURCE = Path(__file__).parent / "oidc"


def number(value: int, octets: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes(octets, "big")).rstrip(b"=").decode()


def jwk_of(key: str) -> dict[str, str]:
    """The public half, as a JSON Web Key."""
    numbers: Any = serialization.load_pem_private_key(key.encode(), None).public_key()
    numbers = numbers.public_numbers()
    if hasattr(numbers, "n"):
        return {"kty": "RSA", "n": number(numbers.n, 256), "e": number(numbers.e, 3)}
    return {"kty": "EC", "crv": "P-256", "x": number(numbers.x, 32), "y": number(numbers.y, 32)}


@pytest.fixture(scope="session")
def modules() -> Path:
    """Where node finds oidc-provider; installed on first use."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "coffer-tests/oidc"
    folder = Path(os.environ.get("OIDC_FOLDER", default))
    lock = (SOURCE / "package-lock.json").read_text()
    done = folder / "node_modules" / ".installed"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as guard:  # other runs of the tests share the folder
        fcntl.flock(guard, fcntl.LOCK_EX)
        install(folder, done, lock)
    return folder


def install(folder: Path, done: Path, lock: str) -> None:
    """Unless it is there already; skips where that cannot be."""
    if not done.exists() or done.read_text() != lock:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCE / name, folder / name)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund",
                   "--fetch-retries=1", "--fetch-timeout=20000"]
        try:
            result = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, check=False,
                                    capture_output=True, text=True, timeout=240)
        except subprocess.TimeoutExpired:
            pytest.skip("npm's registry does not answer")
        if result.returncode != 0:
            pytest.skip("npm cannot install: " + result.stderr.strip()[-200:].replace("\n", " "))
        done.write_text(lock)


@pytest.fixture(scope="session")
def keys() -> dict[str, tuple[str, str]]:
    """Certificate and key by kty."""
    return {"RSA": make_key("rsa"), "EC": make_key("ec")}


@pytest.fixture(scope="session")
def issuer(modules: Path, keys: dict[str, tuple[str, str]]) -> Iterator[str]:
    """The address of a running oidc-provider."""
    process = subprocess.Popen(
        ["node", str(SOURCE / "server.mjs"), str(modules)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps({"keys": [jwk_of(key) for _, key in keys.values()]}))
    process.stdin.close()
    try:
        yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


@pytest.fixture
def signer(issuer: str, make_backup: MakeBackup, browser: Callable[..., str],
           logs: Logs) -> Callable[..., Office365Backup]:
    def make(client: str, **settings: Any) -> Office365Backup:
        backup = make_backup(OAuthBrowserCommand=browser(), OAuthBrowserResponseTimeout=60,
                             LogLevel=3)
        backup.on_log = lambda event: logs.append(event.message)
        backup.oauth_server_auth_url = issuer + "/auth"
        backup.oauth_server_token_url = issuer + "/token"
        backup.oauth_client_id = client
        give(backup, settings)
        return backup
    return make


Signer = Callable[..., Office365Backup]


def consenting(backup: Office365Backup) -> Office365Backup:
    """OpenID Connect gives offline_access only to those who ask for consent."""
    backup.oauth_authorization_scope = "openid mail.read"
    backup.config("OAuthParamCount=1")
    backup.config("OAuthParamName[0]=prompt")
    backup.config("OAuthParamValue[0]=consent")
    return backup


def test_code_with_pkce_and_rotation(signer: Signer, logs: Logs) -> None:
    backup = consenting(signer("desktop"))
    backup.authorize()
    first = backup.oauth_access_token, backup.oauth_refresh_token
    assert all(first) and params(backup)["id_token"].count(".") == 2
    backup.oauth_access_token = ""
    backup.authorize()
    second = backup.oauth_access_token, backup.oauth_refresh_token
    assert all(second) and second[0] != first[0] and second[1] != first[1]
    for secret in (*first, *second, backup.config("OAuthPKCEVerifier"),
                   backup.oauth_authorization_code):
        assert not any(secret in line for line in logs)
    # a refresh token that was rotated away is refused, and the user asked again
    other = consenting(signer("desktop", oauth_refresh_token=first[1]))
    other.authorize()
    assert logs.said("no longer good") and other.oauth_access_token


def test_without_pkce_it_refuses(signer: Signer) -> None:
    backup = consenting(signer("desktop", OAuthUsePKCE="False"))
    with pytest.raises(CofferError, match="invalid_request") as failure:
        backup.authorize()
    assert failure.value.code == 708


def test_client_credentials(signer: Signer) -> None:
    backup = signer("daemon", oauth_grant_type=OAuthGrantTypes.cogtClientCredentials,
                    oauth_authorization_scope="mail.read",
                    oauth_client_secret="the secret of the daemon")
    backup.authorize()
    assert backup.oauth_access_token and backup.oauth_refresh_token == ""
    backup.oauth_client_secret = "another"
    with pytest.raises(CofferError, match="invalid_client") as failure:
        backup.authorize()
    assert failure.value.code == 708


@pytest.mark.parametrize("kind", ["RSA", "EC"])
def test_private_key_jwt(signer: Signer, keys: dict[str, tuple[str, str]], kind: str) -> None:
    options: dict[str, Any] = {"oauth_grant_type": OAuthGrantTypes.cogtClientCredentials,
                               "oauth_authorization_scope": "mail.read",
                               "OAuthClientCertStoreType": "7"}
    backup = signer(f"signer-{kind}", OAuthClientCertStore="".join(keys[kind]), **options)
    backup.authorize()
    assert backup.oauth_access_token
    stranger = "".join(make_key("rsa" if kind == "RSA" else "ec"))
    with pytest.raises(CofferError, match="invalid_client"):
        signer(f"signer-{kind}", OAuthClientCertStore=stranger, **options).authorize()


def test_device_code(signer: Signer, issuer: str, logs: Logs) -> None:
    seen: list[str] = []

    def look(event: Any) -> None:
        logs.append(event.message)
        if "enter" in event.message and event.log_level == 1 and not seen:
            seen.append(backup.config("OAuthDeviceUserCode"))
            url = f"{backup.config('OAuthDeviceVerificationURL')}?user_code={seen[0]}"
            assert "Sign-in Success" in pressing.walk(url, "allow", False)[-1]

    backup = consenting(signer("box", OAuthDeviceCode="True"))
    backup.oauth_server_auth_url = issuer + "/device/auth"
    backup.on_log = look
    backup.authorize()
    assert backup.oauth_access_token and backup.oauth_refresh_token
    assert seen and not any(backup.oauth_access_token in line for line in logs)
