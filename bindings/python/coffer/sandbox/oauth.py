"""An authorization server in the manner of the Microsoft identity platform v2.0.

The grants without a user are functions here, in `GRANTS`. Those with one, their pages and the
device code are in the package `signin`, where Authlib keeps their rules.
"""

from __future__ import annotations

import base64
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from .tokens import TENANT, Grant, TokenStore
from .wire import Request, Response, json_response

if TYPE_CHECKING:
    from .signin import Desk

CLIENT_ID = "c0ffe500-5a4d-4b0e-8a11-000000000001"
CLIENT_SECRET = "sandbox~secret.for-tests-only"
PUBLIC_CLIENT_ID = "c0ffe500-5a4d-4b0e-8a11-000000000002"
#: every user's
PASSWORD = "sandbox password of alex"
#: registered with both applications; the port of a loopback address does not count
REDIRECT_URIS = ("http://localhost", "https://localhost", "http://127.0.0.1", "https://127.0.0.1",
                 "http://[::1]", "http://localhost/callback", "https://app.example/callback")

APP_ROLES = ("Mail.Read",)
USER_SCOPES = ("Mail.Read", "Mail.Read.Shared", "User.Read")
#: tenants in a path that name no tenant in particular
SHARED_TENANTS = ("common", "organizations", "consumers")


class OAuthError(Exception):
    """An error of RFC 6749, 5.2 with an AADSTS number."""

    def __init__(self, error: str, number: int, text: str, status: int = 400,
                 headers: list[tuple[str, str]] | None = None) -> None:
        super().__init__(text)
        self.error = error
        self.number = number
        self.text = text
        self.status = status
        self.headers = headers or []

    def response(self) -> Response:
        stamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        answer = json_response({
            "error": self.error,
            "error_description": f"AADSTS{self.number}: {self.text} Trace ID: {trace} "
                                 f"Correlation ID: {correlation} Timestamp: {stamp}",
            "error_codes": [self.number], "timestamp": stamp, "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
        }, self.status, chunked=False)
        answer.content_type = "application/json; charset=utf-8"
        answer.headers += self.headers
        answer.error_code = f"AADSTS{self.number}"
        return answer


@dataclass
class Client:
    """A registered application; without a secret it is a public client."""

    id: str
    secret: str = ""
    roles: tuple[str, ...] = APP_ROLES
    scopes: tuple[str, ...] = USER_SCOPES
    redirect_uris: tuple[str, ...] = REDIRECT_URIS
    #: PEM; whoever signs with one of their keys needs no secret
    certificates: list[str] = field(default_factory=list)

    def check_redirect_uri(self, uri: str) -> bool:
        """Microsoft's rule: all but the port of a loopback address must be as registered."""
        return any(_without_port(uri) == _without_port(known) for known in self.redirect_uris)

    def get_default_redirect_uri(self) -> str:
        return ""

    def check_response_type(self, response_type: str) -> bool:
        return response_type in ("code", "token")

    def check_grant_type(self, grant_type: str) -> bool:
        return True

    def get_client_id(self) -> str:
        return self.id


