"""`$filter` and `$orderby`: what matches, and which code a mistake gets."""

from __future__ import annotations

from typing import Any

import pytest

from coffer.sandbox import Sandbox

SPEC = {"user": "alex@sandbox.example", "hiddenEvery": 0, "folders": [{"name": "Club"}], "messages": [
    {"subject": "O'Brien's plan", "from": "Ann <ann@example.com>", "to": ["bob@example.com"],
     "createdDateTime": "2023-07-01T00:00:00Z", "folder": "inbox", "categories": ["x"]},
    {"subject": "Second", "from": "BOB@example.com", "cc": ["carl@example.com"], "to": [],
     "createdDateTime": "2023-07-31T23:59:59Z", "folder": "Club", "hasAttachments": True},
    {"subject": None, "from": None, "createdDateTime": "2024-02-29T12:00:00Z", "isDraft": True,
     "folder": "drafts", "isRead": False},
    {"subject": "Fourth (draft or not)", "from": "ann@example.com",
     "createdDateTime": "2023-08-01T00:00:00Z", "importance": "high"}]}


@pytest.fixture()
def loaded(client: Any, sandbox: Sandbox) -> Any:
    sandbox.control.load(SPEC)
    return client


@pytest.mark.parametrize("text, expected", [
    ("createdDateTime ge 2023-07-01T00:00:00Z and createdDateTime lt 2023-08-01T00:00:00Z", {0, 1}),
    ("createdDateTime ge 2023-07-01T02:00:00+02:00", {0, 1, 2, 3}),
    ("createdDateTime gt 2023-07-01T00:00:00.5Z", {1, 2, 3}),
    ("from/emailAddress/address eq 'ANN@example.com'", {0, 3}),
    ("subject eq 'O''Brien''s plan'", {0}),
    ("contains(subject,'draft or')", {3}),
    ("startswith(subject,'sec')", {1}),
    ("contains(subject,'plan') eq true", {0}),
    ("not (subject eq null)", {0, 1, 3}),
    ("subject eq null", {2}),
    ("hasAttachments", {1}),
    ("isRead eq false", {2}),
    ("isDraft ne true and (importance eq 'high' or hasAttachments eq true)", {1, 3}),
    ("toRecipients/any(r:r/emailAddress/address eq 'bob@example.com')", {0}),
    ("ccRecipients/any()", {1}),
    ("categories/any(c:c eq 'X')", {0}),
    ("importance in ('high','low')", {3}),
    ("(createdDateTime ge 2023-01-01T00:00:00Z) and (subject eq 'Second' or subject eq null)", {1, 2}),
    ("parentFolderId eq 'inbox'", set()),
    ("parentFolderId eq 'Sent Items'", set()),
    ("parentFolderId ne null and subject ne parentFolderId", {0, 1, 2, 3}),
])
def test_matches(loaded: Any, text: str, expected: set[int]) -> None:
    answer = loaded.filter(text)
    assert answer.status == 200, answer.body
    subjects = [m["subject"] for m in SPEC["messages"]]  # type: ignore[attr-defined]
    assert {subjects.index(m["subject"]) for m in answer.json()["value"]} == expected


def test_folder_ids_match_and_names_by_knob(loaded: Any, sandbox: Sandbox) -> None:
    club = next(f["id"] for f in sandbox.control.folders() if f["key"] == "Club")
    assert len(loaded.filter(f"parentFolderId eq '{club}'").json()["value"]) == 1
    sandbox.control.knobs(wellKnownInFilter="match")
    assert len(loaded.filter("parentFolderId eq 'Inbox'").json()["value"]) == 2
    sandbox.control.knobs(wellKnownInFilter="400")
    assert loaded.filter("parentFolderId eq 'inbox'").status == 400


@pytest.mark.parametrize("text, code", [
    ("address eq 'x@y'", "RequestBroker--ParseUri"),
    ("from/emailAddress/adress eq 'x'", "RequestBroker--ParseUri"),
    ("toRecipients/any(r:r/address eq 'x')", "RequestBroker--ParseUri"),
    ("createdDateTime ge '2023-07-01T00:00:00Z'", "BadRequest"),
    ("createdDateTime ge 2023-07-01", "BadRequest"),
    ("createdDateTime ge 2023-07-01T00:00:00", "BadRequest"),
    ("createdDateTime ge 2023-02-30T00:00:00Z", "BadRequest"),
    ("isRead eq 'true'", "BadRequest"),
    ("subject eq", "BadRequest"),
    ("(subject eq 'a'", "BadRequest"),
    ("subject eq 'a' subject", "BadRequest"),
    ("subject like 'a'", "BadRequest"),
    ("subject eq 'unclosed", "BadRequest"),
    ("nonsense(subject,'a')", "BadRequest"),
    ("endswith(subject,'a')", "ErrorInvalidUrlQueryFilter"),
    ("(" * 500 + "isRead" + ")" * 500, "BadRequest"),
])
def test_mistakes(loaded: Any, text: str, code: str) -> None:
    answer = loaded.filter(text)
    assert (answer.status, answer.code) == (400, code)


def test_order_must_lead_the_filter(loaded: Any) -> None:
    base = "/me/messages?$filter=createdDateTime%20ge%202023-01-01T00:00:00Z"
    found = loaded.get(base + "&$orderby=createdDateTime%20asc").json()["value"]
    times = [m["createdDateTime"] for m in found]
    assert times == sorted(times) and len(times) == 4
    refused = loaded.get(base + "&$orderby=receivedDateTime%20desc")
    assert refused.code == "InefficientFilter"
    assert loaded.get("/me/messages?$orderby=subject").status == 200
    assert loaded.get("/me/messages?$orderby=toRecipients").status == 400


def test_next_link_keeps_the_filter(client: Any) -> None:
    text = "createdDateTime%20ge%202000-01-01T00:00:00%2B00:00%20and%20isDraft%20eq%20false"
    whole = client.get(f"/me/messages?$top=1000&$filter={text}").json()["value"]
    assert client.all(f"/me/messages?$top=7&$filter={text}") == whole
