"""Every wrong input ends in a documented code and a sentence that helps; nothing leaves."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from coffer.sandbox import ThreeDS
from coffer.sandbox.threeds.certs import issue
from coffer.threeds import Client
from conftest import MakeClient
from journal import give
from payer import APP_ID, Journal, authenticate, code_of, start


def pem(key: Any) -> str:
    certificate: x509.Certificate = issue("Directory server", key, None).certificate
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def set_ds(value: str) -> Callable[[Client], None]:
    def change(client: Client) -> None:
        client.directory_server_cert_encoded = value
    return change


def small_rsa(client: Client) -> None:
    client.directory_server_cert_encoded = pem(rsa.generate_private_key(65537, 1024))


def other_curve(client: Client) -> None:
    client.directory_server_cert_encoded = pem(ec.generate_private_key(ec.SECP384R1()))


def ec_without_id(client: Client) -> None:
    client.directory_server_cert_encoded = pem(ec.generate_private_key(ec.SECP256R1()))
    client.directory_server_id = ""


def device(field: str, value: str, value_type: int, category: int) -> Callable[[Client], None]:
    def change(client: Client) -> None:
        client.add_device_param(field, value, value_type, category)
    return change


#: what is wrong before get_auth_request -> codes that may be raised, at the change or at the call
BEFORE: dict[str, tuple[Callable[[Client], object], set[int]]] = {
    "no certificate": (set_ds(""), {602, 603}), "no PEM": (set_ds("nonsense"), {602, 271}),
    "broken PEM": (set_ds("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
                   {602, 271}),
    "RSA below 2048 bits": (small_rsa, {602}), "another curve": (other_curve, {602}),
    "EC without directory_server_id": (ec_without_id, {602, 603}),
    "no sdk_app_id": (lambda c: setattr(c, "sdk_app_id", ""), {603}),
    "sdk_app_id is no UUID": (lambda c: setattr(c, "sdk_app_id", "x"), {603, 713}),
    "no SDKReferenceNumber": (lambda c: c.config("SDKReferenceNumber="), {603}),
    "a version that does not exist": (lambda c: setattr(c, "message_version", "2.4.0"), {713}),
    "an array that is no JSON": (device("A041", "[one", 1, 1), {603, 713}),
    "an array that is an object": (device("A041", "{}", 1, 1), {603, 713}),
    "an array of numbers, quoted or refused": (device("A041", '[{"a":1}]', 1, 1), {603, 713}),
    "a category that does not exist": (device("C001", "x", 2, 9), {713}),
    "SDKMaxTimeout": (lambda c: c.config("SDKMaxTimeout=4"), {713}),
    "raw extensions": (lambda c: c.config("OutgoingRawExtensions=[{]"), {603, 713}),
}


@pytest.mark.parametrize("name", BEFORE)
def test_before_the_auth_request(client: Client, side: ThreeDS, name: str) -> None:
    change, codes = BEFORE[name]

    def both() -> None:
        change(client)
        client.get_auth_request()

    assert code_of(both) in codes
    assert side.metrics()["requests"] == {}


def test_the_eleventh_extension(client: Client) -> None:
    for number in range(10):
        client.add_extension(f"id{number}", "name", False, "{}")
    assert code_of(client.add_extension, "id11", "name", False, "{}") == 606
    assert len(json.loads(client.get_auth_request())["messageExtension"]) == 10


def test_indices(client: Client) -> None:
    for call in (client.get_acs_root_cert_encoded, client.get_device_param_value,
                 client.get_extension_id, client.get_challenge_select_info_name):
        for index in (-1, 99, 2**31 - 1):
            assert code_of(call, index) == 606


def test_wrong_order(client: Client, side: ThreeDS) -> None:
    assert code_of(client.send_challenge_request) == 603
    assert code_of(client.check_auth_response, '{"messageType":"ARes","transStatus":"Y"}') == 603
    text = side.authenticate(client.get_auth_request(), "text")
    assert code_of(client.send_challenge_request) == 603
    client.check_auth_response(text)
    assert code_of(client.check_auth_response, text) == 603
    client.send_challenge_request()
    assert code_of(client.check_auth_response, text) == 603
    client.reset_transaction_info()
    assert code_of(client.send_challenge_request) == 603


def test_after_a_frictionless_one(client: Client, side: ThreeDS) -> None:
    authenticate(client, side, "frictionless-Y")
    assert code_of(client.send_challenge_request) == 603


RESPONSES: dict[str, Callable[[str], str]] = {
    "empty": lambda t: "", "blank": lambda t: "  \n", "no JSON": lambda t: "hello",
    "a number": lambda t: "1", "an array": lambda t: f"[{t}]", "nothing in it": lambda t: "{}",
    "16 MB": lambda t: '{"a":"' + "x" * (16 << 20) + '"}', "cut": lambda t: t[:-1],
    "brackets": lambda t: "[" * 100_000, "deep": lambda t: '{"a":' * 100 + "1" + "}" * 100,
    "duplicate names": lambda t: t[:-1] + ',"transStatus":"Y"}',
    "another transaction": lambda t: changed(t, sdkTransID="00000000-0000-4000-8000-000000000000"),
    "another version": lambda t: changed(t, messageVersion="2.1.0"),
    "another message": lambda t: changed(t, messageType="CRes"),
    "no status": lambda t: without(t, "transStatus"),
    "a status that does not exist": lambda t: changed(t, transStatus="X"),
    "the status of a browser": lambda t: changed(t, transStatus="S"),
    "a status that is no text": lambda t: changed(t, transStatus=["C"]),
    "no signed content": lambda t: without(t, "acsSignedContent"),
    "no acsTransID": lambda t: without(t, "acsTransID"),
    "no threeDSServerTransID": lambda t: without(t, "threeDSServerTransID"),
    "an id that is no id": lambda t: changed(t, acsTransID="a\0b"),
    "a surrogate": lambda t: changed(t, acsTransID="\ud800"),
}


def changed(text: str, **members: Any) -> str:
    return json.dumps({**json.loads(text), **members})


def without(text: str, name: str) -> str:
    return json.dumps({n: v for n, v in json.loads(text).items() if n != name})


@pytest.mark.parametrize("name", RESPONSES)
def test_auth_response(client: Client, side: ThreeDS, journal: Journal, name: str) -> None:
    good = side.authenticate(client.get_auth_request(), "text")
    assert code_of(client.check_auth_response, RESPONSES[name](good)) == 604
    assert journal.errors == [604]
    assert client.transaction_status == "" and client.config("ACSTransactionId") == ""
    assert code_of(client.send_challenge_request) == 603
    assert side.record("creq") == side.record("erro") == []
    client.check_auth_response(good)  # what was refused has left no trace
    assert client.transaction_status == "C"


def test_forms_that_are_accepted(client: Client, side: ThreeDS) -> None:
    for change in (lambda t: base64.b64encode(t.encode()).decode(),
                   lambda t: base64.urlsafe_b64encode(t.encode()).rstrip(b"=").decode(),
                   lambda t: f"\r\n {json.dumps(json.loads(t), indent=4)}\n",
                   lambda t: without(t, "messageType"), lambda t: without(t, "messageVersion"),
                   lambda t: changed(t, unknown={"a": [1, None]})):
        client.check_auth_response(change(side.authenticate(client.get_auth_request(), "text")))
        assert client.transaction_status == "C"


@pytest.mark.parametrize("code, raised", [("203", 1101), ("201", 1201), ("302", 1302), ("x", 605)])
def test_an_erro_instead_of_the_auth_response(client: Client, side: ThreeDS, code: str,
                                              raised: int) -> None:
    side.set_faults({"match": {"kind": "areq"}, "fault": {"type": "erro", "code": code}})
    text = side.authenticate(client.get_auth_request(), "text")
    assert code_of(client.check_auth_response, text) == raised
    assert json.loads(client.error_packet) == json.loads(text)
    assert client.config("ErrorCode") == code


#: answers that contradict each other or are too long: version, card, what is set
CONTRADICTIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("2.2.0", "resend", {"challenge_data_entry": "1", "ResendChallengeInfo": "Y"}),
    ("2.2.0", "text", {"challenge_data_entry": "1", "challenge_cancellation_indicator": "01"}),
    ("2.3.1", "additional", {"challenge_data_entry": "1", "use_additional_challenge": True}),
    ("2.3.1", "oob-pending", {"oob_continuation_indicator": 1, "use_additional_challenge": True}),
    ("2.2.0", "text", {"challenge_data_entry": "x" * 46}),
    ("2.3.1", "two-boxes", {"challenge_data_entry": "1", "challenge_data_entry_two": "é" * 46}),
    ("2.2.0", "html", {"challenge_data_entry": "a=" + "x" * 255}),
    ("2.3.1", "html-oob", {"oob_continuation_indicator": 2, "challenge_data_entry": "a=b"}),
    ("2.2.0", "oob", {}), ("2.2.0", "html", {}), ("2.3.1", "info", {}), ("2.3.1", "html-oob", {}),
]


@pytest.mark.parametrize("version, card, values", CONTRADICTIONS)
def test_answers_that_cannot_be_sent(make_client: MakeClient, side: ThreeDS, version: str,
                                     card: str, values: dict[str, Any]) -> None:
    client = make_client(version)
    start(client, side, card)
    give(client, values)
    assert code_of(client.send_challenge_request) == 603
    assert len(side.record("creq")) == 1 and side.record("erro") == []
    # nothing has happened: another answer may follow
    for name in values:
        if hasattr(Client, name):
            setattr(client, name, type(getattr(client, name))())
        else:
            client.config(f"{name}=")
    client.challenge_cancellation_indicator = "01"
    client.send_challenge_request()
    assert client.transaction_status == "N"


@pytest.mark.parametrize("setting", [
    "SDKEphemeralPrivateKey=x", "SDKEphemeralPrivateKey={}", "UseAESGCM=maybe", "LogLevel=9",
    'SDKEphemeralPrivateKey={"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}',
    "DeviceRenderingUIType=0", "DeviceRenderingUIType=128", "DeviceRenderingInterface=09",
    "SDKMaxTimeout=100", "SDKMaxTimeout=x", "ResendChallengeInfo=maybe"])
def test_settings_that_do_not_fit(client: Client, setting: str) -> None:
    name = setting.split("=")[0]
    before = client.config(name)
    assert code_of(client.config, setting) == 713
    assert client.config(name) == before


def test_unknown_settings(client: Client) -> None:
    for text in ("NoSuchSetting", "NoSuchSetting=1"):
        assert code_of(client.config, text) == 714
    assert client.sdk_app_id == APP_ID
