"""The app's side of 3-D Secure in a few lines of jwcrypto: what the sandbox is tested with."""

from __future__ import annotations

import http.client
import json
import ssl
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_pem_x509_certificate
from jwcrypto import jwe as whole_jwe
from jwcrypto import jwk, jws

from coffer.sandbox import ThreeDS
from coffer.sandbox.threeds import jwe
from coffer.sandbox.threeds.keys import emv_key, public_jwk, public_key

Json = dict[str, Any]
DEVICE = ('{"DV":"1.1","DD":{"C001":"Android","A040":["a","b"]},"DPNA":{"C010":"RE01"},'
          '"SW":["SW01"]}')


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: str


@dataclass
class Sdk:
    """One transaction; messages are made here, and `extra` puts in what a test wants wrong."""

    side: ThreeDS
    version: str = "2.2.0"
    enc: str = jwe.CBC
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    reference: str = "3DS_LOA_SDK_TEST_0001"
    ids: dict[str, str] = field(default_factory=dict)
    cek: bytes = b""
    counter: int = 0
    expected: int = 0
    url: str = ""
    general: Json = field(default_factory=dict)
    ares: Json = field(default_factory=dict)

    def auth_request(self, ec_key: bool = False) -> Json:
        self.sdk_id = str(uuid.uuid4())
        request: Json = {
            "messageVersion": self.version, "deviceChannel": "01", "sdkTransID": self.sdk_id,
            "sdkAppID": str(uuid.uuid4()), "sdkReferenceNumber": self.reference,
            "sdkMaxTimeout": "05", "sdkEphemPubKey": public_jwk(self.key.public_key()),
            "deviceRenderOptions": {"sdkInterface": "03", "sdkUiType": ["01", "02", "03"]},
            "sdkEncData": self.device_data(ec_key)}
        if self.version == "2.3.1":
            request.update(sdkType="01", defaultSdkType={"sdkVariant": "01"})
        return request

    def device_data(self, ec_key: bool) -> str:
        side = self.side
        header: Json
        if ec_key:
            certificate = load_pem_x509_certificate(side.directory_server_ec_cert.encode())
            once = ec.generate_private_key(ec.SECP256R1())
            public = certificate.public_key()
            assert isinstance(public, ec.EllipticCurvePublicKey)
            key = emv_key(once, public, side.directory_server_id)
            header = {"alg": "ECDH-ES", "enc": self.enc, "kid": side.directory_server_ec_key_id,
                      "epk": public_jwk(once.public_key())}
            return jwe.seal(header, self.enc, key if self.enc == jwe.CBC else key[:16],
                            DEVICE.encode())
        header = {"alg": "RSA-OAEP-256", "enc": self.enc, "kid": side.directory_server_key_id}
        token = whole_jwe.JWE(DEVICE.encode(), json.dumps(header))
        token.add_recipient(jwk.JWK.from_pem(side.directory_server_cert.encode()))
        return str(token.serialize(compact=True))

    def authenticate(self, card: str, request: Json | None = None, **options: bool) -> Json:
        """The ARes or Erro; takes ids and keys of the first."""
        request = request or self.auth_request(**options)
        self.ares = json.loads(self.side.authenticate(json.dumps(request), card))
        if self.ares["messageType"] == "ARes":
            self.ids = {name: self.ares[name]
                        for name in ("threeDSServerTransID", "acsTransID", "sdkTransID")}
        return self.ares

    def signed_content(self) -> Json:
        """Verifies by the leaf in x5c and derives the session key."""
        token = jws.JWS()
        token.deserialize(self.ares["acsSignedContent"])
        leaf = token.jose_header["x5c"][0]
        pem = f"-----BEGIN CERTIFICATE-----\n{leaf}\n-----END CERTIFICATE-----\n"
        token.verify(jwk.JWK.from_pem(pem.encode()))
        payload: Json = json.loads(token.payload)
        assert payload["sdkEphemPubKey"] == public_jwk(self.key.public_key())
        self.cek = emv_key(self.key, public_key(payload["acsEphemPubKey"]), self.reference)
        self.url = payload["acsURL"]
        return payload

    def start(self, card: str, **options: bool) -> Json:
        """Until the first screen."""
        self.authenticate(card, **options)
        self.signed_content()
        return self.send()

    def creq(self, **members: Any) -> Json:
        message: Json = {"messageType": "CReq", "messageVersion": self.version, **self.ids,
                         "sdkCounterStoA": f"{self.counter:03d}"}
        if self.version == "2.3.1":
            message["oobAppURLInd"] = "01"
        message.update(self.general)
        message.update(members)
        return {name: value for name, value in message.items() if value != "(absent)"}

    def seal(self, text: str) -> str:
        header = {"alg": "dir", "enc": self.enc, "kid": self.ids["acsTransID"]}
        return jwe.seal(header, self.enc, jwe.key_from_app(self.cek, self.enc), text.encode(),
                        jwe.iv_from_app(self.counter))

    def post(self, body: str, content_type: str = "application/jose; charset=UTF-8") -> Reply:
        parts = urlsplit(self.url)
        context = ssl.create_default_context(cafile=self.side.ca_file)
        connection = http.client.HTTPSConnection(parts.netloc, context=context, timeout=60)
        headers = {"Content-Type": content_type}
        if self.version == "2.3.1":
            headers["X-Request-ID"] = self.ids["sdkTransID"]
        connection.request("POST", parts.path, body.encode(), headers)
        answer = connection.getresponse()
        reply = Reply(answer.status, {n.lower(): v for n, v in answer.getheaders()},
                      answer.read().decode("utf-8", "replace"))
        connection.close()
        return reply

    def open(self, body: str) -> Json:
        """A CRes, its counter checked; or an Erro."""
        if body.startswith("{"):
            erro: Json = json.loads(body)
            return erro
        sealed = jwe.parse(body)
        assert set(sealed.header) == {"alg", "enc", "kid"}
        assert sealed.header["kid"] == self.ids["acsTransID"]
        message: Json = json.loads(jwe.open_sealed(sealed, jwe.key_to_app(self.cek, sealed.enc)))
        assert message["acsCounterAtoS"] == f"{self.expected:03d}"
        if sealed.enc == jwe.GCM:
            assert sealed.iv == jwe.iv_to_app(self.expected)
        self.expected += 1
        return message

    def send(self, **members: Any) -> Json:
        return self.send_text(json.dumps(self.creq(**members), separators=(",", ":")))

    def send_text(self, text: str) -> Json:
        reply = self.post(self.seal(text))
        self.counter += 1
        assert reply.status == 200, reply
        return self.open(reply.body)
