"""Where a user signs in: Authlib's authorization server over the sandbox's requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749.errors import OAuth2Error

from ..oauth import OAuthError
from ..tokens import Grant
from ..wire import Request, Response, json_response
from . import pages
from .grants import PKCE, Book, CodeGrant, DeviceEndpoint, DeviceGrant, ImplicitGrant, PasswordGrant

if TYPE_CHECKING:
    from ..oauth import Client, Knobs, OAuthServer

#: scopes of OpenID Connect, which are no permissions
_OPENID = ("openid", "profile", "email", "offline_access")

#: Authlib's words and Microsoft's numbers
_NUMBERS = {"Code challenge failed.": 501481, 'Missing "code_verifier"': 501481,
            'Invalid "code_verifier"': 501481, 'Invalid "redirect_uri" in request.': 500112,
            'Invalid "code" in request.': 9002313, 'Missing "code" in request.': 900144,
            'Invalid "device_code" in payload': 70000}
_BY_NAME = {"authorization_pending": 70016, "slow_down": 70016, "access_denied": 65004,
            "expired_token": 70019, "unsupported_response_type": 700054}


class Desk(AuthorizationServer):  # type: ignore[misc]
    """One authorization server; its state is the sandbox's."""

    def __init__(self, server: OAuthServer) -> None:
        super().__init__()
        self._server = server
        self.book = Book()
        self.device_page = ""
        for grant in (ImplicitGrant, PasswordGrant, DeviceGrant):
            self.register_grant(grant)
        self.register_grant(CodeGrant, [PKCE])
        self.register_endpoint(DeviceEndpoint)
        self.register_token_generator("default", self._token)

    @property
    def knobs(self) -> Knobs:
        return self._server.knobs

    def now(self) -> float:
        return self._server.tokens.clock.now()

    # -- what Authlib asks -----------------------------------------------------------------

    def query_client(self, client_id: str) -> Client | None:
        return self._server.clients.get(client_id)

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        """The store has it already."""

    def send_signal(self, name: str, *args: Any, **options: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        if isinstance(request, OAuth2Request):
            return request
        body = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        if request.segments[-1] == "authorize":
            body = {}  # the form of the page is about the user, not about the request
        # the address is only taken apart; Authlib refuses http even on this machine
        made = OAuth2Request(request.method, "https://sandbox" + request.target, body,
                             dict(request.headers.items))
        made.sandbox = request
        return made

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        if isinstance(body, dict):
            answer = json_response(body, status, chunked=False)
            answer.content_type = "application/json; charset=utf-8"
            answer.headers += [("Cache-Control", "no-store, no-cache"), ("Pragma", "no-cache")]
            return answer
        answer = Response(status, str(body).encode(), "text/html; charset=utf-8")
        answer.headers += [(n, v) for n, v in headers if n.lower() == "location"]
        return answer

    def handle_error_response(self, request: Any, error: OAuth2Error) -> Response:
        if error.redirect_uri:
            return self.handle_response(*error(None))
        text = str(error.description or error.get_error_description() or error.error)
        number = _NUMBERS.get(text, _BY_NAME.get(error.error, 900144))
        raise OAuthError(error.error, number, text)

    # -- clients and users -----------------------------------------------------------------

    def authenticated(self, request: Any) -> Client:
        """The client of a token request; its form then has what HTTP Basic said."""
        return self._server.client_of(request.sandbox, request.form, request.form)

    def known(self, request: Any) -> Client:
        """The client that a page or a device names; it does not prove anything there."""
        return self._server.known_client(request.data)

    def user_of(self, username: str, password: str) -> str:
        user = next((u for u in self._server.users() if u.lower() == username.lower()), "")
        if not user:
            raise OAuthError("invalid_grant", 50034, f"The user account {username} does not exist "
                             "in the Sandbox directory.")
        if password != self._server.password:
            raise OAuthError("invalid_grant", 50126, "Error validating credentials due to invalid "
                             "username or password.")
        return user

    def decision(self, user_code: str) -> tuple[str, bool] | None:
        choice = self.knobs.device_sign_in
        if choice in ("approve", "deny"):
            return self._server.user, choice == "approve"
        return self.book.decisions.get(user_code)

    def too_soon(self, credential: Any) -> bool:
        if self.knobs.device_sign_in == "slow_down":
            self.knobs.device_sign_in = "approve"
            return True
        now, code = self.now(), str(credential["device_code"])
        last = self.book.asked.get(code, 0.0)
        self.book.asked[code] = now
        # half a second of grace: the interval is counted at the client
        return bool(now - last < credential["interval"] - 0.5)

    def _token(self, grant_type: str, client: Client, user: str, scope: str | None,
               expires_in: Any = None, include_refresh_token: bool = True) -> dict[str, Any]:
        wanted = (scope or "").split()
        granted = tuple(s for s in client.scopes if self._asked(s, wanted))
        members = self._server.answer(Grant(client.id, user, granted), " ".join(granted),
                                      include_refresh_token and "offline_access" in wanted, True)
        if "openid" in wanted:
            members["id_token"] = self._server.tokens.sign({
                "aud": client.id, "iss": self._server.tokens.issuer, "preferred_username": user,
                "tid": self._server.tokens.tenant, "ver": "2.0"})
        return members

    @staticmethod
    def _asked(scope: str, wanted: list[str]) -> bool:
        names = [w.rsplit("/", 1)[-1].lower() for w in wanted if w not in _OPENID]
        return scope.lower() in names or ".default" in names

    # -- pages -----------------------------------------------------------------------------

    def authorize(self, request: Request) -> Response:
        """The page with the button; the form comes back to the same address."""
        try:
            self.get_consent_grant(request)
        except OAuth2Error as error:
            if error.redirect_uri:
                return self.handle_response(*error(None))
            return pages.problem(self._explained(error))
        except OAuthError as error:
            return pages.problem(error)
        query = request.query
        implicit = query.get("response_type") == "token"
        if implicit and query.get("response_mode") == "query":
            return pages.problem(OAuthError("invalid_request", 70007, "'query' is not a supported "
                                            "value of 'response_mode' when requesting a token."))
        choice = self._choice(request)
        if not choice:
            return pages.sign_in(request, self._server.user, query.get("scope", ""))
        if self.knobs.authorize_error:
            answer = self._refused(query, implicit)
        else:
            answer = self.create_authorization_response(
                request, self._server.user if choice == "allow" else None)
        return pages.by_mode(self._spoiled(answer), query.get("response_mode", ""))

    def _choice(self, request: Request) -> str:
        """allow, deny, or nothing while nobody has decided."""
        knob = {"approve": "allow", "deny": "deny"}.get(self.knobs.sign_in, "")
        if knob:
            return knob
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        return form.get("choice", "") if request.method == "POST" else ""

    def _explained(self, error: OAuth2Error) -> OAuthError:
        text = str(error.description or error.error)
        if "Redirect URI" in text or "redirect_uri" in text:
            return OAuthError("invalid_request", 50011, "The redirect URI specified in the request "
                              "does not match the redirect URIs configured for the application.")
        return OAuthError(error.error, _BY_NAME.get(error.error, 900144), text)

    def _refused(self, query: dict[str, str], implicit: bool) -> Response:
        fields = {"error": self.knobs.authorize_error,
                  "error_description": f"AADSTS90033: Refused by a knob ({'x' * 20}).",
                  "state": query.get("state", "")}
        mark = "#" if implicit else "?"
        location = query.get("redirect_uri", "") + mark + urlencode(fields)
        return self.handle_response(302, "", [("Location", location)])

    def _spoiled(self, answer: Response) -> Response:
        """The redirect with a wrong state or without one, where a knob says so."""
        how = self.knobs.redirect_state
        if how != "good":
            answer.headers = [(n, pages.with_state(v, how) if n == "Location" else v)
                              for n, v in answer.headers]
        return answer

    def admin_consent(self, request: Request) -> Response:
        """`/adminconsent`: no code comes back, only word of the consent."""
        query = request.query
        try:
            client = self._server.known_client(query)
            uri = query.get("redirect_uri", "")
            if not client.check_redirect_uri(uri):
                raise OAuthError("invalid_request", 50011, "The redirect URI specified in the "
                                 "request does not match the redirect URIs configured for the "
                                 "application.")
        except OAuthError as error:
            return pages.problem(error)
        choice = self._choice(request)
        if not choice:
            return pages.sign_in(request, self._server.user, "all permissions, for everybody")
        fields = {"tenant": self._server.tokens.tenant, "state": query.get("state", "")}
        if choice == "allow":
            fields["admin_consent"] = "True"
        else:
            fields.update(error="permission_denied",
                          error_description="The administrator canceled the request.")
        mark = "&" if "?" in uri else "?"
        return self.handle_response(302, "", [("Location", uri + mark + urlencode(fields))])

    def device_authorization(self, request: Request, page: str) -> Response:
        self.device_page = page
        answer: Response = self.create_endpoint_response("device_authorization", request)
        return answer

    def device(self, request: Request) -> Response:
        """Where the user types the code."""
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        code = str(form.get("user_code") or request.query.get("user_code") or "").strip().upper()
        known = any(d["user_code"] == code for d in self.book.devices.values())
        if request.method != "POST" or not known:
            return pages.device(code, wrong=request.method == "POST")
        self.book.decisions[code] = (self._server.user, form.get("choice") == "allow")
        return pages.plain("Done", "You can go back to your device.")

    def token(self, request: Request) -> Response:
        answer: Response = self.create_token_response(request)
        return answer
