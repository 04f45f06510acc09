"""What the tests of sign-ins share besides fixtures."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from coffer.cloudbackup import Office365Backup

MakeSigner = Callable[..., Office365Backup]


class Logs(list[str]):
    """Everything an object logged at level 3."""

    def said(self, words: str) -> bool:
        return any(words in line for line in self)


def params(backup: Office365Backup) -> dict[str, str]:
    """OAuthParam* as an answer filled them."""
    return {backup.config(f"OAuthParamName[{i}]"): backup.config(f"OAuthParamValue[{i}]")
            for i in range(int(backup.config("OAuthParamCount")))}


def make_key(kind: str = "rsa", name: str = "app") -> tuple[str, str]:
    """Certificate and key, PEM."""
    key: Any = (rsa.generate_private_key(public_exponent=65537, key_size=2048) if kind == "rsa"
                else ec.generate_private_key(ec.SECP256R1()))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.utcnow()
    certificate = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now - datetime.timedelta(days=1))
                   .not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256()))
    return (certificate.public_bytes(serialization.Encoding.PEM).decode(),
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                              serialization.NoEncryption()).decode())
