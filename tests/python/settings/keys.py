"""Keys with their certificates, made for one run of the tests."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
PFX_PASSWORD = "pass wörd"


@dataclass(frozen=True)
class KeyPair:
    """A self-signed certificate on P-256 and its key."""

    key: ec.EllipticCurvePrivateKeyWithSerialization
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> str:
        """The certificate, then its key."""
        octets: bytes = (self.certificate.public_bytes(serialization.Encoding.PEM)
                         + self.key.private_bytes(serialization.Encoding.PEM,
                                                  serialization.PrivateFormat.PKCS8,
                                                  serialization.NoEncryption()))
        return octets.decode()

    @property
    def pfx(self) -> bytes:
        """Both, under PFX_PASSWORD."""
        return pkcs12.serialize_key_and_certificates(
            b"key", self.key, self.certificate, None,
            serialization.BestAvailableEncryption(PFX_PASSWORD.encode()))


def key_pair(name: str) -> KeyPair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.utcnow()
    certificate = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now - DAY).not_valid_after(now + DAY)
                   .sign(key, hashes.SHA256()))
    assert isinstance(key, ec.EllipticCurvePrivateKeyWithSerialization)
    return KeyPair(key, certificate)
