"""acsSignedContent, as it should be and in each way in which it must be refused."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from jwcrypto.jwa import JWA

from .certs import BAD_CHAINS, GOOD_CHAINS, Authority, Key, der, x5c
from .keys import b64, public_jwk, unb64

Json = dict[str, Any]

#: changes of header, payload or signature; all but the last group must be refused
TAMPERINGS = (
    "alg-none", "alg-RS256", "alg-HS256", "alg-missing", "wrong-key", "jwk-header",
    "duplicate-header", "crit", "payload-changed", "header-changed", "signature-cut",
    "signature-empty", "signature-der", "two-parts", "four-parts", "padded-base64", "no-x5c",
    "empty-x5c", "text-x5c", "garbage-x5c", "eleven-x5c", "large-x5c", "alg-of-other-key",
    "payload-text", "payload-array", "payload-duplicate", "foreign-sdk-key", "no-sdk-key",
    "point-off-curve", "point-at-infinity", "short-coordinate", "other-curve-key",
    "no-acs-key", "http-url", "no-url", "userinfo-url", "empty-url")
HARMLESS = ("sdk-key-as-text", "x5c-line-breaks", "x5c-url-alphabet", "x5c-pem", "extra-members",
            "kid-header", "jwk-beside")
KINDS = TAMPERINGS + BAD_CHAINS + GOOD_CHAINS + HARMLESS


def _sign(authority: Authority, header: str, payload: bytes, alg: str, key: Key) -> str:
    """A compact JWS whose header has exactly this text; jwcrypto's own would refuse `crit`."""
    octets = f"{b64(header.encode())}.{b64(payload)}".encode()
    signature = JWA.signing_alg(alg).sign(authority.jwk(key), octets)
    return octets.decode() + "." + b64(signature)


def _header(alg: str, chain: list[str], **more: Any) -> str:
    return json.dumps({"alg": alg, "x5c": chain, **more}, separators=(",", ":"))


def payload_of(acs_key: Json, sdk_key: Json, url: str) -> Json:
    return {"acsEphemPubKey": acs_key, "sdkEphemPubKey": sdk_key, "acsURL": url}


