"""The situation matrix (CReq, sdk side) as data: one case for each row, screen and version.

`card` brings the screen after `before` answers; `set` are properties and settings; `added` is all
that the CReq then carries beside the base. "-" stands where a version has no such situation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from payer import CODE, VERSIONS

Json = dict[str, Any]

ROWS = ("first CReq", "UI 01/02/03 submit with data", "UI 01/02/03 submit empty", "resend",
        "UI 04 continue", "UI 04 additional choice", "UI 04 app back in foreground",
        "oobAppURL cannot be opened", "UI 05", "UI 06 user action", "UI 06 automatic", "UI 07",
        "additional choice", "cancel", "trust or binding text was shown", "requestor app url",
        "what does not fit is left out")

#: rows that versions lack, with all that they would need
ABSENT = {("oobAppURL cannot be opened", "2.1.0"), ("oobAppURL cannot be opened", "2.2.0"),
          ("UI 04 additional choice", "2.1.0"), ("UI 04 additional choice", "2.2.0"),
          ("UI 06 user action", "2.1.0"), ("UI 06 user action", "2.2.0"),
          ("UI 06 automatic", "2.1.0"), ("UI 06 automatic", "2.2.0"),
          ("UI 07", "2.1.0"), ("UI 07", "2.2.0"), ("additional choice", "2.1.0"),
          ("additional choice", "2.2.0"), ("trust or binding text was shown", "2.1.0"),
          ("requestor app url", "2.1.0")}


@dataclass(frozen=True)
class Situation:
    row: str
    version: str
    card: str
    set: Json = field(default_factory=dict)
    added: Json = field(default_factory=dict)
    #: before the first CReq instead of after it
    first: bool = False
    name: str = ""

    def __str__(self) -> str:
        return f"{self.row} {self.name or self.card} {self.version}".replace(" ", "-")


def _entries(version: str) -> list[Situation]:
    data = "UI 01/02/03 submit with data"
    found = [
        Situation(data, version, "text", {"challenge_data_entry": CODE},
                  {"challengeDataEntry": CODE}),
        Situation(data, version, "text", {"challenge_data_entry": " ä€𝄞\"\\ "},
                  {"challengeDataEntry": " ä€𝄞\"\\ "}, name="as typed"),
        Situation(data, version, "text", {"challenge_data_entry": "é" * 45},
                  {"challengeDataEntry": "é" * 45}, name="45 characters"),
        Situation(data, version, "single", {"challenge_data_entry": "mail"},
                  {"challengeDataEntry": "mail"}),
        Situation(data, version, "multi", {"challenge_data_entry": "sms,call"},
                  {"challengeDataEntry": "sms,call"}),
    ]
    if version == "2.3.1":
        found += [
            Situation(data, version, "two-boxes",
                      {"challenge_data_entry": CODE, "challenge_data_entry_two": "4321"},
                      {"challengeDataEntry": CODE, "challengeDataEntryTwo": "4321"}),
            Situation(data, version, "two-boxes", {"challenge_data_entry_two": "4321"},
                      {"challengeDataEntryTwo": "4321"}, name="second box alone")]
    nothing = {} if version == "2.1.0" else {"challengeNoEntry": "Y"}
    found += [Situation("UI 01/02/03 submit empty", version, card, {}, nothing)
              for card in ("text", "single", "multi")]
    return found


def _oob(version: str) -> list[Situation]:
    button: Any = "01" if version == "2.3.1" else True
    back: Any = "02" if version == "2.3.1" else True
    found = [
        Situation("UI 04 continue", version, "oob", {"oob_continuation_indicator": 1},
                  {"oobContinue": button}),
        Situation("UI 04 app back in foreground", version, "oob", {"oob_continuation_indicator": 2},
                  {"oobContinue": back})]
    if version == "2.3.1":
        found += [
            Situation("UI 04 additional choice", version, "oob-pending",
                      {"use_additional_challenge": True}, {"challengeAddCode": "Y"}),
            Situation("oobAppURL cannot be opened", version, "oob",
                      {"oob_continuation_indicator": 2, "oob_app_status": 1},
                      {"oobContinue": "02", "oobAppStatus": "01"}),
            Situation("oobAppURL cannot be opened", version, "html-oob",
                      {"oob_continuation_indicator": 2, "oob_app_status": 1},
                      {"oobContinue": "02", "oobAppStatus": "01"}),
            Situation("UI 06 user action", version, "html-oob",
                      {"oob_continuation_indicator": 1, "challenge_data_entry": "code=1"},
                      {"oobContinue": "01", "challengeHTMLDataEntry": "code=1"}),
            Situation("UI 06 user action", version, "html-oob", {"challenge_data_entry": "code=1"},
                      {"oobContinue": "01", "challengeHTMLDataEntry": "code=1"},
                      name="entry alone"),
            Situation("UI 06 automatic", version, "html-oob", {"oob_continuation_indicator": 2},
                      {"oobContinue": "02"})]
    return found


def _others(version: str) -> list[Situation]:
    found = [
        Situation("first CReq", version, "text", first=True),
        Situation("first CReq", version, "everything", {"challenge_data_entry": CODE}, first=True,
                  name="entry set too early"),
        Situation("resend", version, "resend", {"ResendChallengeInfo": "Y"},
                  {"resendChallenge": "Y"}),
        Situation("UI 05", version, "html", {"challenge_data_entry": "code=%C3%A4+b&submit=OK"},
                  {"challengeHTMLDataEntry": "code=%C3%A4+b&submit=OK"}),
        *(Situation("cancel", version, card, {"challenge_cancellation_indicator": "01"},
                    {"challengeCancel": "01"})
          for card in ("text", "single", "multi", "oob", "html", "html-oob", "info", "everything")),
        Situation("what does not fit is left out", version, "html",
                  {"challenge_data_entry": "code=1", "oob_continuation_indicator": 1,
                   "use_information_continuation": True},
                  {"challengeHTMLDataEntry": "code=1"}),
        Situation("what does not fit is left out", version, "oob",
                  {"oob_continuation_indicator": 1, "challenge_data_entry": "1",
                   "use_additional_challenge": True, "whitelisting_data_entry": True},
                  {"oobContinue": "01" if version == "2.3.1" else True})]
    if version != "2.1.0":
        url = "https://shop.example/back?a=b"
        found.append(Situation("requestor app url", version, "text",
                               {"requestor_app_url": url, "challenge_data_entry": "1"},
                               {"threeDSRequestorAppURL": url, "challengeDataEntry": "1"}))
        entry = "trustListDataEntry" if version == "2.3.1" else "whitelistingDataEntry"
        row = "trust or binding text was shown"
        found += [
            Situation(row, version, "trust-list", {"challenge_data_entry": "1"},
                      {"challengeDataEntry": "1", entry: "N"}),
            Situation(row, version, "trust-list",
                      {"challenge_data_entry": "1", "whitelisting_data_entry": True},
                      {"challengeDataEntry": "1", entry: "Y"}, name="yes"),
            Situation(row, version, "trust-list", {"whitelisting_data_entry": True},
                      {"challengeNoEntry": "Y", entry: "Y"}, name="nothing entered")]
    if version == "2.3.1":
        row = "trust or binding text was shown"
        found += [
            Situation("UI 07", version, "info", {"use_information_continuation": True},
                      {"infoContinueIndicator": True}),
            Situation("additional choice", version, "additional",
                      {"use_additional_challenge": True}, {"challengeAddCode": "Y"}),
            Situation(row, version, "device-binding",
                      {"challenge_data_entry": "1", "device_binding_data_entry": True},
                      {"challengeDataEntry": "1", "deviceBindingDataEntry": "Y"}),
            Situation(row, version, "everything", {"ResendChallengeInfo": "Y"},
                      {"resendChallenge": "Y", "deviceBindingDataEntry": "N",
                       "trustListDataEntry": "N"})]
    return found


SITUATIONS = [case for version in VERSIONS
              for case in _entries(version) + _oob(version) + _others(version)]
