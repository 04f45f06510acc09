"""Logs and data packets: which type at which level, and what never stands in them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from coffer import CofferError
from coffer.sandbox import ThreeDS
from coffer.threeds import Client
from conftest import MakeClient
from payer import ENCODINGS, VERSIONS, Journal, authenticate, code_of, start

ENTRY, ENTRY_TWO = "71828182", "hunter2 Żółw"
PAGE = "code=31415926&name=Żółw"
MASK = "******"


def forms(secret: bytes) -> list[str]:
    """A secret as text, hex, base64 and base64url, as far as each can be read."""
    found = [secret.hex(), secret.hex().upper()]
    for shift in range(3):  # base64 depends on where the octets stand
        whole = base64.b64encode(b"\0" * shift + secret).decode()
        middle = whole[4 if shift else 0:-4].rstrip("=")
        found += [middle, middle.translate({ord("+"): "-", ord("/"): "_"})]
    try:
        text = secret.decode()
        found += [text, quote(text), json.dumps(text)[1:-1]]
    except UnicodeDecodeError:
        pass
    return [form for form in found if len(form) >= 6]


def check_absent(journal: Journal, *secrets: bytes, also: tuple[str, ...] = ()) -> None:
    """In no log event of any type, and in no text of any other event."""
    assert journal.of("log")
    for event in journal.events:
        texts = [str(value) for name, value in event.fields.items() if name != "data_packet"]
        texts += [value.decode("latin-1") for value in event.fields.values()
                  if isinstance(value, bytes)]
        for secret in secrets:
            for form in forms(secret):
                assert not any(form in text for text in texts), (event.name, form)
        for form in also:
            assert not any(form in text for text in texts), (event.name, form)


def spend(client: Client, side: ThreeDS, card: str, entry: str, two: str = "") -> tuple[bytes, ...]:
    """One wrong answer; the keys of the session."""
    authenticate(client, side, card)
    private = json.loads(client.config("SDKEphemeralPrivateKey"))["d"]
    client.send_challenge_request()
    client.challenge_data_entry = entry
    if two:
        client.challenge_data_entry_two = two
    client.send_challenge_request()
    cek = bytes.fromhex(side.transactions()[-1]["cek"])
    octets = base64.urlsafe_b64decode(private + "=")
    assert side.record("creq")[-1]["message"]  # it was sent, and understood
    return octets, cek, cek[:16], cek[16:]


@pytest.mark.parametrize("enc", ENCODINGS)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("card", ["text", "html"])
def test_secrets_are_in_no_log(side: ThreeDS, make_client: MakeClient, version: str, enc: str,
                               card: str) -> None:
    client = make_client(version, enc)
    client.config("LogLevel=3")
    journal = Journal().attach(client)
    entry = ENTRY if card == "text" else PAGE
    keys = spend(client, side, card, entry)
    check_absent(journal, *keys, entry.encode())
    assert any(MASK in text for text in journal.logs("CReq"))
    assert side.record("creq")[-1]["message"][
        "challengeDataEntry" if card == "text" else "challengeHTMLDataEntry"] == entry


def test_both_entries(side: ThreeDS, make_client: MakeClient) -> None:
    client = make_client("2.3.1")
    client.config("LogLevel=3")
    journal = Journal().attach(client)
    keys = spend(client, side, "two-boxes", ENTRY, ENTRY_TWO)
    check_absent(journal, *keys, ENTRY.encode(), ENTRY_TWO.encode())
    assert json.loads(journal.logs("CReq")[-1][journal.logs("CReq")[-1].index("{"):])[
        "challengeDataEntryTwo"] == MASK


@pytest.mark.parametrize("card, entry", [("text", ENTRY), ("html", PAGE)])
def test_without_masking_the_entry_is_there_but_no_key(side: ThreeDS, make_client: MakeClient,
                                                       card: str, entry: str) -> None:
    """Also shows that the search above finds what is there."""
    client = make_client("2.2.0")
    client.config("LogLevel=3")
    client.config("MaskSensitive=False")
    journal = Journal().attach(client)
    keys = spend(client, side, card, entry)
    check_absent(journal, *keys)
    with pytest.raises(AssertionError):
        check_absent(journal, entry.encode())


def test_failures_reveal_nothing(side: ThreeDS, make_client: MakeClient) -> None:
    """Neither logs nor texts of errors, when a reply breaks the protocol."""
    client = make_client("2.2.0")
    client.config("LogLevel=3")
    journal = Journal().attach(client)
    authenticate(client, side, "text")
    client.send_challenge_request()
    side.fault("message", set={"messageType": ENTRY})
    client.challenge_data_entry = ENTRY
    with pytest.raises(CofferError) as caught:
        client.send_challenge_request()
    cek = bytes.fromhex(side.transactions()[-1]["cek"])
    check_absent(journal, cek, cek[:16], cek[16:])
    client.challenge_data_entry = ENTRY
    assert code_of(client.send_challenge_request) == 603
    assert caught.value.code == 1101
    side.set_faults()
    start(client, side, "text")
    client.challenge_data_entry = ENTRY * 9
    with pytest.raises(CofferError) as caught:
        client.send_challenge_request()
    assert caught.value.code == 603 and ENTRY not in caught.value.message
    assert not any(ENTRY in text for text in journal.logs("CReq"))


#: log type -> the lowest level at which it occurs in a payment
LEVELS = {"Info": 1, "RequestHeaders": 2, "ResponseHeaders": 2, "AReq": 2, "ARes": 2, "CReq": 2,
          "CRes": 2, "EphemeralKey": 2, "DeviceParams": 2, "RequestBody": 3, "ResponseBody": 3}


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_levels(side: ThreeDS, make_client: MakeClient, level: int) -> None:
    client = make_client("2.2.0")
    client.config(f"LogLevel={level}")
    journal = Journal().attach(client)
    spend(client, side, "text", ENTRY)
    seen: dict[str, int] = {}
    for event in journal.of("log"):
        seen[event.log_type] = min(seen.get(event.log_type, 9), event.log_level)
    wanted = {name: at for name, at in LEVELS.items() if at <= level}
    assert seen == wanted


def test_an_erro_is_logged(side: ThreeDS, make_client: MakeClient) -> None:
    client = make_client("2.2.0")
    client.config("LogLevel=2")
    journal = Journal().attach(client)
    side.fault("erro", code="203")
    authenticate(client, side, "text")
    assert code_of(client.send_challenge_request) == 1101
    assert any('"203"' in text for text in journal.logs("Erro"))


def test_public_key_and_device_data(side: ThreeDS, make_client: MakeClient) -> None:
    client = make_client("2.2.0")
    client.config("LogLevel=2")
    journal = Journal().attach(client)
    request = json.loads(client.get_auth_request())
    key = journal.logs("EphemeralKey")[0]
    assert request["sdkEphemPubKey"]["x"] in key and '"d"' not in key
    assert '"C001"' in journal.logs("DeviceParams")[0]


def test_packets_are_as_they_travel(side: ThreeDS, client: Client, journal: Journal) -> None:
    start(client, side, "text")
    client.challenge_data_entry = ENTRY
    side.fault("jwe", how="bad-tag")
    assert code_of(client.send_challenge_request) == 1302
    sent = [event.data_packet.decode() for event in journal.of("data_packet_out")]
    arrived = [entry["body"] for entry in side.record() if entry["kind"] in ("creq", "erro")]
    assert sent == arrived and len(sent) == 3
    assert len(journal.of("data_packet_in")) == 2
    assert all(event.data_packet.count(b".") == 4 for event in journal.of("data_packet_in"))


def test_extensions_and_paths(side: ThreeDS, make_client: MakeClient) -> None:
    client = make_client("2.2.0")
    client.add_extension("A0-1", "mine", False, '{"a":[1,2]}')
    client.config("KnownExtensions=B0-2")
    extension = {"name": "theirs", "id": "B0-2", "criticalityIndicator": True,
                 "data": {"list": [{"n": "x"}, {"n": "y"}]}}
    side.fault("message", set={"messageExtension": [extension]})
    start(client, side, "text")
    sent = [side.record("areq")[0], side.record("creq")[0]]
    assert [e["message"]["messageExtension"] for e in sent] == [[
        {"name": "mine", "id": "A0-1", "criticalityIndicator": False, "data": {"a": [1, 2]}}]] * 2
    assert client.config("IncomingExtensionCount") == "1"
    assert client.config("IncomingExtensionId[0]") == "B0-2"
    assert client.config("IncomingExtensionName[0]") == "theirs"
    assert client.config("IncomingExtensionCritical[0]") == "True"
    assert json.loads(client.config("IncomingExtensionData[0]")) == extension["data"]
    assert json.loads(client.config("IncomingRawExtensions")) == [extension]
    client.config("XPath=/json/messageExtension/[1]/data/list/[last()]/n")
    assert client.config("XText").strip('"') == "y"


def test_a_field_of_ones_own(side: ThreeDS, client: Client) -> None:
    client.add_request_field("merchantNote", "hello", 2)
    start(client, side, "text")
    assert side.record("areq")[0]["message"]["merchantNote"] == "hello"
    assert side.record("creq")[0]["unknown"] == []
    client.add_request_field("merchantNote", "again", 2)
    client.challenge_data_entry = "1"
    client.send_challenge_request()
    assert side.record("creq")[1]["unknown"] == ["merchantNote"]


def test_a_server_that_is_not_trusted_gets_nothing(side: ThreeDS, client: Client) -> None:
    client.config("OpenSSLCAFile=")
    journal = Journal().attach(client)
    authenticate(client, side, "text")
    assert code_of(client.send_challenge_request) == 280
    assert side.record("creq") == []
    asked = journal.of("ssl_server_authentication")
    assert [event.accept for event in asked] == [False] and asked[0].status != "OK"


def test_a_server_that_is_trusted_beside_the_system(side: ThreeDS, client: Client) -> None:
    client.config("OpenSSLCAFile=")
    client.config("SSLServerCACerts=" + Path(side.ca_file).read_text("ascii"))
    start(client, side, "text")
    assert client.acsui_type == 1


def test_a_handler_may_accept_the_server(side: ThreeDS, client: Client) -> None:
    client.config("OpenSSLCAFile=")
    client.on_ssl_server_authentication = lambda event: setattr(event, "accept", True)
    start(client, side, "text")
    assert client.acsui_type == 1
