"""Each fault of the 3-D Secure side does what its name says."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509

from coffer.sandbox import ControlError, Sandbox, ThreeDS
from coffer.sandbox.threeds import jwe
from coffer.sandbox.threeds.certs import BAD_CHAINS, GOOD_CHAINS
from coffer.sandbox.threeds.rules import HOW, TYPES
from coffer.sandbox.threeds.signed import HARMLESS, KINDS
from coffer.sandbox.threeds.strict import Refusal
from careful import judge
from sdk import Sdk


@pytest.mark.parametrize("alg", ["ES256", "PS256"])
@pytest.mark.parametrize("kind", KINDS)
def test_signed_content(side: ThreeDS, kind: str, alg: str) -> None:
    side.knobs(signature=alg)
    side.fault("signed", how=kind)
    sdk = Sdk(side)
    token = sdk.authenticate("text")["acsSignedContent"]
    root = x509.load_pem_x509_certificate(side.acs_root_cert.encode())
    verdict = judge(token, root, sdk)
    if kind in GOOD_CHAINS + HARMLESS:
        assert verdict == ""
    else:
        assert verdict != "", "a careful SDK would have to take it"
    assert side.metrics()["rules"] == {"signed": 1}


def raw(sdk: Sdk, **members: Any) -> Any:
    reply = sdk.post(sdk.seal(json.dumps(sdk.creq(**members))))
    sdk.counter += 1
    return reply


@pytest.mark.parametrize("enc", jwe.ENCODINGS)
@pytest.mark.parametrize("how", HOW["jwe"])
def test_sealing(side: ThreeDS, how: str, enc: str) -> None:
    """What jwcrypto opens is harmless, all else must be refused."""
    sdk = Sdk(side, "2.2.0", enc)
    sdk.start("text")
    side.fault("jwe", how=how)
    body = raw(sdk, challengeDataEntry="0").body.strip()
    if how == "clear":
        assert json.loads(body)["messageType"] == "CRes"
        return
    harmless = how in ("other-kid", "no-kid", "random-iv", "other-enc", "white-space")
    try:
        sealed = jwe.parse(body)
        jwe.check_header(sealed, "dir")
        opened = jwe.open_sealed(sealed, jwe.key_to_app(sdk.cek, sealed.enc))
        json.loads(opened.decode())
    except (Refusal, UnicodeDecodeError):
        assert not harmless
        return
    assert harmless
    assert (sealed.enc == enc) == (how != "other-enc")


def test_members_of_a_message(side: ThreeDS) -> None:
    sdk = Sdk(side, "2.3.1")
    side.fault("message", set={"challengeEntryBox.challengeDataEntryLengthMax": "46", "x": None},
               remove=["challengeInfoText"], duplicate="acsUiType")
    screen = sdk.start("text")
    assert screen["challengeEntryBox"]["challengeDataEntryLengthMax"] == "46"
    assert "challengeInfoText" not in screen and screen["x"] is None
    assert side.record("creq")[0]["reply"].count('"acsUiType"') == 2
    side.fault("message", text="not JSON")
    raw(sdk, challengeDataEntry="1")
    assert side.record("creq")[1]["reply"] == "not JSON"
    side.set_faults({"match": {"kind": "areq"}, "fault": {"type": "message", "text": "[]"}})
    assert side.authenticate(json.dumps(sdk.auth_request())) == "[]"


def test_counters(side: ThreeDS) -> None:
    sdk = Sdk(side)
    side.fault("counter", how="start-at-1", times=1)
    sdk.authenticate("resend")
    sdk.signed_content()
    sdk.expected = 1
    sdk.send()
    sdk.send(resendChallenge="Y")
    side.fault("counter", how="value", value="9")
    assert '"acsCounterAtoS":"9"' in _reply(side, sdk)
    side.fault("counter", how="replay")
    assert '"acsCounterAtoS":"003"' in _reply(side, sdk)
    before = raw(sdk, resendChallenge="Y").body
    side.fault("counter", how="replay-jwe")
    assert raw(sdk, resendChallenge="Y").body == before


def _reply(side: ThreeDS, sdk: Sdk) -> str:
    raw(sdk, resendChallenge="Y")
    return str(side.record("creq")[-1]["reply"])


def test_erro(side: ThreeDS) -> None:
    for encrypted in (False, True):
        side.set_faults()
        sdk = Sdk(side)
        sdk.start("text")
        side.fault("erro", code="9x", component="D", remove=["errorDetail"], encrypted=encrypted,
                   status=400)
        reply = raw(sdk, challengeDataEntry="1")
        assert reply.status == 400
        assert reply.body.startswith("{") != encrypted
        text = reply.body if not encrypted else jwe.open_sealed(
            jwe.parse(reply.body), jwe.key_to_app(sdk.cek, sdk.enc)).decode()
        erro = json.loads(text)
        assert (erro["errorCode"], erro["errorComponent"]) == ("9x", "D")
        assert "errorDetail" not in erro
    side.set_faults({"match": {"kind": "areq"}, "fault": {"type": "erro", "code": "305"}})
    assert Sdk(side).authenticate("text")["errorCode"] == "305"


def test_answers_that_are_none(side: ThreeDS) -> None:
    def reply(kind: str, **fault: Any) -> Any:
        side.set_faults()
        sdk = Sdk(side)
        sdk.start("text")
        side.fault(kind, **fault)
        return raw(sdk, challengeDataEntry="1")

    assert reply("http", how="html").body.startswith("<!DOCTYPE")
    answer = reply("http", how="html", status=502)
    assert (answer.status, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert reply("http", how="empty").body == ""
    assert reply("http", how="text", text="hello", contentType="text/plain").body == "hello"
    assert len(reply("http", how="large").body) > 16 << 20
    assert reply("http", how="deep").body.startswith("[[[[")
    answer = reply("redirect", to="elsewhere", status=307)
    assert answer.status == 307 and answer.headers["location"].endswith("/elsewhere")
    assert side.record("elsewhere") == []
    assert "content-type" not in reply("headers", remove=["Content-Type"]).headers
    answer = reply("headers", set={"Content-Type": "Image/GIF"})
    assert answer.headers["content-type"] == "Image/GIF"
    for how in ("reset", "reset-after-headers", "close-mid-body", "length-short"):
        with pytest.raises((http.client.HTTPException, OSError)):
            reply("connection", how=how)


def test_endless_replies(side: ThreeDS) -> None:
    sdk = Sdk(side)
    sdk.start("text")
    side.fault("http", how="endless")
    connection = http.client.HTTPSConnection(
        urlsplit(sdk.url).netloc, context=ssl.create_default_context(cafile=side.ca_file))
    connection.request("POST", urlsplit(sdk.url).path, sdk.seal(json.dumps(sdk.creq())).encode())
    answer = connection.getresponse()
    assert len(answer.read(5_000_000)) == 5_000_000
    connection.close()
    assert side.transactions()[0]["rounds"] == 2


def test_matching(side: ThreeDS) -> None:
    side.fault("erro", match={"round": 2, "version": "2.3.1", "card": "resend", "enc": jwe.GCM})
    for version, enc in (("2.2.0", jwe.GCM), ("2.3.1", jwe.CBC)):
        sdk = Sdk(side, version, enc)
        sdk.start("resend")
        assert sdk.send(resendChallenge="Y")["messageType"] == "CRes"
    sdk = Sdk(side, "2.3.1", jwe.GCM)
    sdk.start("resend")
    assert sdk.send(resendChallenge="Y")["messageType"] == "Erro"
    assert side.faults()[0]["acted"] == 1
    assert side.record("creq")[-1]["rules"] == ["erro"]


def test_mistakes_in_rules_and_knobs(side: ThreeDS) -> None:
    for spec in ({"fault": {"type": "x"}}, {"fault": {"type": "jwe", "how": "x"}}, {"x": 1},
                 {"fault": {"type": "erro", "x": 1}},
                 {"fault": {"type": "erro"}, "match": {"x": 1}}):
        with pytest.raises(ControlError):
            side.set_faults(spec)
    for knobs in ({"x": "1"}, {"chain": 1}):
        with pytest.raises(ControlError):
            side.knobs(**knobs)  # type: ignore[arg-type]


@pytest.mark.parametrize("reply", ["other", *jwe.ENCODINGS])
def test_replies_in_another_encryption(side: ThreeDS, reply: str) -> None:
    side.knobs(replyEnc=reply)
    sdk = Sdk(side)
    sdk.start("text")
    wanted = jwe.GCM if reply == "other" else reply
    assert side.record("creq")[0]["replyEnc"] == wanted
    assert sdk.send(challengeDataEntry="123456")["transStatus"] == "Y"


def test_a_second_run_is_like_the_first(paying_sandbox: Sandbox, side: ThreeDS) -> None:
    first = Sdk(side).authenticate("text")
    paying_sandbox.control.reset()
    second = Sdk(side).authenticate("text")
    assert first["acsTransID"] == second["acsTransID"]
    assert set(TYPES) == {"signed", "message", "jwe", "counter", "erro", "http", "redirect",
                          "latency", "connection", "headers"}
    assert set(BAD_CHAINS) < set(KINDS)
