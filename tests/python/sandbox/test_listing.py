"""Listings: projection, pages, hidden items, identifiers, folders."""

from __future__ import annotations

from typing import Any

import pytest

from coffer.sandbox import Sandbox


def test_default_page_and_next_link(client: Any) -> None:
    page = client.get("/me/messages?$select=id,subject").json()
    assert len(page["value"]) == 10
    assert set(page["value"][0]) <= {"@odata.etag", "@odata.type", "id", "subject"}
    # ten messages and two hidden items were passed (Graph: "Paging")
    assert page["@odata.nextLink"].endswith("$select=id,subject&%24skip=12")
    assert page["@odata.context"].endswith("/messages(id,subject)")


def test_pages_cover_the_mailbox_once(client: Any, sandbox: Sandbox) -> None:
    expected = sandbox.control.mailbox()
    for size in (1, 4, 7, 60, 1000):
        found = client.all(f"/me/messages?$select=id&$top={size}")
        assert [m["id"] for m in found] == [m["immutableId"] for m in expected]


@pytest.mark.parametrize("top", ["0", "1001", "-1", "x"])
def test_top_out_of_bounds(client: Any, top: str) -> None:
    assert client.get(f"/me/messages?$top={top}").status == 400


def test_next_page_without_preference_has_other_ids(client: Any) -> None:
    first = client.get("/me/messages?$top=5")
    assert first.headers["preference-applied"] == 'IdType="ImmutableId"'
    link = first.json()["@odata.nextLink"]
    second = client.get(link, prefer="")
    assert "preference-applied" not in second.headers
    assert {len(m["id"]) for m in second.json()["value"]} == {152}
    assert {len(m["id"]) for m in client.get(link).json()["value"]} == {72}


def test_page_size_by_preference(client: Any) -> None:
    first = client.get("/me/messages", prefer='IdType="ImmutableId", odata.maxpagesize=25').json()
    assert len(first["value"]) == 25
    # the link does not carry headers, so the size falls back to ten
    assert len(client.get(first["@odata.nextLink"]).json()["value"]) == 10


def test_ids_differ_in_case_and_contain_slashes() -> None:
    with Sandbox(messages=600) as sandbox:
        ids = [m["immutableId"] for m in sandbox.control.mailbox(hashes=False)]
        assert len(set(ids)) == 600 and len({i.lower() for i in ids}) == 599
        assert any("/" in i and "+" in i for i in ids)


def test_move_changes_the_mutable_id_only(client: Any, sandbox: Sandbox) -> None:
    before = sandbox.control.mailbox()[3]
    after = sandbox.control.mutate(op="move", id=before["id"], folder="archive")[0]
    assert after["immutableId"] == before["immutableId"] and after["id"] != before["id"]
    assert client.value(before["id"]).status == 404
    assert client.value(before["id"]).code == "ErrorItemNotFound"
    assert client.value(after["id"]).status == 200
    assert client.value(after["immutableId"]).status == 200


def test_delete_during_paging_hides_a_message(client: Any, sandbox: Sandbox) -> None:
    ids = [m["immutableId"] for m in sandbox.control.mailbox()]
    first = client.get("/me/messages?$top=10&$select=id").json()
    sandbox.control.mutate(op="delete", id=ids[2])
    second = client.get(first["@odata.nextLink"]).json()
    assert second["value"][0]["id"] == ids[11]  # ids[10] moved to the page already read


def test_folders(client: Any, sandbox: Sandbox) -> None:
    names = [f["displayName"] for f in client.all("/me/mailFolders?$top=100")]
    assert "Posteingang" in names and "PersonMetadata" not in names
    hidden = client.all("/me/mailFolders?includeHiddenFolders=true&$top=100")
    assert "PersonMetadata" in [f["displayName"] for f in hidden]
    projects = next(f for f in hidden if f["displayName"] == "Projekte")
    children = client.all(f"/me/mailFolders/{projects['id']}/childFolders")
    assert [f["displayName"] for f in children] == ["2024"] and projects["childFolderCount"] == 1
    inbox = client.get("/me/mailFolders/Inbox?$select=id").json()
    assert inbox["id"] == next(f["id"] for f in sandbox.control.folders() if f["key"] == "inbox")
    in_folder = client.all(f"/me/mailFolders/{inbox['id']}/messages?$select=id,parentFolderId")
    assert in_folder and {m["parentFolderId"] for m in in_folder} == {inbox["id"]}
    assert client.get("/me/mailFolders/Posteingang").status == 400


def test_size_by_extended_property(client: Any, sandbox: Sandbox) -> None:
    sizes = {m["immutableId"]: m["size"] for m in sandbox.control.mailbox()}
    page = client.get("/me/messages?$top=60&$select=id&$expand=singleValueExtendedProperties("
                      "$filter=id%20eq%20'Integer%200x0E08')").json()
    for message in page["value"]:
        entry = message["singleValueExtendedProperties"][0]
        assert entry["id"] == "Integer 0xe08"
        assert abs(int(entry["value"]) - sizes[message["id"]]) < 1000


def test_count_and_context(client: Any) -> None:
    assert client.get("/me/messages/$count").body == b"60"
    page = client.get("/users/alex%40sandbox.example/messages?$count=true&$top=1").json()
    assert page["@odata.count"] == 60
    assert "users('alex%40sandbox.example')/messages" in page["@odata.context"]


def test_gzip_only_when_accepted(client: Any) -> None:
    plain = client.get("/me/messages?$top=50")
    assert "content-encoding" not in plain.headers
    packed = client.get("/me/messages?$top=50", Accept_Encoding="gzip, deflate")
    assert packed.headers["content-encoding"] == "gzip" and packed.json() == plain.json()


def test_headers_of_every_answer(client: Any) -> None:
    for path in ("/me/messages", "/me/messages/nonsense", "/nonsense"):
        headers = client.get(path).headers
        for name in ("request-id", "client-request-id", "x-ms-ags-diagnostic", "date",
                     "strict-transport-security", "cache-control"):
            assert name in headers, (path, name)
        assert headers["odata-version"] == "4.0"


def test_unknown_select(client: Any) -> None:
    assert client.get("/me/messages?$select=id,nonsense").code == "RequestBroker--ParseUri"


def test_huge_mailbox_needs_no_memory() -> None:
    with Sandbox(huge=1_000_000) as sandbox:
        assert sandbox.config["users"]["huge@sandbox.example"]["messages"] == 1_000_000
        status = open(f"/proc/{sandbox.pid}/status", encoding="ascii").read()
        assert int(status.split("VmHWM:")[1].split()[0]) < 90_000
