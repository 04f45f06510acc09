"""What a card number makes the ACS do."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

from . import screens
from .screens import CODE, CODE_TWO, Json, Screen

#: wrong entries that a challenge survives less one
TRIES = 3


@dataclass(frozen=True)
class Scenario:
    """transStatus of the ARes, and for a challenge its screens and its end."""

    status: str
    screens: tuple[Screen, ...] = ()
    final: str = "Y"
    #: the first version that knows the status; before it U takes its place
    since: str = "2.1.0"
    #: how often an out-of-band answer comes before the customer has approved
    pending: int = 0
    #: never ends by itself
    endless: bool = False

    def end(self, version: str) -> str:
        """transStatus of the last CRes: D is 2.3.1's."""
        return "N" if self.final == "D" and version != "2.3.1" else self.final


def _frictionless(status: str, since: str = "2.1.0") -> Scenario:
    return Scenario(status, since=since)


def _challenge(*shown: Screen, final: str = "Y", pending: int = 0,
               endless: bool = False) -> Scenario:
    """A version that lacks what a screen shows gets the screen without it."""
    return Scenario("C", shown, final, pending=pending, endless=endless)


SCENARIOS: dict[str, Scenario] = {
    "frictionless-Y": _frictionless("Y"), "frictionless-A": _frictionless("A"),
    "frictionless-N": _frictionless("N"), "frictionless-U": _frictionless("U"),
    "frictionless-R": _frictionless("R"), "frictionless-I": _frictionless("I", "2.2.0"),
    "frictionless-D": _frictionless("D", "2.2.0"),
    "text": _challenge(screens.text), "single": _challenge(screens.single),
    "multi": _challenge(screens.multi), "oob": _challenge(screens.oob_app),
    "html": _challenge(screens.page), "html-oob": _challenge(screens.page_oob),
    "info": _challenge(screens.info),
    "two-boxes": _challenge(screens.two_boxes),
    "multi-step": _challenge(screens.single, screens.text),
    "trust-list": _challenge(screens.trust),
    "device-binding": _challenge(screens.binding),
    "additional": _challenge(screens.additional, screens.single),
    "resend": _challenge(screens.with_resend),
    "oob-pending": _challenge(screens.oob_additional, pending=2),
    "declined": _challenge(screens.text, final="N"),
    "decoupled": _challenge(screens.text, final="D"),
    "three-rounds": _challenge(screens.multi, screens.oob, screens.text),
    "endless": _challenge(screens.with_resend, endless=True),
    "everything": _challenge(screens.everything),
}


def entry_is_right(answer: Json, screen: Json, pending: int) -> bool:
    """Whether the customer's answer lets the challenge go on; `pending` answers came before."""
    ui = screen["acsUiType"]
    if ui == "01":
        second = "challengeEntryBoxTwo" not in screen or (
            answer.get("challengeDataEntryTwo") == CODE_TWO)
        return answer.get("challengeDataEntry") == CODE and second
    if ui in ("02", "03"):
        return "challengeDataEntry" in answer
    if ui == "05" or ui == "06" and "challengeHTMLDataEntry" in answer:
        return parse_qs(answer["challengeHTMLDataEntry"]).get("code") == [CODE]
    if ui in ("04", "06"):
        return "oobAppStatus" not in answer and pending <= 0
    return True
