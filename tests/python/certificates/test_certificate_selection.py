"""How a certificate is selected: the order of setting, subjects, Encoded, KeyPassword."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as form

from coffer import CofferError
from coffer.cloudbackup import Office365Backup
from coffer.threeds import Client

import stores

RSA, EC = stores.identity("RSA"), stores.identity("P-256")
BOTH = RSA.pem + EC.pem + EC.key_pem() + RSA.key_pem()


@pytest.fixture
def opened(component: Any) -> Any:
    component.ssl_cert_store_type = stores.PEM
    component.ssl_cert_store = BOTH
    return component


def code_of(component: Any, **fields: object) -> int:
    with pytest.raises(CofferError) as failure:
        for field, value in fields.items():
            setattr(component, f"ssl_cert_{field}", value)
    return failure.value.code


@pytest.mark.parametrize("subject, found", [
    ('O="Some, body", CN=EC.example', "EC"), ("EC.exa", "EC"), ("CN=RSA", "RSA"),
    ("Some, body", "RSA"), ("*", "RSA"), ("ec.example", ""), ("CN=EC.example.org", ""), ("", ""),
])
def test_subjects_exact_then_substring(opened: Any, subject: str, found: str) -> None:
    opened.ssl_cert_subject = "EC"
    opened.ssl_cert_subject = subject
    assert opened.ssl_cert_subject == (f'O="Some, body", CN={found}.example' if found else "")
    assert opened.ssl_cert_public_key_algorithm == found


def test_an_exact_match_comes_before_a_substring(component: Any) -> None:
    inner = stores.issued("C", 256, EC.key)
    longer = stores.issued("C.example, CN=C", 256, RSA.key)
    component.ssl_cert_store_type = stores.PUBLIC
    component.ssl_cert_store = longer.pem + inner.pem
    component.ssl_cert_subject = 'O="Some, body", CN=C.example'
    assert component.ssl_cert_subject == 'O="Some, body", CN=C.example'
    assert component.ssl_cert_public_key == EC.spki
    component.ssl_cert_subject = "C.example, CN=C"
    assert component.ssl_cert_public_key == RSA.spki


def test_the_store_comes_before_the_subject(component: Any) -> None:
    assert code_of(component, subject="*") == 270  # the default is a store of Windows
    component.ssl_cert_store = BOTH
    component.ssl_cert_store_type = stores.PEM
    component.ssl_cert_subject = "RSA"
    assert component.ssl_cert_private_key_available
    for field, value in (("store", BOTH), ("store_type", stores.AUTO)):
        setattr(component, f"ssl_cert_{field}", value)  # drops what was selected
        assert (component.ssl_cert_subject, component.ssl_cert_encoded) == ("", b"")
        assert not component.ssl_cert_private_key_available
        component.ssl_cert_subject = "RSA"
        assert component.ssl_cert_private_key_available


def test_a_search_that_fails_leaves_nothing_selected(opened: Any) -> None:
    opened.ssl_cert_subject = "*"
    opened.ssl_cert_store_password = "x"
    assert opened.ssl_cert_private_key_available  # a password changes nothing by itself
    assert code_of(opened, store=b"nothing", subject="*") == 271
    assert (opened.ssl_cert_subject, opened.ssl_cert_private_key) == ("", "")


@pytest.mark.parametrize("encoded", [RSA.pem, RSA.der])
def test_encoded_finds_its_key_in_the_store(opened: Any, encoded: bytes) -> None:
    opened.ssl_cert_encoded = encoded
    assert opened.ssl_cert_encoded == encoded
    assert opened.ssl_cert_subject == 'O="Some, body", CN=RSA.example'
    assert stores.same_key(opened.ssl_cert_private_key, RSA.key)
    other = stores.identity("P-384")
    opened.ssl_cert_encoded = other.pem  # the store has no key of it
    assert (opened.ssl_cert_subject, opened.ssl_cert_private_key_available) == ("", False)
    assert opened.ssl_cert_thumbprint_sha256 == other.fields()["thumbprint_sha256"]
    assert code_of(opened, encoded=b"junk") == 273
    assert opened.ssl_cert_thumbprint_sha256 == ""


def test_encoded_without_a_store(component: Any) -> None:
    component.ssl_accept_server_cert_encoded = EC.pem
    assert component.ssl_accept_server_cert_issuer == 'O="Some, body", CN=The CA'
    assert component.ssl_accept_server_cert_subject == ""  # no store, so no key
    component.ssl_accept_server_cert_encoded = b""
    assert component.ssl_accept_server_cert_issuer == ""


def test_a_key_with_a_password_of_its_own(tmp_path: Path) -> None:
    store = stores.jks(tmp_path, RSA, "of-store", "of-key1")
    if not store:
        pytest.skip("keytool is not installed")
    backup = Office365Backup()
    backup.ssl_cert_store_type, backup.ssl_cert_store = stores.JKS, store
    backup.ssl_cert_store_password = "of-store"
    assert backup.ssl_cert_key_password == "of-store"  # its default
    backup.ssl_cert_subject = "*"
    assert "RSA" in backup.ssl_cert_subject and not backup.ssl_cert_private_key_available
    with pytest.raises(CofferError, match="KeyPassword") as failure:
        _ = backup.ssl_cert_private_key
    assert failure.value.code == 273
    assert code_of(backup, key_password="wrong") == 273
    backup.ssl_cert_key_password = "of-key1"  # after the subject
    assert stores.same_key(backup.ssl_cert_private_key, RSA.key)
    backup.ssl_cert_encoded = RSA.pem
    assert stores.same_key(backup.ssl_cert_private_key, RSA.key)
    backup.ssl_cert_key_password = ""
    assert backup.ssl_cert_key_password == ""
    backup.close()


def test_the_password_of_a_pem_key_may_come_as_key_password() -> None:
    backup = Office365Backup()
    backup.ssl_cert_store_type = stores.PEM
    backup.ssl_cert_store = EC.pem + EC.key_pem("word")
    assert code_of(backup, subject="EC") == 273
    backup.ssl_cert_key_password = "word"
    assert backup.ssl_cert_subject == 'O="Some, body", CN=EC.example'
    assert stores.same_key(backup.ssl_cert_private_key, EC.key)
    backup.close()


def test_what_a_certificate_says_cannot_be_changed() -> None:
    backup = Office365Backup()
    backup.ssl_cert_encoded = RSA.pem
    for field, value in (("usage", "x"), ("usage_flags", 1), ("extended_key_usage", "1.2"),
                         ("public_key_algorithm", "EC")):
        said = getattr(backup, f"ssl_cert_{field}")
        assert code_of(backup, **{field: value}) == 713
        setattr(backup, f"ssl_cert_{field}", said)  # the same is no change
        assert getattr(backup, f"ssl_cert_{field}") == said
    backup.close()


def test_reset_forgets_the_certificates() -> None:
    client = Client()
    client.ssl_cert_store_type, client.ssl_cert_store = stores.PEM, BOTH
    client.ssl_cert_subject = "*"
    client.reset()
    assert (client.ssl_cert_subject, client.ssl_cert_private_key) == ("", "")
    assert (client.ssl_cert_store, client.ssl_cert_store_type) == (b"MY", 0)
    client.close()


def test_subjects_of_the_clients_own_certificates_are_completed() -> None:
    client = Client()
    client.directory_server_cert_store_type = stores.PEM
    client.directory_server_cert_store = BOTH
    client.directory_server_cert_subject = "RSA"
    assert client.directory_server_cert_subject == 'O="Some, body", CN=RSA.example'
    client.acs_root_cert_count = 2
    client.set_acs_root_cert_store_type(1, stores.PUBLIC)
    client.set_acs_root_cert_store(1, RSA.issuer.public_bytes(form.Encoding.PEM))
    client.set_acs_root_cert_subject(1, "*")
    assert client.get_acs_root_cert_subject(1) == 'O="Some, body", CN=The CA'
    client.set_acs_root_cert_subject(1, "nobody")
    assert client.get_acs_root_cert_subject(1) == "nobody"  # told when it is needed
    client.close()
