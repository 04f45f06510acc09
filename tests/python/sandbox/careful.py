"""What a careful SDK says of signed content; only so far as the sandbox's faults go."""

from __future__ import annotations

import base64
import datetime
import json
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from jwcrypto import jwk, jws

from coffer.sandbox.threeds.keys import public_key, unb64
from sdk import Json, Sdk


def decoded(text: str) -> bytes:
    """A member of x5c, in the sloppy forms too."""
    lines = [line for line in text.splitlines() if not line.startswith("-----")]
    plain = "".join(lines).translate({ord("-"): "+", ord("_"): "/"})
    return base64.b64decode(plain + "=" * (-len(plain) % 4))


def judge(token: str, root: x509.Certificate, sdk: Sdk) -> str:
    """What a careful SDK says of signed content: "" or a reason. Chains of names and signatures."""
    parts = token.split(".")
    if len(parts) != 3:
        return "parts"
    names: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> Json:
        names.extend(name for name, _ in found)
        return dict(found)

    try:
        header = json.loads(unb64(parts[0]), object_pairs_hook=pairs)
        payload_octets = unb64(parts[1])
        unb64(parts[2])
    except ValueError:
        return "base64"
    if len(set(names)) != len(names) or "crit" in header:
        return "header"
    if header.get("alg") not in ("ES256", "PS256"):
        return "alg"
    chain = header.get("x5c")
    if not isinstance(chain, list) or not 1 <= len(chain) <= 10 or sum(map(len, chain)) > 65536:
        return "x5c"
    try:
        certificates = [x509.load_der_x509_certificate(decoded(c)) for c in chain]
    except ValueError:
        return "certificate"
    key = certificates[0].public_key()
    if header["alg"] == "PS256" and not (isinstance(key, rsa.RSAPublicKey) and key.key_size > 2047):
        return "key"
    if header["alg"] == "ES256" and not (isinstance(key, ec.EllipticCurvePublicKey)
                                         and key.curve.name == "secp256r1"):
        return "key"
    trouble = path(certificates[0], certificates[1:], root)
    if trouble:
        return trouble
    checked = jws.JWS()
    try:
        checked.deserialize(token)
        checked.verify(jwk.JWK.from_pyca(key))
    except Exception as exc:  # jwcrypto has no common base
        return f"signature {type(exc).__name__}"
    try:
        payload = json.loads(payload_octets)
        own = payload["sdkEphemPubKey"]
        own = json.loads(own) if isinstance(own, str) else own
        sdk.ares["acsSignedContent"] = token
        if own["x"] != sdk.auth_request()["sdkEphemPubKey"]["x"]:
            return "sdkEphemPubKey"
        public_key(payload["acsEphemPubKey"])
        url = payload["acsURL"]
    except (ValueError, TypeError, KeyError):
        return "payload"
    if payload_octets.count(b'"acsURL"') != 1:
        return "duplicate"
    return "" if url.startswith("https://") and "@" not in url else "url"


def path(leaf: x509.Certificate, others: list[x509.Certificate], root: x509.Certificate) -> str:
    now = datetime.datetime.utcnow()
    at = leaf
    for _ in range(6):
        if not at.not_valid_before <= now <= at.not_valid_after:
            return "validity"
        if at.issuer == root.subject and signed_by(at, root):
            return ""
        above = [c for c in others if c.subject == at.issuer and signed_by(at, c)]
        if not above or above[0] is at:
            return "no way to the root"
        at = above[0]
        limits = [e for e in at.extensions if isinstance(e.value, x509.NameConstraints)]
        if limits:
            return "name constraints"
        if not at.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return "no CA"
    return "too long"


def signed_by(below: x509.Certificate, above: x509.Certificate) -> bool:
    key = above.public_key()
    assert below.signature_hash_algorithm is not None
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(below.signature, below.tbs_certificate_bytes, padding.PKCS1v15(),
                       below.signature_hash_algorithm)
        else:
            assert isinstance(key, ec.EllipticCurvePublicKey)
            key.verify(below.signature, below.tbs_certificate_bytes,
                       ec.ECDSA(below.signature_hash_algorithm))
    except Exception:  # InvalidSignature, or a key of another kind
        return False
    return True
