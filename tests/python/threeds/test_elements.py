"""Which element a template must have, may have, must not have: the table of 2.3.1 by cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coffer.sandbox import ThreeDS
from coffer.threeds import Client
from conftest import MakeClient
from payer import authenticate, code_of, print_count, start
from reply_faults import MANDATORY

TEMPLATES = ("01", "02", "03", "04", "07")
#: element -> M mandatory, O optional, C conditional, N not, for each template
TABLE = {
    "challengeInfoHeader": "MMMMM", "challengeInfoText": "MMMMM", "challengeInfoLabel": "NMMOO",
    "challengeEntryBox": "MNNNN", "challengeEntryBoxTwo": "ONNNN",
    "resendInformationLabel": "ONNNN", "challengeSelectInfo": "NMMNN",
    "submitAuthenticationLabel": "MMMNN", "oobAppLabel": "NNNCN", "oobContinueLabel": "NNNCN",
    "infoContinueLabel": "NNNNM", "challengeAddLabel": "OOOOO",
    "challengeInfoTextIndicator": "OOOOO", "deviceBindingInfoText": "OOOOO",
    "trustListInfoText": "OOOOO", "togglePositionInd": "OOOOO", "whyInfoLabel": "OOOOO",
    "whyInfoText": "OOOOO", "expandInfoLabel": "OOOOO", "expandInfoText": "OOOOO",
}
_BOX = {"challengeDataEntryLabel": "shown"}
#: element -> what is sent, how it is read, what is read then, what without it
READ: dict[str, tuple[Any, Callable[[Client], Any], Any, Any]] = {
    "challengeEntryBox": (_BOX, lambda c: c.challenge_entry_box_label, "shown", ""),
    "challengeEntryBoxTwo": (_BOX, lambda c: c.challenge_entry_box_two_label, "shown", ""),
    "challengeSelectInfo": ([{"a": "b"}], lambda c: c.challenge_select_info_count, 1, 0),
    "challengeInfoTextIndicator": ("Y", lambda c: c.enable_challenge_info_text_indicator, True,
                                   False),
    "togglePositionInd": ("01", lambda c: c.toggle_position_indicator, 1, 0),
    **{name: ("shown", lambda c, p=prop: getattr(c, p), "shown", "") for name, prop in {
        "challengeInfoHeader": "challenge_info_header",
        "challengeInfoText": "challenge_info_text", "challengeInfoLabel": "challenge_info_label",
        "resendInformationLabel": "resend_information_label",
        "submitAuthenticationLabel": "submit_authentication_label",
        "oobAppLabel": "oob_app_label", "oobContinueLabel": "oob_continue_label",
        "challengeAddLabel": "challenge_additional_label",
        "deviceBindingInfoText": "device_binding_information_text",
        "trustListInfoText": "whitelisting_information_text",
        "whyInfoLabel": "why_information_label", "whyInfoText": "why_information_text",
        "expandInfoLabel": "expandable_information_label",
        "expandInfoText": "expandable_information_text"}.items()},
}
CELLS = [(element, template) for element in TABLE for template in TEMPLATES]


def test_the_table_is_whole() -> None:
    print_count("elements by template", CELLS)
    assert all(len(row) == len(TEMPLATES) for row in TABLE.values())
    assert set(READ) | {"infoContinueLabel"} == set(TABLE)
    for at, template in enumerate(TEMPLATES):
        must = {element for element, row in TABLE.items() if row[at] == "M"}
        assert must == set(MANDATORY[template][1]) - {"oobContinueLabel"}, template


@pytest.mark.parametrize("element, template", CELLS)
def test_element(side: ThreeDS, make_client: MakeClient, element: str, template: str) -> None:
    """What the template has is shown, what it does not have is ignored, never refused."""
    rule = TABLE[element][TEMPLATES.index(template)]
    value, read, shown, empty = READ.get(element, ("shown", None, "shown", ""))
    client = make_client("2.3.1")
    side.fault("message", set={element: value})
    start(client, side, MANDATORY[template][0])
    assert client.acsui_type == int(template)
    if read is not None:
        assert read(client) == (empty if rule == "N" else shown)
    else:
        client.config(f"XPath=/json/{element}")
        assert client.config("XText").strip('"') == "shown"


@pytest.mark.parametrize("left", ["oobAppLabel", "oobContinueLabel", ""])
def test_one_button_of_two(side: ThreeDS, make_client: MakeClient, left: str) -> None:
    client = make_client("2.3.1")
    gone = [name for name in ("oobAppLabel", "oobContinueLabel") if name != left]
    side.set_faults({"fault": {"type": "message", "set": {left: "shown"} if left else {},
                               "remove": gone}})
    authenticate(client, side, "oob-pending")
    if left:
        client.send_challenge_request()
        assert (client.oob_app_label, client.oob_continue_label) == (
            ("shown", "") if left == "oobAppLabel" else ("", "shown"))
    else:
        assert code_of(client.send_challenge_request) == 1201


#: what real ACSs do and users want taken: version, card, rule
SLOPPY: dict[str, tuple[str, str, dict[str, Any]]] = {
    "empty whyInfoText": ("2.2.0", "text", {"set": {"whyInfoText": ""}}),
    "empty whyInfoText, newest": ("2.3.1", "text", {"set": {"whyInfoText": ""}}),
    "null whyInfoText": ("2.1.0", "text", {"set": {"whyInfoText": None}}),
    "no challengeInfoLabel": ("2.2.0", "single", {"remove": ["challengeInfoLabel"]}),
    "no challengeInfoText": ("2.2.0", "oob", {"remove": ["challengeInfoText"]}),
    "long texts": ("2.2.0", "text", {"set": {"challengeInfoText": "x" * 2000,
                                             "submitAuthenticationLabel": "y" * 46}}),
    "long keys of choices": ("2.3.1", "single", {
        "set": {"challengeSelectInfo": [{"a-very-long-key": "b"}]}}),
    "choices in one object": ("2.2.0", "single", {
        "set": {"challengeSelectInfo": {"a": "b", "c": "d"}}}),
    "ids in capitals": ("2.2.0", "text", {"set": {}}),
    "unknown members": ("2.2.0", "text", {"set": {"x": {"y": [1, None, True]}}}),
    "unknown extension": ("2.2.0", "text", {"set": {"messageExtension": [
        {"name": "n", "id": "no RID at all", "criticalityIndicator": False, "data": {}}]}}),
    "criticality as text": ("2.2.0", "text", {"set": {"messageExtension": [
        {"name": "n", "id": "A1", "criticalityIndicator": "false", "data": {}}]}}),
    "fifteen extensions": ("2.3.1", "text", {"set": {"messageExtension": [
        {"name": "n", "id": f"A{n}", "criticalityIndicator": False, "data": {}}
        for n in range(15)]}}),
    "status before the end": ("2.2.0", "text", {"set": {"transStatus": "Y"}}),
    "padded HTML": ("2.2.0", "html", {"set": {"acsHTML": "PGI+aGk8L2I+Pg=="}}),
    "old images": ("2.3.1", "text", {"set": {"psImage": {"medium": "https://i.example/p.png"}}}),
}


@pytest.mark.parametrize("name", SLOPPY)
def test_sloppy_but_taken(side: ThreeDS, make_client: MakeClient, name: str) -> None:
    version, card, fault = SLOPPY[name]
    client = make_client(version)
    ares = authenticate(client, side, card)
    if name == "ids in capitals":
        fault = {"set": {n: ares[n].upper() for n in ("acsTransID", "sdkTransID")}}
    side.fault("message", **fault)
    client.send_challenge_request()
    assert client.acsui_type in (1, 2, 4, 5) and client.error_packet == ""
    assert side.record("erro") == []
