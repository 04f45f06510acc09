"""Payments that go well: what is sent, what is told, what is shown."""

from __future__ import annotations

import base64
import json

import pytest

from coffer.sandbox import ThreeDS
from coffer.sandbox.threeds import screens
from coffer.sandbox.threeds.scenarios import SCENARIOS
from coffer.threeds import Client
from conftest import MakeClient
from payer import (APP_ID, ENCODINGS, REFERENCE, VERSIONS, Journal, Json, answer, authenticate,
                   finish, start)

FRICTIONLESS = sorted(name for name in SCENARIOS if SCENARIOS[name].status != "C")
CHALLENGES = sorted(name for name in SCENARIOS
                    if SCENARIOS[name].status == "C" and not SCENARIOS[name].endless)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", FRICTIONLESS)
def test_frictionless(side: ThreeDS, make_client: MakeClient, name: str, version: str) -> None:
    client = make_client(version)
    ares = authenticate(client, side, name)
    assert client.transaction_status == ares["transStatus"]
    assert client.config("TransactionStatusReason") == ares.get("transStatusReason", "")
    for setting, member in (("ServerTransactionId", "threeDSServerTransID"),
                            ("ACSTransactionId", "acsTransID"),
                            ("DSTransactionId", "dsTransID"), ("MessageType", "messageType"),
                            ("SDKTransactionId", "sdkTransID"),
                            ("ProtocolVersion", "messageVersion")):
        assert client.config(setting) == ares[member], setting
    if "cardholderInfo" in ares:
        path = "/json/cardholderInfo" + ("/text" if version == "2.3.1" else "")
        client.config(f"XPath={path}")
        assert client.config("XText").strip('"') == "Please call your bank."
    assert side.record("creq") == []


@pytest.mark.parametrize("enc", ENCODINGS)
@pytest.mark.parametrize("ec_key", [False, True])
@pytest.mark.parametrize("version", VERSIONS)
def test_auth_request(side: ThreeDS, make_client: MakeClient, version: str, ec_key: bool,
                      enc: str) -> None:
    client = make_client(version, enc, ec_key)
    text = client.get_auth_request()
    request = json.loads(text)
    assert (request["sdkAppID"], request["sdkReferenceNumber"]) == (APP_ID, REFERENCE)
    assert request["sdkTransID"] == client.sdk_transaction_id
    assert json.loads(client.config("SDKEphemeralPublicKey")) == request["sdkEphemPubKey"]
    side.authenticate(text, "frictionless-Y")
    entry, transaction = side.record("areq")[0], side.transactions()[0]
    assert entry["refused"] is None and entry["enc"] == enc
    assert entry["header"]["alg"] == ("ECDH-ES" if ec_key else "RSA-OAEP-256")
    assert json.loads(transaction["device"]) == {
        "DV": "1.0", "DD": {"C001": "Android", "A040": ["one", "two"]},
        "DPNA": {"C010": "RE01"}, "SW": ["SW01"]}
    types = request["deviceRenderOptions"]["sdkUiType"]
    assert types == [f"0{n}" for n in range(1, 8 if version == "2.3.1" else 6)]


def test_a_new_transaction_each_time(side: ThreeDS, client: Client) -> None:
    one, other = (json.loads(client.get_auth_request()) for _ in range(2))
    for name in ("sdkTransID", "sdkEphemPubKey", "sdkEncData"):
        assert one[name] != other[name]
    start(client, side, "text")
    assert finish(client) == 1


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", CHALLENGES)
def test_challenge(side: ThreeDS, make_client: MakeClient, name: str, version: str) -> None:
    client = make_client(version, ENCODINGS[len(name) % 2], ec_key=version == "2.2.0")
    journal = Journal().attach(client)
    start(client, side, name)
    scenario = SCENARIOS[name]
    assert finish(client) == len(scenario.screens) + scenario.pending
    assert client.transaction_status == scenario.end(version)
    assert client.acsui_type == 0 and client.challenge_info_text == ""
    assert journal.errors == [] and client.error_packet == ""
    assert len(journal.of("data_packet_out")) == len(journal.of("data_packet_in")) == len(
        side.record("creq"))
    for event, entry in zip(journal.of("data_packet_out"), side.record("creq")):
        assert event.data_packet.decode() == entry["body"]


def test_replies_in_the_other_encryption(side: ThreeDS, make_client: MakeClient) -> None:
    side.knobs(replyEnc="other")
    for enc in ENCODINGS:
        client = make_client("2.2.0", enc)
        start(client, side, "multi-step")
        assert finish(client) == 2


