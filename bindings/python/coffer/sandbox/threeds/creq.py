"""What an ACS accepts as a CReq: the table and the situations of CORE231 A.4 and A.16."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .strict import (Refusal, VERSIONS, check_extensions, check_ids, loads, one_of, require,
                     text_of)

_ALWAYS = ("messageType", "messageVersion", "threeDSServerTransID", "acsTransID", "sdkTransID",
           "sdkCounterStoA")

#: names that tell a situation -> versions that know them
_SITUATION: dict[str, tuple[str, ...]] = {
    "challengeCancel": VERSIONS, "challengeDataEntry": VERSIONS,
    "challengeDataEntryTwo": ("2.3.1",), "challengeNoEntry": ("2.2.0", "2.3.1"),
    "challengeHTMLDataEntry": VERSIONS, "resendChallenge": VERSIONS, "oobContinue": VERSIONS,
    "oobAppStatus": ("2.3.1",), "infoContinueIndicator": ("2.3.1",),
    "challengeAddCode": ("2.3.1",), "whitelistingDataEntry": ("2.2.0",),
    "trustListDataEntry": ("2.3.1",), "deviceBindingDataEntry": ("2.3.1",),
}
#: names that may stand in any CReq -> versions
_GENERAL: dict[str, tuple[str, ...]] = {
    "threeDSRequestorAppURL": ("2.2.0", "2.3.1"), "oobAppURLInd": ("2.3.1",),
    "messageExtension": VERSIONS,
}
#: shown with the screen -> answered with the CReq
_CONSENTS = {"whitelistingInfoText": "whitelistingDataEntry",
             "trustListInfoText": "trustListDataEntry",
             "deviceBindingInfoText": "deviceBindingDataEntry"}
_CANCELS = {"2.1.0": ("01", "02", "03", "06", "07"), "2.2.0": ("01", "06", "07", "08"),
            "2.3.1": ("01", "06", "07", "08")}


@dataclass
class Expected:
    """What the ACS knows when a CReq arrives."""

    version: str
    ids: dict[str, str]
    counter: int
    #: the CRes that it answers; None for the first
    screen: dict[str, Any] | None = None
    #: of the first CReq; None before it
    app_url: str | None = None
    unknown: list[str] = field(default_factory=list)


def check(text: str, expected: Expected) -> dict[str, Any]:
    """The CReq of a text; a Refusal says what its Erro must say."""
    message = loads(text)
    if not isinstance(message, dict) or message.get("messageType") != "CReq":
        raise Refusal("101", "messageType")
    version = message.get("messageVersion")
    if version is None:
        raise Refusal("201", "messageVersion")
    if version not in VERSIONS:
        raise Refusal("102", ",".join(VERSIONS))
    if version != expected.version:
        raise Refusal("203", "messageVersion")
    required = _ALWAYS + (("oobAppURLInd",) if version == "2.3.1" else ())
    require(message, required)
    check_ids(message, expected.ids)
    if message["sdkCounterStoA"] != f"{expected.counter:03d}":
        raise Refusal("302", "sdkCounterStoA")
    check_extensions(message)
    known = {**_SITUATION, **_GENERAL}
    for name, value in message.items():
        if name in known:
            if version not in known[name]:
                raise Refusal("203", name)  # A.4: present although it must not be
            if value is None or value in ("", [], {}):
                raise Refusal("203", name)  # Req 309: absent instead of empty
        elif name not in _ALWAYS:
            expected.unknown.append(name)
    _check_values(message, expected)
    _check_situation(message, expected)
    return message


def _check_values(message: dict[str, Any], expected: Expected) -> None:
    version = expected.version
    yes_no = {name: ("Y", "N") for name in _CONSENTS.values()}
    values: dict[str, tuple[Any, ...]] = {
        "challengeCancel": _CANCELS[version], "challengeNoEntry": ("Y",),
        "resendChallenge": ("Y",) if version == "2.3.1" else ("Y", "N"),
        "oobContinue": ("01", "02") if version == "2.3.1" else (True,),
        "oobAppStatus": ("01",), "infoContinueIndicator": (True,), "challengeAddCode": ("Y",),
        "oobAppURLInd": ("01", "02", "03"), **yes_no}
    for name, allowed in values.items():
        if name in message:
            one_of(message, name, allowed)
    for name, most in (("challengeDataEntry", 45), ("challengeDataEntryTwo", 45),
                       ("challengeHTMLDataEntry", 256),
                       ("threeDSRequestorAppURL", 2048 if version == "2.3.1" else 256)):
        if name in message:
            text_of(message, name, most)
    url = message.get("threeDSRequestorAppURL", "")
    if version == "2.3.1" and url and not url.startswith("https://"):
        raise Refusal("203", "threeDSRequestorAppURL")
    if expected.app_url is not None and url != expected.app_url:
        raise Refusal("203", "threeDSRequestorAppURL")  # in every CReq, or in none


def _check_situation(message: dict[str, Any], expected: Expected) -> None:
    present = {name for name in _SITUATION if name in message}
    screen = expected.screen
    if "challengeCancel" in present:
        _only(present, {"challengeCancel"})
        return
    if screen is None:
        _only(present, set())
        return
    consents = {answer for text, answer in _CONSENTS.items() if text in screen}
    missing = consents - present
    if missing:
        raise Refusal("201", ",".join(sorted(missing)))
    rest = present - consents
    if rest & set(_CONSENTS.values()):
        raise Refusal("203", ",".join(sorted(rest & set(_CONSENTS.values()))))
    ui = str(screen["acsUiType"])
    if "challengeAddCode" in rest:
        if "challengeAddLabel" not in screen or ui in ("05", "06"):
            raise Refusal("203", "challengeAddCode")
        _only(rest, {"challengeAddCode"})
    elif ui in ("01", "02", "03"):
        _check_entry(message, rest, screen, expected.version)
    elif ui == "04":
        _check_oob(message, rest)
    elif ui == "05":
        _exactly(rest, {"challengeHTMLDataEntry"})
    elif ui == "06":
        if message.get("oobContinue") == "01":
            _exactly(rest, {"oobContinue", "challengeHTMLDataEntry"})
        else:
            _check_oob(message, rest)
    else:
        _exactly(rest, {"infoContinueIndicator"})


def _check_entry(message: dict[str, Any], rest: set[str], screen: dict[str, Any],
                 version: str) -> None:
    """UI 01 to 03: exactly one kind of answer; 2.1.0 submits nothing by sending nothing."""
    if message.get("resendChallenge") == "N":
        rest = rest - {"resendChallenge"}
    if "resendChallenge" in rest:
        if "resendInformationLabel" not in screen:
            raise Refusal("203", "resendChallenge")
        _only(rest, {"resendChallenge"})
    elif "challengeNoEntry" in rest:
        _only(rest, {"challengeNoEntry"})
    elif rest:
        allowed = {"challengeDataEntry"}
        if "challengeEntryBoxTwo" in screen:
            allowed.add("challengeDataEntryTwo")
        _only(rest, allowed)
    elif version != "2.1.0":
        raise Refusal("201", "challengeDataEntry")
    if "challengeDataEntry" in rest and screen["acsUiType"] != "01":
        keys = {key for entry in screen["challengeSelectInfo"] for key in entry}
        chosen = message["challengeDataEntry"].split(",")
        if not set(chosen) <= keys or len(set(chosen)) != len(chosen) or (
                screen["acsUiType"] == "02" and len(chosen) != 1):
            raise Refusal("203", "challengeDataEntry")


def _check_oob(message: dict[str, Any], rest: set[str]) -> None:
    allowed = {"oobContinue"}
    if "oobAppStatus" in rest:
        if message.get("oobContinue") != "02":
            raise Refusal("203", "oobAppStatus")
        allowed.add("oobAppStatus")
    _only(rest, allowed)
    if "oobContinue" not in rest:
        raise Refusal("201", "oobContinue")


def _only(present: set[str], allowed: set[str]) -> None:
    strange = present - allowed
    if strange:
        raise Refusal("203", ",".join(sorted(strange)))


def _exactly(present: set[str], wanted: set[str]) -> None:
    _only(present, wanted)
    if wanted - present:
        raise Refusal("201", ",".join(sorted(wanted - present)))
