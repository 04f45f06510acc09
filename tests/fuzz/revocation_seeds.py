"""Writes inputs for revocation_fuzz: lists and OCSP answers of the CA that it knows.

    /usr/bin/python3 tests/fuzz/revocation_seeds.py build/fuzz/revocation_fuzz
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

DER = serialization.Encoding.DER
KEY = ec.derive_private_key(1, ec.SECP256R1())
NOW = datetime.datetime(2023, 11, 14, 22)
HOUR = datetime.timedelta(hours=1)


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject: str, serial: int) -> x509.Certificate:
    url = x509.UniformResourceIdentifier("http://l/1")
    return (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name("CA"))
            .public_key(KEY.public_key()).serial_number(serial)
            .not_valid_before(NOW - HOUR).not_valid_after(NOW + HOUR)
            .add_extension(x509.CRLDistributionPoints(
                [x509.DistributionPoint([url], None, None, None)]), False)
            .add_extension(x509.AuthorityInformationAccess([x509.AccessDescription(
                x509.AuthorityInformationAccessOID.OCSP, url)]), False)
            .sign(KEY, hashes.SHA256()))


def crl(*serials: int) -> bytes:
    builder = (x509.CertificateRevocationListBuilder().issuer_name(name("CA"))
               .last_update(NOW - HOUR).next_update(NOW + 9 * HOUR)
               .add_extension(x509.CRLNumber(3), False)
               .add_extension(x509.IssuingDistributionPoint(
                   [x509.UniformResourceIdentifier("http://l/1")], None, False, False, None, False,
                   False), True))
    for serial in serials:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW - HOUR)
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), False).build())
    return builder.sign(KEY, hashes.SHA256()).public_bytes(DER)


def answer(status: ocsp.OCSPCertStatus, encoding: ocsp.OCSPResponderEncoding) -> bytes:
    revoked = status == ocsp.OCSPCertStatus.REVOKED
    issuer = certificate("CA", 1)
    return (ocsp.OCSPResponseBuilder()
            .add_response(certificate("host", 2), issuer, hashes.SHA1(), status, NOW - HOUR,
                          NOW + 9 * HOUR, NOW if revoked else None,
                          x509.ReasonFlags.superseded if revoked else None)
            .responder_id(encoding, issuer).certificates([issuer])
            .add_extension(x509.OCSPNonce(b"\7" * 32), False)
            .sign(KEY, hashes.SHA256()).public_bytes(DER))


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    inputs = [b"\0" + crl(), b"\0" + crl(2), b"\0" + crl(3, 4),
              b"\0" + certificate("host", 2).public_bytes(DER)]
    inputs += [b"\1" + answer(status, encoding) for status in ocsp.OCSPCertStatus
               for encoding in ocsp.OCSPResponderEncoding]
    for number, octets in enumerate(inputs):
        (folder / f"seed-{number}").write_bytes(octets)


if __name__ == "__main__":
    main()
