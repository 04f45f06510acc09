"""An authority that tells whether its certificates are revoked: a list and OCSP, over http."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from authority import DAY, Authority, general_name, name_of
from recorder import Answer, Recorder, Request

HOUR = datetime.timedelta(hours=1)
HOSTS = ("localhost", "127.0.0.1")
LIST, RESPONDER = "list", "responder"


def moment(hours: float) -> datetime.datetime:
    return datetime.datetime.utcnow() + hours * HOUR


def new_key() -> ec.EllipticCurvePrivateKeyWithSerialization:
    key = ec.generate_private_key(ec.SECP256R1())
    assert isinstance(key, ec.EllipticCurvePrivateKeyWithSerialization)
    return key


@dataclass
class Knobs:
    """How lists and answers deviate from good ones."""

    revoked: set[int] = field(default_factory=set)
    unknown: bool = False
    begins: float = -1.0  # hours from now
    ends: float = 1.0
    algorithm: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)
    nonce: str = "echoed"  # other, none
    serial: int = 0  # whose status the answer is, instead of the one that was asked for
    delegate: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None
    status: ocsp.OCSPResponseStatus = ocsp.OCSPResponseStatus.SUCCESSFUL
    #: asked before everything else
    first: Callable[[Request], Answer | None] | None = None


class RevokingAuthority(Authority):
    """`status` is the server that tells; `knobs` say what."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.knobs = Knobs()
        self.certificate = x509.load_pem_x509_certificate(self.pem.encode())
        self.issued: dict[int, x509.Certificate] = {}
        self.status = Recorder(self.tell)

    def __enter__(self) -> RevokingAuthority:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.status.close()

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        return self._key

    def source(self, kind: str) -> str:
        return f"{self.status.origin}/{kind}"

    def _builder(self, common_name: str, days: float) -> x509.CertificateBuilder:
        now = datetime.datetime.utcnow()
        return (x509.CertificateBuilder().subject_name(name_of(common_name))
                .issuer_name(self._name).serial_number(x509.random_serial_number())
                .not_valid_before(now - DAY).not_valid_after(now + days * DAY))

    def responder(self, *, purpose: bool = True, unchecked: bool = True, days: float = 10
                  ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        """A certificate with which somebody else may answer."""
        key = new_key()
        builder = self._builder("Responder", days).public_key(key.public_key())
        if purpose:
            builder = builder.add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        if unchecked:
            builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
        return builder.sign(self._key, hashes.SHA256()), key

    def server_with(self, *, lists: tuple[str, ...] = (), responders: tuple[str, ...] = ()
                    ) -> ssl.SSLContext:
        """A server's context whose certificate names these URLs."""
        key = new_key()
        builder = self._builder("127.0.0.1", 10).public_key(key.public_key()).add_extension(
            x509.SubjectAlternativeName([general_name(host) for host in HOSTS]), critical=False)
        if lists:
            builder = builder.add_extension(x509.CRLDistributionPoints([
                x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
                for url in lists]), critical=False)
        if responders:
            builder = builder.add_extension(x509.AuthorityInformationAccess([
                x509.AccessDescription(AuthorityInformationAccessOID.OCSP,
                                       x509.UniformResourceIdentifier(url))
                for url in responders]), critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        self.issued[certificate.serial_number] = certificate
        path = self.folder / f"revocable-{certificate.serial_number:x}.pem"
        path.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                              serialization.NoEncryption())
            + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(path)
        context.set_alpn_protocols(["http/1.1"])
        return context

    def context_naming(self, kind: str) -> ssl.SSLContext:
        """The same with our own list, or our own responder."""
        if kind == LIST:
            return self.server_with(lists=(self.source(LIST),))
        return self.server_with(responders=(self.source(RESPONDER),))

    def revoke_all(self) -> None:
        self.knobs.revoked.update(self.issued)

    def tell(self, request: Request) -> Answer | None:
        if self.knobs.first is not None:
            answer = self.knobs.first(request)
            if answer is not None:
                return answer
        if request.method == "GET":
            return Answer(body=self.list(), headers={"Content-Type": "application/pkix-crl"})
        return Answer(body=self.answer(request.body),
                      headers={"Content-Type": "application/ocsp-response"})

    def list(self) -> bytes:
        """The revocation list, DER."""
        builder = (x509.CertificateRevocationListBuilder().issuer_name(self._name)
                   .last_update(moment(self.knobs.begins)).next_update(moment(self.knobs.ends)))
        for serial in self.knobs.revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(serial)
                .revocation_date(moment(-2))
                .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
                .build())
        made = builder.sign(self._key, self.knobs.algorithm)
        return made.public_bytes(serialization.Encoding.DER)

    def answer(self, octets: bytes) -> bytes:
        """The answer to an OCSP request, DER."""
        knobs = self.knobs
        if knobs.status != ocsp.OCSPResponseStatus.SUCCESSFUL:
            refusal = ocsp.OCSPResponseBuilder.build_unsuccessful(knobs.status)
            return refusal.public_bytes(serialization.Encoding.DER)
        request = ocsp.load_der_ocsp_request(octets)
        serial = knobs.serial or request.serial_number
        revoked = serial in knobs.revoked
        status = (ocsp.OCSPCertStatus.UNKNOWN if knobs.unknown
                  else ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD)
        certificate, key = knobs.delegate or (self.certificate, self._key)
        builder = ocsp.OCSPResponseBuilder().add_response(
            self.issued[serial], self.certificate, hashes.SHA1(), status, moment(knobs.begins),
            moment(knobs.ends), moment(-2) if revoked else None,
            x509.ReasonFlags.key_compromise if revoked else None)
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, certificate)
        if knobs.delegate is not None:
            builder = builder.certificates([certificate])
        nonce = request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
        if knobs.nonce == "other":
            nonce = nonce[::-1]
        if knobs.nonce != "none":
            builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
        return builder.sign(key, knobs.algorithm).public_bytes(serialization.Encoding.DER)
