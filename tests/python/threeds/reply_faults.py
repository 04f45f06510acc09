"""What an ACS may answer wrongly, as data: the table of errors, one case for each row and kind.

`fault` is the sandbox's rule for the reply, to the second CReq where the card is `resend`. `emv` is
the errorCode of the Erro that must reach the ACS ("" when none may), `detail` its errorDetail
(None: any), `raised` the code of the method.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from payer import VERSIONS

Json = dict[str, Any]

ROWS = ("not CRes or Erro, or unparsable", "messageVersion differs", "version unknown",
        "missing required or mandatory UI", "unknown critical extension",
        "format, enumeration, empty, blank page", "duplicate names", "id mismatch",
        "JWE, tag, counter", "reserved value", "Erro received", "HTTP error, transport",
        "final transStatus invalid")
#: what a version cannot have
ABSENT = {("reserved value", "2.1.0"), ("reserved value", "2.2.0")}


@dataclass(frozen=True)
class Fault:
    row: str
    name: str
    fault: Json
    emv: str
    raised: int
    detail: str | None = None
    card: str = "resend"
    versions: tuple[str, ...] = VERSIONS
    settings: tuple[str, ...] = field(default=())

    @property
    def second(self) -> bool:
        """Whether the fault comes with the second reply; a right answer would end the others."""
        return self.card == "resend"

    def __str__(self) -> str:
        return f"{self.row}-{self.name}".replace(" ", "-")


def _set(**members: Any) -> Json:
    return {"type": "message", "set": members}


def _remove(*names: str) -> Json:
    return {"type": "message", "remove": list(names)}


def _text(text: str) -> Json:
    return {"type": "message", "text": text}


_NEW, _OLD = ("2.3.1",), ("2.1.0", "2.2.0")
_ID = "00000000-0000-4000-8000-000000000000"


def _invalid() -> list[Fault]:
    row = ROWS[0]
    other = [Fault(row, f"messageType {kind!r}", _set(messageType=kind), "101", 1101)
             for kind in ("CReq", "ARes", "", None, 1, "cres")]
    texts = [Fault(row, f"text {number}", _text(text), "101", 1101)
             for number, text in enumerate(("", "x", "[]", "null", '"CRes"', "{", "{}", "{} {}",
                                            '{"messageType":"CRes",}', "[" * 100_000))]
    return [*other, *texts,
            Fault(row, "not UTF-8", {"type": "jwe", "how": "bad-utf8"}, "101", 1101),
            Fault(row, "page with 200", {"type": "http", "how": "html"}, "101", 1101),
            Fault(row, "empty body", {"type": "http", "how": "empty"}, "101", 1101),
            Fault(row, "brackets", {"type": "http", "how": "deep"}, "101", 1101),
            Fault(row, "some text", {"type": "http", "how": "text", "text": "OK"}, "101", 1101),
            Fault(row, "16 MB", {"type": "http", "how": "large"}, "101", 1101),
            Fault(row, "never ends", {"type": "http", "how": "endless"}, "101", 1101),
            Fault(row, "JSON never ends", {"type": "http", "how": "endless-json"}, "101", 1101)]


def _versions() -> list[Fault]:
    differs, unknown = ROWS[1], ROWS[2]
    found = [Fault(differs, other, _set(messageVersion=other), "203", 1102, "messageVersion",
                   versions=tuple(v for v in VERSIONS if v != other)) for other in VERSIONS]
    return found + [Fault(unknown, other, _set(messageVersion=other), "102", 1102)
                    for other in ("9.9.9", "2.0.0", "x")]


def _missing() -> list[Fault]:
    row = ROWS[3]
    common = ("messageVersion", "threeDSServerTransID", "acsTransID", "sdkTransID",
              "acsCounterAtoS", "challengeCompletionInd", "acsUiType")
    found = [Fault(row, name, _remove(name), "201", 1201, name) for name in common]
    found += [Fault(row, f"{name} {value!r}", _set(**{name: value}), "201", 1201, name)
              for name in ("acsTransID", "acsUiType") for value in ("", None)]
    found += [Fault(row, "two at once", _remove("acsTransID", "sdkTransID"), "201", 1201,
                    "acsTransID,sdkTransID"),
              Fault(row, "transStatus", {**_set(challengeCompletionInd="Y"),
                                         "remove": ["transStatus"]}, "201", 1201, "transStatus")]
    extension = {"name": "n", "id": "A000000802-001", "criticalityIndicator": False, "data": {}}
    for name in ("name", "id", "criticalityIndicator", "data"):
        broken = {n: v for n, v in extension.items() if n != name}
        found.append(Fault(row, f"extension {name}", _set(messageExtension=[broken]), "201", 1201,
                           None))
    return found + _mandatory()


#: mandatory elements by template: card, from 2.3.1, before
MANDATORY: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "01": ("resend", ("challengeInfoHeader", "challengeInfoText", "challengeEntryBox",
                      "submitAuthenticationLabel"), ("submitAuthenticationLabel",)),
    "02": ("single", ("challengeInfoHeader", "challengeInfoText", "challengeInfoLabel",
                      "challengeSelectInfo", "submitAuthenticationLabel"),
           ("challengeSelectInfo", "submitAuthenticationLabel")),
    "03": ("multi", ("challengeInfoHeader", "challengeInfoText", "challengeInfoLabel",
                     "challengeSelectInfo", "submitAuthenticationLabel"),
           ("challengeSelectInfo", "submitAuthenticationLabel")),
    "04": ("oob-pending", ("challengeInfoHeader", "challengeInfoText", "oobContinueLabel"),
           ("oobContinueLabel",)),
    "05": ("html", ("acsHTML",), ("acsHTML",)),
    "06": ("html-oob", ("acsHTML",), ()),
    "07": ("info", ("challengeInfoHeader", "challengeInfoText", "infoContinueLabel"), ()),
}


def _mandatory() -> list[Fault]:
    found = []
    for template, (card, new, old) in MANDATORY.items():
        for versions, names in ((_NEW, new), (_OLD, old)):
            for name in names:
                for how, fault in (("absent", _remove(name)), ("empty", _set(**{name: ""})),
                                   ("null", _set(**{name: None}))):
                    found.append(Fault(ROWS[3], f"{template} {name} {how}", fault, "201", 1201,
                                       name, card, versions))
    label = "challengeEntryBox.challengeDataEntryLabel"
    found.append(Fault(ROWS[3], label, _remove(label), "201", 1201, label, versions=_NEW))
    return found


def _extensions() -> list[Fault]:
    def extension(identity: str) -> Json:
        return {"name": "n", "id": identity, "criticalityIndicator": True, "data": {"a": 1}}
    return [Fault(ROWS[4], "one", _set(messageExtension=[extension("A1")]), "202", 1202, "A1"),
            Fault(ROWS[4], "two", _set(messageExtension=[extension("A1"), extension("B2")]), "202",
                  1202, "A1,B2"),
            Fault(ROWS[4], "one is known", _set(messageExtension=[extension("A1"),
                                                                  extension("B2")]), "202", 1202,
                  "B2", settings=("KnownExtensions=A1",))]


def _format() -> list[Fault]:
    row = ROWS[5]

    def case(name: str, detail: str, fault: Json, **more: Any) -> Fault:
        return Fault(row, name, fault, "203", 1101, detail, **more)

    found = [case(f"{name} {value!r}", name, _set(**{name: value}))
             for name, values in (("acsUiType", ("1", "00", 1, "x", "99x")),
                                  ("challengeCompletionInd", ("y", "X", True)),
                                  ("acsCounterAtoS", ("256", "-01", "1x", 1)),
                                  ("challengeInfoText", (1, ["a"], True)),
                                  ("submitAuthenticationLabel", (5, True)),
                                  ("messageExtension", ("x", {}, 1)))
             for value in values]
    found += [
        case("challengeSelectInfo text", "challengeSelectInfo", _set(challengeSelectInfo="a"),
             card="single"),
        case("challengeSelectInfo of texts", "challengeSelectInfo",
             _set(challengeSelectInfo=["a"]), card="single"),
        case("challengeSelectInfo number", "challengeSelectInfo",
             _set(challengeSelectInfo=[{"a": 1}]), card="single"),
        case("acsHTML no base64", "acsHTML", _set(acsHTML="<html>"), card="html"),
        case("acsHTML blank", "acsHTML", _set(acsHTML="IA"), card="html", versions=_NEW),
        case("acsUiType 06 before 2.3.1", "acsUiType", _set(acsUiType="06"), versions=_OLD),
        case("acsUiType 08 before 2.3.1", "acsUiType", _set(acsUiType="08"), versions=_OLD),
        case("oobAppURL", "oobAppURL", _set(oobAppURL="http://bank.example/"), card="oob",
             versions=_NEW),
        case("oobAppURL of an app", "oobAppURL", _set(oobAppURL="bank://pay"), card="html-oob",
             versions=_NEW),
        case("challengeEntryBox", "challengeEntryBox", _set(challengeEntryBox="x"),
             versions=_NEW),
        case("half a surrogate", "challengeInfoText", _set(challengeInfoText="\ud800")),
        case("NUL", "challengeInfoText", _set(challengeInfoText="a\0b")),
        case("sixteen extensions", "messageExtension", _set(messageExtension=[
            {"name": "n", "id": f"A{n}", "criticalityIndicator": False, "data": {}}
            for n in range(16)])),
        case("empty optional, strict", "whyInfoText", _set(whyInfoText=""), versions=_NEW,
             settings=("StrictMessages=True",)),
    ]
    return found


def _others() -> list[Fault]:
    found = [Fault(ROWS[6], name, {"type": "message", "duplicate": name}, "204", 1101, name)
             for name in ("acsUiType", "messageType", "challengeInfoText")]
    found.append(Fault(ROWS[6], "choice", _set(challengeSelectInfo=[{"a": "1"}, {"a": "2"}]), "204",
                       1101, "challengeSelectInfo", "single"))
    found += [Fault(ROWS[7], name, _set(**{name: _ID}), "301", 1301, name)
              for name in ("threeDSServerTransID", "acsTransID", "sdkTransID")]
    found += [Fault(ROWS[8], how, {"type": "jwe", "how": how}, "302", 1302)
              for how in ("bad-tag", "bad-ciphertext", "bad-aad", "other-key", "short-tag",
                          "short-iv", "zip", "crit", "alg", "unknown-enc", "encrypted-key",
                          "four-parts", "six-parts", "padded-base64", "header-not-json",
                          "duplicate-header", "clear")]
    found += [Fault(ROWS[8], f"counter {value}", {"type": "counter", "how": "value",
                                                  "value": value}, "302", 1302, "acsCounterAtoS")
              for value in ("000", "002", "255")]
    found += [Fault(ROWS[8], how, {"type": "counter", "how": how}, "302", 1302, "acsCounterAtoS")
              for how in ("replay", "replay-jwe")]
    found += [Fault(ROWS[9], value, _set(acsUiType=value), "207", 1101, "acsUiType",
                    versions=_NEW) for value in ("08", "99")]
    return found


def _received() -> list[Fault]:
    found = []
    for encrypted in (False, True):
        name = "encrypted" if encrypted else "clear"
        for code, raised in (("101", 1101), ("102", 1102), ("201", 1201), ("202", 1202),
                             ("301", 1301), ("302", 1302), ("203", 1101), ("305", 1101),
                             ("402", 1101), ("999", 1101), ("1", 605), ("", 605), ("abc", 605)):
            found.append(Fault(ROWS[10], f"{name} {code}", {
                "type": "erro", "code": code, "encrypted": encrypted}, "", raised))
        found.append(Fault(ROWS[10], f"{name} without a code", {
            "type": "erro", "remove": ["errorCode"], "encrypted": encrypted}, "", 605))
    found.append(Fault(ROWS[10], "with status 400", {"type": "erro", "code": "203",
                                                     "status": 400}, "", 1101))
    return found


def _transport() -> list[Fault]:
    row = ROWS[11]
    return [Fault(row, "page with 502", {"type": "http", "how": "html", "status": 502}, "", 151),
            Fault(row, "CRes with 500", {"type": "http", "how": "text", "status": 500}, "", 151),
            Fault(row, "redirect", {"type": "redirect", "to": "elsewhere"}, "", 151),
            Fault(row, "redirect 307", {"type": "redirect", "to": "elsewhere", "status": 307}, "",
                  151),
            Fault(row, "cut short", {"type": "connection", "how": "close-mid-body"}, "", 1120),
            Fault(row, "fewer than announced", {"type": "connection", "how": "length-short"}, "",
                  1120),
            Fault(row, "reset", {"type": "connection", "how": "reset-mid-body"}, "", 10054),
            Fault(ROWS[12], "unknown", _set(challengeCompletionInd="Y", transStatus="Z"), "", 0),
            Fault(ROWS[12], "of a browser", _set(challengeCompletionInd="Y", transStatus="C"), "",
                  0)]


FAULTS = [*_invalid(), *_versions(), *_missing(), *_extensions(), *_format(), *_others(),
          *_received(), *_transport()]