def make(authority: Authority, payload: Json, alg: str = "ES256", kind: str = "good") -> str:
    """The text of acsSignedContent."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of signed content: {kind}")
    if kind in BAD_CHAINS + GOOD_CHAINS:
        key, chain = authority.chain(kind, alg)
        if kind == "weak-rsa":
            alg = "PS256"
        elif kind == "other-curve":
            return _with_p384(authority, x5c(chain), payload, key)
        return _sign(authority, _header(alg, x5c(chain)), _octets(payload), alg, key)
    key, certificates = authority.chain("good", alg)
    chain_64 = x5c(certificates)
    octets = _octets(_payload(authority, payload, kind))
    if kind == "payload-text":
        octets = b"not JSON"
    elif kind == "payload-array":
        octets = b"[" + octets + b"]"
    elif kind == "payload-duplicate":
        octets = octets[:-1] + b',"acsURL":"https://elsewhere.example/"}'
    header = _changed_header(authority, alg, chain_64, kind)
    if kind == "alg-none":
        return f"{b64(header.encode())}.{b64(octets)}."
    if kind == "alg-HS256":
        secret = der(certificates[0])
        mac = hmac.new(secret, f"{b64(header.encode())}.{b64(octets)}".encode(), hashlib.sha256)
        return f"{b64(header.encode())}.{b64(octets)}.{b64(mac.digest())}"
    if kind == "alg-RS256":
        rsa, rsa_chain = authority.chain("good", "PS256")
        return _sign(authority, _header("RS256", x5c(rsa_chain)), octets, "RS256", rsa)
    if kind in ("wrong-key", "jwk-header"):
        key = authority.key("somebody-else")
        alg = "ES256"
        header = header.replace('"PS256"', '"ES256"')
    if kind == "alg-of-other-key":
        other = "PS256" if alg == "ES256" else "ES256"
        return _sign(authority, header, octets, other, authority.chain("good", other)[0])
    if kind == "alg-missing":
        token = _sign(authority, _header(alg, chain_64), octets, alg, key)
        return b64(header.encode()) + token[token.index("."):]
    return _changed_token(_sign(authority, header, octets, alg, key), kind)


def _with_p384(authority: Authority, chain: list[str], payload: Json, key: Key) -> str:
    """ES384 by a P-384 key that calls itself ES256."""
    token = _sign(authority, _header("ES384", chain), _octets(payload), "ES384", key)
    return b64(_header("ES256", chain).encode()) + token[token.index("."):]


def _octets(payload: Json) -> bytes:
    return json.dumps(payload, separators=(",", ":")).encode()


def _changed_header(authority: Authority, alg: str, chain: list[str], kind: str) -> str:
    other_jwk = public_jwk(authority.key("somebody-else").public_key())
    changed = {
        "alg-none": _header("none", chain), "alg-HS256": _header("HS256", chain),
        "alg-missing": json.dumps({"x5c": chain}),
        "jwk-header": _header(alg, chain, jwk=other_jwk),
        "jwk-beside": _header(alg, chain, jwk=other_jwk, jku="https://elsewhere.example/keys"),
        "kid-header": _header(alg, chain, kid="any", typ="JOSE"),
        "duplicate-header": _header(alg, chain)[:-1] + f',"alg":"{alg}"}}',
        "crit": _header(alg, chain, crit=["exp"], exp=4102444800),
        "no-x5c": json.dumps({"alg": alg}), "empty-x5c": _header(alg, []),
        "text-x5c": json.dumps({"alg": alg, "x5c": chain[0]}),
        "garbage-x5c": _header(alg, ["AAAA", *chain[1:]]),
        "eleven-x5c": _header(alg, chain + [chain[-1]] * (11 - len(chain))),
        "large-x5c": _header(alg, chain + ["A" * 90000]),
        "x5c-line-breaks": _header(alg, ["\n".join(c[i:i + 64] for i in range(0, len(c), 64))
                                         for c in chain]),
        "x5c-url-alphabet": _header(alg, [c.replace("+", "-").replace("/", "_").rstrip("=")
                                          for c in chain]),
        "x5c-pem": _header(alg, [f"-----BEGIN CERTIFICATE-----\n{c}\n-----END CERTIFICATE-----\n"
                                 for c in chain]),
        "alg-of-other-key": _header("PS256" if alg == "ES256" else "ES256", chain),
    }
    return changed.get(kind, _header(alg, chain))


def _changed_token(token: str, kind: str) -> str:
    header, payload, signature = token.split(".")
    if kind == "payload-changed":
        payload = b64(unb64(payload).replace(b"https://", b"https://evil.", 1))
    elif kind == "header-changed":
        header = b64(unb64(header)[:-1] + b',"typ":"JOSE"}')
    elif kind == "signature-cut":
        signature = b64(unb64(signature)[:-1])
    elif kind == "signature-empty":
        signature = ""
    elif kind == "signature-der":
        raw = unb64(signature)
        half = len(raw) // 2
        signature = b64(encode_dss_signature(int.from_bytes(raw[:half], "big"),
                                             int.from_bytes(raw[half:], "big")))
    elif kind == "padded-base64":
        signature += "=="
    if kind == "two-parts":
        return f"{header}.{payload}"
    return f"{header}.{payload}.{signature}" + (".AAAA" if kind == "four-parts" else "")


def _payload(authority: Authority, payload: Json, kind: str) -> Json:
    changed = dict(payload)
    acs = dict(payload["acsEphemPubKey"])
    y = bytearray(unb64(acs["y"]))
    y[-1] ^= 1
    values: dict[str, tuple[str, Any]] = {
        "foreign-sdk-key": ("sdkEphemPubKey",
                            public_jwk(authority.key("other-sdk").public_key())),
        "sdk-key-as-text": ("sdkEphemPubKey", json.dumps(payload["sdkEphemPubKey"])),
        "no-sdk-key": ("sdkEphemPubKey", None), "no-acs-key": ("acsEphemPubKey", None),
        "point-off-curve": ("acsEphemPubKey", {**acs, "y": b64(bytes(y))}),
        "point-at-infinity": ("acsEphemPubKey", {**acs, "x": b64(bytes(32)), "y": b64(bytes(32))}),
        "short-coordinate": ("acsEphemPubKey", {**acs, "x": b64(unb64(acs["x"])[:31])}),
        "other-curve-key": ("acsEphemPubKey", {**acs, "crv": "P-384"}),
        "http-url": ("acsURL", str(payload["acsURL"]).replace("https:", "http:")),
        "userinfo-url": ("acsURL", str(payload["acsURL"]).replace("https://", "https://u:p@")),
        "no-url": ("acsURL", None), "empty-url": ("acsURL", ""),
    }
    if kind in values:
        name, value = values[kind]
        if value is None:
            del changed[name]
        else:
            changed[name] = value
    elif kind == "extra-members":
        changed.update(acsSomething="new", acsEphemPubKey={**acs, "use": "enc", "kid": "1"})
    return changed
