"""Rows of Client's settings that tell what the peers sent."""

from __future__ import annotations

import json
import time
from typing import Any

import payer
from case import Case, Seen
from coffer.threeds import Client
from table import CLIENT, Section

rows = Section()

EXTENSIONS = [
    {"name": "first", "id": "A0-1", "criticalityIndicator": True, "data": {"a": [1, 2]}},
    {"name": "second", "id": "B0-2", "criticalityIndicator": False, "data": {}}]
ANSWER = {"acsRenderingType": {"acsInterface": "02", "acsUiTemplate": "05",
                               "deviceUserInterfaceMode": "04"},
          "transStatusReason": "22"}


def ares(case: Case, card: str = "text", **members: Any) -> tuple[Client, dict[str, Any]]:
    """A client that has checked an answer with these members, and the answer."""
    if members:
        case.side.fault("message", match={"kind": "areq"}, set=members)
    client = case.client(None, version="2.3.1")
    return client, payer.authenticate(client, case.side, card)


def tells(case: Case, *path: str) -> None:
    """It reads what the peer sent at that place; with no such member nothing."""
    client, sent = ares(case, "frictionless-N", **ANSWER)
    value: Any = sent
    for step in path:
        value = value[step]
    assert value and client.config(case.row.name) == value


@rows.read_only("ACSRenderingDeviceUserInterfaceMode", of=CLIENT)
def acs_device_user_interface_mode(case: Case) -> None:
    tells(case, "acsRenderingType", "deviceUserInterfaceMode")


@rows.read_only("ACSRenderingInterface", of=CLIENT)
def acs_rendering_interface(case: Case) -> None:
    tells(case, "acsRenderingType", "acsInterface")


@rows.read_only("ACSRenderingUITemplate", of=CLIENT)
def acs_rendering_ui_template(case: Case) -> None:
    tells(case, "acsRenderingType", "acsUiTemplate")


@rows.read_only("TransactionStatusReason", of=CLIENT)
def transaction_status_reason(case: Case) -> None:
    tells(case, "transStatusReason")


def replaced(case: Case, member: str) -> None:
    """What was set by hand is replaced by what the peer sent, and was sent to nobody."""
    client, sent = ares(case)
    assert client.config(case.row.name) == sent[member] != case.value
    client.send_challenge_request()
    creq = case.side.record("creq")[-1]
    assert creq["refused"] in (None, {}, "") and case.value not in json.dumps(creq)


@rows.setting("ACSSignedContent", of=CLIENT, default="", value="e30.e30.c2ln",
              any_text="informational: a challenge starts from what CheckAuthResponse verified")
def acs_signed_content(case: Case) -> None:
    replaced(case, "acsSignedContent")


@rows.setting("ACSTransactionId", of=CLIENT, default="", value="by-hand-1",
              any_text="informational: filled in by CheckAuthResponse")
def acs_transaction_id(case: Case) -> None:
    replaced(case, "acsTransID")


@rows.setting("DSTransactionId", of=CLIENT, default="", value="by-hand-2",
              any_text="informational: filled in by CheckAuthResponse")
def ds_transaction_id(case: Case) -> None:
    replaced(case, "dsTransID")


@rows.setting("ServerTransactionId", of=CLIENT, default="", value="by-hand-3",
              any_text="informational: filled in by CheckAuthResponse")
def server_transaction_id(case: Case) -> None:
    replaced(case, "threeDSServerTransID")


@rows.setting("ACSURL", of=CLIENT, default="", value="https://elsewhere.example/",
              any_text="informational: requests go to the address that the ACS signed")
def acs_url(case: Case) -> None:
    """The signed address, whatever is set: there the request arrives."""
    server = case.server()
    seen = case.challenge(server)
    assert seen.failure is None and len(server.requests) == 1
    assert seen.setting("ACSURL") == server.origin + "/acs/challenge"
    client, _ = ares(case)
    client.config(f"ACSURL={server.origin}/acs/challenge")
    case.side.knobs(acsURL="")
    count = len(server.requests)
    client, _ = ares(case)
    client.config(f"ACSURL={server.origin}/acs/challenge")
    client.send_challenge_request()
    assert len(server.requests) == count


@rows.read_only("ChallengeResponse", of=CLIENT)
def challenge_response(case: Case) -> None:
    """The clear text of the ACS's reply."""
    seen = case.challenge()
    assert json.loads(seen.setting("ChallengeResponse")) == json.loads(
        case.side.record("creq")[-1]["reply"])


