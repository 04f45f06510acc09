"""The access control server: it takes CReqs, plays its scenario, answers CRes or Erro."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from ..clock import Clock
from ..wire import Request, Response
from . import creq, damage, jwe
from .record import Entry, Record
from .rules import Rules, Seen, of
from .scenarios import TRIES, entry_is_right
from .strict import DESCRIPTIONS, UUID, VERSIONS, Refusal, loads
from .transaction import Transaction

Json = dict[str, Any]
#: seconds until the first CReq, and from one to the next (CORE231 5.5)
FIRST, NEXT = 30.0, 600.0
_TYPES = ("AReq", "ARes", "CReq", "CRes", "PReq", "PRes", "RReq", "RRes", "Erro")


@dataclass
class Knobs:
    """Choices that real ACSs make differently."""

    #: ES256 or PS256
    signature: str = "ES256"
    #: same, other, A128CBC-HS256 or A128GCM: how replies are encrypted
    replyEnc: str = "same"
    #: a chain of `signed.KINDS` that is valid
    chain: str = "good"
    contentType: str = "application/jose; charset=UTF-8"
    #: another acsURL than the real one; empty: the real one
    acsURL: str = ""


class Acs:
    """Answers what is posted to acsURL."""

    def __init__(self, clock: Clock, rules: Rules, record: Record,
                 note: Callable[[str], None]) -> None:
        self.clock, self.rules, self.record, self.note = clock, rules, record, note
        self.knobs = Knobs()
        self.elsewhere = ""
        self.transactions: dict[str, Transaction] = {}

    def handle(self, request: Request) -> Response:
        body = request.body.decode("utf-8", "replace").strip()
        kind = "erro" if body.startswith("{") else "creq"
        entry = self.record.add(kind, request)
        if kind == "erro":
            return self._erro(entry, body)
        transaction: Transaction | None = None
        faults: list[Json] = []
        try:
            sealed = jwe.parse(body)
            entry.header, entry.enc, entry.iv = sealed.header, sealed.enc, sealed.iv.hex()
            transaction = self.transactions.get(str(sealed.header.get("kid")).lower())
            if transaction is None:
                raise Refusal("301", "acsTransID")
            transaction.rounds += 1
            faults = self._faults(entry, transaction)
            response = self._creq(entry, transaction, sealed, faults)
        except Refusal as refusal:
            response = self._refuse(entry, transaction, refusal)
        response = damage.answer(response, faults, self.elsewhere)
        entry.status = response.status
        return response

    def _faults(self, entry: Entry, t: Transaction) -> list[Json]:
        entry.acsTransID, entry.card, entry.version = t.acs_id, t.card, t.version
        entry.round = t.rounds
        seen = Seen(entry.kind, t.card, t.version, t.rounds, entry.enc)
        return self.hits(entry, seen)

    def hits(self, entry: Entry, seen: Seen) -> list[Json]:
        """The faults of the rules that act, each noted."""
        def note(name: str) -> None:
            entry.rules.append(name)
            self.note(name)
        return self.rules.hits(seen, note)

    # -- CReq ------------------------------------------------------------------------------

    def _creq(self, entry: Entry, t: Transaction, sealed: jwe.Sealed,
              faults: list[Json]) -> Response:
        if entry.method != "POST":
            raise Refusal("101", "not posted")
        jwe.check_header(sealed, "dir")
        octets = t.open(sealed)
        try:
            entry.text = octets.decode("utf-8")
        except UnicodeDecodeError:
            raise Refusal("101", "not UTF-8") from None
        if t.from_app > 255:
            raise Refusal("302", "sdkCounterStoA")
        if sealed.enc == jwe.GCM and sealed.iv != jwe.iv_from_app(t.from_app):
            raise Refusal("302", "IV")
        if t.closed:
            raise Refusal("305", t.closed)
        now = self.clock.now()
        if now - t.last > (FIRST if t.screen is None and t.rounds == 1 else NEXT):
            raise Refusal("402", "the CReq came too late")
        t.last = now
        expected = creq.Expected(t.version, t.ids, t.from_app, t.screen, t.app_url)
        try:
            message = creq.check(entry.text, expected)
        finally:
            entry.unknown = expected.unknown
            try:
                entry.message = loads(entry.text)
            except Refusal:
                pass
        if t.version == "2.3.1":
            self._check_request_id(entry, t)
        t.from_app += 1
        t.app_url = message.get("threeDSRequestorAppURL", "")
        t.app_url_ind = message.get("oobAppURLInd", "")
        for name in ("whitelistingDataEntry", "trustListDataEntry", "deviceBindingDataEntry"):
            if name in message:
                t.consents[name] = message[name]
        return self._reply(entry, t, self._next(t, message), faults)

    def _check_request_id(self, entry: Entry, t: Transaction) -> None:
        """Req 468: the header field X-Request-ID is the sdkTransID."""
        if entry.headers.get("x-request-id", "").lower() != t.sdk_id.lower():
            entry.problems.append("X-Request-ID is not sdkTransID")

    def _next(self, t: Transaction, answer: Json) -> Json:
        """The members of the CRes that say something: a screen, or the end."""
        scenario = t.scenario
        if "challengeCancel" in answer:
            return self._end(t, "N")
        if t.screen is None:
            return self._show(t, 0)
        if answer.get("resendChallenge") == "Y":
            t.sent_again += 1
            return {**self._show(t, t.place),
                    "challengeInfoText": f"Code number {t.sent_again + 1} was sent."}
        if "challengeAddCode" in answer:
            return self._show(t, t.place + 1) if t.place + 1 < len(scenario.screens) else (
                self._end(t, scenario.end(t.version)))
        if not entry_is_right(answer, t.screen, t.pending):
            if t.pending > 0:
                t.pending -= 1
                return self._show(t, t.place)
            t.wrong += 1
            if t.wrong >= TRIES and not scenario.endless:
                return self._end(t, "N")
            screen = self._show(t, t.place)
            if "challengeInfoText" in screen:
                screen["challengeInfoText"] = "That was not right. Please try again."
                screen["challengeInfoTextIndicator"] = "Y"
            return screen
        if t.place + 1 < len(scenario.screens):
            return self._show(t, t.place + 1)
        return self._end(t, scenario.end(t.version))

    def _show(self, t: Transaction, place: int) -> Json:
        t.place = place
        screen = t.scenario.screens[place](t.version)
        if t.version == "2.3.1" and t.app_url_ind != "01" and "oobAppURL" in screen:
            del screen["oobAppURL"]  # CORE231 A.18: only to a device that can open it
            if screen.pop("oobAppLabel", ""):
                screen["oobContinueLabel"] = "Continue"
        t.screen = screen
        return {"challengeCompletionInd": "N", **screen}

    def _end(self, t: Transaction, status: str) -> Json:
        t.status, t.closed = status, "the challenge is over"
        return {"challengeCompletionInd": "Y", "transStatus": status}

    def _reply(self, entry: Entry, t: Transaction, content: Json, faults: list[Json]) -> Response:
        for fault in of(faults, "erro"):
            return self._say_erro(entry, t, fault)
        counter: Any = f"{t.to_app:03d}"
        number = t.to_app
        for fault in of(faults, "counter"):
            if fault["how"] == "value":
                counter = fault["value"]
            elif fault["how"] == "start-at-1":
                t.to_app = number = 1
                counter = "001"
            elif fault["how"] == "replay":
                counter, number = f"{t.last_number:03d}", t.last_number
        message = {"messageType": "CRes", "messageVersion": t.version, **t.ids,
                   "acsCounterAtoS": counter, **content}
        text = damage.message_text(message, of(faults, "message"))
        hows = [str(fault["how"]) for fault in of(faults, "jwe")]
        enc = {"same": entry.enc, "other": jwe.GCM if entry.enc == jwe.CBC else jwe.CBC}.get(
            self.knobs.replyEnc, self.knobs.replyEnc)
        body, enc = damage.sealed(text, hows[0] if hows else "", {"alg": "dir", "kid": t.acs_id},
                                  enc, t.cek, number)
        if any(fault["how"] == "replay-jwe" for fault in of(faults, "counter")):
            body = t.last_reply
        t.last_reply, t.last_number = body, number
        t.to_app += 1
        entry.reply, entry.replyEnc = text, enc
        headers = [("X-Response-ID", t.acs_id)] if t.version == "2.3.1" else []
        return Response(200, body.encode("utf-8", "surrogatepass"), self.knobs.contentType,
                        headers)

    # -- Erro ------------------------------------------------------------------------------

    def _message(self, t: Transaction | None, code: str, description: str, detail: str) -> Json:
        ids = {**t.ids, "dsTransID": t.ds_id} if t is not None else {}
        return {"messageType": "Erro", "messageVersion": t.version if t else VERSIONS[-1], **ids,
                "errorCode": code, "errorComponent": "A", "errorDescription": description,
                "errorDetail": detail, "errorMessageType": "CReq"}

    def _refuse(self, entry: Entry, t: Transaction | None, refusal: Refusal) -> Response:
        entry.refused = {"code": refusal.code, "detail": refusal.detail}
        if t is not None and not t.closed:
            t.closed, t.status = f"Erro {refusal.code}", "U"
        message = self._message(t, refusal.code, refusal.description, refusal.detail)
        entry.reply = damage.message_text(message, [])
        return damage.json_answer(entry.reply)

    def _say_erro(self, entry: Entry, t: Transaction, fault: Json) -> Response:
        """The Erro of a rule, clear or encrypted."""
        code = fault.get("code", "101")
        message = self._message(t, code, str(fault.get("description",
                                                       DESCRIPTIONS.get(str(code), "Error"))),
                                str(fault.get("detail", "asked for by a rule")))
        message["errorComponent"] = fault.get("component", "A")
        text = damage.message_text(message, [fault])
        t.closed, t.status = f"Erro {code}", "U"
        entry.reply = text
        if not fault.get("encrypted"):
            return damage.json_answer(text, int(fault.get("status", 200)))
        body, entry.replyEnc = damage.sealed(text, "", {"alg": "dir", "kid": t.acs_id}, entry.enc,
                                             t.cek, t.to_app)
        return Response(int(fault.get("status", 200)), body.encode(), self.knobs.contentType)

    def _erro(self, entry: Entry, body: str) -> Response:
        """An Erro of the app: kept, never answered by another."""
        entry.text = body
        faults: list[Json] = []
        try:
            message = loads(body)
        except Refusal as refusal:
            message = {}
            entry.problems.append(str(refusal))
        entry.message = message
        t = self.transactions.get(str(message.get("acsTransID", "")).lower())
        if t is not None:
            t.closed, t.status = f"Erro {message.get('errorCode')} of the app", "U"
            faults = self._faults(entry, t)
        entry.problems += erro_problems(message, t)
        if t is not None and t.version == "2.3.1":
            self._check_request_id(entry, t)
        response = damage.answer(Response(200, b"", "application/json; charset=utf-8"), faults,
                                 self.elsewhere)
        entry.status = response.status
        return response


def erro_problems(message: Json, t: Transaction | None) -> list[str]:
    """What CORE231 A.5.5 does not allow in an Erro of an app."""
    found: list[str] = []

    def expect(fine: bool, what: str) -> None:
        if not fine:
            found.append(what)

    expect(message.get("messageType") == "Erro", "messageType")
    code = message.get("errorCode")
    expect(isinstance(code, str) and len(code) == 3 and code.isdigit(), "errorCode")
    expect(message.get("errorComponent") == "C", "errorComponent")
    for name in ("errorDescription", "errorDetail"):
        value = message.get(name)
        expect(isinstance(value, str) and 1 <= len(value) <= 2048, name)
    expect(t is not None, "acsTransID")
    if t is not None:
        expect(message.get("messageVersion") == t.version, "messageVersion")
        for name, value in {**t.ids, "dsTransID": t.ds_id}.items():
            sent = message.get(name, value)
            expect(isinstance(sent, str) and bool(UUID.match(sent))
                   and sent.lower() == value.lower(), name)
    expect(message.get("errorMessageType", "CRes") in _TYPES, "errorMessageType")
    known = {"messageType", "messageVersion", "errorCode", "errorComponent", "errorDescription",
             "errorDetail", "errorMessageType", "threeDSServerTransID", "acsTransID", "dsTransID",
             "sdkTransID"}
    found.extend(f"{name} does not belong there" for name in message if name not in known)
    return found
