"""The package as built, compared with its description and with the tables of the manuals."""

from __future__ import annotations

import enum
import importlib
import inspect
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import coffer
import manuals

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "capi"))

from apigen import model, names  # noqa: E402

LIBRARY = model.load(ROOT / "capi" / "api")
TYPES: dict[str, type] = {"string": str, "bytes": bytes, "bool": bool, "int32": int, "int64": int}


@dataclass(frozen=True)
class Surface:
    """A class as it is described and as it was built."""

    described: model.Class
    package: ModuleType
    built: Any

    @property
    def leaves(self) -> list[model.Property]:
        return self.described.native_properties

    def params(self, event: model.Event) -> Any:
        return getattr(self.package, f"{self.described.name}{event.name}EventParams")

    def manual(self) -> dict[str, Any]:
        return manuals.tables(self.described.name)


def surface(described: model.Class) -> Surface:
    package = importlib.import_module(f"coffer.{described.package}")
    return Surface(described, package, getattr(package, described.name))


SURFACES = [surface(described) for described in LIBRARY.classes]
of_each = pytest.mark.parametrize("of", SURFACES, ids=lambda of: of.described.name)


def each(what: str) -> pytest.MarkDecorator:
    """Every property, method, event or setting of every class, with its class."""
    rows = [(of, item) for of in SURFACES
            for item in (of.leaves if what == "leaves" else getattr(of.described, what))]
    return pytest.mark.parametrize("of, item", rows,
                                   ids=[f"{of.described.name}.{item.name}" for of, item in rows])


@pytest.fixture
def made(of: Surface) -> Iterator[Any]:
    with closing(of.built()) as instance:
        yield instance


def members(kind: type) -> dict[str, Any]:
    return {name: member for name, member in vars(kind).items()
            if not name.startswith("_") and name not in ("close", "version")}


def value_of(leaf: model.Property) -> object:
    if leaf.type == "string":
        return leaf.default
    if leaf.type == "bytes":
        return leaf.default.encode()
    return leaf.default == "True" if leaf.type == "bool" else int(leaf.default)


def code_of(failure: pytest.ExceptionInfo[coffer.CofferError]) -> int:
    return failure.value.code


@of_each
def test_the_class_has_what_is_described_and_nothing_else(of: Surface) -> None:
    expected = {leaf.snake for leaf in of.leaves if not leaf.indexed}
    expected |= {f"get_{leaf.snake}" for leaf in of.leaves}
    expected |= {f"set_{leaf.snake}" for leaf in of.leaves if leaf.writable}
    expected |= {names.snake(method.name) for method in of.described.methods}
    expected |= {names.python_event(event.name) for event in of.described.events}
    assert set(members(of.built)) == expected


@of_each
def test_the_package_has_what_is_described_and_nothing_else(of: Surface) -> None:
    enums = {leaf.enum for leaf in of.leaves if leaf.enum}
    expected = {of.described.name} | enums
    expected |= {of.params(event).__name__ for event in of.described.events}
    assert set(of.package.__all__) == expected
    assert all(hasattr(of.package, name) for name in expected)


@each("leaves")
def test_property(of: Surface, item: model.Property, made: Any) -> None:
    getter = getattr(of.built, f"get_{item.snake}")
    docs = [getter.__doc__]
    if item.indexed:
        with pytest.raises(coffer.CofferError) as failure:
            getattr(made, f"get_{item.snake}")(0)
        assert code_of(failure) == 606
    else:
        member = vars(of.built)[item.snake]
        assert isinstance(member, property)
        assert (member.fset is not None) == item.writable
        value = getattr(made, item.snake)
        assert type(value) is TYPES[item.type]
        assert value == getattr(made, f"get_{item.snake}")() == value_of(item)
        docs.append(member.__doc__)
    for doc in docs:
        assert item.doc in doc and "Default: " in doc
        assert ("Read-only." in doc) == (not item.writable)
        for number in item.range or ():
            assert number == 2**31 - 1 or str(number) in doc
        for word in item.words:
            assert word in doc
        assert item.form in doc
        if item.effect != "active":
            assert ("No effect" if item.effect == "none" else "Not available") in doc


