"""SSLCheckOCSP against the responder that comes with OpenSSL."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from case import Case
from coffer.sandbox import ThreeDS
from ports import own_port
from revoking import RevokingAuthority
from table import BACKUP, CLIENT, Row

DATE = "%y%m%d%H%M%SZ"


def write_pair(path: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Path:
    assert isinstance(key, ec.EllipticCurvePrivateKeyWithSerialization)
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption()))
    return path


def index_line(certificate: x509.Certificate, state: str) -> str:
    revoked = certificate.not_valid_before.strftime(DATE) + ",keyCompromise"
    digits = f"{certificate.serial_number:X}"
    fields = [state, certificate.not_valid_after.strftime(DATE), revoked if state == "R" else "",
              digits.zfill(len(digits) + len(digits) % 2), "unknown", "/CN=127.0.0.1"]
    return "\t".join(fields) + "\n"


@pytest.mark.parametrize("of", [BACKUP, CLIENT])
@pytest.mark.parametrize("delegated", [False, True])
@pytest.mark.parametrize("state, words", [
    ("V", ""), ("R", "keyCompromise"), ("", "unknown to its OCSP responder")])
def test_openssl_answers(tmp_path: Path, stack: ExitStack, authority: RevokingAuthority,
                         side_as_new: Callable[[], ThreeDS], of: str, delegated: bool, state: str,
                         words: str) -> None:
    port = own_port()
    context = authority.server_with(responders=(f"http://127.0.0.1:{port}/",))
    (certificate,) = authority.issued.values()
    index = tmp_path / "index.txt"
    index.write_text(index_line(certificate, state) if state else "")
    signer = authority.responder() if delegated else (authority.certificate, authority.key)
    pair = write_pair(tmp_path / "signer.pem", *signer)
    command = ["openssl", "ocsp", "-port", str(port), "-index", str(index), "-CA",
               str(authority.file), "-rsigner", str(pair), "-rkey", str(pair), "-nmin", "5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True) as responder:
        try:
            assert responder.stdout is not None
            for line in responder.stdout:
                if "waiting for OCSP client" in line:
                    break
            case = Case(Row(of, "SSLCheckOCSP", "0", "2"), tmp_path, stack, authority, side_as_new)
            seen = case.connect(case.server(context=context))
        finally:
            responder.terminate()
    code, text = seen.refusal
    assert code == (280 if words else 0) and words in text
    assert bool(seen.requests) == (not words)
