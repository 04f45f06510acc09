"""Rows of Client's own settings: what goes out, and what is taken from the peers."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

import payer
from case import Case, Seen
from coffer.threeds import Client
from jwcrypto import jwk
from table import CLIENT, Section

rows = Section()

OTHER_ID = "11111111-2222-4333-8444-555555555555"
NO_UUID = ("not a UUID", OTHER_ID + "0")

Json = dict[str, Any]

EXTENSION: Json = {"name": "mine", "id": "A0-1", "criticalityIndicator": False,
                   "data": {"a": [1, 2]}}


def areq(case: Case) -> Json:
    """The last request for authentication as the 3DS Server got it."""
    message: Json = case.side.record("areq")[-1]["message"]
    return message


def creq(case: Case) -> Json:
    """The last challenge request as the ACS opened it."""
    message: Json = case.side.record("creq")[-1]["message"]
    return message


def asked(case: Case, *settings: str, plain: bool = False, **options: Any) -> Json:
    """The request for authentication of a client with these."""
    payer.authenticate(case.client(None, *settings, plain=plain, **options), case.side,
                       "frictionless-Y")
    return areq(case)


def answered(case: Case, seen: Seen, **values: Any) -> Json:
    """The challenge request that answers the first screen."""
    assert seen.failure is None
    for name, value in values.items():
        setattr(seen.object, name, value)
    seen.object.send_challenge_request()
    return creq(case)


def code_of(case: Case, call: Callable[[], object]) -> int:
    return int(case.refused(call).code)


@rows.setting("SDKReferenceNumber", of=CLIENT, default="", value="3DS_LOA_SDK_TEST_0002",
              invalid=("x" * 33, "ä", "a\tb"))
def reference_number(case: Case) -> None:
    """sdkReferenceNumber of the request; without it nothing is asked."""
    assert asked(case)["sdkReferenceNumber"] == case.value
    client = case.client(None, "SDKReferenceNumber=", plain=True)
    assert code_of(case, client.get_auth_request) == 603


@rows.setting("SdkAppId", of=CLIENT, default="", value=OTHER_ID, invalid=NO_UUID)
def sdk_app_id(case: Case) -> None:
    """sdkAppID."""
    assert asked(case)["sdkAppID"] == case.value
    assert asked(case, plain=True)["sdkAppID"] == payer.APP_ID


@rows.setting("SDKMaxTimeout", of=CLIENT, default="5", value="17", invalid=("4", "100", "long"))
def sdk_max_timeout(case: Case) -> None:
    """sdkMaxTimeout, two digits; as much is left when the challenge begins."""
    seen = case.challenge()
    assert areq(case)["sdkMaxTimeout"] == "17"
    assert 17 * 60 - 30 <= int(seen.setting("ChallengeTimeRemaining")) <= 17 * 60
    assert asked(case, plain=True)["sdkMaxTimeout"] == "05"


@rows.setting("DeviceRenderingInterface", of=CLIENT, default="03", value="01",
              invalid=("", "00", "04", "1"))
def device_rendering_interface(case: Case) -> None:
    """sdkInterface of deviceRenderOptions."""
    assert asked(case)["deviceRenderOptions"]["sdkInterface"] == "01"
    assert asked(case, plain=True)["deviceRenderOptions"]["sdkInterface"] == "03"


@rows.setting("DeviceRenderingUIType", of=CLIENT, default="127", value="5",
              invalid=("0", "128", "-1", "x"))
def device_rendering_ui_type(case: Case) -> None:
    """sdkUiType: the codes of the sum, without those that the version does not know."""
    assert asked(case)["deviceRenderOptions"]["sdkUiType"] == ["01", "03"]
    old = asked(case, plain=True)["deviceRenderOptions"]["sdkUiType"]
    new = asked(case, plain=True, version="2.3.1")["deviceRenderOptions"]["sdkUiType"]
    assert old == ["01", "02", "03", "04", "05"] and new == [*old, "06", "07"]


@rows.setting("ProtocolVersion", of=CLIENT, default="2.1.0", value="2.3.1",
              invalid=("", "2.0.0", "2.4.0", "2"))
def protocol_version(case: Case) -> None:
    """messageVersion of both requests."""
    assert case.challenge().failure is None
    assert areq(case)["messageVersion"] == creq(case)["messageVersion"] == "2.3.1"
    assert case.challenge(plain=True, version="2.1.0").failure is None
    assert areq(case)["messageVersion"] == creq(case)["messageVersion"] == "2.1.0"


@rows.setting("SdkAuthenticationType", of=CLIENT, default="", value="02,07,11",
              invalid=("12", "02;07", "2", "SMS"))
def sdk_authentication_type(case: Case) -> None:
    """sdkAuthenticationType, in that order; below 2.3.1 nothing."""
    sent = asked(case, version="2.3.1")["deviceRenderOptions"]
    assert sent["sdkAuthenticationType"] == ["02", "07", "11"]
    assert "sdkAuthenticationType" not in json.dumps(asked(case, version="2.2.0"))
    assert "sdkAuthenticationType" not in json.dumps(asked(case, plain=True, version="2.3.1"))


@rows.setting("OutgoingRawExtensions", of=CLIENT, default="", value=json.dumps([EXTENSION]),
              invalid=("{}", "[1]", "[{]", "text"))
def outgoing_raw_extensions(case: Case) -> None:
    """messageExtension of both requests, in place of Extensions; the eleventh is 606."""
    def add(client: Client) -> None:
        client.add_extension("B0-2", "other", False, "{}")

    assert case.challenge(prepare=add).failure is None
    assert areq(case)["messageExtension"] == creq(case)["messageExtension"] == [EXTENSION]
    assert case.challenge(plain=True, prepare=add).failure is None
    assert [e["id"] for e in areq(case)["messageExtension"]] == ["B0-2"]
    many = case.client(plain=True)
    many.config("OutgoingRawExtensions=" + json.dumps([EXTENSION] * 10))
    assert code_of(case, lambda: many.config(
        "OutgoingRawExtensions=" + json.dumps([EXTENSION] * 11))) == 606


@rows.setting("UseAESGCM", of=CLIENT, default="False", value="True", invalid="perhaps")
def use_aes_gcm(case: Case) -> None:
    """`enc` of the challenge requests, and of the device information."""
    for plain, enc in ((False, "A128GCM"), (True, "A128CBC-HS256")):
        answered(case, case.challenge(plain=plain), challenge_data_entry=payer.CODE)
        assert [entry["enc"] for entry in case.side.record("creq")[-2:]] == [enc, enc]
        header = areq(case)["sdkEncData"].split(".")[0]
        assert json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))["enc"] == enc


@rows.setting("MerchantAppURL", of=CLIENT, default="", value="shop://back?transID=17",
              any_text="the app's own scheme; it is sent as it is")
def merchant_app_url(case: Case) -> None:
    """threeDSRequestorAppURL of the challenge request; 2.1.0 does not have it."""
    assert case.challenge().failure is None
    assert creq(case)["threeDSRequestorAppURL"] == case.value
    assert case.challenge(plain=True).failure is None
    assert "threeDSRequestorAppURL" not in creq(case)
    assert case.challenge(version="2.1.0").failure is None
    assert "threeDSRequestorAppURL" not in creq(case)


@rows.setting("ResendChallengeInfo", of=CLIENT, default="", value="Y", invalid=("yes", "1"))
def resend_challenge_info(case: Case) -> None:
    """resendChallenge of one request; the next one has it no more."""
    seen = case.challenge(plain=True, card="resend")
    seen.object.config(case.row.assigned(case.value))
    assert answered(case, seen)["resendChallenge"] == "Y"
    assert "resendChallenge" not in answered(case, seen, challenge_data_entry="1")
    seen.object.config("ResendChallengeInfo=N")
    assert answered(case, seen, challenge_data_entry="2").get("resendChallenge") in (None, "N")


@rows.setting("SDKTransactionId", of=CLIENT, default="", value=OTHER_ID, invalid=NO_UUID)
def sdk_transaction_id(case: Case) -> None:
    """An object that goes on with another's transaction takes answers for this id alone, and
    sends it to the ACS; each request for authentication has a new one."""
    assert asked(case)["sdkTransID"] not in ("", case.value, asked(case)["sdkTransID"])
    text, second = hand_over(case, case.client(None))
    own = second.sdk_transaction_id
    second.config(case.row.assigned(case.value))
    assert code_of(case, lambda: second.check_auth_response(text)) == 604
    second.config(f"SDKTransactionId={own}")
    second.check_auth_response(text)
    second.send_challenge_request()
    assert creq(case)["sdkTransID"] == own == areq(case)["sdkTransID"]


def hand_over(case: Case, client: Client) -> tuple[str, Client]:
    """The answer for this client's transaction, and another client that has its key and id."""
    text = case.side.authenticate(client.get_auth_request(), "text")
    second = case.client(None, plain=True)
    for name in ("SDKEphemeralPrivateKey", "SDKTransactionId"):
        second.config(f"{name}={client.config(name)}")
    return text, second


