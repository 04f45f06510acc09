"""The package as built, compared with its description and with the tables of the manual."""

from __future__ import annotations

import enum
import inspect
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

import coffer
import coffer.cloudbackup
from coffer.cloudbackup import Office365Backup

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "capi"))

from apigen import model, names  # noqa: E402

LIBRARY = model.load(ROOT / "capi" / "api")
CLASS = LIBRARY.class_named("Office365Backup")
LEAVES = CLASS.native_properties
TYPES: dict[str, type] = {"string": str, "bytes": bytes, "bool": bool, "int32": int, "int64": int}


def manual() -> dict[str, Any]:
    """The tables of the manual; they are not part of the source tree."""
    folders = [os.environ.get("COFFER_SPEC", ""), str(ROOT.parent / "shared" / "spec")]
    for folder in filter(None, folders):
        path = Path(folder) / "api" / "office365backup.json"
        if path.exists():
            tables: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return tables
    pytest.skip("the manual's tables are not on this machine (COFFER_SPEC names their folder)")


def params_class(event: model.Event) -> Any:
    return getattr(coffer.cloudbackup, f"{CLASS.name}{event.name}EventParams")


def members(kind: type) -> dict[str, Any]:
    return {name: member for name, member in vars(kind).items()
            if not name.startswith("_") and name not in ("close", "version")}


def value_of(leaf: model.Property) -> object:
    if leaf.type == "string":
        return leaf.default
    if leaf.type == "bytes":
        return leaf.default.encode()
    return leaf.default == "True" if leaf.type == "bool" else int(leaf.default)


def test_the_class_has_what_is_described_and_nothing_else() -> None:
    expected = {leaf.snake for leaf in LEAVES if not leaf.indexed}
    expected |= {f"get_{leaf.snake}" for leaf in LEAVES}
    expected |= {f"set_{leaf.snake}" for leaf in LEAVES if leaf.writable}
    expected |= {names.snake(method.name) for method in CLASS.methods}
    expected |= {names.python_event(event.name) for event in CLASS.events}
    assert set(members(Office365Backup)) == expected


def test_the_package_has_what_is_described_and_nothing_else() -> None:
    enums = {leaf.enum for leaf in LEAVES if leaf.enum}
    expected = {CLASS.name} | enums | {params_class(event).__name__ for event in CLASS.events}
    assert set(coffer.cloudbackup.__all__) == expected
    assert all(hasattr(coffer.cloudbackup, name) for name in expected)


@pytest.mark.parametrize("leaf", [leaf for leaf in LEAVES if not leaf.indexed],
                         ids=lambda leaf: leaf.name)
def test_property(leaf: model.Property, backup: Office365Backup) -> None:
    member = vars(Office365Backup)[leaf.snake]
    assert isinstance(member, property)
    assert (member.fset is not None) == leaf.writable
    value = getattr(backup, leaf.snake)
    assert type(value) is TYPES[leaf.type]
    assert value == getattr(backup, f"get_{leaf.snake}")() == value_of(leaf)
    for doc in (member.__doc__, getattr(Office365Backup, f"get_{leaf.snake}").__doc__):
        assert leaf.doc in doc and "Default: " in doc
        assert ("Read-only." in doc) == (not leaf.writable)
        for number in leaf.range or ():
            assert number == 2**31 - 1 or str(number) in doc
        if leaf.effect != "active":
            assert ("No effect" if leaf.effect == "none" else "Not available") in doc


@pytest.mark.parametrize("leaf", [leaf for leaf in LEAVES if leaf.writable and leaf.range],
                         ids=lambda leaf: leaf.name)
def test_range(leaf: model.Property, backup: Office365Backup) -> None:
    assert leaf.range is not None
    low, high = leaf.range
    if leaf.effect == "active":
        for fits in (low, high):
            setattr(backup, leaf.snake, fits)
            assert getattr(backup, leaf.snake) == fits
    for unfit in (low - 1, high + 1):
        before = getattr(backup, leaf.snake)
        with pytest.raises(coffer.CofferError) as failure:
            setattr(backup, leaf.snake, unfit)
        assert failure.value.code == 713
        assert getattr(backup, leaf.snake) == before


@pytest.mark.parametrize("method", CLASS.methods, ids=lambda method: method.name)
def test_method(method: model.Method) -> None:
    member = getattr(Office365Backup, names.snake(method.name))
    assert callable(member)
    assert member.__doc__.startswith(names.snake(method.name) + "(")
    assert method.doc in member.__doc__


