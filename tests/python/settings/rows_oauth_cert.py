"""Rows of the settings about the certificate that takes the place of the client's secret."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from hashlib import sha256

from authserver import SignedIn, sign_in
from case import Case
from coffer.cloudbackup import OAuthGrantTypes
from jwcrypto import jwk, jws
from keys import PFX_PASSWORD, KeyPair, key_pair
from table import Section

rows = Section()

PAIR = key_pair("app.example")


def own_token(case: Case, *settings: str, plain: bool = False) -> SignedIn:
    """The application asks for its own token."""
    return sign_in(case, *settings, plain=plain,
                   oauth_grant_type=OAuthGrantTypes.cogtClientCredentials,
                   oauth_client_secret="not to be sent")


def check_assertion(done: SignedIn, pair: KeyPair) -> None:
    """The token request carries an assertion of that key (RFC 7523 3), and no secret."""
    assert done.failure is None
    sent = done.exchanged
    assert sent["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert "client_secret" not in sent
    key = jwk.JWK.from_pyca(pair.key.public_key())
    signed = jws.JWS()
    signed.deserialize(sent["client_assertion"], key)
    claims = json.loads(signed.payload)
    assert claims["iss"] == claims["sub"] == "app-of-the-test"
    assert claims["aud"] == done.server.origin + "/token"
    thumbprint = urlsafe_b64encode(sha256(pair.der).digest()).decode().rstrip("=")
    assert json.loads(signed.objects["protected"])["x5t#S256"] == thumbprint


def code_of(done: SignedIn) -> int:
    """The code of a failure before anything was sent."""
    assert done.failure is not None and done.server.requests == []
    return int(done.failure.code)


@rows.setting("OAuthClientCertStore", default="", value=PAIR.pem,
              any_text="a path or the store itself; read when a token is asked for")
def client_cert_store(case: Case) -> None:
    """An assertion in place of the secret."""
    check_assertion(own_token(case), PAIR)
    without = own_token(case, plain=True)
    assert without.exchanged["client_secret"] == "not to be sent"
    assert "client_assertion" not in without.exchanged


@rows.setting("OAuthClientCertStoreType", default="99", value="6",
              invalid=("-1", "20", "24", "98", "100", "PEM"))
def client_cert_store_type(case: Case) -> None:
    """A file of PEM is read as that, and not as another kind; the default recognises it."""
    file = case.folder / "app.pem"
    file.write_text(PAIR.pem)
    check_assertion(own_token(case, f"OAuthClientCertStore={file}"), PAIR)
    check_assertion(own_token(case, f"OAuthClientCertStore={PAIR.pem}", plain=True), PAIR)
    assert code_of(own_token(case, f"OAuthClientCertStore={PAIR.pem}")) == 271  # no such file
    assert code_of(own_token(case, f"OAuthClientCertStore={file}",
                             "OAuthClientCertStoreType=0", plain=True)) == 270


@rows.setting("OAuthClientCertStorePassword", default="", value=PFX_PASSWORD,
              any_text="passwords are any text")
def client_cert_store_password(case: Case) -> None:
    """A PFX file opens with it alone."""
    file = case.folder / "app.pfx"
    file.write_bytes(PAIR.pfx)
    check_assertion(own_token(case, f"OAuthClientCertStore={file}"), PAIR)
    assert code_of(own_token(case, f"OAuthClientCertStore={file}",
                             "OAuthClientCertStorePassword=wrong", plain=True)) == 273


@rows.setting("OAuthClientCertSubject", default="*", value="CN=app.example",
              any_text="a name that no certificate of the store has is 272 when it is read")
def client_cert_subject(case: Case) -> None:
    """Of two certificates the one that is named."""
    other = key_pair("other.example")
    store = f"OAuthClientCertStore={other.pem}{PAIR.pem}"
    check_assertion(own_token(case, store), PAIR)
    check_assertion(own_token(case, store, plain=True), other)
    assert code_of(own_token(case, store, "OAuthClientCertSubject=CN=nobody.example",
                             plain=True)) == 272
