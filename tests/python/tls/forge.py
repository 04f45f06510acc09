"""Certificates of every kind, good and bad, and servers' contexts from them."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from authority import DAY, general_name, name_of

HOSTS = ("127.0.0.1", "localhost")


def curve_key() -> Any:
    return ec.generate_private_key(ec.SECP256R1())


def weak_key() -> Any:
    return rsa.generate_private_key(65537, 1024)


@dataclass
class Made:
    """A certificate with its key, and those that a server shows after it."""

    certificate: x509.Certificate
    key: Any
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)


@dataclass
class Wish:
    """How a certificate deviates from a good server's."""

    hosts: tuple[str, ...] = HOSTS
    name: str = "127.0.0.1"
    begins: float = -1  # days from now
    ends: float = 30
    digest: hashes.HashAlgorithm | None = None  # SHA-256
    key: Any = None
    usage: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.SERVER_AUTH,)
    authority: bool = False
    path_length: int | None = None
    permitted: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    mute: bool = False  # its issuers are not shown


def subtrees(names: tuple[str, ...]) -> list[x509.GeneralName] | None:
    found: list[x509.GeneralName] = []
    for name in names:
        if "/" in name:
            found.append(x509.IPAddress(ipaddress.ip_network(name)))
        else:
            found.append(x509.DNSName(name))
    return found or None


def make(wish: Wish, issuer: Made | None = None) -> Made:
    """A certificate of that issuer, self-signed without one."""
    key = wish.key or curve_key()
    now = datetime.datetime.utcnow()
    builder = (
        x509.CertificateBuilder().subject_name(name_of(wish.name))
        .issuer_name(issuer.certificate.subject if issuer else name_of(wish.name))
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now + wish.begins * DAY).not_valid_after(now + wish.ends * DAY)
        .add_extension(x509.BasicConstraints(wish.authority, wish.path_length), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
                       critical=False))
    signer = issuer.key if issuer else key
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    if wish.hosts and not wish.authority:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([general_name(host) for host in wish.hosts]),
            critical=False)
    if not wish.authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage(wish.usage), critical=False)
    if wish.permitted or wish.excluded:
        builder = builder.add_extension(
            x509.NameConstraints(subtrees(wish.permitted), subtrees(wish.excluded)),
            critical=True)
    made = builder.sign(signer, wish.digest or hashes.SHA256())
    shown = () if issuer is None or wish.mute else (issuer.certificate, *issuer.chain)
    return Made(made, key, shown)


def authority(name: str, issuer: Made | None = None, **wishes: Any) -> Made:
    return make(Wish(name=name, authority=True, ends=300, **wishes), issuer)


def context_of(made: Made, folder: Path, newest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """For a server that shows it; weak ones too."""
    path = folder / f"server-{made.certificate.serial_number:x}.pem"
    shown = b"".join(one.public_bytes(serialization.Encoding.PEM)
                     for one in (made.certificate, *made.chain))
    path.write_bytes(made.key.private_bytes(serialization.Encoding.PEM,
                                            serialization.PrivateFormat.PKCS8,
                                            serialization.NoEncryption()) + shown)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    if newest is not None:
        context.maximum_version = newest
    context.load_cert_chain(path)
    context.set_alpn_protocols(["http/1.1"])
    return context
