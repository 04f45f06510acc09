"""Sealing and opening of messages with the primitives of jwcrypto."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jwcrypto.jwa import JWA

from .keys import b64, unb64
from .strict import Refusal, loads

CBC, GCM = "A128CBC-HS256", "A128GCM"
ENCODINGS = (CBC, GCM)


@dataclass
class Sealed:
    """A compact JWE taken apart, not yet opened."""

    header: dict[str, Any]
    encrypted_key: bytes
    iv: bytes
    ciphertext: bytes
    tag: bytes
    aad: bytes

    @property
    def enc(self) -> str:
        return str(self.header.get("enc"))


def _refused(why: str) -> Refusal:
    return Refusal("302", why, "Data could not be decrypted")


def parse(token: str) -> Sealed:
    """Takes a compact JWE apart; its header is JSON without duplicates."""
    parts = token.split(".")
    if len(parts) != 5:
        raise _refused(f"the JWE has {len(parts)} parts instead of 5")
    try:
        octets = [unb64(part) for part in parts]
        header = loads(octets[0].decode("utf-8"))
    except (ValueError, Refusal):
        raise _refused("the JWE is not base64url, or its header no JSON object") from None
    if not isinstance(header, dict):
        raise _refused("the header of the JWE is no object")
    return Sealed(header, octets[1], octets[2], octets[3], octets[4], parts[0].encode("ascii"))


def check_header(sealed: Sealed, alg: str, also: tuple[str, ...] = ()) -> None:
    """`alg`, `enc`, `kid` and what else is named; nothing more may stand there."""
    header = sealed.header
    if header.get("alg") != alg:
        raise _refused(f"alg is {header.get('alg')!r} instead of {alg}")
    if header.get("enc") not in ENCODINGS:
        raise _refused(f"enc is {header.get('enc')!r}")
    strange = set(header) - {"alg", "enc", "kid", *also}
    if strange:
        raise _refused(f"header parameter {sorted(strange)[0]} is not allowed")
    if alg in ("dir", "ECDH-ES") and sealed.encrypted_key:
        raise _refused(f"an encrypted key with alg {alg}")
    lengths = (16, 16) if sealed.enc == CBC else (12, 16)
    if (len(sealed.iv), len(sealed.tag)) != lengths:
        raise _refused("length of IV or tag")


def open_sealed(sealed: Sealed, key: bytes) -> bytes:
    """The plaintext; `key` has the size that `enc` needs."""
    try:
        plain = JWA.encryption_alg(sealed.enc).decrypt(
            key, sealed.aad, sealed.iv, sealed.ciphertext, sealed.tag)
    except (InvalidSignature, InvalidTag, ValueError):
        raise _refused("the tag does not fit: wrong key, or changed on the way") from None
    assert isinstance(plain, bytes)
    return plain


def seal(header: dict[str, Any] | str, enc: str, key: bytes, plaintext: bytes,
         iv: bytes | None = None, encrypted_key: bytes = b"") -> str:
    """A compact JWE. An IV can be given for A128GCM alone: EMV makes it of the counter."""
    text = header if isinstance(header, str) else json.dumps(header, separators=(",", ":"))
    first = b64(text.encode())
    if enc == GCM and iv is not None:
        both = AESGCM(key).encrypt(iv, plaintext, first.encode())
        ciphertext, tag = both[:-16], both[-16:]
    else:
        iv, ciphertext, tag = JWA.encryption_alg(enc).encrypt(key, first.encode(), plaintext)
        assert iv is not None
    return ".".join([first, b64(encrypted_key), b64(iv), b64(ciphertext), b64(tag)])


def key_from_app(cek: bytes, enc: str) -> bytes:
    """The key of a CReq (CORE231 6.2.4.1): all of the CEK, or its leftmost half."""
    return cek if enc == CBC else cek[:16]


def key_to_app(cek: bytes, enc: str) -> bytes:
    """The key of a CRes: all of the CEK, or its rightmost half."""
    return cek if enc == CBC else cek[16:]


def iv_from_app(counter: int) -> bytes:
    return bytes(11) + bytes([counter])


def iv_to_app(counter: int) -> bytes:
    return b"\xff" * 11 + bytes([counter & 0xFF])
