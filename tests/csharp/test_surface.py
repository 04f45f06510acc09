"""The built assembly, by reflection, compared with the description and with the manuals' tables."""

from __future__ import annotations

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from apigen import emit_csharp_text as text
from apigen import emit_csharp_types, model
from drivers import LIBRARY, RunTest
import manuals

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = {"string": "System.String", "bytes": "System.Byte[]", "bool": "System.Boolean",
          "int32": "System.Int32", "int64": "System.Int64", "void": "System.Void"}
MANUAL = {"string": "System.String", "bytes": "System.Byte[]", "bool": "System.Boolean",
          "int": "System.Int32", "long": "System.Int64", "void": "System.Void"}
of_each = pytest.mark.parametrize("cls", LIBRARY.classes,
                                  ids=[cls.name for cls in LIBRARY.classes])

Types = dict[str, Any]


@pytest.fixture(scope="session")
def built(run_test: RunTest) -> Types:
    return {entry["name"]: entry for entry in json.loads(run_test("surface"))}


def properties(entry: Any) -> dict[str, tuple[str, str, Any]]:
    return {row[0]: (row[1], row[2], row[3]) for row in entry["properties"]}


def type_of(cls: model.Class, leaf: model.Property) -> str:
    if leaf.enum:
        return f"{text.namespace(cls)}.{leaf.enum}"
    return SYSTEM["string" if leaf.bytes_variant else leaf.type]


def value_of(leaf: model.Property) -> Any:
    if leaf.type in ("string", "bytes"):
        if leaf.java_only:
            return base64.b64encode(leaf.default.encode()).decode()
        return leaf.default
    return leaf.default == "True" if leaf.type == "bool" else int(leaf.default)


@of_each
def test_properties(cls: model.Class, built: Types) -> None:
    space = text.namespace(cls)
    found = properties(built[f"{space}.{cls.name}"])
    expected: dict[str, tuple[str, str]] = {"Version": ("System.String", "ro")}
    for leaf in cls.properties:
        if leaf.group is None and not leaf.is_count:
            expected[leaf.name] = (type_of(cls, leaf), leaf.access)
            assert found[leaf.name][2] == value_of(leaf), leaf.name
    for group in cls.groups:
        kind = f"{space}.{group.type}"
        if group.is_list:
            writable = any(leaf.writable for leaf in group.leaves)
            kind = f"Coffer.{'ItemList' if writable else 'ReadOnlyItemList'}`1[{kind}]"
        expected[group.name] = (kind, "ro" if group.is_list else group.access)
    assert {name: row[:2] for name, row in found.items()} == expected


@of_each
def test_defaults_of_views(cls: model.Class, built: Types) -> None:
    found = properties(built[f"{text.namespace(cls)}.{cls.name}"])
    for group in cls.groups:
        if group.is_list:
            continue
        shown = found[group.name][2]
        for leaf in group.leaves:
            assert shown[leaf.leaf] == value_of(leaf), leaf.name


@of_each
def test_types(cls: model.Class, built: Types) -> None:
    space = text.namespace(cls)
    for compound in emit_csharp_types.used_types(LIBRARY, cls):
        entry = built[f"{space}.{compound.name}"]
        expected = {leaf.leaf: (type_of(cls, leaf), leaf.field_access, value_of(leaf))
                    for leaf in compound.fields}
        assert properties(entry) == expected
        constructors = [[[text.argument(arg.name).lstrip("@"),
                          f"{space}.{text.ARGUMENT_ENUMS[arg.name]}"
                          if arg.name in text.ARGUMENT_ENUMS else SYSTEM[arg.type]]
                         for arg in item.args] for item in compound.constructors]
        assert sorted(entry["constructors"]) == sorted(constructors or [[]])


@of_each
def test_enumerations(cls: model.Class, built: Types) -> None:
    space = text.namespace(cls)
    for enum in emit_csharp_types.used_enums(LIBRARY, cls):
        entry = built[f"{space}.{enum.name}"]
        assert entry["values"] == {value.name: value.value for value in enum.values}
        assert entry["flags"] == enum.flags


@of_each
def test_methods(cls: model.Class, built: Types) -> None:
    entry = built[f"{text.namespace(cls)}.{cls.name}"]
    expected = [[item.name, SYSTEM[item.returns],
                 [[text.argument(arg.name).lstrip("@"), SYSTEM[arg.type]] for arg in item.args]]
                for item in cls.methods]
    assert sorted(entry["methods"]) == sorted([*expected, ["Dispose", "System.Void", []]])
    assert entry["disposable"] and entry["constructors"] == [[]]


@of_each
def test_events(cls: model.Class, built: Types) -> None:
    space = text.namespace(cls)
    entry = built[f"{space}.{cls.name}"]
    args = {event.name: f"{space}.{cls.name}{event.name}EventArgs" for event in cls.events}
    assert sorted(entry["events"]) == sorted([f"On{name}", kind] for name, kind in args.items())
    for event in cls.events:
        found = {name: row[:2] for name, row in properties(built[args[event.name]]).items()}
        assert found == {field.name: (SYSTEM[field.type], "rw" if field.inout else "ro")
                         for field in event.fields}


def test_nothing_else_is_public(built: Types) -> None:
    expected = {"Coffer.CofferException", "Coffer.ItemList`1", "Coffer.ReadOnlyItemList`1"}
    for cls in LIBRARY.classes:
        space = text.namespace(cls)
        expected |= {f"{space}.{cls.name}"}
        expected |= {f"{space}.{cls.name}{event.name}EventArgs" for event in cls.events}
        expected |= {f"{space}.{item.name}" for item in
                     [*emit_csharp_types.used_types(LIBRARY, cls),
                      *emit_csharp_types.used_enums(LIBRARY, cls)]}
    assert set(built) == expected


