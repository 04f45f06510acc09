"""An authorization server that records, and a user with a browser that signs in there at once."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import coffer
from case import Case
from coffer.cloudbackup import Office365Backup
from graph import JSON, Graph
from recorder import LIMIT, Answer, Recorder, Request

CLAIMS: dict[str, Any] = {
    "aud": "https://graph.example", "name": "Ann", "roles": ["one", "two", "three"],
    "nested": {"deep": {"leaf": 7}}}


def jwt(claims: dict[str, Any]) -> str:
    """A token with these claims; its signature is nobody's."""
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + ".c2ln"


def query(target: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))


def form(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


@dataclass
class AuthServer:
    """Answers at /authorize, /devicecode and /token; anything else as a mailbox does."""

    token: str = "access-token-of-the-test"
    members: dict[str, Any] = field(default_factory=dict)  # of the token answer, besides
    error: str = ""  # the user declines: with this error
    refresh: str = "refresh-token-of-the-test"
    graph: Graph = field(default_factory=Graph)

    def __call__(self, request: Request) -> Answer | None:
        path = urlsplit(request.target).path
        if path == "/authorize":
            asked = query(request.target)
            result = {"error": self.error} if self.error else {"code": "code-of-the-test"}
            back = urlencode({**result, "state": asked.get("state", "")})
            return Answer(302, {"Location": f"{asked['redirect_uri']}/?{back}"}, reason="Found")
        if path == "/devicecode":
            return Answer(headers=dict(JSON), body=json.dumps({
                "device_code": "device-code-of-the-test", "user_code": "ABCD-1234",
                "verification_uri": "https://login.example/device", "expires_in": 60,
                "interval": 1}).encode())
        if path == "/token":
            body = {"access_token": self.token, "token_type": "Bearer", "expires_in": 3600,
                    "refresh_token": self.refresh, **self.members}
            return Answer(headers=dict(JSON), body=json.dumps(body).encode())
        return self.graph(request)


class Stay(urllib.request.HTTPRedirectHandler):
    """The way back to the library is gone by hand, with what the test trusts there."""

    def redirect_request(self, *args: Any, **kw: Any) -> None:
        return None


def browse(url: str) -> tuple[str, str]:
    """Where a request for that address is sent, and the text of the page."""
    anybody = ssl.create_default_context()
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE
    opener = urllib.request.build_opener(Stay, urllib.request.ProxyHandler({}),
                                         urllib.request.HTTPSHandler(context=anybody))
    try:
        with opener.open(url, timeout=LIMIT) as answer:
            return "", answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.headers.get("Location", ""), error.read().decode()


@dataclass
class SignedIn:
    """What one Authorize showed."""

    backup: Office365Backup
    server: Recorder
    pages: list[str] = field(default_factory=list)  # that the browser saw last
    log: list[str] = field(default_factory=list)
    failure: coffer.CofferError | None = None

    def of(self, path: str) -> list[Request]:
        return [request for request in self.server.requests
                if urlsplit(request.target).path == path]

    @property
    def asked(self) -> dict[str, str]:
        """Parameters of the last authorization request."""
        return query(self.of("/authorize")[-1].target)

    @property
    def exchanged(self) -> dict[str, str]:
        """Parameters of the last token request."""
        return form(self.of("/token")[-1])


def signer(case: Case, *settings: str, plain: bool = False, server: Recorder | None = None,
           decide: AuthServer | None = None, **properties: Any) -> SignedIn:
    """An object that can sign in at a server of its own; nobody has yet."""
    if server is None:
        server = case.server(decide or AuthServer())
    backup = case.backup(server, "OAuthBrowserCommand=", "OAuthBrowserResponseTimeout=60",
                         *settings, plain=plain)
    backup.authorization = ""
    backup.oauth_client_id = "app-of-the-test"
    backup.oauth_server_auth_url = server.origin + "/authorize"
    backup.oauth_server_token_url = server.origin + "/token"
    for name, value in properties.items():
        setattr(backup, name, value)
    return SignedIn(backup, server)


def authorize(signed: SignedIn) -> SignedIn:
    """Signs in; the browser goes where the log says."""
    threads: list[threading.Thread] = []

    def walk(url: str) -> None:
        back, _ = browse(url)
        signed.pages.append(browse(back)[1])

    def look(event: Any) -> None:
        signed.log.append(event.message)
        if "open this address" in event.message:
            threads.append(threading.Thread(
                target=walk, args=(event.message.rpartition(" ")[2],)))
            threads[-1].start()

    signed.backup.on_log = look
    try:
        signed.backup.authorize()
    except coffer.CofferError as error:
        signed.failure = error
    finally:
        for thread in threads:
            thread.join()
    return signed


def sign_in(case: Case, *settings: str, plain: bool = False, decide: AuthServer | None = None,
            server: Recorder | None = None, **properties: Any) -> SignedIn:
    """Authorize to its end."""
    return authorize(signer(case, *settings, plain=plain, decide=decide, server=server,
                            **properties))
