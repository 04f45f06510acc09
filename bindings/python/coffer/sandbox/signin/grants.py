"""The grants of Authlib, told where codes and users are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import (DeviceAuthorizationEndpoint, DeviceCodeGrant,
                                    DeviceCredentialDict)

from ..oauth import OAuthError

if TYPE_CHECKING:
    from .desk import Desk


@dataclass
class Code:
    """An authorization code, as Authlib asks for it."""

    code: str
    client_id: str
    redirect_uri: str
    scope: str
    user: str
    expires: float
    code_challenge: str = ""
    code_challenge_method: str = ""
    used: bool = False

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Book:
    """What is outstanding between the steps of a sign-in."""

    codes: dict[str, Code] = field(default_factory=dict)
    devices: dict[str, Any] = field(default_factory=dict)
    #: user code to (user, approved)
    decisions: dict[str, tuple[str, bool]] = field(default_factory=dict)
    #: when each device code was last asked for
    asked: dict[str, float] = field(default_factory=dict)


class _Ours:
    """Client authentication with the errors of the Microsoft identity platform."""

    request: Any
    server: "Desk"

    def authenticate_token_endpoint_client(self) -> Any:
        return self.server.authenticated(self.request)


class CodeGrant(_Ours, grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """RFC 6749, 4.1 with PKCE."""

    def save_authorization_code(self, code: str, request: Any) -> None:
        desk, data = self.server, request.data
        desk.book.codes[code] = Code(
            code, request.client.id, request.redirect_uri or "", request.scope or "", request.user,
            desk.now() + desk.knobs.code_lifetime, data.get("code_challenge", ""),
            data.get("code_challenge_method", ""))

    def query_authorization_code(self, code: str, client: Any) -> Code | None:
        found = self.server.book.codes.get(code)
        if found is None or found.client_id != client.id:
            return None
        if found.used:
            raise OAuthError("invalid_grant", 54005, "OAuth2 Authorization code was already "
                             "redeemed, please retry with a new valid code or use an existing "
                             "refresh token.")
        if self.server.now() > found.expires:
            raise OAuthError("invalid_grant", 70008, "The provided authorization code or refresh "
                             "token has expired due to inactivity. Send a new interactive "
                             "authorization request for this user and resource.")
        return found

    def delete_authorization_code(self, code: Code) -> None:
        code.used = True

    def authenticate_user(self, code: Code) -> str:
        return code.user


class ImplicitGrant(_Ours, grants.ImplicitGrant):  # type: ignore[misc]
    """RFC 6749, 4.2."""

    def authenticate_token_endpoint_client(self) -> Any:
        return self.server.known(self.request)


class PasswordGrant(_Ours, grants.ResourceOwnerPasswordCredentialsGrant):  # type: ignore[misc]
    """RFC 6749, 4.3."""

    def authenticate_user(self, username: str, password: str) -> str:
        return self.server.user_of(username, password)


class DeviceGrant(_Ours, DeviceCodeGrant):  # type: ignore[misc]
    """RFC 8628, 3.4."""

    def query_device_credential(self, device_code: str) -> Any:
        found = self.server.book.devices.get(device_code)
        if found is not None and self.server.now() > found["ends"]:
            raise OAuthError("expired_token", 70019, "Verification code expired.")
        return found

    def query_user_grant(self, user_code: str) -> tuple[str, bool] | None:
        return self.server.decision(user_code)

    def should_slow_down(self, credential: Any) -> bool:
        return self.server.too_soon(credential)


class DeviceEndpoint(DeviceAuthorizationEndpoint):  # type: ignore[misc]
    """RFC 8628, 3.1."""

    server: "Desk"

    def __call__(self, request: Any) -> Any:
        self.EXPIRES_IN = int(self.server.knobs.device_lifetime)
        self.INTERVAL = int(self.server.knobs.device_interval)
        return self.create_endpoint_response(request)

    def authenticate_client(self, request: Any) -> Any:
        request.client = self.server.known(request)
        return request.client

    def get_verification_uri(self) -> str:
        return self.server.device_page

    def save_device_credential(self, client_id: str, scope: str, data: dict[str, Any]) -> None:
        self.server.book.devices[data["device_code"]] = DeviceCredentialDict(
            client_id=client_id, scope=scope or "", ends=self.server.now() + self.EXPIRES_IN,
            **data)


PKCE = CodeChallenge(required=False)
