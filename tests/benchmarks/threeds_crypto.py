"""The cryptography of a 3-D Secure challenge beside jwcrypto, `jose` of npm and bare mbedTLS.

    threeds_crypto.py PROGRAM [--rounds 5] [--jose NODE_MODULES]

All work on the same payloads, made here, in turns, one process at a time; processor time counts, not
the clock on the wall. `jose` is measured when --jose names a node_modules folder that holds it
(`npm install --prefix FOLDER jose`) and node is there.
"""

import argparse
import base64
import datetime
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from jwcrypto import jwe, jwk, jws

HERE = Path(__file__).resolve().parent
KID = "d7c1ee99-9478-44a6-b1f2-391e29c6b340"
IDS = {
    "threeDSServerTransID": "8a880dc0-d2d2-4067-bcb1-b08d1690b26e",
    "acsTransID": KID,
    "sdkTransID": "b2385523-a66c-4907-ac3c-91848e8c0067",
    "messageVersion": "2.2.0",
}
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Row = Callable[[], object]


def compact_json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def screen() -> dict[str, Any]:
    """A text challenge as ACSs send them, some 1.3 KB."""
    return {
        **IDS, "messageType": "CRes", "acsCounterAtoS": "000", "acsUiType": "01",
        "challengeCompletionInd": "N", "challengeInfoHeader": "Purchase Authentication",
        "challengeInfoLabel": "Enter your code",
        "challengeInfoText": "We have sent you a text message with a code to your registered "
                             "mobile number ending in 0329. " * 5,
        "expandInfoLabel": "Need some help?", "whyInfoLabel": "Learn more",
        "expandInfoText": "Call your bank at the number on the back of your card.",
        "whyInfoText": "To verify the identity of the person that pays.",
        "resendInformationLabel": "Resend code", "submitAuthenticationLabel": "Submit",
    }


