"""Certificates: the root, the ways down to an ACS signing key, the directory server's."""

from __future__ import annotations

import base64
import datetime
from functools import lru_cache
from typing import Union

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from jwcrypto import jwk

from .keys import ec_key

Key = Union[ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey]
_DAY = datetime.timedelta(days=1)

#: chains that an SDK must refuse
BAD_CHAINS = ("expired-leaf", "future-leaf", "expired-intermediate", "wrong-root",
              "missing-intermediate", "non-ca-intermediate", "name-constraints", "weak-rsa",
              "other-curve", "self-signed")
#: and those that it must accept
GOOD_CHAINS = ("good", "two-intermediates", "swapped-order", "with-root", "direct")


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Sandbox 3-D Secure"),
                      x509.NameAttribute(NameOID.COMMON_NAME, common)])


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


class Holder:
    """A certificate and its private key."""

    def __init__(self, certificate: x509.Certificate, key: Key) -> None:
        self.certificate, self.key = certificate, key


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def issue(common: str, key: Key, issuer: Holder | None, ca: bool = False,
          days: tuple[int, int] = (-10, 365), only_below: str = "") -> Holder:
    """A certificate by `issuer`, or by itself; `only_below` constrains the names below a CA."""
    now = datetime.datetime.utcnow()
    signer = issuer.key if issuer else key
    public = key.public_key()
    usage = x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca,
                          content_commitment=False, key_encipherment=False,
                          data_encipherment=False, key_agreement=False, encipher_only=False,
                          decipher_only=False)
    builder = (x509.CertificateBuilder().subject_name(_name(common))
               .issuer_name(issuer.certificate.subject if issuer else _name(common))
               .public_key(public).serial_number(x509.random_serial_number())
               .not_valid_before(now + days[0] * _DAY).not_valid_after(now + days[1] * _DAY)
               .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
               .add_extension(usage, critical=True)
               .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
               .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
                   signer.public_key()), critical=False))
    if only_below:
        builder = builder.add_extension(x509.NameConstraints(
            [x509.DirectoryName(x509.Name([x509.NameAttribute(
                NameOID.ORGANIZATION_NAME, only_below)]))], None), critical=True)
    return Holder(builder.sign(signer, hashes.SHA256()), key)


class Authority:
    """Everything that is certified; made when first asked for."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.chain = lru_cache(maxsize=None)(self._chain)
        self.directory_rsa = lru_cache(maxsize=None)(
            lambda: issue("Directory server RSA", rsa_key(), self.root()))
        self.directory_ec = lru_cache(maxsize=None)(
            lambda: issue("Directory server EC", self.key("directory-server"), self.root()))
        self.root = lru_cache(maxsize=None)(
            lambda: issue("Root CA", self.key("root"), None, ca=True, days=(-100, 3650)))
        self.intermediate = lru_cache(maxsize=None)(
            lambda: issue("Intermediate CA", self.key("intermediate"), self.root(), ca=True))
        self._rsa_leaf = lru_cache(maxsize=None)(rsa_key)
        #: kept, for reading an RSA key checks its primes each time
        self.jwk = lru_cache(maxsize=None)(jwk.JWK.from_pyca)

    def key(self, label: str) -> ec.EllipticCurvePrivateKey:
        return ec_key(self._seed, label)

    def _leaf_key(self, alg: str) -> Key:
        return self.key("acs-signing") if alg == "ES256" else self._rsa_leaf()

    def _chain(self, kind: str, alg: str) -> tuple[Key, list[x509.Certificate]]:
        """The leaf's key and what goes into x5c, in its order."""
        key, root, middle = self._leaf_key(alg), self.root(), self.intermediate()
        name = "ACS signing"

        def leaf(issuer: Holder, **options: tuple[int, int]) -> x509.Certificate:
            return issue(name, key, issuer, **options).certificate  # type: ignore[arg-type]

        if kind == "good":
            return key, [leaf(middle), middle.certificate]
        if kind == "direct":
            return key, [leaf(root)]
        if kind == "with-root":
            return key, [leaf(middle), middle.certificate, root.certificate]
        if kind in ("two-intermediates", "swapped-order"):
            second = issue("Second intermediate CA", self.key("second"), middle, ca=True)
            others = [second.certificate, middle.certificate]
            return key, [leaf(second)] + (others if kind == "two-intermediates" else others[::-1])
        if kind == "expired-leaf":
            return key, [leaf(middle, days=(-10, -1)), middle.certificate]
        if kind == "future-leaf":
            return key, [leaf(middle, days=(5, 10)), middle.certificate]
        if kind == "missing-intermediate":
            return key, [leaf(middle)]
        if kind == "wrong-root":
            other = issue("Root CA", self.key("other-root"), None, ca=True)
            below = issue("Intermediate CA", self.key("other-middle"), other, ca=True)
            return key, [leaf(below), below.certificate, other.certificate]
        if kind == "self-signed":
            return key, [issue(name, key, None).certificate]
        return self._odd_chain(kind, key, root, middle)

    def _odd_chain(self, kind: str, key: Key, root: Holder,
                   middle: Holder) -> tuple[Key, list[x509.Certificate]]:
        if kind == "expired-intermediate":
            below = issue("Old CA", self.key("old"), root, ca=True, days=(-10, -1))
        elif kind == "non-ca-intermediate":
            below = issue("No CA", self.key("no-ca"), root, ca=False)
        elif kind == "name-constraints":
            below = issue("Constrained CA", self.key("constrained"), root, ca=True,
                          only_below="Somebody else")
        elif kind == "weak-rsa":
            key, below = rsa_key(1024), middle
        elif kind == "other-curve":
            key, below = ec.generate_private_key(ec.SECP384R1()), middle
        else:
            raise ValueError(f"unknown chain {kind}")
        return key, [issue("ACS signing", key, below).certificate, below.certificate]


def x5c(chain: list[x509.Certificate]) -> list[str]:
    """Standard base64 of each certificate (RFC 7515, 4.1.6)."""
    return [base64.b64encode(der(c)).decode("ascii") for c in chain]
