"""Each situation of a challenge sends exactly the CReq that the specification prints."""

from __future__ import annotations

import pytest

from coffer.sandbox import ThreeDS
from payer import ENCODINGS, GCM, VERSIONS, authenticate, base_of, print_count, start
from conftest import MakeClient
from journal import give
from situations import ABSENT, ROWS, SITUATIONS, Json, Situation


def test_every_row_has_a_case() -> None:
    """In each version, or the version is known to lack it; never both."""
    print_count("situations", SITUATIONS)
    has = {(case.row, case.version) for case in SITUATIONS}
    for row in ROWS:
        for version in VERSIONS:
            assert ((row, version) in has) != ((row, version) in ABSENT), (row, version)
    assert {case.row for case in SITUATIONS} == set(ROWS)


@pytest.mark.parametrize("enc", ENCODINGS)
@pytest.mark.parametrize("case", SITUATIONS, ids=str)
def test_situation(side: ThreeDS, make_client: MakeClient, case: Situation, enc: str) -> None:
    client = make_client(case.version, enc)
    if "requestor_app_url" in case.set:
        client.requestor_app_url = case.set["requestor_app_url"]
    if case.first:
        authenticate(client, side, case.card)
    else:
        start(client, side, case.card)
    give(client, case.set)
    client.send_challenge_request()

    record = side.record("creq")
    entry = record[-1]
    assert entry["refused"] is None
    message = entry["message"]
    assert {n: v for n, v in message.items() if n not in base_of(case.version)} == case.added
    assert base_of(case.version) <= set(message)
    assert message["messageVersion"] == case.version
    assert message["sdkCounterStoA"] == f"{len(record) - 1:03d}"
    assert entry["unknown"] == entry["problems"] == []
    assert entry["enc"] == enc
    assert entry["header"] == {"alg": "dir", "enc": enc, "kid": entry["acsTransID"]}
    if enc == GCM:
        assert entry["iv"] == f"{len(record) - 1:024x}"
    check_headers(entry, case.version)
    # one-shot answers are gone
    assert client.challenge_data_entry == client.challenge_data_entry_two == ""
    assert client.challenge_cancellation_indicator == ""
    assert client.oob_continuation_indicator == client.oob_app_status == 0
    assert not client.use_additional_challenge and not client.use_information_continuation
    assert not client.whitelisting_data_entry and not client.device_binding_data_entry
    assert client.config("ResendChallengeInfo") == ""


def check_headers(entry: Json, version: str) -> None:
    headers = entry["headers"]
    assert entry["method"] == "POST"
    assert headers["content-type"].lower() == "application/jose; charset=utf-8"
    assert int(headers["content-length"]) == len(entry["body"])
    assert "expect" not in headers and "authorization" not in headers
    assert headers["user-agent"].startswith("coffer/")
    if version == "2.3.1":
        assert headers["x-request-id"] == entry["message"]["sdkTransID"]
    else:
        assert "x-request-id" not in headers
