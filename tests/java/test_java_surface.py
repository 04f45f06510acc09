"""The jar as built, compared with the description and with the tables of the manuals."""

from __future__ import annotations

import base64
import functools
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import machine

ROOT = Path(__file__).resolve().parents[2]
for folder in ("capi", "tests/python"):
    sys.path.insert(0, str(ROOT / folder))

import manuals  # noqa: E402
from apigen import model, names  # noqa: E402

LIBRARY = model.load(ROOT / "capi" / "api")
TYPES = {"string": "java.lang.String", "bytes": "byte[]", "bool": "boolean", "int32": "int",
         "int64": "long", "int": "int", "void": "void"}
of_each = pytest.mark.parametrize("cls", LIBRARY.classes, ids=lambda cls: cls.name)


@dataclass
class Kind:
    """One Java class as reflection shows it."""

    modifiers: str = ""
    base: str = ""
    interfaces: str = ""
    constructors: set[str] = field(default_factory=set)
    constants: dict[str, tuple[str, str]] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    methods: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    statics: dict[tuple[str, str], str] = field(default_factory=dict)
    views: dict[str, tuple[str, str, str]] = field(default_factory=dict)


def package(cls: model.Class) -> str:
    return f"{LIBRARY.prefix}.{cls.package}"


def event_class(cls: model.Class, event: model.Event) -> str:
    return f"{cls.java_name}{event.name}Event"


def type_names(cls: model.Class) -> list[str]:
    return sorted({group.type for group in cls.groups if not group.is_list})


def public_names(cls: model.Class) -> list[str]:
    listener = f"{cls.java_name}EventListener"
    return [cls.java_name, listener, f"Default{listener}",
            *(event_class(cls, event) for event in cls.events), *type_names(cls)]


def unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")


@functools.cache
def built(package_name: str, wanted: tuple[str, ...]) -> dict[str, Kind]:
    status, output = machine.run("Surface", *(f"{package_name}.{name}" for name in wanted))
    assert status == 0, output
    kinds: dict[str, Kind] = {}
    for line in output.splitlines():
        name, what, *words = [unescaped(word) for word in line.split("\t")]
        kind = kinds.setdefault(name.rpartition(".")[2], Kind())
        if what == "class":
            kind.modifiers, kind.base, kind.interfaces = words
        elif what == "constructor":
            kind.constructors.add(words[2])
        elif what == "constant":
            kind.constants[words[0]] = (words[1], words[2])
        elif what == "field":
            kind.fields[words[0]] = words[1]
        elif what == "method":
            kind.methods[(words[0], words[2])] = (words[1], words[3])
        elif what == "static":
            kind.statics[(words[0], words[2])] = words[1]
        else:
            kind.views[words[0]] = (words[1], words[2], words[3])
    return kinds


def kinds_of(cls: model.Class) -> dict[str, Kind]:
    return built(package(cls), tuple(public_names(cls)))


def java_type(leaf: model.Property) -> str:
    return "java.lang.String" if leaf.bytes_variant else TYPES[leaf.type]


def shown(leaf: model.Property, default: str) -> str:
    if java_type(leaf) == "byte[]":
        return "=" + base64.b64encode(default.encode()).decode()
    return "=" + (default.lower() if leaf.type == "bool" else default)


def default_of(cls: model.Class, leaf: model.Property) -> str:
    """A twin of octets begins as its text does."""
    twin = cls.property_named(leaf.bytes_variant_of) if leaf.bytes_variant_of else None
    return shown(leaf, twin.default if twin else leaf.default)


def constants(enums: set[str | None]) -> dict[str, tuple[str, str]]:
    return {value.name: ("int", str(value.value)) for name, enum in LIBRARY.enums.items()
            if name in enums for value in enum.values}


