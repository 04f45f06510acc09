"""The description of Client against the tables of its manual; what differs is a [[deviation]]."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import table

from apigen import model
from manual_checks import check_events, check_settings, printed_default, same_type


@pytest.fixture(scope="module")
def client(library: model.Library) -> model.Class:
    return library.class_named("Client")


@pytest.fixture(scope="module")
def manual() -> dict[str, Any]:
    return table("client.json")


def rows_by_name(manual: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["python_name"]: row for row in manual["properties"]}


def test_properties(client: model.Class, manual: dict[str, Any]) -> None:
    rows = rows_by_name(manual)
    assert len(rows) == len(client.native_properties) == 174
    assert {leaf.snake for leaf in client.native_properties} == set(rows)
    assert sum(leaf.indexed for leaf in client.native_properties) == 15
    for leaf in client.native_properties:
        row = rows[leaf.snake]
        assert leaf.access == row["access"], leaf.name
        assert leaf.default.lower() == printed_default(row).lower(), leaf.name
        assert same_type(leaf.type, row["type"]), leaf.name
        count = client.property_named(leaf.count).snake if leaf.count else None
        assert count == (row["index"] or {}).get("count_property"), leaf.name


def test_only_twins_of_bytes_are_there_besides(client: model.Class) -> None:
    twins = [leaf for leaf in client.properties if leaf.java_only]
    assert len(client.properties) - len(twins) == 174
    assert {leaf.leaf for leaf in twins} == {"StoreB", "EncodedB"}
    assert len(twins) == 2 * sum(group.type == "Certificate" for group in client.groups)


def test_names_in_other_languages(client: model.Class, manual: dict[str, Any]) -> None:
    rows = rows_by_name(manual)
    for leaf in client.native_properties:
        if leaf.is_count:
            continue
        row = rows[leaf.snake]
        name = leaf.name.replace(".", "[i].") if leaf.indexed else leaf.name
        assert name == row["csharp_name"]


def test_enumerated_values(library: model.Library, client: model.Class,
                           manual: dict[str, Any]) -> None:
    checked = 0
    for leaf in client.native_properties:
        listed = rows_by_name(manual)[leaf.snake]["enum"]
        if leaf.enum is not None:
            values = library.enums[leaf.enum].values
            assert {value.value for value in values} == {row["value"] for row in listed}, leaf.name
            for value, row in zip(values, listed, strict=True):
                assert row.get("name", value.name) == value.name
            checked += 1
        elif leaf.words:
            assert list(leaf.words) == [row["value"] for row in listed], leaf.name
            checked += 1
        elif listed and leaf.range and leaf.name != "OOBAppStatus":
            assert leaf.range == (listed[0]["value"], listed[-1]["value"]), leaf.name
            checked += 1
    assert checked >= 12


def test_groups(client: model.Class, manual: dict[str, Any]) -> None:
    groups = {group.name: group for group in client.groups}
    objects = {row["name"]: row for row in manual["composite_properties"]}
    lists = {row["name"]: row for row in manual["collections"]}
    assert {name for name, group in groups.items() if group.is_list} == set(lists)
    assert {name for name, group in groups.items() if not group.is_list} == set(objects)
    for name, row in {**objects, **lists}.items():
        group = groups[name]
        assert group.prefix == row["python_prefix"]
        assert {leaf.snake for leaf in group.leaves if not leaf.java_only} == set(row["members"])
    for name, row in objects.items():
        assert (groups[name].type, groups[name].access) == (row["type_group"], row["access"])
    for name, row in lists.items():
        count = client.property_named(str(groups[name].count))
        assert count is not None
        assert (count.snake, count.access) == (row["count_property"], row["count_access"])


def test_methods(client: model.Class, manual: dict[str, Any]) -> None:
    types = {"int": "int32"}
    assert [method.name for method in client.methods] == [
        row["csharp_name"] for row in manual["methods"]]
    for method, row in zip(client.methods, manual["methods"], strict=True):
        assert method.returns == row["returns"]
        assert [(arg.name, arg.type) for arg in method.args] == [
            (param["java_name"], types.get(param["type"], param["type"]))
            for param in row["params"]]


def test_events(client: model.Class, manual: dict[str, Any]) -> None:
    assert [event.name for event in client.events] == [
        row["canonical_name"] for row in manual["events"]]
    check_events(client, manual["events"])


def test_settings(client: model.Class, manual: dict[str, Any]) -> None:
    assert len(manual["configs"]) == 76
    check_settings(client, manual["configs"])


def test_the_settings_we_add_are_those_of_the_contract(client: model.Class) -> None:
    assert {setting.name for setting in client.settings if setting.added} == {
        "KnownExtensions", "StrictMessages"}


def test_only_the_closed_list_is_without_effect(client: model.Class) -> None:
    assert {setting.name for setting in client.settings if setting.effect == "none"} == {
        "OpenSSLPrngSeedData", "SSLClientCACerts"}


def test_doubles_are_one_value(client: model.Class) -> None:
    assert {setting.name: setting.alias for setting in client.settings if setting.alias} == {
        "MerchantAppURL": "RequestorAppURL", "ProtocolVersion": "MessageVersion",
        "SdkAppId": "SDKAppId", "SDKTransactionId": "SDKTransactionId"}