def public_pem(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def certificate(name: str, key: PrivateKey, issuer: str, signer: PrivateKey,
                authority: bool) -> x509.Certificate:
    now = datetime.datetime.utcnow()
    builder = x509.CertificateBuilder(
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
        issuer_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
        public_key=key.public_key(), serial_number=x509.random_serial_number(),
        not_valid_before=now - datetime.timedelta(days=1),
        not_valid_after=now + datetime.timedelta(days=2))
    builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
    return builder.sign(signer, hashes.SHA256())


def signed_content(folder: Path, name: str, algorithm: str, keys: list[PrivateKey]) -> None:
    root_key, between_key, leaf_key = keys
    root = certificate("root", root_key, "root", root_key, True)
    between = certificate("between", between_key, "root", root_key, True)
    leaf = certificate("leaf", leaf_key, "between", between_key, False)
    (folder / f"{name}_root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    der = serialization.Encoding.DER
    x5c = [base64.b64encode(one.public_bytes(der)).decode() for one in (leaf, between)]
    other = json.loads(jwk.JWK.generate(kty="EC", crv="P-256").export_public())
    payload = compact_json({"acsEphemPubKey": other, "sdkEphemPubKey": other,
                            "acsURL": "https://acs.example/challenge"})
    token = jws.JWS(payload)
    token.add_signature(jwk.JWK.from_pyca(leaf_key), protected=json.dumps(
        {"alg": algorithm, "x5c": x5c}))
    (folder / f"{algorithm.lower()}.jws").write_text(token.serialize(compact=True))


def sealed(plain: bytes, key: bytes, enc: str) -> str:
    token = jwe.JWE(plain, compact_json({"alg": "dir", "enc": enc, "kid": KID}).decode())
    token.add_recipient(jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(key).decode().rstrip("=")))
    return str(token.serialize(compact=True))


def make_payloads(folder: Path) -> None:
    creq = compact_json({**IDS, "messageType": "CReq", "sdkCounterStoA": "001",
                         "challengeDataEntry": "123456"})
    device = compact_json({"DV": "1.4", "DD": {f"C{i:03}": "some value of it" for i in range(1, 20)},
                           "DPNA": {f"A{i:03}": "RE01" for i in range(1, 100)},
                           "SW": ["SW01", "SW04"]})
    cres = compact_json(screen())
    cek = os.urandom(32)
    (folder / "creq.json").write_bytes(creq)
    (folder / "cres.json").write_bytes(cres)
    (folder / "device.json").write_bytes(device)
    (folder / "cek").write_bytes(cek)
    (folder / "cres_cbc.jwe").write_text(sealed(cres, cek, "A128CBC-HS256"))
    (folder / "cres_gcm.jwe").write_text(sealed(cres, cek[16:], "A128GCM"))
    curve = ec.SECP256R1()
    signed_content(folder, "ec", "ES256", [ec.generate_private_key(curve) for _ in range(3)])
    signed_content(folder, "rsa", "PS256", [rsa.generate_private_key(65537, 2048)
                                            for _ in range(3)])
    (folder / "ds_rsa.pem").write_bytes(public_pem(rsa.generate_private_key(65537, 2048)))
    (folder / "ds_ec.pem").write_bytes(public_pem(ec.generate_private_key(curve)))


def verify_step(subject: x509.Certificate, issuer: x509.Certificate) -> None:
    key = issuer.public_key()
    algorithm = subject.signature_hash_algorithm
    assert algorithm is not None
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(subject.signature, subject.tbs_certificate_bytes, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(subject.signature, subject.tbs_certificate_bytes, ec.ECDSA(algorithm))


def check_signed(compact: str, root: x509.Certificate) -> None:
    """jwcrypto verifies no chains; `cryptography` does it step by step."""
    token = jws.JWS()
    token.deserialize(compact)
    leaf, between = (x509.load_der_x509_certificate(base64.b64decode(one))
                     for one in token.jose_header["x5c"])
    now = datetime.datetime.utcnow()
    for one in (leaf, between, root):
        assert one.not_valid_before <= now <= one.not_valid_after
    verify_step(leaf, between)
    verify_step(between, root)
    token.allowed_algs = ["ES256", "PS256"]
    token.verify(jwk.JWK.from_pyca(leaf.public_key()))


def opened(compact: str, key: jwk.JWK) -> None:
    token = jwe.JWE()
    token.deserialize(compact, key)


def encrypted(plain: bytes, algorithm: str, key: jwk.JWK) -> None:
    token = jwe.JWE(plain, json.dumps({"alg": algorithm, "enc": "A128CBC-HS256", "kid": "kid"}))
    token.add_recipient(key)
    token.serialize(compact=True)


def jwcrypto_rows(folder: Path) -> dict[str, Row]:
    cek = (folder / "cek").read_bytes()
    creq = (folder / "creq.json").read_bytes()
    device = (folder / "device.json").read_bytes()
    text = {path.name: path.read_text() for path in folder.glob("*.jw[es]")}

    def secret(octets: bytes) -> jwk.JWK:
        return jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(octets).decode().rstrip("="))

    whole, left, right = secret(cek), secret(cek[:16]), secret(cek[16:])

    def sealing(key: jwk.JWK, enc: str) -> None:
        token = jwe.JWE(creq, json.dumps({"alg": "dir", "enc": enc, "kid": KID}))
        token.add_recipient(key)
        token.serialize(compact=True)

    def root(name: str) -> x509.Certificate:
        return x509.load_pem_x509_certificate((folder / f"{name}_root.pem").read_bytes())

    ec_root, rsa_root = root("ec"), root("rsa")
    ds_rsa = jwk.JWK.from_pem((folder / "ds_rsa.pem").read_bytes())
    ds_ec = jwk.JWK.from_pem((folder / "ds_ec.pem").read_bytes())
    return {
        "creq_seal_cbc": lambda: sealing(whole, "A128CBC-HS256"),
        "creq_seal_gcm": lambda: sealing(left, "A128GCM"),
        "cres_open_cbc": lambda: opened(text["cres_cbc.jwe"], whole),
        "cres_open_gcm": lambda: opened(text["cres_gcm.jwe"], right),
        "signed_es256": lambda: check_signed(text["es256.jws"], ec_root),
        "signed_ps256": lambda: check_signed(text["ps256.jws"], rsa_root),
        "encdata_rsa": lambda: encrypted(device, "RSA-OAEP-256", ds_rsa),
        "encdata_ec": lambda: encrypted(device, "ECDH-ES", ds_ec),
        "keygen": lambda: jwk.JWK.generate(kty="EC", crv="P-256"),
    }


def microseconds(call: Row, least: float = 0.15) -> float:
    call()
    calls = 1
    while True:
        begin = time.process_time()
        for _ in range(calls):
            call()
        spent = time.process_time() - begin
        if spent >= least:
            return spent / calls * 1e6
        calls *= 2


def lines_of(command: list[str]) -> list[list[str]]:
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [line.split("\t") for line in output.splitlines()]


Times = dict[str, list[float]]


def measure(program: str, folder: Path, rounds: int, modules: str | None) -> dict[str, Times]:
    times: dict[str, Times] = {"coffer": {}, "mbedTLS": {}, "jwcrypto": {}, "jose": {}}
    peers = jwcrypto_rows(folder)
    for _ in range(rounds):
        for name, ours, floor in lines_of([program, str(folder), "1"]):
            times["coffer"].setdefault(name, []).append(float(ours))
            if floor != "-":
                times["mbedTLS"].setdefault(name, []).append(float(floor))
        for name, call in peers.items():
            times["jwcrypto"].setdefault(name, []).append(microseconds(call))
        if modules is not None:
            for name, value in lines_of(["node", str(HERE / "threeds_jose.mjs"), modules,
                                         str(folder)]):
                times["jose"].setdefault(name, []).append(float(value))
    return times


def report(times: dict[str, Times]) -> None:
    print("Processor time, microseconds, medians; ratio above 1: coffer is faster.\n")
    print(f"{'row':26}{'coffer':>10}{'mbedTLS':>10}{'ratio':>7}"
          f"{'jwcrypto':>10}{'ratio':>7}{'jose':>10}{'ratio':>7}")
    for name, values in times["coffer"].items():
        line = f"{name:26}{statistics.median(values):10.1f}"
        for peer in ("mbedTLS", "jwcrypto", "jose"):
            theirs = times[peer].get(name)
            if theirs is None:
                line += f"{'-':>10}{'-':>7}"
                continue
            ratio = statistics.median(b / a for a, b in zip(values, theirs))
            line += f"{statistics.median(theirs):10.1f}{ratio:7.2f}"
        print(line)


def find_jose(given: str | None) -> str | None:
    if given is None:
        print("jose of npm is not measured: --jose names no node_modules folder.")
    elif shutil.which("node") is None:
        print("jose of npm is not measured: there is no node.")
    elif not (Path(given) / "jose").is_dir():
        print(f"jose of npm is not measured: {given} does not hold it.")
    else:
        return str(Path(given).resolve())
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jose", help="a node_modules folder with jose in it")
    options = parser.parse_args()
    modules = find_jose(options.jose)
    print(f"load average: {os.getloadavg()[0]:.2f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_payloads(folder)
        report(measure(options.program, folder, options.rounds, modules))
    return 0


if __name__ == "__main__":
    sys.exit(main())