@each("leaves")
def test_indexed_property(of: Surface, item: model.Property, made: Any) -> None:
    """The index comes first, rows begin with their defaults and keep apart; beyond them is 606."""
    count = of.described.property_named(item.count) if item.count else None
    if count is None or not count.writable:
        return
    setattr(made, count.snake, 2)
    read, write = getattr(made, f"get_{item.snake}"), getattr(made, f"set_{item.snake}")
    assert read(0) == read(1) == value_of(item)
    assert type(read(0)) is TYPES[item.type]
    other: object = {"string": "other", "bytes": b"\0other", "bool": True}.get(item.type, 1)
    write(1, other)
    assert (read(0), read(1)) == (value_of(item), other)
    for index in (-1, 2, 2**31 - 1):
        for call in (lambda: read(index), lambda: write(index, other)):
            with pytest.raises(coffer.CofferError) as failure:
                call()
            assert code_of(failure) == 606
    if item.range:
        for unfit in (item.range[0] - 1, item.range[1] + 1):
            with pytest.raises(coffer.CofferError) as failure:
                write(0, unfit)
            assert code_of(failure) == 713
    setattr(made, count.snake, 1)
    setattr(made, count.snake, 2)
    assert read(1) == value_of(item)  # a row that was dropped is gone


@each("leaves")
def test_range(of: Surface, item: model.Property, made: Any) -> None:
    if not item.writable or item.indexed or not (item.range or item.words or item.form):
        return
    fit: list[Any] = list(item.range or item.words)
    unfit: list[Any] = [item.range[0] - 1, item.range[1] + 1] if item.range else ["no such value"]
    if item.effect == "active":
        for fits in fit:
            setattr(made, item.snake, fits)
            assert getattr(made, item.snake) == fits
    for value in unfit:
        before = getattr(made, item.snake)
        with pytest.raises(coffer.CofferError) as failure:
            setattr(made, item.snake, value)
        assert code_of(failure) == 713
        assert getattr(made, item.snake) == before


@each("methods")
def test_method(of: Surface, item: model.Method) -> None:
    member = getattr(of.built, names.snake(item.name))
    assert callable(member)
    assert member.__doc__.startswith(names.snake(item.name) + "(")
    assert item.doc in member.__doc__


@each("events")
def test_event(of: Surface, item: model.Event, made: Any) -> None:
    handler = vars(of.built)[names.python_event(item.name)]
    assert isinstance(handler, property) and handler.fset is not None
    assert item.doc in (handler.__doc__ or "")
    assert getattr(made, names.python_event(item.name)) is None
    params = of.params(item)
    assert item.doc in params.__doc__ and params.__module__ == of.package.__name__
    fields = {names.python(field.name): field for field in item.fields}
    assert set(members(params)) == set(fields)
    for name, field in fields.items():
        member = vars(params)[name]
        assert isinstance(member, property)
        assert (member.fset is not None) == field.inout
        assert field.doc in (member.__doc__ or "")


@each("settings")
def test_setting(of: Surface, item: model.Setting, made: Any) -> None:
    """Names ignore case; a value read can be set again; what is read-only refuses it."""
    index = "[0]" if item.indexed else ""
    if item.count:
        with pytest.raises(coffer.CofferError) as failure:
            made.config(item.name + index)
        assert code_of(failure) == 606
        counts = {other.name: other for other in of.described.settings}
        if not counts[item.count].writable:
            return
        made.config(f"{item.count}=1")
    if item.effect == "unavailable" and not item.writable:
        with pytest.raises(coffer.CofferError, match="cannot be read") as failure:
            made.config(item.name + index)
        assert code_of(failure) == 713
        return
    value = made.config(item.name + index)
    assert made.config(item.name.swapcase() + index) == value
    if item.indexed or item.computed:
        return
    if item.writable:
        assert made.config(f"{item.name}={value}") == value
    else:
        with pytest.raises(coffer.CofferError) as failure:
            made.config(f"{item.name}=1")
        assert code_of(failure) == 713


@of_each
def test_doubles_are_one_value(of: Surface, made: Any) -> None:
    """A setting and a property of the same meaning hold one value."""
    for item in of.described.settings:
        leaf = of.described.property_named(item.alias) if item.alias else None
        if leaf is None or not leaf.writable or item.effect != "active":
            continue
        text = leaf.words[-1] if leaf.words else str((leaf.range or (0, 0))[1])
        if leaf.form:
            text = "7d1d5e9a-5b7c-4d0e-9f5a-3a2b1c0d9e8f"
        if item.words:
            text = item.words[-1]
        if item.type == "bool":
            text = "True"
        made.config(f"{item.name}={text}")
        assert str(getattr(made, leaf.snake)) == text, item.name
        setattr(made, leaf.snake, value_of(leaf))
        assert made.config(item.name) == leaf.default, item.name


