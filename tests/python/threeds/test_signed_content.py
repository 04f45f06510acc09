"""acsSignedContent: what must be refused, with nothing sent, and what must be accepted."""

from __future__ import annotations

import pytest

from coffer.sandbox import ThreeDS
from coffer.sandbox.threeds.certs import BAD_CHAINS, GOOD_CHAINS
from coffer.sandbox.threeds.signed import HARMLESS, KINDS, TAMPERINGS
from coffer.threeds import Client
from conftest import MakeClient
from payer import Journal, code_of, finish, print_count

ALGORITHMS = ("ES256", "PS256")
CERTIFICATE, CONTENT = 602, 604
#: faults of certificates beside those of chains
BY_CERTIFICATE = {*BAD_CHAINS, "garbage-x5c", "eleven-x5c"}
REFUSED = [(kind, alg) for kind in (*TAMPERINGS, *BAD_CHAINS) for alg in ALGORITHMS]


def test_every_kind_has_a_case() -> None:
    print_count("signed content refused", REFUSED)
    assert {kind for kind, _ in REFUSED} | set(GOOD_CHAINS) | set(HARMLESS) == set(KINDS)


@pytest.mark.parametrize("kind, alg", REFUSED)
def test_refused(side: ThreeDS, client: Client, journal: Journal, kind: str, alg: str) -> None:
    side.knobs(signature=alg)
    side.fault("signed", how=kind)
    answer = side.authenticate(client.get_auth_request(), "text")
    code = code_of(client.check_auth_response, answer)
    assert code == (CERTIFICATE if kind in BY_CERTIFICATE else CONTENT)
    assert journal.errors == ([CONTENT] if code == CONTENT else [])
    assert client.config("ACSURL") == "" and client.transaction_status == ""
    assert code_of(client.send_challenge_request) == 603
    assert side.record("creq") == side.record("erro") == []


@pytest.mark.parametrize("kind", GOOD_CHAINS + HARMLESS)
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_accepted(side: ThreeDS, client: Client, kind: str, alg: str) -> None:
    side.knobs(signature=alg)
    side.fault("signed", how=kind)
    answer = side.authenticate(client.get_auth_request(), "text")
    client.check_auth_response(answer)
    assert client.transaction_status == "C" and client.config("ACSURL") == side.acs_url
    client.send_challenge_request()
    assert finish(client) == 1 and client.transaction_status == "Y"


@pytest.mark.parametrize("kind", BAD_CHAINS)
def test_any_certificate_but_not_any_signature(side: ThreeDS, client: Client, kind: str) -> None:
    """AcceptAnyACSCert skips the chain alone: a weak key or another curve stays refused."""
    client.config("AcceptAnyACSCert=True")
    side.fault("signed", how=kind)
    answer = side.authenticate(client.get_auth_request(), "text")
    if kind in ("weak-rsa", "other-curve"):
        assert code_of(client.check_auth_response, answer) in (CERTIFICATE, CONTENT)
    else:
        client.check_auth_response(answer)
        assert client.transaction_status == "C"
    side.fault("signed", how="wrong-key")
    answer = side.authenticate(client.get_auth_request(), "text")
    assert code_of(client.check_auth_response, answer) == CONTENT


def test_no_root_at_all(side: ThreeDS, client: Client) -> None:
    client.acs_root_cert_count = 0
    answer = side.authenticate(client.get_auth_request(), "text")
    assert code_of(client.check_auth_response, answer) == 603


def test_an_intermediate_as_anchor(side: ThreeDS, client: Client) -> None:
    """What is missing in x5c may stand among the anchors."""
    side.fault("signed", how="missing-intermediate")
    client.set_acs_root_cert_encoded(0, str(side.config["acs_intermediate_cert"]))
    client.check_auth_response(side.authenticate(client.get_auth_request(), "text"))
    assert client.transaction_status == "C"


def test_another_transaction(side: ThreeDS, make_client: MakeClient) -> None:
    """The signed content of one transaction says nothing in another."""
    one, other = make_client(), make_client()
    side.authenticate(one.get_auth_request(), "text")
    answer = side.authenticate(other.get_auth_request(), "text")
    assert code_of(one.check_auth_response, answer) == CONTENT
