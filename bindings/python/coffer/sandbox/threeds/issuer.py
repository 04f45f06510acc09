"""The way of an AReq: 3DS Server, directory server, and the ACS's decision."""

from __future__ import annotations

import random
import uuid
from typing import Any

from ..wire import Request, Response
from . import areq, damage, signed
from .acs import Acs
from .cards import CARDS, scenario_of
from .certs import Authority
from .keys import ec_key, public_jwk
from .record import Entry
from .rules import Seen, of
from .scenarios import SCENARIOS, Scenario
from .strict import VERSIONS, Refusal, loads
from .transaction import Transaction

Json = dict[str, Any]


class Issuer:
    """Answers the app's server: `{"authRequest": text or object, "cardNumber"}` -> ARes or Erro."""

    def __init__(self, seed: int, authority: Authority, acs: Acs) -> None:
        self.seed, self.authority, self.acs = seed, authority, acs
        self.url = ""
        self.restart()

    def restart(self) -> None:
        """Ids come from the seed, and begin again."""
        self.random = random.Random(self.seed)
        self.count = 0

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def handle(self, request: Request) -> Response:
        entry = self.acs.record.add("areq", request)
        faults: list[Json] = []
        try:
            asked = loads(request.body.decode("utf-8", "replace"))
            if not isinstance(asked, dict) or "authRequest" not in asked:
                raise Refusal("201", "authRequest")
            given = asked["authRequest"]
            entry.text = given if isinstance(given, str) else damage.message_text(given, [])
            name = scenario_of(str(asked.get("cardNumber", CARDS["text"])))
            if name is None:
                raise Refusal("203", "cardNumber")
            entry.card = name
            message = areq.check(entry.text)
            entry.message, entry.version = message, message["messageVersion"]
            faults = self.acs.hits(entry, Seen("areq", name, entry.version))
            entry.reply = self._ares(entry, name, message, faults)
        except Refusal as refusal:
            entry.refused = {"code": refusal.code, "detail": refusal.detail}
            entry.reply = damage.message_text(self._erro(entry, refusal), [])
        response = damage.answer(damage.json_answer(entry.reply), faults, self.acs.elsewhere)
        entry.status = response.status
        return response

    def _erro(self, entry: Entry, refusal: Refusal) -> Json:
        """Of the 3DS Server (S) about the app's part, of the directory server (D) on opening it."""
        erro = {"messageType": "Erro", "messageVersion": entry.version or VERSIONS[-1],
                "errorCode": refusal.code,
                "errorComponent": "D" if refusal.code in ("302", "311") else "S",
                "errorDescription": refusal.description, "errorDetail": refusal.detail,
                "errorMessageType": "AReq"}
        if isinstance(entry.message, dict):
            erro["sdkTransID"] = entry.message["sdkTransID"]
        return erro

    def _ares(self, entry: Entry, name: str, message: Json, faults: list[Json]) -> str:
        sealed, device = areq.open_device_data(self.authority, message)
        entry.enc, entry.header, entry.iv = sealed.enc, sealed.header, sealed.iv.hex()
        self.count += 1
        scenario = SCENARIOS[name]
        t = Transaction(entry.version, name, scenario, message, self._uuid(), self._uuid(),
                        self._uuid(), ec_key(self.seed, f"acs-{self.count}"),
                        self.acs.clock.now(), device, sealed.enc)
        self.acs.transactions[t.acs_id] = t
        entry.acsTransID = t.acs_id
        for fault in of(faults, "erro"):
            refusal = Refusal(str(fault.get("code", "101")), str(fault.get("detail", "by a rule")))
            return damage.message_text(self._erro(entry, refusal), [fault])
        ares = self._members(t, scenario)
        if scenario.status == "C":
            ares["acsSignedContent"] = self._signed(t, faults)
        t.status = ares["transStatus"] if scenario.status != "C" else ""
        return damage.message_text(ares, of(faults, "message"))

    def _signed(self, t: Transaction, faults: list[Json]) -> str:
        knobs = self.acs.knobs
        hows = [str(fault["how"]) for fault in of(faults, "signed")]
        payload = signed.payload_of(public_jwk(t.key.public_key()), t.areq["sdkEphemPubKey"],
                                    knobs.acsURL or self.url)
        return signed.make(self.authority, payload, knobs.signature, hows[0] if hows
                           else knobs.chain)

    def _members(self, t: Transaction, scenario: Scenario) -> Json:
        status = scenario.status
        if VERSIONS.index(t.version) < VERSIONS.index(scenario.since):
            status = "U"
        ares: Json = {
            "messageType": "ARes", "messageVersion": t.version, **t.ids, "dsTransID": t.ds_id,
            "acsReferenceNumber": "3DS_LOA_ACS_SANDBOX_0001", "acsOperatorID": "SandboxAcs",
            "dsReferenceNumber": "3DS_LOA_DIS_SANDBOX_0001", "transStatus": status}
        if status in ("Y", "A"):
            ares.update(eci="05" if status == "Y" else "06",
                        authenticationValue="AJkBASNFAAAAAAAAAAAAAAAAAAA=")
        if status in ("N", "U", "R"):
            ares["transStatusReason"] = {"N": "01", "U": "04", "R": "11"}[status]
        if status in ("N", "D"):
            text = "Please call your bank."
            ares["cardholderInfo"] = {"text": text} if t.version == "2.3.1" else text
        if status == "D":
            ares["acsDecConInd"] = "Y"
        if t.version == "2.3.1":
            ares.update(deviceInfoRecognisedVersion="1.3", threeDSRequestorAppURLInd="N")
        if status == "C":
            ares.update(acsChallengeMandated="Y", acsRenderingType=self._rendering(t, scenario))
        return ares

    def _rendering(self, t: Transaction, scenario: Scenario) -> Json:
        template = scenario.screens[0](t.version)["acsUiType"]
        rendering = {"acsInterface": "02" if template in ("05", "06") else "01",
                     "acsUiTemplate": template}
        if t.version == "2.3.1":
            rendering["deviceUserInterfaceMode"] = "01"
        return rendering
