"""Certificates in connections: what the server presented, and what cannot be used."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as form

from coffer import CofferError
from coffer.sandbox import Sandbox
from coffer.threeds import Client
from journal import MakeBackup, RunBackup

import stores

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "threeds"))
import payer  # noqa: E402

Start = Callable[..., Sandbox]
CHALLENGE_CARD = "text"


def served(url: str) -> x509.Certificate:
    host, port = urlsplit(url).hostname or "", urlsplit(url).port or 443
    return x509.load_pem_x509_certificate(ssl.get_server_certificate((host, port)).encode())


def check_shown(component: Any, leaf: x509.Certificate) -> None:
    """SSLServerCert is this certificate, and has neither key nor store."""
    def at(moment: Any) -> str:
        return str(moment.strftime("%d-%b-%Y %H:%M:%S"))

    public = leaf.public_key().public_bytes(form.Encoding.PEM,
                                            form.PublicFormat.SubjectPublicKeyInfo)
    serial = leaf.serial_number
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    expected = {
        "encoded": leaf.public_bytes(form.Encoding.PEM), "public_key": public.decode(),
        "thumbprint_sha256": leaf.fingerprint(hashes.SHA256()).hex(),
        "fingerprint_sha1": leaf.fingerprint(hashes.SHA1()).hex(":"), "version": "V3",
        # as DER has it: with a zero octet before a first bit that is set
        "serial_number": serial.to_bytes(serial.bit_length() // 8 + 1, "big").hex(),
        "effective_date": at(leaf.not_valid_before), "expiration_date": at(leaf.not_valid_after),
        "private_key": "", "private_key_available": False, "store": b"MY", "store_type": 0,
        "subject": "CN=" + leaf.subject.rdns[-1].rfc4514_string().partition("=")[2],
    }
    found = {name: getattr(component, f"ssl_server_cert_{name}") for name in expected}
    assert found == expected
    assert names.get_values_for_type(x509.DNSName)[0] in component.ssl_server_cert_subject_alt_names
    assert component.ssl_server_cert_issuer and component.ssl_server_cert_public_key_length > 0


def test_the_certificate_of_the_last_connection(start_sandbox: Start, make_backup: MakeBackup,
                                                run: RunBackup, tmp_path: Path) -> None:
    sandbox = start_sandbox(tls=True, messages=2, huge=1)
    backup = make_backup(sandbox)
    assert backup.ssl_server_cert_encoded == b""
    assert run(backup).errors == []
    check_shown(backup, served(sandbox.graph_url))
    backup.config("SSLServerCACerts=")  # the next attempt fails, and shows nothing old
    assert run(backup, ssl_server_authentication=lambda event: None).errors == [280]
    assert (backup.ssl_server_cert_encoded, backup.ssl_server_cert_subject) == (b"", "")


def test_the_acs_s_certificate() -> None:
    with Sandbox(messages=1, huge=1, threeds=True) as sandbox, closing(Client()) as client:
        side = sandbox.threeds
        payer.set_up(client, side)
        payer.start(client, side, CHALLENGE_CARD)
        check_shown(client, served(client.config("ACSURL")))
        client.reset()
        assert client.ssl_server_cert_encoded == b""


def without_key(backup: Any) -> None:
    backup.ssl_cert_encoded = stores.identity("RSA").pem


def without_match(backup: Any) -> None:
    backup.ssl_cert_store_type = stores.PEM
    backup.ssl_cert_store = stores.identity("RSA").key_pem() + stores.identity("RSA").pem
    backup.ssl_cert_subject = "CN=nobody"
    assert backup.ssl_cert_subject == ""


def without_certificate(backup: Any) -> None:
    backup.ssl_cert_store_type = stores.PEM
    backup.ssl_cert_store = stores.identity("RSA").key_pem()
    backup.ssl_cert_subject = "*"


def unreadable(backup: Any) -> None:
    backup.ssl_cert_store_type = stores.PFX_FILE
    backup.ssl_cert_store = b"/no/such/file.pfx"  # no subject: read by the connection


@pytest.mark.parametrize("spoil, words", [
    (without_key, "SSLCert has no private key"), (without_match, "CN=nobody"),
    (without_certificate, "without a certificate"), (unreadable, "/no/such/file.pfx"),
])
def test_a_client_certificate_that_cannot_be_used(
        start_sandbox: Start, make_backup: MakeBackup, run: RunBackup, spoil: Callable[[Any], None],
        words: str) -> None:
    sandbox = start_sandbox(tls=True, messages=1, huge=1)
    backup = make_backup(sandbox)
    spoil(backup)
    sandbox.control.reset_metrics()
    journal = run(backup)
    assert journal.errors == [281] and journal.ended == 1
    assert words in journal.of("error")[0].description
    assert sandbox.control.metrics()["requests"] == 0


def test_certificates_are_locked_during_a_run(silent: Any) -> None:
    silent.start_backup()
    for name, value in (("ssl_cert_encoded", b""), ("ssl_accept_server_cert_store", b"x"),
                        ("ssl_cert_subject", "*")):
        with pytest.raises(CofferError) as failure:
            setattr(silent, name, value)
        assert failure.value.code == 143
    with pytest.raises(CofferError) as failure:
        silent.config("SSLCACerts=")
    assert failure.value.code == 143
    silent.abort_backup()


def test_what_ssl_ca_certs_takes(component: Any) -> None:
    ca = stores.identity("RSA").issuer.public_bytes(form.Encoding.PEM).decode()
    for text in (ca, ca + "\r\n \r\n" + ca, ""):
        assert component.config("SSLCACerts=" + text) == text
    for text in ("x", stores.identity("RSA").spki, ca + stores.identity("RSA").key_pem().decode(),
                 ca.replace("M", "!", 9)):
        with pytest.raises(CofferError) as failure:
            component.config("SSLCACerts=" + text)
        assert failure.value.code == 713 and "SSLCACerts" in failure.value.message
