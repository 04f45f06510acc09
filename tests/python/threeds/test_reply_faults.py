"""Replies that break the protocol: the Erro that goes out, what the app is told, the end."""

from __future__ import annotations

import itertools
import json
import time

import pytest

from coffer import CofferError
from coffer.sandbox import ThreeDS
from coffer.threeds import Client
from conftest import MakeClient
from payer import ENCODINGS, GCM, VERSIONS, Journal, authenticate, code_of, print_count, start
from reply_faults import ABSENT, FAULTS, ROWS, Fault

Case = tuple[Fault, str, str]


def all_cases() -> list[Case]:
    """Each kind once, by turns; then what a row lacks of versions and encryptions.

    What concerns the encryption is tried with both.
    """
    found: list[Case] = []
    for number, fault in enumerate(FAULTS):
        version = fault.versions[number % len(fault.versions)]
        one = ENCODINGS[number // 3 % 2]
        found += [(fault, version, enc) for enc in ENCODINGS
                  if enc == one or fault.row == "JWE, tag, counter"]
    has = {(fault.row, version, enc) for fault, version, enc in found}
    for row, version, enc in itertools.product(ROWS, VERSIONS, ENCODINGS):
        fitting = [f for f in FAULTS if f.row == row and version in f.versions]
        if fitting and (row, version, enc) not in has:
            found.append((fitting[0], version, enc))
    return found


CASES = all_cases()


def test_every_row_has_a_case() -> None:
    """In each version and encryption, or the version is known to lack it; never both."""
    print_count("reply faults", CASES)
    has = {(fault.row, version, enc) for fault, version, enc in CASES}
    for row, version, enc in itertools.product(ROWS, VERSIONS, ENCODINGS):
        assert ((row, version, enc) in has) != ((row, version) in ABSENT), (row, version, enc)
    assert {fault.row for fault in FAULTS} == set(ROWS)
    assert len({(str(fault), fault.versions) for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("case, version, enc", CASES,
                         ids=[f"{f}-{v}-{e}" for f, v, e in CASES])
def test_reply(side: ThreeDS, make_client: MakeClient, case: Fault, version: str,
               enc: str) -> None:
    client = make_client(version, enc)
    for setting in case.settings:
        client.config(setting)
    journal = Journal().attach(client)
    authenticate(client, side, case.card)
    if case.second:
        client.send_challenge_request()
        client.config("ResendChallengeInfo=Y")
    side.set_faults({"fault": case.fault})
    if case.raised == 0:
        client.send_challenge_request()
        assert client.challenge_complete and client.transaction_status == "N"
        assert side.record("erro") == [] and client.error_packet == ""
        return
    with pytest.raises(CofferError) as caught:
        client.send_challenge_request()
    assert caught.value.code == case.raised, caught.value.message
    assert "\n" not in caught.value.message
    check_erro(side, client, case, version)
    check_end(client, journal, case)
    assert len(side.record("creq")) == 1 + case.second and side.record("elsewhere") == []


def check_erro(side: ThreeDS, client: Client, case: Fault, version: str) -> None:
    sent = side.record("erro")
    if not case.emv:
        assert sent == []
        return
    assert len(sent) == 1
    entry = sent[0]
    assert entry["problems"] == []
    assert entry["headers"]["content-type"].lower() == "application/json; charset=utf-8"
    message = entry["message"]
    assert message["errorCode"] == case.emv
    assert message["errorComponent"] == "C" and message["messageVersion"] == version
    if case.detail is not None:
        assert message["errorDetail"] == case.detail
    assert client.error_packet == entry["text"]
    assert client.data_packet_out == entry["text"]
    told = [client.config(name) for name in ("ErrorCode", "ErrorDescription", "ErrorDetail")]
    assert told == [message["errorCode"], message["errorDescription"], message["errorDetail"]]


def check_end(client: Client, journal: Journal, case: Fault) -> None:
    """The app hears it once, the challenge is over, its keys are gone."""
    protocol = {604, 1101, 1102, 1201, 1202, 1301, 1302}
    assert journal.errors == ([case.raised] if case.raised in protocol else [])
    if case.row == "Erro received":
        packet = json.loads(client.error_packet)
        assert packet["messageType"] == "Erro"
        assert packet.get("errorCode", "") == client.config("ErrorCode")
    assert client.config("SDKEphemeralPrivateKey") == ""
    assert client.acsui_type == 0 and client.challenge_info_text == ""
    assert not client.challenge_complete
    assert code_of(client.send_challenge_request) == 603


def test_no_reply_in_time(side: ThreeDS, make_client: MakeClient) -> None:
    client = make_client("2.3.1")
    start(client, side, "resend")
    client.timeout = 3
    side.fault("connection", how="hang")
    client.config("ResendChallengeInfo=Y")
    assert code_of(client.send_challenge_request) == 201
    end = time.monotonic() + 60
    while not (sent := side.record("erro")):  # it is not answered either
        assert time.monotonic() < end, "the Erro does not arrive"
    assert sent[0]["message"]["errorCode"] == client.config("ErrorCode") == "402"
    assert client.error_packet == sent[0]["text"]
    assert code_of(client.send_challenge_request) == 603


def test_nobody_listens(side: ThreeDS, client: Client) -> None:
    """acsURL is signed, and leads nowhere."""
    side.knobs(acsURL="https://127.0.0.1:1/acs")
    authenticate(client, side, "text")
    assert code_of(client.send_challenge_request) == 10061
    assert side.record("erro") == [] and client.error_packet == ""


def test_one_retry_of_a_connection_that_is_lost_before_an_answer(side: ThreeDS,
                                                                 client: Client) -> None:
    """Only while nothing was sent: a CReq that may have arrived is not sent twice."""
    authenticate(client, side, "text")
    side.fault("connection", how="reset")
    assert code_of(client.send_challenge_request) == 10054
    assert [entry["text"] for entry in side.record("creq")] == [side.record("creq")[0]["text"]]


@pytest.mark.parametrize("content_type", ["", "application/json", "text/html", "text/plain",
                                          "application/jose", "APPLICATION/JOSE;charset=ascii",
                                          "nonsense", "multipart/mixed; boundary=x"])
def test_content_types_do_not_matter(side: ThreeDS, client: Client, content_type: str) -> None:
    side.knobs(contentType=content_type)
    start(client, side, "text")
    assert client.acsui_type == 1


@pytest.mark.parametrize("how", ["other-kid", "no-kid", "random-iv", "other-enc", "white-space"])
@pytest.mark.parametrize("enc", ENCODINGS)
def test_sealing_that_is_only_sloppy(side: ThreeDS, make_client: MakeClient, how: str,
                                     enc: str) -> None:
    side.fault("jwe", how=how)
    client = make_client("2.2.0", enc)
    start(client, side, "text")
    assert client.acsui_type == 1


@pytest.mark.parametrize("enc", ENCODINGS)
def test_a_counter_that_starts_at_1(side: ThreeDS, make_client: MakeClient, enc: str) -> None:
    side.fault("counter", how="start-at-1", times=1)
    client = make_client("2.2.0", enc)
    start(client, side, "resend")
    for _ in range(2):
        client.config("ResendChallengeInfo=Y")
        client.send_challenge_request()
    assert side.record("creq")[-1]["message"]["sdkCounterStoA"] == "002"


def test_counters_to_their_end(side: ThreeDS, make_client: MakeClient) -> None:
    """256 messages each way, beyond 127 without a sign; then it is over."""
    client = make_client("2.2.0", GCM)
    start(client, side, "endless")
    for _ in range(255):
        client.config("ResendChallengeInfo=Y")
        client.send_challenge_request()
    transaction = side.transactions()[0]
    assert transaction["sdkCounterStoA"] == transaction["acsCounterAtoS"] == 256
    assert side.record("creq")[-1]["message"]["sdkCounterStoA"] == "255"
    client.config("ResendChallengeInfo=Y")
    assert code_of(client.send_challenge_request) == 603
    assert len(side.record("creq")) == 256
    assert client.config("SDKEphemeralPrivateKey") == ""