@pytest.mark.parametrize("of, name", [(of, name) for of in SURFACES for name in LIBRARY.enums
                                      if hasattr(of.package, name)])
def test_enumeration(of: Surface, name: str) -> None:
    described, built = LIBRARY.enums[name], getattr(of.package, name)
    assert issubclass(built, enum.IntFlag if described.flags else enum.IntEnum)
    assert {value.name: value.value for value in described.values} == {
        value.name: int(value) for value in built.__members__.values()}


@of_each
def test_version(of: Surface, made: Any) -> None:
    assert coffer.__version__ == of.built.version == made.version == LIBRARY.version


@of_each
def test_every_public_member_has_a_docstring(of: Surface) -> None:
    for kind in [of.built, *(of.params(event) for event in of.described.events)]:
        assert inspect.getdoc(kind)
        for name, member in vars(kind).items():
            if name != "version" and (not name.startswith("_") or name in (
                    "__enter__", "__exit__", "__init__")):
                assert inspect.getdoc(member), f"{kind.__name__}.{name}"


# --- the manuals' own tables

@of_each
def test_every_property_of_the_manual_is_there(of: Surface) -> None:
    for row in of.manual()["properties"]:
        name = row["python_name"]
        if name is None:
            continue
        assert hasattr(of.built, "get_" + name)
        assert hasattr(of.built, "set_" + name) == (row["access"] == "rw")
        if row.get("index"):
            continue
        member = vars(of.built).get(name)
        assert isinstance(member, property), name
        assert (member.fset is not None) == (row["access"] == "rw"), name


@of_each
def test_every_method_and_event_of_the_manual_is_there(of: Surface) -> None:
    tables = of.manual()
    for row in tables["methods"]:
        assert callable(getattr(of.built, row["python_name"]))
    for row in tables["events"]:
        assert isinstance(vars(of.built)[row["python_name"]], property)
        params = getattr(of.package, row["python_params_class"])
        fields = {field["python_name"]: field["access"] == "rw" for field in row["params"]}
        assert {name: member.fset is not None for name, member in members(params).items()} == fields


def plain(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@of_each
def test_defaults_of_the_manual_hold_or_are_a_listed_deviation(of: Surface, made: Any) -> None:
    """Of properties and settings; what cannot be read of a new object has none."""
    cls, deviating = of.described, set()
    by_name = {leaf.snake: leaf for leaf in of.leaves}
    for row in of.manual()["properties"]:
        leaf = by_name.get(row["python_name"] or "")
        if leaf is None or leaf.indexed or row["default"] is None:
            continue
        value = plain(getattr(made, leaf.snake) if not leaf.enum
                      else int(getattr(made, leaf.snake)))
        if value.lower() != row["default"].strip('"').lower():
            deviating.add(leaf.name)
    for row in of.manual()["configs"]:
        if row.get("indexed") or row.get("default") is None:
            continue
        try:
            value = made.config(row["name"])
        except coffer.CofferError:
            continue  # cannot be read
        if value.lower() != row["default"].strip('"').lower():
            deviating.add(row["name"])
    assert deviating == cls.other_defaults


@of_each
def test_every_setting_of_the_manual_is_there(of: Surface, made: Any) -> None:
    for row in of.manual()["configs"]:
        name = row["name"] + ("[0]" if row.get("indexed") else "")
        try:
            made.config(name)
        except coffer.CofferError as error:
            assert error.code == 606 or "cannot be read" in error.message, f"{name}: {error}"


@of_each
def test_values_of_the_manual_are_the_enumerations(of: Surface) -> None:
    by_name = {leaf.snake: leaf for leaf in of.leaves}
    for row in of.manual()["properties"]:
        leaf = by_name.get(row["python_name"] or "")
        if leaf is None or not leaf.enum or not row["enum"]:
            continue
        built = getattr(of.package, leaf.enum)
        for value in row["enum"]:
            assert value["value"] in set(built), (row["name"], value)
            if "name" in value:
                assert built[value["name"]] == value["value"]