def leaf_methods(cls: model.Class) -> dict[tuple[str, str], tuple[str, str]]:
    """Accessors on the class itself: plain properties and fields of lists."""
    methods = {}
    groups = {group.name: group for group in cls.groups}
    for leaf in cls.properties:
        group = groups.get(leaf.group or "")
        if group is not None and not group.is_list:
            continue
        name = (group.item if group else "") + leaf.leaf
        index = "int" if group else ""
        value = "!606" if group else default_of(cls, leaf)
        methods[(names.java_getter(name, leaf.type), index)] = (java_type(leaf), value)
        if leaf.writable:
            parameters = ",".join(filter(None, [index, java_type(leaf)]))
            methods[(f"set{name}", parameters)] = ("void", "")
    return methods


@of_each
def test_the_class_has_what_is_described_and_nothing_else(cls: model.Class) -> None:
    kind = kinds_of(cls)[cls.java_name]
    expected = leaf_methods(cls)
    for group in cls.groups:
        if not group.is_list:
            expected[(f"get{group.name}", "")] = (f"{package(cls)}.{group.type}", "")
            if group.access == "rw":
                expected[(f"set{group.name}", f"{package(cls)}.{group.type}")] = ("void", "")
    for item in cls.methods:
        parameters = ",".join(TYPES[arg.type] for arg in item.args)
        expected[(names.camel(item.name), parameters)] = (TYPES[item.returns], "")
    listener = f"{package(cls)}.{cls.java_name}EventListener"
    for verb in ("add", "remove"):
        expected[(f"{verb}{cls.java_name}EventListener", listener)] = ("void", "")
    expected[("close", "")] = ("void", "")
    assert kind.methods == expected
    assert kind.statics == {("getVersion", ""): "java.lang.String"}
    assert kind.constants == constants({leaf.enum for leaf in cls.properties})
    assert kind.constructors == {""} and kind.fields == {}
    assert (kind.modifiers, kind.interfaces) == ("public", "java.lang.AutoCloseable")


@of_each
def test_types(cls: model.Class) -> None:
    for name in type_names(cls):
        kind, compound = kinds_of(cls)[name], LIBRARY.types[name]
        expected = {}
        for leaf in compound.fields:
            twin = next((other for other in compound.fields
                         if other.leaf == leaf.bytes_variant_of), leaf)
            expected[(names.java_getter(leaf.leaf, leaf.type), "")] = (
                java_type(leaf), shown(leaf, twin.default))
            if leaf.field_access == "rw":
                expected[(f"set{leaf.leaf}", java_type(leaf))] = ("void", "")
        assert kind.methods == expected, name
        assert kind.constructors == {",".join(TYPES[arg.type] for arg in item.args)
                                     for item in compound.constructors}
        assert kind.constants == constants({leaf.enum for leaf in compound.fields})
        assert kind.fields == {} and kind.modifiers == "public"


@of_each
def test_objects_of_the_component(cls: model.Class) -> None:
    """Each field of each object: type, access and default."""
    views = kinds_of(cls)[cls.java_name].views
    expected = {}
    for group in cls.groups:
        if group.is_list:
            continue
        there = {leaf.leaf: leaf for leaf in group.leaves}
        for base in LIBRARY.types[group.type].fields:
            leaf = there.get(base.leaf)
            getter = f"get{group.name}.{names.java_getter(base.leaf, base.type)}"
            if leaf is None:
                assert views[getter][1] == ("none" if base.field_access == "rw" else "ro"), getter
            else:
                expected[getter] = (java_type(leaf), leaf.access, default_of(cls, leaf))
    assert {name: view for name, view in views.items() if name in expected} == expected


@of_each
def test_events(cls: model.Class) -> None:
    kinds, listener = kinds_of(cls), f"{cls.java_name}EventListener"
    expected = {}
    for event in cls.events:
        kind = kinds[event_class(cls, event)]
        assert kind.fields == {names.java_field(item.name): TYPES[item.type]
                               for item in event.fields}
        assert (kind.modifiers, kind.methods, kind.constructors) == ("public", {}, {""})
        expected[(event.java_listener, f"{package(cls)}.{event_class(cls, event)}")] = ("void", "")
    assert kinds[listener].methods == kinds[f"Default{listener}"].methods == expected
    assert "interface" in kinds[listener].modifiers
    assert kinds[f"Default{listener}"].interfaces == f"{package(cls)}.{listener}"


