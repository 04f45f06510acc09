"""The screens of an ACS: the members of a CRes by template and version (CORE231 A.18, A.20)."""

from __future__ import annotations

from typing import Any, Callable

from .keys import b64

Json = dict[str, Any]

CODE, CODE_TWO = "123456", "4321"
_HTML = ('<!DOCTYPE html><html><head><title>Sandbox bank</title></head><body>'
         '<form action="HTTPS://EMV3DS/challenge" method="get">'
         '<label>Code <input name="code" autocomplete="off"></label>'
         '<input type="submit" name="submit" value="OK"></form></body></html>')
_HTML_OOB = _HTML.replace("<label>", '<a href="HTTPS://EMV3DS/openoobApp">Open the app</a><label>')
APP_URL = "https://bank.example/app/approve"


def html(text: str) -> str:
    return b64(text.encode())


def _base(ui: str, header: str, text: str) -> Json:
    return {"acsUiType": ui, "challengeInfoHeader": header, "challengeInfoText": text}


def _texts() -> Json:
    return {"whyInfoLabel": "Why?", "whyInfoText": "Your bank asks for each payment.",
            "expandInfoLabel": "Help", "expandInfoText": "Call the bank,\nday and night."}


def images(version: str) -> Json:
    """Both images, in the form of the version."""
    names = ("default", "dark", "monochrome") if version == "2.3.1" else (
        "medium", "high", "extraHigh")
    return {member: {name: f"https://images.example/{file}-{name}.png" for name in names}
            for member, file in (("issuerImage", "bank"), ("psImage", "scheme"))}


def text(version: str) -> Json:
    screen = _base("01", "Confirm the payment", "A code was sent to … 1234.\nPlease enter it.")
    screen["submitAuthenticationLabel"] = "OK"
    if version == "2.3.1":
        screen["challengeEntryBox"] = {
            "challengeDataEntryLabel": "Code", "challengeDataEntryKeyboardType": "01",
            "challengeDataEntryAutofill": "Y", "challengeDataEntryAutofillType": "01",
            "challengeDataEntryLengthMax": "06", "challengeDataEntryMasking": "Y",
            "challengeDataEntryToggle": "Y"}
    else:
        screen["challengeInfoLabel"] = "Code"
    return screen


def with_resend(version: str) -> Json:
    return {**text(version), "resendInformationLabel": "Send again"}


def two_boxes(version: str) -> Json:
    """2.3.1 alone has a second box; before, the same screen with one."""
    screen = text(version)
    if version == "2.3.1":
        screen["challengeEntryBoxTwo"] = {
            "challengeDataEntryLabel": "PIN", "challengeDataEntryKeyboardType": "02",
            "challengeDataEntryLengthMax": "08", "challengeDataEntryMasking": "N"}
    return screen


def _select(ui: str, header: str, label: str) -> Json:
    return {**_base(ui, header, "More than one is known to us."), "challengeInfoLabel": label,
            "challengeSelectInfo": [{"sms": "Mobile *123"}, {"mail": "Mail a**@b.example"},
                                    {"call": "A call"}],
            "submitAuthenticationLabel": "Next"}


def single(version: str) -> Json:
    return _select("02", "Choose", "Send the code by")


def multi(version: str) -> Json:
    return _select("03", "Choose", "Where did you shop?")


def oob(version: str) -> Json:
    screen = _base("04", "Use your app", "Approve the payment in the app of your bank.")
    screen["oobContinueLabel"] = "Continue"
    if version != "2.3.1":
        screen["challengeAddInfo"] = "Did you approve it?"
    return screen


def oob_app(version: str) -> Json:
    """With a link to the bank's app, which 2.3.1 opens."""
    screen = oob(version)
    if version == "2.3.1":
        screen.update(oobAppURL=APP_URL, oobAppLabel="Open the app")
        del screen["oobContinueLabel"]
    return screen


def page(version: str) -> Json:
    screen: Json = {"acsUiType": "05", "acsHTML": html(_HTML)}
    if version != "2.3.1":
        screen["acsHTMLRefresh"] = html(_HTML.replace("Code", "Code, again"))
    return screen


def page_oob(version: str) -> Json:
    if version != "2.3.1":
        return page(version)
    return {"acsUiType": "06", "acsHTML": html(_HTML_OOB), "oobAppURL": APP_URL}


def info(version: str) -> Json:
    """An information; before 2.3.1 a text screen takes its place."""
    if version != "2.3.1":
        return text(version)
    return {**_base("07", "Please note", "Your bank keeps this device in mind."),
            "infoContinueLabel": "Continue"}


def trust(version: str) -> Json:
    screen = text(version)
    name = {"2.2.0": "whitelistingInfoText", "2.3.1": "trustListInfoText"}.get(version)
    if name:
        screen[name] = "Trust this shop from now on?"
    return screen


def binding(version: str) -> Json:
    screen = text(version)
    if version == "2.3.1":
        screen["deviceBindingInfoText"] = "Remember this device?"
    return screen


def additional(version: str) -> Json:
    screen = text(version)
    if version == "2.3.1":
        screen["challengeAddLabel"] = "Another way"
    return screen


def oob_additional(version: str) -> Json:
    screen = oob(version)
    if version == "2.3.1":
        screen["challengeAddLabel"] = "Another way"
    return screen


def everything(version: str) -> Json:
    """Every member that a text screen of the version may have."""
    screen = {**two_boxes(version), **trust(version), **binding(version), **additional(version),
              **with_resend(version), **_texts(), **images(version),
              "challengeInfoTextIndicator": "Y"}
    if "challengeEntryBoxTwo" in two_boxes(version):
        screen["challengeEntryBoxTwo"] = two_boxes(version)["challengeEntryBoxTwo"]
    if version == "2.3.1":
        screen["togglePositionInd"] = "01"
    return screen


Screen = Callable[[str], Json]