def _without_port(uri: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "", "", uri
    if host not in ("localhost", "127.0.0.1", "::1"):
        host = f"{host}:{port}"
    return parts.scheme, host, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


@dataclass
class Knobs:
    """Deviations that servers show."""

    rotate_refresh: bool = True
    revoke_old_refresh: bool = False
    expires_in: str = "number"  # number, string, zero, absent
    opaque: bool = False
    #: access tokens issued from now on last for so many Graph requests; -1: no bound
    token_requests: int = -1
    #: page (a user presses the button), approve, deny: at once, for browsers that nobody sees
    sign_in: str = "page"
    #: an error with which every redirect comes back, such as server_error
    authorize_error: str = ""
    #: good, wrong, missing
    redirect_state: str = "good"
    code_lifetime: float = 600.0
    #: page, approve, deny, slow_down (once, then approve)
    device_sign_in: str = "page"
    device_interval: int = 1
    device_lifetime: int = 900


@dataclass
class OAuthServer:
    """State of the authorization server."""

    tokens: TokenStore
    domain: str = "sandbox.example"
    clients: dict[str, Client] = field(default_factory=dict)
    oids: Callable[[str], str] = lambda user: ""
    knobs: Knobs = field(default_factory=Knobs)
    #: who may sign in, and who does when the button is pressed
    users: Callable[[], list[str]] = lambda: []
    user: str = ""
    password: str = PASSWORD
    assertions: set[str] = field(default_factory=set)
    _desk: Desk | None = None
    _token_url: str = ""

    def __post_init__(self) -> None:
        for client in (Client(CLIENT_ID, CLIENT_SECRET), Client(PUBLIC_CLIENT_ID)):
            self.clients[client.id] = client

    def restore(self) -> None:
        """Knobs, certificates and what is outstanding as at the start."""
        self.knobs = Knobs()
        self._desk = None
        self.assertions.clear()
        for client in self.clients.values():
            client.certificates.clear()

    # -- routes ----------------------------------------------------------------------------

    def handle(self, request: Request, base: str) -> Response | None:
        """The answer to a request of this server, None when the path is not ours."""
        parts = request.segments
        if len(parts) < 2:
            return None
        tenant, rest = parts[0], "/".join(parts[1:])
        if rest == "v2.0/.well-known/openid-configuration":
            return json_response(self._metadata(base, tenant), chunked=False)
        if rest in ("discovery/v2.0/keys", "discovery/keys"):
            return json_response(self.tokens.jwks(), chunked=False)
        try:
            if rest == "oauth2/v2.0/token":
                return self._token(request, tenant, f"{base}{request.path}")
            if rest == "oauth2/v2.0/devicecode":
                return self.desk.device_authorization(request, f"{base}/{tenant}/oauth2/deviceauth")
        except OAuthError as exc:
            return exc.response()
        if rest == "oauth2/v2.0/authorize":
            return self.desk.authorize(request)
        if rest in ("adminconsent", "v2.0/adminconsent"):
            return self.desk.admin_consent(request)
        if rest == "oauth2/deviceauth":
            return self.desk.device(request)
        return None

    @property
    def desk(self) -> Desk:
        """The part that needs Authlib, from its first use on."""
        if self._desk is None:
            from .signin import Desk
            self._desk = Desk(self)
        return self._desk

    def _metadata(self, base: str, tenant: str) -> dict[str, Any]:
        root = f"{base}/{tenant}"
        issuer = f"{base}/{self.tokens.tenant if tenant not in SHARED_TENANTS else '{tenantid}'}/v2.0"
        return {
            "token_endpoint": f"{root}/oauth2/v2.0/token",
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{root}/discovery/v2.0/keys", "issuer": issuer,
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic",
                                                      "private_key_jwt"],
            "response_types_supported": ["code", "token"], "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "grant_types_supported": sorted((*GRANTS, *USER_GRANTS)),
        }

    def _token(self, request: Request, tenant: str, token_url: str) -> Response:
        if request.method != "POST":
            raise OAuthError("invalid_request", 900561, "The endpoint only accepts POST requests. "
                             f"Received a {request.method} request.")
        if tenant.lower() not in SHARED_TENANTS + (self.tokens.tenant, self.domain):
            raise OAuthError("invalid_request", 90002, f"Tenant '{tenant}' not found. Check to make "
                             "sure you have the correct tenant ID and are signing into the correct "
                             "cloud.")
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        grant_type = _need(form, "grant_type")
        self._token_url = token_url
        if grant_type in USER_GRANTS:
            return self.desk.token(request)
        grant = GRANTS.get(grant_type)
        if grant is None:
            raise OAuthError("unsupported_grant_type", 70003,
                             f"The app requested an unsupported grant type '{grant_type}'.")
        client = self.client_of(request, form, form)
        members = grant(self, form, client, tenant.lower())
        answer = json_response(members, chunked=False)
        answer.content_type = "application/json; charset=utf-8"
        answer.headers += [("Cache-Control", "no-store, no-cache"), ("Pragma", "no-cache")]
        return answer

    def known_client(self, form: dict[str, str]) -> Client:
        """The client that a request names."""
        client = self.clients.get(_need(form, "client_id"))
        if client is None:
            raise OAuthError("unauthorized_client", 700016, "Application with identifier "
                             f"'{form['client_id']}' was not found in the directory 'Sandbox'.")
        return client

    def client_of(self, request: Request, form: dict[str, str], into: dict[str, str]) -> Client:
        """Client authentication by form, by HTTP Basic (RFC 6749, 2.3.1) or by an assertion."""
        scheme, _, value = request.headers.get("authorization").partition(" ")
        if scheme.lower() == "basic":
            try:
                name, _, secret = base64.b64decode(value).decode().partition(":")
            except ValueError as exc:
                raise OAuthError("invalid_client", 7000215, "Invalid client secret provided.",
                                 401) from exc
            into.setdefault("client_id", unquote_plus(name))
            into.setdefault("client_secret", unquote_plus(secret))
        client = self.known_client(form)
        secret, assertion = form.get("client_secret", ""), form.get("client_assertion", "")
        if form.get("grant_type") == "password" and not secret and not assertion:
            return client  # applications that are allowed to ask for passwords are public ones
        if client.secret and not secret and not assertion:
            raise OAuthError("invalid_client", 7000218, "The request body must contain the "
                             "following parameter: 'client_assertion' or 'client_secret'.", 401)
        if (secret or assertion) and not client.secret:
            raise OAuthError("invalid_client", 700025, "Client is public so neither "
                             "'client_assertion' nor 'client_secret' should be presented.", 401)
        if assertion:
            from .signin.assertion import Assertion
            Assertion(client, self._token_url, self.assertions,
                      self.tokens.clock.now()).check(assertion)
        elif client.secret and secret != client.secret:
            raise OAuthError("invalid_client", 7000215, "Invalid client secret provided. Ensure "
                             "the secret being sent in the request is the client secret value, "
                             "not the client secret ID.", 401)
        return client

    # -- answers ---------------------------------------------------------------------------

    def answer(self, grant: Grant, scope: str, refresh: bool, first: bool = False
               ) -> dict[str, Any]:
        """The members of a successful answer (RFC 6749, 5.1)."""
        knobs = self.knobs
        token, made = self.tokens.issue(grant.client, grant.user, self.oids(grant.user),
                                        grant.scopes, grant.roles, None, knobs.token_requests,
                                        knobs.opaque)
        life = int(made.expires - self.tokens.clock.now())
        members: dict[str, Any] = {"token_type": "Bearer", "expires_in": life,
                                   "ext_expires_in": life, "access_token": token}
        if scope:
            members["scope"] = scope
        if knobs.expires_in == "string":
            members["expires_in"] = str(life)
        elif knobs.expires_in == "zero":
            members["expires_in"] = 0
        elif knobs.expires_in == "absent":
            del members["expires_in"], members["ext_expires_in"]
        if refresh and (first or knobs.rotate_refresh):
            members["refresh_token"] = self.tokens.issue_refresh(grant)
        return members


