"""Every kind of store, as a file and in memory: all fields tell what is in it."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from coffer import CofferError
from coffer.cloudbackup import Office365Backup

import stores

CODES = {270, 271, 272, 273}
# SSLCert and SSLAcceptServerCert are the same kind of property.
PREFIXES = ("ssl_cert_", "ssl_accept_server_cert_")


def opened(component: Any, prefix: str, kind: int, store: bytes, password: str,
           subject: str = "*") -> None:
    for field, value in (("store_type", kind), ("store_password", password), ("store", store),
                         ("subject", subject)):
        setattr(component, prefix + field, value)


def shown(component: Any, prefix: str, fields: dict[str, object]) -> dict[str, object]:
    return {field: getattr(component, prefix + field) for field in fields}


def check(component: Any, prefix: str, store: stores.Store) -> None:
    pem = component.ssl_cert_private_key if prefix == "ssl_cert_" \
        else component.ssl_accept_server_cert_private_key
    assert getattr(component, prefix + "private_key_available") == store.has_key
    assert (pem != "") == store.has_key
    if store.has_key:
        assert stores.same_key(pem, store.of.key)
    if store.has_certificate:
        fields = store.of.fields()
        assert shown(component, prefix, fields) == fields
        assert getattr(component, prefix + "encoded") == store.of.pem
    else:
        assert getattr(component, prefix + "public_key") == store.of.spki
        empty = ("subject", "issuer", "effective_date", "version", "thumbprint_sha1", "encoded")
        assert [getattr(component, prefix + field) for field in empty] == [""] * 5 + [b""]


def test_each_store_as_a_file_and_in_memory(every_store: list[stores.Store], component: Any,
                                            tmp_path: Path) -> None:
    assert len(every_store) >= 40
    for number, store in enumerate(every_store):
        path = tmp_path / f"störe {number}"
        path.write_bytes(store.octets)
        name = str(path).encode()
        readings = [(store.file_type, name), (store.blob_type, store.octets),
                    (store.blob_type, base64.b64encode(store.octets)),
                    (stores.AUTO, name), (stores.AUTO, store.octets)]
        for at, (kind, given) in enumerate(readings):
            prefix = PREFIXES[at % 2]
            try:
                opened(component, prefix, kind, given, store.password)
                check(component, prefix, store)
            except (CofferError, AssertionError) as failure:
                raise AssertionError(f"{store.name} as {kind}: {failure}") from failure


def test_a_wrong_password_is_273(every_store: list[stores.Store], component: Any) -> None:
    sealed = [store for store in every_store if store.password]
    assert len(sealed) >= 10
    for store in sealed:
        for password in ("", "wrong", store.password + " "):
            with pytest.raises(CofferError) as failure:
                opened(component, "ssl_cert_", store.blob_type, store.octets, password)
                _ = component.ssl_cert_private_key  # a Java key store without a password opens
            assert failure.value.code == 273, (store.name, password)
            assert "password" in failure.value.message
            assert password == "" or password not in failure.value.message
        opened(component, "ssl_cert_", store.blob_type, store.octets, store.password)
        assert component.ssl_cert_private_key_available


@pytest.mark.parametrize("kind, store, code", [
    (0, b"MY", 270), (1, b"ROOT", 270), (23, b"/usr/lib/module.so", 270), (21, b"x", 271),
    (22, b"x", 271), (2, b"/no/such/file", 271), (6, b"/", 271), (8, b"/dev/null", 271),
    (3, b"no store", 271), (99, b"", 271), (7, b"\0" * 100, 271),
])
def test_what_cannot_be_opened(component: Any, kind: int, store: bytes, code: int) -> None:
    with pytest.raises(CofferError) as failure:
        opened(component, "ssl_cert_", kind, store, "")
    assert failure.value.code == code
    assert "SSLCert" in failure.value.message
    assert component.ssl_cert_subject == ""


def test_a_bare_key_has_the_fingerprint_of_ssh(every_store: list[stores.Store],
                                               tmp_path: Path) -> None:
    for store in every_store:
        if store.blob_type != stores.SSH:
            continue
        public = tmp_path / "key.pub"
        public.write_bytes(store.octets)
        line = subprocess.run(["ssh-keygen", "-E", "md5", "-lf", str(public)], check=True,
                              capture_output=True, text=True).stdout
        with closing(Office365Backup()) as backup:
            opened(backup, "ssl_cert_", store.blob_type, store.octets, "")
            assert "MD5:" + backup.ssl_cert_fingerprint in line.split()


def test_dates_are_those_of_the_time_zone(every_store: list[stores.Store], tmp_path: Path) -> None:
    path = tmp_path / "cert.pem"
    path.write_bytes(every_store[0].of.pem)
    script = ("import sys\nfrom coffer.cloudbackup import Office365Backup\n"
              "b = Office365Backup()\nb.ssl_cert_encoded = open(sys.argv[1], 'rb').read()\n"
              "print(b.ssl_cert_effective_date, b.ssl_cert_expiration_date, sep='|')")
    for zone, dates in (("UTC0", "23-Jan-2000 15:00:00|03-Feb-2048 04:05:06"),
                        ("XYZ-9:30", "24-Jan-2000 00:30:00|03-Feb-2048 13:35:06")):
        shown_dates = subprocess.run(
            [sys.executable, "-c", script, str(path)], check=True, capture_output=True, text=True,
            env={**os.environ, "TZ": zone}).stdout
        assert shown_dates.strip() == dates


COLLECTION = Path(os.environ.get(
    "COFFER_CERTSTORES", Path(__file__).resolve().parents[4] / "shared/testdata/certstores"))


def test_stores_of_other_makers_load_or_are_refused_with_a_code() -> None:
    if not COLLECTION.is_dir():
        pytest.skip("the collected stores are not on this machine (COFFER_CERTSTORES)")
    loaded = refused = 0
    with closing(Office365Backup()) as backup:
        for path in sorted(path for path in COLLECTION.rglob("*") if path.is_file()):
            try:
                opened(backup, "ssl_cert_", stores.AUTO, str(path).encode(), "")
                loaded += bool(backup.ssl_cert_public_key)
            except CofferError as failure:
                assert failure.code in CODES, path
                refused += 1
    assert loaded > 20 and refused > 5
