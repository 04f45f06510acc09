"""Keys of the 3-D Secure side: EC from the seed, RSA new for each run."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

_ORDER = int("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16)


class BadKey(ValueError):
    """A JWK that is no P-256 public key."""


def ec_key(seed: int, label: str) -> ec.EllipticCurvePrivateKey:
    """The P-256 key of this name: the same for the same seed."""
    digest = hashlib.sha512(f"{seed}/{label}".encode()).digest()
    return ec.derive_private_key(int.from_bytes(digest, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def b64(octets: bytes) -> str:
    """base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """The octets of base64url without padding; anything else is a ValueError."""
    if not text.isascii() or set(text) & set("=+/ \r\n\t"):
        raise ValueError("not base64url without padding")
    octets = base64.b64decode(text.translate({ord("-"): "+", ord("_"): "/"})
                              + "=" * (-len(text) % 4), validate=True)
    return octets


def public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """The four members of a P-256 JWK."""
    numbers = key.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32, "big")),
            "y": b64(numbers.y.to_bytes(32, "big"))}


def public_key(jwk: Any) -> ec.EllipticCurvePublicKey:
    """The key of a JWK; coordinates have exactly 32 octets, the point is on the curve."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise BadKey("kty is not EC or crv not P-256")
    if "d" in jwk:
        raise BadKey("a private key was sent")
    try:
        x, y = unb64(jwk["x"]), unb64(jwk["y"])
        if len(x) != 32 or len(y) != 32:
            raise BadKey("a coordinate has not 32 octets")
        return ec.EllipticCurvePublicNumbers(
            int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()).public_key()
    except (KeyError, TypeError, AttributeError, ValueError) as exc:
        raise BadKey(str(exc)) from None


def emv_key(private: ec.EllipticCurvePrivateKey, public: ec.EllipticCurvePublicKey,
            party_v: str) -> bytes:
    """ECDH, then the derivation of CORE231 6.2.3.2: PartyVInfo alone is not empty, 256 bits."""
    shared = private.exchange(ec.ECDH(), public)
    name = party_v.encode("ascii")
    info = bytes(8) + len(name).to_bytes(4, "big") + name + (256).to_bytes(4, "big")
    return ConcatKDFHash(hashes.SHA256(), 32, info).derive(shared)