KEY = jwk.JWK.generate(kty="EC", crv="P-256")


@rows.setting("SDKEphemeralPrivateKey", of=CLIENT, default="", value=KEY.export_private(),
              invalid=("{}", "x", KEY.export_public(),
                       jwk.JWK.generate(kty="EC", crv="P-384").export_private()))
def sdk_ephemeral_private_key(case: Case) -> None:
    """With another object's key the challenge of that one's transaction comes about: the ACS
    opens what this object sends. With a foreign key it does not begin."""
    first = case.client(None, plain=True)
    text, second = hand_over(case, first)
    second.check_auth_response(text)
    second.send_challenge_request()
    assert creq(case)["sdkTransID"] == first.sdk_transaction_id == second.sdk_transaction_id
    assert second.acsui_type == 1
    foreign = case.client(None)
    foreign.config(f"SDKTransactionId={first.sdk_transaction_id}")
    assert code_of(case, lambda: foreign.check_auth_response(text)) == 604


@rows.setting("SDKEphemeralPublicKey", of=CLIENT, default="", value=KEY.export_public(),
              invalid=("{}", "x", jwk.JWK.generate(kty="EC", crv="P-384").export_public()))
def sdk_ephemeral_public_key(case: Case) -> None:
    """sdkEphemPubKey of the request for authentication; one set by hand goes nowhere."""
    client = case.client(None)
    sent = json.loads(client.get_auth_request())["sdkEphemPubKey"]
    assert json.loads(client.config("SDKEphemeralPublicKey")) == sent
    assert sent["x"] != json.loads(case.value)["x"]


