"""Access and refresh tokens.

Access tokens look like Graph's own: JWTs of version 1.0, RS256, with a nonce in the header
(Microsoft identity platform: "Access tokens"). A token is accepted when this server issued
exactly that text and it has not expired.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .clock import Clock
from .errors import GraphError, unauthorized

TENANT = "5a6d1c8e-7d0b-4c55-9f3e-0c0ffe5a4d01"
GRAPH_APP = "00000003-0000-0000-c000-000000000000"


def b64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


@dataclass
class Grant:
    """What a token allows. `user` is empty for a token of an application alone."""

    client: str
    user: str = ""
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    expires: float = 0.0
    #: Graph requests left before the token counts as expired; -1: no such bound
    requests: int = -1

    @property
    def app_only(self) -> bool:
        return not self.user

    def allows(self, *names: str) -> bool:
        """Whether any of the permissions was granted, regardless of case."""
        held = {s.lower() for s in (self.roles if self.app_only else self.scopes)}
        return any(n.lower() in held for n in names)


@dataclass
class TokenStore:
    """The signing key and everything issued."""

    clock: Clock
    issuer: str = ""
    tenant: str = TENANT
    lifetime: float = 3600.0
    access: dict[str, Grant] = field(default_factory=dict)
    refresh: dict[str, Grant] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        numbers = self._key.public_key().public_numbers()
        self._modulus = b64url(numbers.n.to_bytes(256, "big"))
        self.kid = b64url(hashlib.sha1(self._modulus.encode()).digest())
        self._random = random.SystemRandom()

    def jwks(self) -> dict[str, Any]:
        """The public key (RFC 7517)."""
        return {"keys": [{"kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.kid,
                          "n": self._modulus, "e": "AQAB", "alg": "RS256"}]}

    def sign(self, payload: dict[str, Any], nonce: bool = False) -> str:
        """A JWS in compact form (RFC 7515, 3.1)."""
        head = {"typ": "JWT", "alg": "RS256", "x5t": self.kid, "kid": self.kid}
        if nonce:
            head["nonce"] = b64url(self._random.randbytes(24))
        signed = ".".join(b64url(json.dumps(part, separators=(",", ":")).encode())
                          for part in (head, payload))
        mark = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{b64url(mark)}"

    def issue(self, client: str, user: str = "", oid: str = "", scopes: tuple[str, ...] = (),
              roles: tuple[str, ...] = (), lifetime: float | None = None,
              requests: int = -1, opaque: bool = False) -> tuple[str, Grant]:
        """A new access token."""
        now = int(self.clock.now())
        life = self.lifetime if lifetime is None else lifetime
        grant = Grant(client, user, scopes, roles, now + life, requests)
        payload: dict[str, Any] = {
            "aud": "https://graph.microsoft.com",
            "iss": f"https://sts.windows.net/{self.tenant}/",
            "iat": now, "nbf": now, "exp": int(now + life), "tid": self.tenant,
            "appid": client, "appidacr": "1" if not user else "0", "app_displayname": "Sandbox",
            "oid": oid or str(uuid.uuid5(uuid.NAMESPACE_URL, client)),
            "uti": b64url(self._random.randbytes(16)), "ver": "1.0",
            "idtyp": "user" if user else "app"}
        payload["sub"] = payload["oid"]
        if user:
            payload.update(scp=" ".join(scopes), name=user.split("@")[0].title(), upn=user,
                           unique_name=user)
        else:
            payload["roles"] = list(roles)
        token = ("EwB" + b64url(self._random.randbytes(300)) if opaque
                 else self.sign(payload, nonce=True))
        self.access[token] = grant
        return token, grant

    def issue_refresh(self, grant: Grant) -> str:
        token = "0.AX" + b64url(self._random.randbytes(240))
        self.refresh[token] = grant
        return token

    def check(self, authorization: str) -> Grant:
        """The grant of an Authorization field; raises 401 with Graph's words."""
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise unauthorized("Access token is empty.")
        grant = self.access.get(token)
        if grant is None:
            raise unauthorized("CompactToken validation failed with reason code: 80049228."
                               if token.count(".") == 2 else
                               "CompactToken parsing failed with error code: 80049217")
        if self.clock.now() >= grant.expires or grant.requests == 0:
            raise _expired()
        if grant.requests > 0:
            grant.requests -= 1
        return grant

    def expire_all(self) -> int:
        """Ends every access token issued so far."""
        for grant in self.access.values():
            grant.expires = 0.0
        return len(self.access)


def _expired() -> GraphError:
    return unauthorized("Lifetime validation failed, the token is expired.")