def test_every_public_member_is_documented() -> None:
    """A missing comment is an error of the compiler; here: that the file has each of ours."""
    file = Path(os.environ["COFFER_CSHARP_BUILD"]) / "Coffer.xml"
    comments = file.read_text(encoding="utf-8")
    for cls in LIBRARY.classes:
        space = text.namespace(cls)
        for leaf in cls.native_properties:
            if leaf.group is None and not leaf.is_count:
                assert f'name="P:{space}.{cls.name}.{leaf.name}"' in comments
        for item in cls.methods:
            assert f'name="M:{space}.{cls.name}.{item.name}' in comments
        for event in cls.events:
            assert f'name="E:{space}.{cls.name}.On{event.name}"' in comments
    assert not re.search(r"<summary>\s*</summary>", comments)


# --- with the manuals' tables ------------------------------------------------------------------

def member(built: Types, cls: model.Class, path: str) -> tuple[str, str]:
    """Type and access of `Firewall.Port`, `Extensions[i].Id`, `Extensions.Count`."""
    head, _, tail = path.partition(".")
    space = text.namespace(cls)
    kind, access, _ = properties(built[f"{space}.{cls.name}"])[head.partition("[")[0]]
    if not tail:
        return kind, access
    if tail == "Count":
        return properties(built[re.sub(r"\[.*", "", kind)])["Count"][:2]
    inner = re.sub(r".*\[(.*)\]", r"\1", kind)
    return properties(built[inner])[tail][:2]


@of_each
def test_properties_of_the_manual(cls: model.Class, built: Types) -> None:
    for row in manuals.tables(cls.name)["properties"]:
        kind, access = member(built, cls, row["csharp_name"])
        leaf = row["csharp_name"].rpartition(".")[2]
        if row["type"] == "bytes" and leaf in ("Store", "Encoded"):
            # Deviation of the contract, section 1: text here, the octets in the twin.
            assert kind == "System.String"
            twin = member(built, cls, row["csharp_name"] + "B")
            assert twin[0] == "System.Byte[]"
            continue
        if kind.startswith("Coffer."):
            assert row["type"] == "int" and built[kind]["kind"] == "enum", row["csharp_name"]
            values = {entry["value"] for entry in row["enum"] or []}
            assert values <= set(built[kind]["values"].values())
        else:
            assert kind == MANUAL[row["type"]], row["csharp_name"]
        described = next(one for one in cls.properties if one.snake == row["python_name"]
                         or one.name == row["csharp_name"])
        if described.group is None or leaf == "Count":
            assert access == row["access"], row["csharp_name"]
        else:  # a type's members are one for all its owners; each owner's are in the description
            assert described.access == row["access"] and access >= row["access"], row["csharp_name"]


def value_at(built: Types, cls: model.Class, path: str) -> Any:
    """As a new component has it; None for what only an element of a list has."""
    head, _, tail = path.partition(".")
    if "[" in head or tail == "Count":
        return None
    value = properties(built[f"{text.namespace(cls)}.{cls.name}"])[head][2]
    return value[tail] if tail else value


@of_each
def test_defaults_are_those_of_the_manual_or_a_listed_deviation(cls: model.Class,
                                                                built: Types) -> None:
    deviating = set()
    for row in manuals.tables(cls.name)["properties"]:
        value = value_at(built, cls, row["csharp_name"])
        if value is None or row["default"] is None:
            continue
        printed = row["default"].strip('"')
        if row["type"] == "bytes" and not row.get("bytes_variant") and \
                row["csharp_name"].endswith("B"):
            printed = base64.b64encode(printed.encode()).decode()
        if str(value).lower() != printed.lower():
            deviating.add(row["csharp_name"])
    assert deviating == {name for name in cls.other_defaults if cls.property_named(name)}


@of_each
def test_methods_and_events_of_the_manual(cls: model.Class, built: Types) -> None:
    tables = manuals.tables(cls.name)
    entry = built[f"{text.namespace(cls)}.{cls.name}"]
    methods = {name: (kind, [row[1] for row in rows]) for name, kind, rows in entry["methods"]}
    for row in tables["methods"]:
        expected = (MANUAL[row["returns"]], [MANUAL[one["type"]] for one in row["params"]])
        assert methods[row["csharp_name"]] == expected
    assert len(methods) == len(tables["methods"]) + 1  # Dispose
    events = dict(entry["events"])
    for row in tables["events"]:
        fields = properties(built[events[row["csharp_name"]]])
        assert {name: found[:2] for name, found in fields.items()} == {
            one["csharp_name"]: (MANUAL[one["type"]], one["access"]) for one in row["params"]}
    assert len(events) == len(tables["events"])


def test_constructors_of_the_manual(built: Types) -> None:
    cls = LIBRARY.class_named("Office365Backup")
    space = text.namespace(cls)
    for row in manuals.tables(cls.name)["types"]:
        found = sorted(built[f"{space}.{row['name']}"]["constructors"])
        expected = sorted([[one["name"], f"{space}.CertStoreTypes"
                            if one["name"] == "certStoreType" else MANUAL[one["type"]]]
                           for one in made["params"]] for made in row.get("constructors", []))
        assert found == expected