def untrusted(client: Client) -> None:
    """An authority that did not issue the ACS's certificate."""
    client.set_acs_root_cert_encoded(0, client.directory_server_cert_encoded)


@rows.setting("AcceptAnyACSCert", of=CLIENT, default="False", value="True", invalid="perhaps")
def accept_any_acs_cert(case: Case) -> None:
    """A chain to nobody's root: the ACS is sent a request, or nothing at all (602). A wrong
    signature is refused either way (604)."""
    assert case.challenge(prepare=untrusted).failure is None
    assert len(case.side.record("creq")) == 1
    refused = case.challenge(plain=True, prepare=untrusted).failure
    assert refused is not None and refused.code == 602
    case.side.fault("signed", how="signature-cut")
    wrong = case.challenge(prepare=untrusted).failure
    assert wrong is not None and wrong.code == 604
    assert len(case.side.record("creq")) == 1


@rows.setting("KnownExtensions", of=CLIENT, default="", value="A0-1,C0-3",
              any_text="identifiers are any text")
def known_extensions(case: Case) -> None:
    """A critical extension of the ACS goes on, or ends the challenge with Erro 202."""
    critical = {**EXTENSION, "criticalityIndicator": True}
    case.side.fault("message", set={"messageExtension": [critical]})
    assert case.challenge().failure is None and case.side.record("erro") == []
    failure = case.challenge(plain=True).failure
    assert failure is not None and failure.code == 1202
    assert [e["message"]["errorCode"] for e in case.side.record("erro")] == ["202"]


@rows.setting("StrictMessages", of=CLIENT, default="False", value="True", invalid="perhaps")
def strict_messages(case: Case) -> None:
    """A reply that deviates harmlessly is answered with Erro 203, or taken."""
    sloppy = {**EXTENSION, "criticalityIndicator": "false"}
    case.side.fault("message", set={"messageExtension": [sloppy]})
    failure = case.challenge().failure
    assert failure is not None and 1101 <= failure.code <= 1302
    assert [e["message"]["errorCode"] for e in case.side.record("erro")] == ["203"]
    assert case.challenge(plain=True).failure is None
    assert len(case.side.record("erro")) == 1


@rows.setting("LogLevel", of=CLIENT, default="1", value="2", invalid=("-1", "4", "all"))
def log_level(case: Case) -> None:
    """Types of entries that come at each level; the packet that is logged is the one sent."""
    types = {}
    for level in ("0", case.row.default, case.value, "3"):
        seen = case.challenge(None, f"LogLevel={level}", plain=True)
        types[level] = {event.log_type for event in seen.journal.of("log")}
        assert all(event.log_level <= int(level) for event in seen.journal.of("log"))
    assert types["0"] == set() and types["1"] == {"Info"}
    assert {"Info", "AReq", "CReq", "RequestHeaders"} <= types["2"]
    assert types["3"] - types["2"] == {"RequestBody", "ResponseBody"}
    logged = seen.journal.logs("CReq")[-1]
    assert json.loads(logged[logged.index("{"):]) == creq(case)


@rows.setting("MaskSensitive", of=CLIENT, default="True", value="False", invalid="perhaps")
def mask_sensitive(case: Case) -> None:
    """What the ACS got stands in the log, or six stars do."""
    for plain in (False, True):
        seen = case.challenge(None, "LogLevel=3", plain=plain)
        assert answered(case, seen, challenge_data_entry="71828182")[
            "challengeDataEntry"] == "71828182"
        assert ("71828182" in seen.journal.log) != plain
        assert ("******" in seen.journal.log) == plain
