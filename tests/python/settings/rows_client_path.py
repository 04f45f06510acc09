"""Rows of Client's settings that look into the last message, whose text the ACS recorded."""

from __future__ import annotations

import json
from typing import Any

from case import Case
from coffer.threeds import Client
from table import CLIENT, Section

rows = Section()


def at(case: Case, path: str = "") -> tuple[Client, Any]:
    """A client at a screen of choices, at that path, and the reply as the ACS sent it."""
    seen = case.challenge(plain=True, card="single")
    assert seen.failure is None
    client: Client = seen.object
    if path:
        client.config(f"XPath={path}")
    return client, json.loads(case.side.record("creq")[-1]["reply"])


@rows.setting("XPath", of=CLIENT, default="", value="/json/challengeSelectInfo/[2]",
              invalid=("/json", "/nobody", "//", "x[y]"))
def xpath(case: Case) -> None:
    """Each form of a step leads to the element of that reply; one that leads nowhere is 713 and
    leaves the place, and so is any (above) before a message came."""
    client, reply = at(case, case.value)
    choices = reply["challengeSelectInfo"]
    assert len(choices) >= 2 and json.loads(client.config("XSubTree")) == choices[1]
    for path, found in {"/json/challengeSelectInfo/[last()]": choices[-1],
                        "/json/challengeSelectInfo/[last()-1]": choices[-2],
                        "/json/challengeSelectInfo": choices, "[1]": choices[0],
                        "..": choices, ".": choices, "/json": reply}.items():
        client.config(f"XPath={path}")
        assert json.loads(client.config("XSubTree")) == found, path
    assert case.refused(lambda: client.config("XPath=/json/nobody")).code == 713
    assert json.loads(client.config("XSubTree")) == reply


@rows.read_only("XText", of=CLIENT)
def text(case: Case) -> None:
    client, reply = at(case, "/json/challengeInfoHeader")
    assert client.config("XText").strip('"') == reply["challengeInfoHeader"] != ""


@rows.read_only("XElement", of=CLIENT)
def element(case: Case) -> None:
    client, _ = at(case, "/json/challengeInfoHeader")
    assert client.config("XElement") == "challengeInfoHeader"
    client.config("XPath=/json")
    assert client.config("XElement") == "json"


@rows.read_only("XParent", of=CLIENT)
def parent(case: Case) -> None:
    client, _ = at(case, "/json/challengeSelectInfo/[1]")
    assert client.config("XParent") == "challengeSelectInfo"


@rows.read_only("XSubTree", of=CLIENT)
def sub_tree(case: Case) -> None:
    client, reply = at(case, "/json/challengeSelectInfo")
    assert json.loads(client.config("XSubTree")) == reply["challengeSelectInfo"]


@rows.read_only("XChildCount", of=CLIENT, default="0")
def child_count(case: Case) -> None:
    client, reply = at(case, "/json")
    assert client.config("XChildCount") == str(len(reply))
    client.config("XPath=/json/challengeSelectInfo")
    assert client.config("XChildCount") == str(len(reply["challengeSelectInfo"]))


@rows.read_only("XChildName", of=CLIENT, index="[0]")
def child_name(case: Case) -> None:
    client, reply = at(case, "/json")
    assert [client.config(f"XChildName[{i}]") for i in range(len(reply))] == list(reply)
    assert case.refused(lambda: client.config(f"XChildName[{len(reply)}]")).code == 606


@rows.read_only("XChildXText", of=CLIENT, index="[0]")
def child_text(case: Case) -> None:
    client, reply = at(case, "/json")
    place = list(reply).index("acsTransID")
    assert client.config(f"XChildXText[{place}]").strip('"') == reply["acsTransID"]
