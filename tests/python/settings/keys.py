"""Keys with their certificates, made for one run of the tests."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
LOOPBACK = ipaddress.ip_address("127.0.0.1")
PFX_PASSWORD = "pass wörd"


@dataclass(frozen=True)
class KeyPair:
    """A certificate on P-256 and its key."""

    key: ec.EllipticCurvePrivateKeyWithSerialization
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def certificate_pem(self) -> str:
        text: str = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return text

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


def key_pair(name: str, issuer: KeyPair | None = None, *, authority: bool = False,
             host: str = "", days: int = 1) -> KeyPair:
    """Signed by `issuer`, or by itself; over since `-days` days where that is less than none."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.utcnow()
    builder = (x509.CertificateBuilder().subject_name(subject)
               .issuer_name(issuer.certificate.subject if issuer else subject)
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(now - 10 * DAY).not_valid_after(now + days * DAY))
    if authority or issuer is not None:
        builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
    if host:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host), x509.IPAddress(LOOPBACK)]
                                        if host == "localhost" else [x509.DNSName(host)]),
            critical=False)
    certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
    assert isinstance(key, ec.EllipticCurvePrivateKeyWithSerialization)
    return KeyPair(key, certificate)


def context_of(pair: KeyPair, folder: Path, *others: KeyPair) -> ssl.SSLContext:
    """For a server that shows this certificate, and these after it."""
    file = folder / f"{pair.certificate.serial_number:x}.pem"
    file.write_text(pair.pem + "".join(other.certificate_pem for other in others))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