def text_properties(client: Client, screen: Json, version: str) -> None:
    """Each member of a screen stands in its property."""
    pairs = {"challengeInfoHeader": client.challenge_info_header,
             "challengeInfoLabel": client.challenge_info_label,
             "challengeInfoText": client.challenge_info_text,
             "submitAuthenticationLabel": client.submit_authentication_label,
             "resendInformationLabel": client.resend_information_label,
             "whyInfoLabel": client.why_information_label,
             "whyInfoText": client.why_information_text,
             "expandInfoLabel": client.expandable_information_label,
             "expandInfoText": client.expandable_information_text,
             "challengeAddInfo": client.challenge_additional_information,
             "challengeAddLabel": client.challenge_additional_label,
             "oobContinueLabel": client.oob_continue_label, "oobAppLabel": client.oob_app_label,
             "oobAppURL": client.oob_app_url,
             "deviceBindingInfoText": client.device_binding_information_text}
    for name, value in pairs.items():
        assert value == screen.get(name, ""), name
    assert client.whitelisting_information_text == screen.get(
        "trustListInfoText" if version == "2.3.1" else "whitelistingInfoText", "")
    assert client.acsui_type == int(screen["acsUiType"])
    assert client.toggle_position_indicator == int(screen.get("togglePositionInd", "0"))
    assert client.enable_challenge_info_text_indicator == (
        screen.get("challengeInfoTextIndicator") == "Y")
    for member, values in (
            ("issuerImage", (client.issuer_image1, client.issuer_image2, client.issuer_image3)),
            ("psImage", (client.payment_system_image1, client.payment_system_image2,
                         client.payment_system_image3))):
        assert values == tuple(screen.get(member, {"a": "", "b": "", "c": ""}).values())
    choices = [next(iter(c.items())) for c in screen.get("challengeSelectInfo", ())]
    assert client.challenge_select_info_count == len(choices)
    assert choices == [(client.get_challenge_select_info_name(i),
                        client.get_challenge_select_info_value(i)) for i in range(len(choices))]
    for html, name in ((client.acshtml, "acsHTML"), (client.acshtml_refresh, "acsHTMLRefresh")):
        raw = screen.get(name, "")
        assert html == base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)).decode()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["everything", "single", "multi", "oob", "html", "html-oob",
                                  "info"])
def test_screen(side: ThreeDS, make_client: MakeClient, name: str, version: str) -> None:
    client = make_client(version)
    start(client, side, name)
    screen = SCENARIOS[name].screens[0](version)
    text_properties(client, screen, version)
    assert json.loads(client.config("ChallengeResponse"))["acsUiType"] == screen["acsUiType"]


def test_entry_boxes(side: ThreeDS, make_client: MakeClient) -> None:
    client = make_client("2.3.1")
    start(client, side, "two-boxes")
    assert (client.challenge_entry_box_label, client.challenge_entry_box_keyboard_type,
            client.challenge_entry_box_autofill, client.challenge_entry_box_autofill_type,
            client.challenge_entry_box_length_max, client.challenge_entry_box_masking,
            client.challenge_entry_box_masking_toggle) == ("Code", 1, True, 1, 6, True, True)
    assert (client.challenge_entry_box_two_label, client.challenge_entry_box_two_keyboard_type,
            client.challenge_entry_box_two_autofill, client.challenge_entry_box_two_length_max,
            client.challenge_entry_box_two_masking) == ("PIN", 2, False, 8, False)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_screen_forgets_the_last_one(side: ThreeDS, make_client: MakeClient,
                                       version: str) -> None:
    client = make_client(version)
    start(client, side, "three-rounds")
    for shown in SCENARIOS["three-rounds"].screens:
        text_properties(client, shown(version), version)
        answer(client)
        client.send_challenge_request()
    assert client.transaction_status == "Y"


def test_what_a_template_does_not_have_is_ignored(side: ThreeDS, make_client: MakeClient) -> None:
    side.fault("message", set={"challengeSelectInfo": [{"a": "b"}], "infoContinueLabel": "x",
                               "acsHTML": "!", "unknown": {"deep": [1]}, "transStatus": "Y"})
    client = make_client("2.3.1")
    start(client, side, "text")
    text_properties(client, screens.text("2.3.1"), "2.3.1")


def test_wrong_then_right_and_cancel(side: ThreeDS, client: Client) -> None:
    start(client, side, "text")
    client.challenge_data_entry = "000000"
    client.send_challenge_request()
    assert client.enable_challenge_info_text_indicator and not client.challenge_complete
    assert finish(client) == 1 and client.transaction_status == "Y"
    client.reset_transaction_info()
    start(client, side, "text")
    client.challenge_cancellation_indicator = "01"
    client.send_challenge_request()
    assert client.challenge_complete and client.transaction_status == "N"