@rows.read_only("ChallengeTimeRemaining", of=CLIENT, default="0")
def challenge_time_remaining(case: Case) -> None:
    """Five minutes less what has passed since the ACS heard of it; none when it is over."""
    server = case.server()
    seen = case.challenge(server)
    remaining = int(seen.setting("ChallengeTimeRemaining"))
    passed = time.monotonic() - server.requests[0].at
    assert 300 - passed - 30 <= remaining <= 300
    payer.finish(seen.object)
    assert seen.setting("ChallengeTimeRemaining") == "0"


def erro(case: Case) -> Seen:
    """A challenge that the ACS ends."""
    case.side.fault("erro", code="305", description="What is wrong", detail="challengeDataEntry")
    seen = case.challenge()
    assert seen.failure is not None
    return seen


@rows.read_only("ErrorCode", of=CLIENT)
def error_code(case: Case) -> None:
    """errorCode of the ACS's Erro, and of ours as the ACS got it."""
    assert erro(case).setting("ErrorCode") == "305"
    assert own_erro(case, "errorCode")


@rows.read_only("ErrorDescription", of=CLIENT)
def error_description(case: Case) -> None:
    assert erro(case).setting("ErrorDescription") == "What is wrong"
    assert own_erro(case, "errorDescription")


@rows.read_only("ErrorDetail", of=CLIENT)
def error_detail(case: Case) -> None:
    assert erro(case).setting("ErrorDetail") == "challengeDataEntry"
    assert own_erro(case, "errorDetail")


def own_erro(case: Case, member: str) -> str:
    """What we said of a reply without acsUiType, as the ACS got it."""
    case.side.set_faults()
    case.side.fault("message", remove=["acsUiType"])
    seen = case.challenge()
    assert seen.failure is not None
    sent: str = case.side.record("erro")[-1]["message"][member]
    assert seen.setting(case.row.name) == sent
    return sent


def extended(case: Case) -> Client:
    """A client that got EXTENSIONS with a screen."""
    case.side.fault("message", set={"messageExtension": EXTENSIONS})
    seen = case.challenge(None, "KnownExtensions=A0-1")
    assert seen.failure is None
    client: Client = seen.object
    return client


def each(case: Case) -> list[str]:
    """The indexed setting for each extension."""
    client = extended(case)
    name = case.row.name
    assert case.refused(lambda: client.config(f"{name}[{len(EXTENSIONS)}]")).code == 606
    return [client.config(f"{name}[{number}]") for number in range(len(EXTENSIONS))]


@rows.read_only("IncomingExtensionCount", of=CLIENT, default="0")
def incoming_extension_count(case: Case) -> None:
    assert extended(case).config("IncomingExtensionCount") == str(len(EXTENSIONS))
    client, _ = ares(case, "frictionless-Y", messageExtension=[EXTENSIONS[1]])
    assert client.config("IncomingExtensionCount") == "1"


@rows.read_only("IncomingExtensionName", of=CLIENT, index="[0]")
def incoming_extension_name(case: Case) -> None:
    assert each(case) == [extension["name"] for extension in EXTENSIONS]


@rows.read_only("IncomingExtensionId", of=CLIENT, index="[0]")
def incoming_extension_id(case: Case) -> None:
    assert each(case) == [extension["id"] for extension in EXTENSIONS]


@rows.read_only("IncomingExtensionCritical", of=CLIENT, index="[0]")
def incoming_extension_critical(case: Case) -> None:
    assert each(case) == [str(extension["criticalityIndicator"]) for extension in EXTENSIONS]


@rows.read_only("IncomingExtensionData", of=CLIENT, index="[0]")
def incoming_extension_data(case: Case) -> None:
    assert [json.loads(text) for text in each(case)] == [
        extension["data"] for extension in EXTENSIONS]


@rows.read_only("IncomingRawExtensions", of=CLIENT)
def incoming_raw_extensions(case: Case) -> None:
    assert json.loads(extended(case).config("IncomingRawExtensions")) == EXTENSIONS


@rows.read_only("MessageType", of=CLIENT)
def message_type(case: Case) -> None:
    """The type of what was sent or received last, as the peers recorded it."""
    found = []
    client = case.client(None)
    text = case.side.authenticate(client.get_auth_request(), "text")
    found.append(client.config("MessageType"))
    client.check_auth_response(text)
    found.append(client.config("MessageType"))
    client.on_data_packet_out = lambda event: found.append(client.config("MessageType"))
    client.send_challenge_request()
    found.append(client.config("MessageType"))
    got = case.side.record("creq")[0]
    assert found == ["AReq", json.loads(text)["messageType"], got["message"]["messageType"],
                     json.loads(got["reply"])["messageType"]]
    case.side.fault("message", remove=["acsUiType"])
    client.challenge_data_entry = "1"  # wrong: another screen follows
    case.refused(client.send_challenge_request)
    assert client.config("MessageType") == "Erro" == case.side.record("erro")[0]["message"][
        "messageType"]