def _need(form: dict[str, str], name: str) -> str:
    value = form.get(name, "")
    if not value:
        raise OAuthError("invalid_request", 900144, "The request body must contain the following "
                         f"parameter: '{name}'.")
    return value


def _client_credentials(server: OAuthServer, form: dict[str, str], client: Client,
                        tenant: str) -> dict[str, Any]:
    if tenant in SHARED_TENANTS:
        raise OAuthError("invalid_request", 9001023, "The grant type is not supported over the "
                         "/common or /consumers endpoints. Please use the /organizations or "
                         "tenant-specific endpoint.")
    if not client.secret:
        raise OAuthError("invalid_client", 7000218, "The request body must contain the following "
                         "parameter: 'client_assertion' or 'client_secret'.", 401)
    scope = _need(form, "scope")
    if not scope.endswith("/.default") or " " in scope.strip():
        raise OAuthError("invalid_scope", 1002012, "The provided value for scope "
                         f"{scope} is not valid. Client credential flows must have a scope value "
                         "with /.default suffixed to the resource identifier (application ID URI).")
    return server.answer(Grant(client.id, "", (), client.roles), "", False)


def _refresh_token(server: OAuthServer, form: dict[str, str], client: Client,
                   tenant: str) -> dict[str, Any]:
    token = _need(form, "refresh_token")
    grant = server.tokens.refresh.get(token)
    if grant is None:
        raise OAuthError("invalid_grant", 9002313, "Invalid request. Request is malformed or "
                         "invalid.")
    if grant.client != client.id:
        raise OAuthError("invalid_grant", 700022, "The refresh token was issued to another client.")
    if grant.expires and server.tokens.clock.now() > grant.expires:
        raise OAuthError("invalid_grant", 700082, "The refresh token has expired due to "
                         "inactivity.")
    if server.knobs.revoke_old_refresh and server.knobs.rotate_refresh:
        del server.tokens.refresh[token]
    return server.answer(grant, " ".join(grant.scopes), True)


GrantFunction = Callable[[OAuthServer, "dict[str, str]", Client, str], "dict[str, Any]"]

#: handled by Authlib
USER_GRANTS = ("authorization_code", "password",
               "urn:ietf:params:oauth:grant-type:device_code")

GRANTS: dict[str, GrantFunction] = {
    "client_credentials": _client_credentials,
    "refresh_token": _refresh_token,
}

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "GRANTS", "OAuthError", "OAuthServer",
           "PASSWORD", "PUBLIC_CLIENT_ID", "TENANT"]
