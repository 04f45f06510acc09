"""3DS Server, directory server and ACS: scenarios by card, and how strict they are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import coffer.sandbox
from coffer.sandbox import Sandbox, ThreeDS
from coffer.sandbox.threeds import jwe
from coffer.sandbox.threeds.cards import CARDS
from coffer.sandbox.threeds.scenarios import SCENARIOS
from coffer.sandbox.threeds.strict import VERSIONS
from sdk import DEVICE, Json, Sdk


def answer_to(screen: Json, version: str) -> Json:
    """What a customer would do who knows the code."""
    found: Json = {}
    for text, name in (("whitelistingInfoText", "whitelistingDataEntry"),
                       ("trustListInfoText", "trustListDataEntry"),
                       ("deviceBindingInfoText", "deviceBindingDataEntry")):
        if text in screen:
            found[name] = "Y"
    ui = screen["acsUiType"]
    if ui == "01":
        found["challengeDataEntry"] = "123456"
        if "challengeEntryBoxTwo" in screen:
            found["challengeDataEntryTwo"] = "4321"
    elif ui in ("02", "03"):
        found["challengeDataEntry"] = "sms" if ui == "02" else "sms,mail"
    elif ui == "04":
        found["oobContinue"] = "01" if version == "2.3.1" else True
    elif ui == "05":
        found["challengeHTMLDataEntry"] = "code=123456&submit=OK"
    elif ui == "06":
        found.update(oobContinue="01", challengeHTMLDataEntry="code=123456")
    else:
        found["infoContinueIndicator"] = True
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", sorted(n for n in SCENARIOS if SCENARIOS[n].status != "C"))
def test_frictionless(side: ThreeDS, name: str, version: str) -> None:
    ares = Sdk(side, version).authenticate(name)
    wanted = SCENARIOS[name].status
    assert ares["transStatus"] == ("U" if version == "2.1.0" and wanted in "ID" else wanted)
    assert "acsSignedContent" not in ares
    assert side.transactions()[0]["device"] == DEVICE


@pytest.mark.parametrize("enc", jwe.ENCODINGS)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", sorted(n for n in SCENARIOS if SCENARIOS[n].status == "C"))
def test_challenge(side: ThreeDS, name: str, version: str, enc: str) -> None:
    sdk = Sdk(side, version, enc)
    screen = sdk.start(CARDS[name], ec_key=version == "2.2.0")
    rounds = 1
    while screen["challengeCompletionInd"] == "N":
        screen = sdk.send(**answer_to(screen, version))
        assert screen["messageType"] == "CRes", screen
        rounds += 1
    assert screen["transStatus"] == SCENARIOS[name].end(version)
    assert rounds == 1 + len(SCENARIOS[name].screens) + SCENARIOS[name].pending
    record = side.record("creq")
    assert [entry["refused"] for entry in record] == [None] * rounds
    assert all(entry["enc"] == entry["replyEnc"] == enc for entry in record)
    assert not any(entry["unknown"] or entry["problems"] for entry in record)
    assert sdk.send()["errorCode"] == "305"


def test_wrong_then_right(side: ThreeDS) -> None:
    sdk = Sdk(side)
    sdk.start("text")
    again = sdk.send(challengeDataEntry="000000")
    assert again["challengeInfoTextIndicator"] == "Y"
    assert sdk.send(challengeDataEntry="123456")["transStatus"] == "Y"


def test_three_times_wrong(side: ThreeDS) -> None:
    sdk = Sdk(side)
    sdk.start("text")
    sdk.send(challengeNoEntry="Y")
    sdk.send(challengeDataEntry="0")
    assert sdk.send(challengeDataEntry="0")["transStatus"] == "N"


@pytest.mark.parametrize("version", VERSIONS)
def test_cancel_and_resend(side: ThreeDS, version: str) -> None:
    sdk = Sdk(side, version)
    sdk.start("resend")
    for number in range(2, 5):
        assert str(number) in sdk.send(resendChallenge="Y")["challengeInfoText"]
    assert sdk.send(challengeCancel="01")["transStatus"] == "N"


def test_counters_up_to_their_end(side: ThreeDS) -> None:
    sdk = Sdk(side, enc=jwe.GCM)
    sdk.start("endless")
    for _ in range(255):
        assert sdk.send(resendChallenge="Y")["challengeCompletionInd"] == "N"
    assert side.transactions()[0]["sdkCounterStoA"] == 256
    sdk.counter = 255
    assert sdk.send(resendChallenge="Y", sdkCounterStoA="256")["errorCode"] == "302"


def test_another_way(side: ThreeDS) -> None:
    sdk = Sdk(side, "2.3.1")
    sdk.start("additional")
    assert sdk.send(challengeAddCode="Y")["acsUiType"] == "02"
    sdk = Sdk(side, "2.3.1")
    sdk.general = {"oobAppURLInd": "02"}
    assert "oobAppURL" not in sdk.start("oob")


#: what an ACS refuses: version, card, members beside the base, errorCode, errorDetail
REFUSED: list[tuple[str, str, Json, str, str]] = [
    ("2.2.0", "text", {"messageType": "CRes"}, "101", "messageType"),
    ("2.2.0", "text", {"messageVersion": "9.9.9"}, "102", "2.1.0,2.2.0,2.3.1"),
    ("2.2.0", "text", {"messageVersion": "2.1.0"}, "203", "messageVersion"),
    ("2.2.0", "text", {"messageVersion": "(absent)"}, "201", "messageVersion"),
    ("2.2.0", "text", {"sdkTransID": "(absent)"}, "201", "sdkTransID"),
    ("2.2.0", "text", {"sdkTransID": "1"}, "203", "sdkTransID"),
    ("2.2.0", "text", {"acsTransID": "00000000-0000-4000-8000-000000000000"}, "301", "acsTransID"),
    ("2.2.0", "text", {"sdkCounterStoA": "007"}, "302", "sdkCounterStoA"),
    ("2.2.0", "text", {"sdkCounterStoA": 1}, "302", "sdkCounterStoA"),
    ("2.3.1", "text", {"oobAppURLInd": "(absent)"}, "201", "oobAppURLInd"),
    ("2.2.0", "text", {"oobAppURLInd": "01"}, "203", "oobAppURLInd"),
    ("2.1.0", "text", {"challengeNoEntry": "Y"}, "203", "challengeNoEntry"),
    ("2.2.0", "text", {}, "201", "challengeDataEntry"),
    ("2.2.0", "text", {"challengeDataEntry": ""}, "203", "challengeDataEntry"),
    ("2.2.0", "text", {"challengeDataEntry": None}, "203", "challengeDataEntry"),
    ("2.2.0", "text", {"challengeDataEntry": "x" * 46}, "203", "challengeDataEntry"),
    ("2.2.0", "text", {"challengeDataEntry": "1", "challengeNoEntry": "Y"}, "203",
     "challengeDataEntry"),
    ("2.2.0", "text", {"challengeDataEntry": "1", "challengeCancel": "01"}, "203",
     "challengeDataEntry"),
    ("2.2.0", "text", {"challengeCancel": "99"}, "203", "challengeCancel"),
    ("2.2.0", "text", {"resendChallenge": "Y"}, "203", "resendChallenge"),
    ("2.3.1", "resend", {"resendChallenge": "N"}, "203", "resendChallenge"),
    ("2.2.0", "text", {"oobContinue": True}, "203", "oobContinue"),
    ("2.2.0", "oob", {"oobContinue": 1}, "203", "oobContinue"),
    ("2.2.0", "oob", {"oobContinue": "01"}, "203", "oobContinue"),
    ("2.3.1", "oob", {"oobContinue": True}, "203", "oobContinue"),
    ("2.3.1", "oob", {"oobContinue": "01", "oobAppStatus": "01"}, "203", "oobAppStatus"),
    ("2.3.1", "html-oob", {"oobContinue": "01"}, "201", "challengeHTMLDataEntry"),
    ("2.3.1", "html-oob", {"oobContinue": "02", "challengeHTMLDataEntry": "a=b"}, "203",
     "challengeHTMLDataEntry"),
    ("2.2.0", "html", {"challengeDataEntry": "123456"}, "203", "challengeDataEntry"),
    ("2.2.0", "html", {}, "201", "challengeHTMLDataEntry"),
    ("2.3.1", "info", {"infoContinueIndicator": "Y"}, "203", "infoContinueIndicator"),
    ("2.2.0", "single", {"challengeDataEntry": "fax"}, "203", "challengeDataEntry"),
    ("2.2.0", "single", {"challengeDataEntry": "sms,mail"}, "203", "challengeDataEntry"),
    ("2.3.1", "text", {"challengeDataEntry": "1", "challengeDataEntryTwo": "1"}, "203",
     "challengeDataEntryTwo"),
    ("2.3.1", "text", {"challengeAddCode": "Y"}, "203", "challengeAddCode"),
    ("2.2.0", "trust-list", {"challengeDataEntry": "1"}, "201", "whitelistingDataEntry"),
    ("2.3.1", "trust-list", {"challengeDataEntry": "1"}, "201", "trustListDataEntry"),
    ("2.3.1", "trust-list", {"challengeDataEntry": "1", "whitelistingDataEntry": "Y"}, "203",
     "whitelistingDataEntry"),
    ("2.3.1", "device-binding", {"challengeDataEntry": "1"}, "201", "deviceBindingDataEntry"),
    ("2.3.1", "text", {"challengeDataEntry": "1", "trustListDataEntry": "Y"}, "203",
     "trustListDataEntry"),
    ("2.3.1", "text", {"challengeDataEntry": "1", "threeDSRequestorAppURL": "http://a/"}, "203",
     "threeDSRequestorAppURL"),
    ("2.2.0", "text", {"challengeDataEntry": "1", "threeDSRequestorAppURL": "app://a"}, "203",
     "threeDSRequestorAppURL"),
    ("2.2.0", "text", {"messageExtension": []}, "203", "messageExtension"),
    ("2.2.0", "text", {"messageExtension": [{"name": "n"}]}, "201", "messageExtension.id"),
    ("2.2.0", "text", {"messageExtension": [{"name": "n", "id": "A9", "data": {},
                                             "criticalityIndicator": True}]}, "202", "A9"),
]


@pytest.mark.parametrize("version, card, members, code, detail", REFUSED)
def test_refused(side: ThreeDS, version: str, card: str, members: Json, code: str,
                 detail: str) -> None:
    sdk = Sdk(side, version)
    sdk.start(card)
    erro = sdk.send(**members)
    assert (erro["messageType"], erro["errorCode"], erro["errorDetail"]) == ("Erro", code, detail)
    assert erro["errorComponent"] == "A"
    assert side.record("creq")[-1]["refused"] == {"code": code, "detail": detail}
    assert side.transactions()[0]["closed"] == f"Erro {code}"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_first_creq_carries_nothing(side: ThreeDS, version: str) -> None:
    sdk = Sdk(side, version)
    sdk.authenticate("text")
    sdk.signed_content()
    erro = sdk.send(challengeDataEntry="123456")
    assert (erro["errorCode"], erro["errorDetail"]) == ("203", "challengeDataEntry")


def test_duplicates_and_other_texts(side: ThreeDS) -> None:
    for text, code in (("{}", "101"), ("[]", "101"), ("", "101"), ("x", "101"),
                       ('{"messageType":"CReq","messageType":"CReq"}', "204")):
        sdk = Sdk(side)
        sdk.start("text")
        assert sdk.send_text(text)["errorCode"] == code


def test_what_cannot_be_opened(side: ThreeDS) -> None:
    def broken(change: Any) -> Json:
        sdk = Sdk(side, enc=jwe.GCM)
        sdk.start("text")
        return json.loads(sdk.post(change(sdk)).body)  # type: ignore[no-any-return]

    def with_wrong_counter(sdk: Sdk) -> str:
        sdk.counter += 1
        return sdk.seal(json.dumps(sdk.creq(challengeDataEntry="1", sdkCounterStoA="001")))

    def with_zip(sdk: Sdk) -> str:
        header = {"alg": "dir", "enc": sdk.enc, "kid": sdk.ids["acsTransID"], "zip": "DEF"}
        return jwe.seal(header, sdk.enc, sdk.cek[:16], b"{}")

    assert broken(lambda s: s.seal("{}")[:-4] + "AAAA")["errorCode"] == "302"
    assert broken(lambda s: "a.b.c")["errorCode"] == "302"
    assert broken(with_wrong_counter)["errorDetail"] == "IV"
    assert "zip" in broken(with_zip)["errorDetail"]
    for wrong in (b"\0" * 16, None):
        assert broken(lambda s, w=wrong: jwe.seal(
            {"alg": "dir", "enc": s.enc, "kid": s.ids["acsTransID"]}, s.enc,
            w or s.cek[16:], b"{}"))["errorCode"] == "302"
    assert broken(lambda s: jwe.seal({"alg": "dir", "enc": s.enc, "kid": "x"}, s.enc, s.cek[:16],
                                     b"{}"))["errorCode"] == "301"


def test_too_late(paying_sandbox: Sandbox, side: ThreeDS) -> None:
    sdk = Sdk(side)
    sdk.authenticate("text")
    sdk.signed_content()
    paying_sandbox.control.advance(31)
    assert sdk.send()["errorCode"] == "402"


@pytest.mark.parametrize("members, code, detail", [
    ({"sdkTransID": None}, "201", "sdkTransID"), ({"sdkMaxTimeout": "5"}, "203", "sdkMaxTimeout"),
    ({"sdkMaxTimeout": "04"}, "203", "sdkMaxTimeout"), ({"sdkAppID": "x"}, "203", "sdkAppID"),
    ({"sdkType": "01"}, "203", "sdkType"), ({"deviceChannel": "02"}, "203", "deviceChannel"),
    ({"deviceRenderOptions": {"sdkInterface": "01"}}, "201", "deviceRenderOptions.sdkUiType"),
    ({"deviceRenderOptions": {"sdkInterface": "01", "sdkUiType": ["06"]}}, "203",
     "deviceRenderOptions.sdkUiType"),
    ({"sdkEphemPubKey": {"kty": "EC"}}, "203", "sdkEphemPubKey"),
    ({"sdkEncData": "a.b.c.d.e"}, "302", None), ({"messageVersion": "2.0.0"}, "102", None),
])
def test_auth_requests_that_are_refused(side: ThreeDS, members: Json, code: str,
                                        detail: str | None) -> None:
    sdk = Sdk(side)
    erro = sdk.authenticate("text", {**sdk.auth_request(), **members})
    assert (erro["messageType"], erro["errorCode"]) == ("Erro", code)
    assert detail is None or erro["errorDetail"] == detail
    assert side.transactions() == []


def test_the_app_reports_an_error(side: ThreeDS) -> None:
    sdk = Sdk(side)
    sdk.start("text")
    erro = {"messageType": "Erro", "messageVersion": sdk.version, **sdk.ids,
            "dsTransID": sdk.ares["dsTransID"], "errorCode": "201", "errorComponent": "C",
            "errorDescription": "missing", "errorDetail": "acsUiType", "errorMessageType": "CRes"}
    assert sdk.post(json.dumps(erro), "application/json; charset=utf-8").body == ""
    entry = side.record("erro")[0]
    assert entry["problems"] == [] and entry["message"] == erro
    sdk.post(json.dumps({**erro, "errorComponent": "A", "errorCode": "9", "x": 1}))
    assert side.record("erro")[1]["problems"] == ["errorCode", "errorComponent",
                                                  "x does not belong there"]
    assert sdk.send(challengeDataEntry="123456")["errorCode"] == "305"


WITHOUT_JWCRYPTO = """
import importlib.util, sys
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "jwcrypto" else real(name, *rest)
sys.modules["jwcrypto"] = None
from coffer.sandbox.cli import main
sys.exit(main(["--messages=1", "--huge=1", "--ready-stdout", "--watch-stdin", *sys.argv[1:]]))
"""


def run_without_jwcrypto(*arguments: str) -> subprocess.CompletedProcess[str]:
    folder = Path(coffer.sandbox.__file__).parents[1]
    program = ("import sys, types\nparent = types.ModuleType('coffer')\n"
               f"parent.__path__ = [{str(folder)!r}]\nsys.modules['coffer'] = parent\n")
    return subprocess.run([sys.executable, "-c", program + WITHOUT_JWCRYPTO, *arguments],
                          input="", capture_output=True, text=True, timeout=60,
                          check=False)


def test_without_jwcrypto() -> None:
    """Mail alone, with a sentence; or the sentence alone when 3-D Secure was asked for."""
    done = run_without_jwcrypto()
    assert done.returncode == 0 and json.loads(done.stdout)["threeds"] is None
    assert "apt-get install python3-jwcrypto" in done.stderr
    done = run_without_jwcrypto("--3ds=on")
    assert done.returncode == 1 and done.stdout == ""
    assert "apt-get install python3-jwcrypto" in done.stderr
    done = run_without_jwcrypto("--3ds=off")
    assert done.returncode == 0 and done.stderr == ""