@pytest.mark.parametrize("event", CLASS.events, ids=lambda event: event.name)
def test_event(event: model.Event, backup: Office365Backup) -> None:
    handler = vars(Office365Backup)[names.python_event(event.name)]
    assert isinstance(handler, property) and handler.fset is not None
    assert event.doc in (handler.__doc__ or "")
    assert getattr(backup, names.python_event(event.name)) is None
    params = params_class(event)
    assert event.doc in params.__doc__ and params.__module__ == "coffer.cloudbackup"
    fields = {names.python(field.name): field for field in event.fields}
    assert set(members(params)) == set(fields)
    for name, field in fields.items():
        member = vars(params)[name]
        assert isinstance(member, property)
        assert (member.fset is not None) == field.inout
        assert field.doc in (member.__doc__ or "")


@pytest.mark.parametrize("setting", CLASS.settings, ids=lambda setting: setting.name)
def test_setting(setting: model.Setting, backup: Office365Backup) -> None:
    """Names ignore case; a value read can be set again; what is read-only refuses it."""
    index = "[0]" if setting.indexed else ""
    if setting.count:
        with pytest.raises(coffer.CofferError) as failure:
            backup.config(setting.name + index)
        assert failure.value.code == 606
        counts = {other.name: other for other in CLASS.settings}
        if not counts[setting.count].writable:
            return
        backup.config(f"{setting.count}=1")
    value = backup.config(setting.name + index)
    assert backup.config(setting.name.swapcase() + index) == value
    if setting.indexed or setting.computed:
        return
    if setting.writable:
        assert backup.config(f"{setting.name}={value}") == value
    else:
        with pytest.raises(coffer.CofferError) as failure:
            backup.config(f"{setting.name}=1")
        assert failure.value.code == 713


@pytest.mark.parametrize("name", [name for name in LIBRARY.enums
                                  if hasattr(coffer.cloudbackup, name)])
def test_enumeration(name: str) -> None:
    described, made = LIBRARY.enums[name], getattr(coffer.cloudbackup, name)
    assert issubclass(made, enum.IntFlag if described.flags else enum.IntEnum)
    assert {value.name: value.value for value in described.values} == {
        value.name: int(value) for value in made.__members__.values()}


def test_version(backup: Office365Backup) -> None:
    assert coffer.__version__ == Office365Backup.version == backup.version == LIBRARY.version


def test_every_public_member_has_a_docstring() -> None:
    for kind in [Office365Backup, *(params_class(event) for event in CLASS.events)]:
        assert inspect.getdoc(kind)
        for name, member in vars(kind).items():
            if name != "version" and (not name.startswith("_") or name in (
                    "__enter__", "__exit__", "__init__")):
                assert inspect.getdoc(member), f"{kind.__name__}.{name}"


# --- the manual's own tables

def test_every_property_of_the_manual_is_there() -> None:
    for row in manual()["properties"]:
        if row["python_name"] is None:
            continue
        member = vars(Office365Backup).get(row["python_name"])
        assert isinstance(member, property), row["name"]
        assert (member.fset is not None) == (row["access"] == "rw"), row["name"]
        assert hasattr(Office365Backup, "get_" + row["python_name"])
        assert hasattr(Office365Backup, "set_" + row["python_name"]) == (row["access"] == "rw")


def test_every_method_and_event_of_the_manual_is_there() -> None:
    tables = manual()
    for row in tables["methods"]:
        assert callable(getattr(Office365Backup, row["python_name"]))
    for row in tables["events"]:
        assert isinstance(vars(Office365Backup)[row["python_name"]], property)
        params = getattr(coffer.cloudbackup, row["python_params_class"])
        fields = {field["python_name"]: field["access"] == "rw" for field in row["params"]}
        assert {name: member.fset is not None for name, member in members(params).items()} == fields


def test_every_setting_of_the_manual_is_there(backup: Office365Backup) -> None:
    for row in manual()["configs"]:
        name = row["name"] + ("[0]" if row["indexed"] else "")
        try:
            backup.config(name)
        except coffer.CofferError as error:
            assert error.code == 606, f"{name}: {error}"


def test_values_of_the_manual_are_the_enumerations() -> None:
    for row in manual()["properties"]:
        leaf = CLASS.property_named(row["name"])
        if leaf is None or not leaf.enum or not row["enum"]:
            continue
        made = getattr(coffer.cloudbackup, leaf.enum)
        for value in row["enum"]:
            assert value["value"] in set(made), (row["name"], value)
            if "name" in value:
                assert made[value["name"]] == value["value"]
