"""Certificates with keys of several kinds, in every kind of store, made by OpenSSL, keytool,
puttygen and cryptography; and what each field of a Certificate has to say of them."""

from __future__ import annotations

import base64
import datetime
import functools
import hashlib
import ipaddress
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PASSWORD = "pass wörd"
PLAIN = form.NoEncryption()
FROM = datetime.datetime(2000, 1, 23, 15, 0, 0)
TO = datetime.datetime(2048, 2, 3, 4, 5, 6)
(PFX_FILE, PFX, JKS_FILE, JKS, PEM_FILE, PEM, PUBLIC_FILE, PUBLIC, SSH, P7B_FILE, P7B, SSH_FILE,
 PPK_FILE, PPK, XML_FILE, XML, JWK_FILE, JWK) = range(2, 20)
AUTO = 99


def name_of(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Some, body"),
                      x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


@dataclass
class Identity:
    """A key, its certificate, and the name that its kind of key has as PublicKeyAlgorithm."""

    kind: str
    bits: int
    key: Any
    certificate: x509.Certificate
    issuer: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(form.Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(form.Encoding.DER)

    @property
    def spki(self) -> str:
        return str(self.key.public_key().public_bytes(
            form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo), "ascii")

    def key_pem(self, password: str = "", traditional: bool = False) -> bytes:
        sealed = form.BestAvailableEncryption(password.encode()) if password else PLAIN
        kind = form.PrivateFormat.TraditionalOpenSSL if traditional else form.PrivateFormat.PKCS8
        return bytes(self.key.private_bytes(form.Encoding.PEM, kind, sealed))

    def fields(self) -> dict[str, object]:
        """What the certificate says, by the names of Python."""
        def hash_of(name: str) -> str:
            return hashlib.new(name, self.der).hexdigest()

        def colons(digits: str) -> str:
            return ":".join(digits[at:at + 2] for at in range(0, len(digits), 2))

        return {
            "subject": f'O="Some, body", CN={self.kind}.example',
            "issuer": 'O="Some, body", CN=The CA',
            "effective_date": "23-Jan-2000 15:00:00", "expiration_date": "03-Feb-2048 04:05:06",
            "serial_number": "0123456789abcdef0a", "version": "V3",
            "extended_key_usage": "1.3.6.1.5.5.7.3.2,1.3.6.1.5.5.7.3.1",
            "subject_alt_names": "host.example,192.0.2.7,me@example.com",
            "usage": "Digital Signatures,Key Encryption", "usage_flags": 0xA0,
            "signature_algorithm": "sha256RSA",
            "public_key": self.spki, "public_key_algorithm": self.kind,
            "public_key_length": self.bits,
            "thumbprint_md5": hash_of("md5"), "thumbprint_sha1": hash_of("sha1"),
            "thumbprint_sha256": hash_of("sha256"), "fingerprint": colons(hash_of("md5")),
            "fingerprint_sha1": colons(hash_of("sha1")),
            "fingerprint_sha256": colons(hash_of("sha256")), "private_key_container": "",
        }


@functools.cache
def authority() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(65537, 2048)
    name = name_of("The CA")
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, FROM, TO).add_extension(
        x509.BasicConstraints(True, None), True)
    return key, builder.sign(key, hashes.SHA256())


def issued(kind: str, bits: int, key: Any) -> Identity:
    ca_key, ca = authority()
    usage = dict.fromkeys(("content_commitment", "data_encipherment", "key_agreement",
                           "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
    builder = x509.CertificateBuilder(ca.subject, name_of(f"{kind}.example"), key.public_key(),
                                      0x0123456789ABCDEF0A, FROM, TO)
    builder = builder.add_extension(x509.SubjectAlternativeName([
        x509.DNSName("host.example"), x509.IPAddress(ipaddress.ip_address("192.0.2.7")),
        x509.RFC822Name("me@example.com")]), False)
    builder = builder.add_extension(
        x509.KeyUsage(digital_signature=True, key_encipherment=True, **usage), True)
    builder = builder.add_extension(x509.ExtendedKeyUsage(
        [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]), False)
    return Identity(kind, bits, key, builder.sign(ca_key, hashes.SHA256()), ca)


@functools.cache
def identity(kind: str) -> Identity:
    """RSA, P-256, P-384 or Ed25519."""
    if kind == "RSA":
        return issued("RSA", 2048, rsa.generate_private_key(65537, 2048))
    if kind == "Ed25519":
        return issued("Ed25519", 256, ed25519.Ed25519PrivateKey.generate())
    made = issued("EC", 256 if kind == "P-256" else 384,
                  ec.generate_private_key(ec.SECP256R1() if kind == "P-256" else ec.SECP384R1()))
    return made


KINDS = ("RSA", "P-256", "P-384", "Ed25519")


@dataclass
class Store:
    """One store: both of its types, its octets, and what is in it."""

    name: str
    file_type: int
    blob_type: int
    octets: bytes
    of: Identity
    password: str = ""
    has_certificate: bool = True
    has_key: bool = True


def command(*words: str | Path) -> bytes:
    return subprocess.run([str(word) for word in words], check=True, capture_output=True).stdout


def written(folder: Path, name: str, octets: bytes) -> Path:
    path = folder / name
    path.write_bytes(octets)
    return path


def pfx(folder: Path, of: Identity, *options: str, password: str = PASSWORD) -> bytes:
    ca = of.issuer.public_bytes(form.Encoding.PEM)
    source = written(folder, "pair.pem", of.key_pem() + of.pem)
    made = folder / "made.pfx"
    command("openssl", "pkcs12", "-export", *options, "-in", source, "-certfile",
            written(folder, "ca.pem", ca), "-out", made, "-passout", f"pass:{password}")
    return made.read_bytes()


def jks(folder: Path, of: Identity, password: str, key_password: str) -> bytes:
    """A Java key store whose key has a password of its own; empty without keytool."""
    if shutil.which("keytool") is None:
        return b""
    source = written(folder, "for-java.pfx", pfx(folder, of, "-name", "me", password="from-it"))
    made = folder / "made.jks"
    made.unlink(missing_ok=True)
    command("keytool", "-importkeystore", "-srckeystore", source, "-srcstoretype", "PKCS12",
            "-srcstorepass", "from-it", "-destkeystore", made, "-deststoretype", "JKS",
            "-deststorepass", password, "-srcalias", "me", "-destkeypass", key_password)
    return made.read_bytes()


def ppk(folder: Path, of: Identity, version: int, password: str) -> bytes:
    """A PuTTY key; empty without puttygen."""
    if shutil.which("puttygen") is None:
        return b""
    source = written(folder, "key.ssh", of.key.private_bytes(
        form.Encoding.PEM, form.PrivateFormat.OpenSSH, PLAIN))
    source.chmod(0o600)
    made, word = folder / "made.ppk", written(folder, "word", password.encode())
    command("puttygen", source, "-O", "private", "-o", made, "--ppk-param", f"version={version}",
            "--new-passphrase", word)
    return made.read_bytes()


def number(value: int, size: int = 0) -> bytes:
    return value.to_bytes(size or (value.bit_length() + 7) // 8, "big")


def xml(key: rsa.RSAPrivateKeyWithSerialization) -> bytes:
    numbers = key.private_numbers()
    parts = {"Modulus": numbers.public_numbers.n, "Exponent": numbers.public_numbers.e,
             "P": numbers.p, "Q": numbers.q, "DP": numbers.dmp1, "DQ": numbers.dmq1,
             "InverseQ": numbers.iqmp, "D": numbers.d}
    inside = "".join(f"<{name}>{base64.b64encode(number(value)).decode()}</{name}>"
                     for name, value in parts.items())
    return f"<RSAKeyValue>{inside}</RSAKeyValue>".encode()


def jwk(key: ec.EllipticCurvePrivateKeyWithSerialization) -> bytes:
    numbers, size = key.private_numbers(), (key.key_size + 7) // 8

    def text(value: int) -> str:
        return base64.urlsafe_b64encode(number(value, size)).decode().rstrip("=")
    return json.dumps({"kty": "EC", "crv": f"P-{key.key_size}", "d": text(numbers.private_value),
                       "x": text(numbers.public_numbers.x),
                       "y": text(numbers.public_numbers.y)}).encode()


def of_each_kind(folder: Path, kind: str) -> list[Store]:
    of = identity(kind)
    chain = of.issuer.public_bytes(form.Encoding.PEM)
    rows = [
        Store("pfx-aes", PFX_FILE, PFX, pfx(folder, of), of, PASSWORD),
        Store("pem", PEM_FILE, PEM, of.key_pem() + of.pem + chain, of),
        Store("pem-sealed", PEM_FILE, PEM, chain + of.pem + of.key_pem(PASSWORD), of, PASSWORD),
        Store("cert-pem", PUBLIC_FILE, PUBLIC, of.pem, of, has_key=False),
        Store("cert-der", PUBLIC_FILE, PUBLIC, of.der, of, has_key=False),
        Store("spki", PUBLIC_FILE, PUBLIC, of.spki.encode(), of, has_certificate=False,
              has_key=False),
        Store("p7b", P7B_FILE, P7B, pkcs7.serialize_certificates(
            [of.certificate, of.issuer], form.Encoding.DER), of, has_key=False),
        Store("ssh", SSH_FILE, SSH, of.key.public_key().public_bytes(
            form.Encoding.OpenSSH, form.PublicFormat.OpenSSH), of, has_certificate=False,
              has_key=False),
        Store("ppk", PPK_FILE, PPK, ppk(folder, of, 2, PASSWORD), of, PASSWORD,
              has_certificate=False),
    ]
    return [Store(f"{kind} {row.name}", *list(row.__dict__.values())[1:]) for row in rows]


def every_store(folder: Path) -> list[Store]:
    """Without those whose tool is not installed."""
    rows = [row for kind in KINDS for row in of_each_kind(folder, kind)]
    of, curve = identity("RSA"), identity("P-256")
    rows += [
        Store("pfx-rc2", PFX_FILE, PFX, pfx(
            folder, of, "-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES",
            "-macalg", "sha1"), of, PASSWORD),
        Store("pem-traditional", PEM_FILE, PEM, of.key_pem(PASSWORD, True) + of.pem, of, PASSWORD),
        Store("sec1", PEM_FILE, PEM, curve.key_pem(traditional=True) + curve.pem, curve),
        Store("jks", JKS_FILE, JKS, jks(folder, of, "of-store", "of-store"), of, "of-store"),
        Store("ppk-3", PPK_FILE, PPK, ppk(folder, of, 3, PASSWORD), of, PASSWORD,
              has_certificate=False),
        Store("xml", XML_FILE, XML, xml(of.key), of, has_certificate=False),
        Store("jwk", JWK_FILE, JWK, jwk(curve.key), curve, has_certificate=False),
    ]
    return [row for row in rows if row.octets]


def same_key(pem: str, key: Any) -> bool:
    """Whether a private key in PEM is this one."""
    def plain(one: Any) -> bytes:
        return bytes(one.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, PLAIN))
    return plain(form.load_pem_private_key(pem.encode(), None)) == plain(key)


def table(folder: Path) -> list[Store]:
    """The stores as files, listed in stores.tsv for programs in other languages."""
    made, lines = every_store(folder), []
    for number_of, store in enumerate(made):
        path = written(folder, f"store{number_of}", store.octets)
        digits = str(store.of.fields()["thumbprint_sha1"]) if store.has_certificate else ""
        lines.append("\t".join((str(path), str(store.file_type), str(store.blob_type),
                                store.password, digits)))
    (folder / "stores.tsv").write_text("\n".join(lines), encoding="utf-8")
    return made


def check_told(made: list[Store], output: str) -> None:
    """What such a program told: lines of number, way, field in lower case and value in base64."""
    told: dict[tuple[int, str], dict[str, str]] = {}
    for line in output.splitlines():
        row, way, field, value = line.split("|")
        octets = base64.b64decode(value)
        told.setdefault((int(row), way), {})[field] = octets.decode(errors="replace")
    for number_of, store in enumerate(made):
        ways = ["file", "blob", "component"]
        ways += ["thumbprint", "encoded"] if store.has_certificate else []
        for way in ways:
            found = told.pop((number_of, way))
            expected: dict[str, object] = store.of.fields() if store.has_certificate else {
                "subject": "", "encoded": "", "public_key": store.of.spki}
            expected["private_key_available"] = store.has_key
            if way == "encoded" and not store.has_key:
                expected["subject"] = ""  # the manual, Encoded: no key, no subject
            if store.has_certificate:
                expected["encoded"] = store.of.pem.decode()
            expected["store_type"] = store.blob_type if way == "blob" else store.file_type
            expected["key_password"] = expected["store_password"] = store.password
            for field, value in expected.items():
                text = str(value).lower() if isinstance(value, bool) else str(value)
                assert found[field.replace("_", "")] == text, (store.name, way, field)
            assert (found["privatekey"] != "") == store.has_key, (store.name, way)
            assert not store.has_key or same_key(found["privatekey"], store.of.key)
    assert not told