# --- the manuals' own tables

@of_each
def test_every_property_of_the_manual_is_there(cls: model.Class) -> None:
    kind = kinds_of(cls)[cls.java_name]
    getters = {name: found for (name, _), found in kind.methods.items()}
    for row in manuals.tables(cls.name)["properties"]:
        getter, setter = row["java_getter"], row["java_setter"]
        if "()." in getter:
            name = getter.replace("().", ".")
            assert name in kind.views, getter
            found, access, _ = kind.views[name]
            assert access == row["access"], getter
        else:
            found, access = getters[getter][0], "rw" if setter in getters else "ro"
            assert access == row["access"] and (setter is None or setter in getters), getter
        # octets that have a twin are text in this language
        expected = "java.lang.String" if row.get("bytes_variant") else TYPES[row["type"]]
        assert found == expected, getter
        for value in row["enum"] or ():
            if "name" in value and value["name"] not in ("DV", "DD", "DPNA", "SW"):
                assert kind.constants[value["name"]] == ("int", str(value["value"]))


@of_each
def test_every_type_of_the_manual_is_there(cls: model.Class) -> None:
    kinds, tables = kinds_of(cls), manuals.tables(cls.name)
    methods = kinds[cls.java_name].methods
    for row in tables["composite_properties"]:
        assert methods[(row["java_getter"], "")][0] == f"{package(cls)}.{row['type_group']}"
        taken = (f"set{row['name']}", f"{package(cls)}.{row['type_group']}")
        assert (taken in methods) == (row["java_setter"] is not None)
    for row in tables.get("types", ()):
        kind = kinds[row["name"]]
        assert kind.constructors == {",".join(TYPES[arg["type"]] for arg in item["params"])
                                     for item in row["constructors"]}
        for item in row["fields"]:
            getter = names.java_getter(item["name"], item["type"])
            expected = "java.lang.String" if item["name"] in ("Store", "Encoded") \
                else TYPES[item["type"]]
            assert kind.methods[(getter, "")][0] == expected
            assert ((f"set{item['name']}", expected) in kind.methods) == (item["access"] == "rw")


@of_each
def test_every_method_and_event_of_the_manual_is_there(cls: model.Class) -> None:
    kinds, tables = kinds_of(cls), manuals.tables(cls.name)
    assert tables["java_listener_interface"] in kinds
    assert tables["java_listener_default_class"] in kinds
    for row in tables["methods"]:
        parameters = ",".join(TYPES[arg["type"]] for arg in row["params"])
        assert kinds[cls.java_name].methods[(row["java_name"], parameters)][0] \
            == TYPES[row["returns"]]
    for row in tables["events"]:
        kind = kinds[row["java_event_class"]]
        assert kind.fields == {item["java_field"]: TYPES[item["type"]] for item in row["params"]}
        listened = (row["java_listener_method"], f"{package(cls)}.{row['java_event_class']}")
        assert listened in kinds[tables["java_listener_interface"]].methods


@of_each
def test_defaults_are_those_of_the_manual_or_a_listed_deviation(cls: model.Class) -> None:
    kind = kinds_of(cls)[cls.java_name]
    getters = {name: found for (name, _), found in kind.methods.items()}
    deviating = set()
    for row in manuals.tables(cls.name)["properties"]:
        getter = row["java_getter"]
        value = kind.views[getter.replace("().", ".")][2] if "()." in getter \
            else getters[getter][1]
        if value == "!606" or row["default"] is None:
            continue
        printed = row["default"].strip('"')
        if row["type"] == "bool":
            printed = printed.lower()
        if row["type"] == "bytes" and not row.get("bytes_variant"):
            printed = base64.b64encode(printed.encode()).decode()
        name = row.get("canonical_name") or row["name"]
        if row.get("field") and row["property"] != row["name"]:
            name = f"{row['property']}.{row['field']}"
        if value != "=" + printed:
            deviating.add(name)
    assert deviating == {name for name in cls.other_defaults if cls.property_named(name)}
