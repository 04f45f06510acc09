"""The description against the tables of the manual: what differs stands in a [[deviation]]."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import table

from apigen import model
from manual_checks import check_events, check_settings, deviating, printed_default, same_type


@pytest.fixture(scope="module")
def manual() -> dict[str, Any]:
    return table("office365backup.json")


def test_properties(backup: model.Class, manual: dict[str, Any]) -> None:
    rows = manual["properties"]
    assert [leaf.name for leaf in backup.properties] == [row["name"] for row in rows]
    assert len(backup.properties) == 124
    assert len(backup.native_properties) == 118
    known = deviating(backup)
    for leaf, row in zip(backup.properties, rows, strict=True):
        assert leaf.access == row["access"], leaf.name
        assert leaf.default == printed_default(row), leaf.name
        assert same_type(leaf.type, row["type"]) or leaf.name in known, leaf.name
        assert leaf.java_only == (row["python_name"] is None), leaf.name
        assert leaf.java_only or leaf.snake == row["python_name"], leaf.name
        assert leaf.bytes_variant_of == row.get("bytes_variant_of"), leaf.name
        assert leaf.bytes_variant == row.get("bytes_variant"), leaf.name


def test_enumerated_values(library: model.Library, backup: model.Class,
                           manual: dict[str, Any]) -> None:
    rows = {row["name"]: row for row in manual["properties"]}
    checked = 0
    for leaf in backup.properties:
        listed = rows[leaf.name]["enum"]
        if leaf.enum is None:
            assert not listed or rows[leaf.name]["type"] != "int", leaf.name
            continue
        enum = library.enums[leaf.enum]
        more = 1 if leaf.name in deviating(backup) and enum.flags else 0
        assert len(enum.values) == len(listed) + more, leaf.name
        for value, row in zip(enum.values, listed):
            assert value.value == row["value"], leaf.name
            assert row.get("name", value.name) == value.name
        assert enum.name == rows[leaf.name].get("csharp_enum", enum.name)
        checked += 1
    assert checked >= 10


def test_groups(backup: model.Class, manual: dict[str, Any]) -> None:
    rows = {row["name"]: row for row in manual["composite_properties"]}
    assert {group.name for group in backup.groups} == set(rows)
    for group in backup.groups:
        row = rows[group.name]
        assert group.type == row["type_group"]
        assert group.access == row["access"]
        assert group.prefix == row["python_prefix"]
        assert [leaf.name for leaf in group.leaves] == row["members"]


def test_types(library: model.Library, manual: dict[str, Any]) -> None:
    rows = {row["name"]: row for row in manual["types"]}
    assert set(rows) <= set(library.types)
    for compound in (library.types[name] for name in rows):
        row = rows[compound.name]
        assert [leaf.leaf for leaf in compound.fields] == [f["name"] for f in row["fields"]]
        for leaf, printed in zip(compound.fields, row["fields"], strict=True):
            assert leaf.access == printed["access"], f"{compound.name}.{leaf.leaf}"
            assert leaf.default == printed["default"].strip('"'), f"{compound.name}.{leaf.leaf}"
        assert len(compound.constructors) == len(row["constructors"])
        for constructor, printed in zip(compound.constructors, row["constructors"], strict=True):
            mine = [(arg.name, arg.type) for arg in constructor.args]
            assert mine == [(param["name"], "int32" if param["type"] == "int" else param["type"])
                            for param in printed["params"]]


def test_methods(backup: model.Class, manual: dict[str, Any]) -> None:
    assert [method.name for method in backup.methods] == [
        row["name"] for row in manual["methods"]]
    for method, row in zip(backup.methods, manual["methods"], strict=True):
        assert method.returns == row["returns"]
        assert [(arg.name, arg.type) for arg in method.args] == [
            (param["name"], param["type"]) for param in row["params"]]


def test_events(backup: model.Class, manual: dict[str, Any]) -> None:
    assert [event.name for event in backup.events] == [row["name"] for row in manual["events"]]
    check_events(backup, manual["events"])


def test_settings(backup: model.Class, manual: dict[str, Any]) -> None:
    assert len(manual["configs"]) == 132
    check_settings(backup, manual["configs"])


def test_the_settings_we_add_are_those_of_the_contract(backup: model.Class) -> None:
    assert {setting.name for setting in backup.settings if setting.added} == {
        "GraphURL", "ImmutableIds", "VerifyWrites", "UseIndex", "MailboxConcurrency",
        "ThrottleWaitLimit", "Timeout", "OAuthDeviceCode", "OAuthDeviceUserCode",
        "OAuthDeviceVerificationURL", "OAuthClientCertStore", "OAuthClientCertStoreType",
        "OAuthClientCertStorePassword", "OAuthClientCertSubject", "OAuthBrowserCommand",
        "MessagesListed", "MessagesSaved", "MessagesUnchanged", "MessagesSkipped", "MessagesGone",
        "MessagesFailed", "MessagesPending", "MessagesDeleted", "BytesSaved", "RequestsSent",
        "FailedMessage"}


def test_only_the_closed_list_is_without_effect(backup: model.Class) -> None:
    assert {setting.name for setting in backup.settings if setting.effect == "none"} == {
        "Append", "AllowNTLMFallback", "KerberosSPN", "CloseStreamAfterTransfer", "EncodeURL",
        "FirewallListener", "HTTP2HeadersWithoutIndexing", "MaxHeaders", "MaxHTTPCookies",
        "MaxLineLength", "SSLContextProtocol", "SSLTrustManagerFactoryAlgorithm", "UseNTLMv2",
        "UsePlatformDeflate", "UsePlatformHTTPClient"}


def test_every_code_of_the_other_manual_is_there(library: model.Library) -> None:
    mine = {error.code for error in library.errors}
    rows = table("client.json")["errors"]
    assert len(rows) == 104
    assert {row["code"] for row in rows} <= mine
    assert set(range(701, 717)) | set(range(30001, 30006)) <= mine
