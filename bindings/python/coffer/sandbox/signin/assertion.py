"""private_key_jwt: a client that proves itself with its certificate (RFC 7523, 2.2)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from authlib.jose import JsonWebToken
from authlib.jose.errors import JoseError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from ..oauth import OAuthError
from ..tokens import b64url

if TYPE_CHECKING:
    from ..oauth import Client

_JWT = JsonWebToken(["PS256", "RS256", "ES256"])


def _refused(number: int, text: str) -> OAuthError:
    return OAuthError("invalid_client", number, text, 401)


class Assertion(JWTBearerClientAssertion):  # type: ignore[misc]
    """Checks one assertion for one client."""

    def __init__(self, client: Client, token_url: str, used: set[str], now: float) -> None:
        super().__init__(token_url)
        self._client, self._used, self._now = client, used, now

    def validate_jti(self, claims: Any, jti: str) -> bool:
        fresh = jti not in self._used
        self._used.add(jti)
        return fresh

    def key(self, headers: dict[str, Any], payload: dict[str, Any]) -> bytes:
        """The key of the registered certificate that the header names."""
        if payload.get("sub") != self._client.id:
            raise _refused(700023, "Client assertion subject does not match the client.")
        mark = headers.get("x5t#S256", "")
        for pem in self._client.certificates:
            certificate = x509.load_pem_x509_certificate(pem.encode())
            der = certificate.public_bytes(serialization.Encoding.DER)
            if b64url(hashlib.sha256(der).digest()) == mark:
                return certificate.public_key().public_bytes(
                    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        raise _refused(700027, "The certificate with identifier used to sign the client assertion "
                       f"is not registered on application. Thumbprint: {mark}")

    def check(self, assertion: str) -> None:
        try:
            claims = _JWT.decode(assertion, self.key, claims_options=self.create_claims_options())
            claims.validate(now=self._now, leeway=300)
        except (JoseError, ValueError) as error:
            raise _refused(700024, "Client assertion is not within its valid time range, or not "
                           f"good otherwise: {error}") from error
        if claims["exp"] - self._now > 1200:
            raise _refused(700024, "Client assertion lives too long.")
