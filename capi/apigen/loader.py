"""TOML into the records of model.py."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from apigen import names
from apigen.model import (Arg, Class, Compound, Constructor, DescriptionError, Deviation, Enum,
                          EnumValue, ErrorCode, Event, Field, Group, Library, Method, Property,
                          Setting)

Table = Mapping[str, Any]
T = TypeVar("T")

ZERO = {"string": "", "bytes": "", "bool": "False", "int32": "0", "int64": "0"}
_FIELD_KEYS = {f.name for f in dataclasses.fields(Property)} - {
    "leaf", "group", "snake", "is_count", "bytes_variant", "field_access", "enum"} | {"python"}
_PROPERTY_KEYS = _FIELD_KEYS | {"prefix", "item", "deep", "defaults", "field_effect", "fields",
                                 "read_only"}


class _Loader:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.file = ""
        self.files: dict[str, Table] = {}
        self.enums: dict[str, Enum] = {}
        self.types: dict[str, Compound] = {}
        self.type_rows: dict[str, dict[str, Table]] = {}
        self.groups: dict[str, Table] = {}

    def fail(self, item: object, key: str, why: str) -> DescriptionError:
        return DescriptionError(f"{self.file}: {item}: {key}: {why}")

    def record(self, kind: type[T], table: Table, allowed: set[str] | None = None,
               **given: Any) -> T:
        """A record from a table whose keys are the record's fields."""
        fields = {f.name: f for f in dataclasses.fields(kind)}
        item = table.get("name", table.get("code", table.get("item", kind.__name__)))
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key in given:
                continue
            if key not in fields or (allowed is not None and key not in allowed):
                raise self.fail(item, key, "unknown key")
            values[key] = tuple(value) if isinstance(value, list) else value
        values.update(given)
        missing = [name for name, f in fields.items() if name not in values
                   and f.default is dataclasses.MISSING
                   and f.default_factory is dataclasses.MISSING]
        if missing:
            raise self.fail(item, missing[0], "missing")
        for key, value in values.items():
            self.check_shape(item, key, value, str(fields[key].type))
        return kind(**values)

    def check_shape(self, item: object, key: str, value: object, annotation: str) -> None:
        if annotation == "str" and not isinstance(value, str):
            raise self.fail(item, key, "must be a text")
        if annotation == "bool" and not isinstance(value, bool):
            raise self.fail(item, key, "must be true or false")
        if annotation == "int" and (not isinstance(value, int) or isinstance(value, bool)):
            raise self.fail(item, key, "must be a number")
        if annotation.startswith("tuple") and value is not None and not isinstance(value, tuple):
            raise self.fail(item, key, "must be a list")

    def rows(self, table: Table, key: str) -> Sequence[Table]:
        value = table.get(key, [])
        if not isinstance(value, list):
            raise self.fail(key, key, "must be a list of tables")
        return value

    def base_type(self, item: str, text: str) -> tuple[str, str | None]:
        """'enum:X' -> ('int32', 'X')."""
        if text.startswith("enum:"):
            enum = text.removeprefix("enum:")
            if enum not in self.enums:
                raise self.fail(item, "type", f"unknown enum {enum}")
            return "int32", enum
        if text not in ZERO:
            raise self.fail(item, "type", f"unknown type {text}")
        return text, None

    def leaf(self, row: Table, name: str, snake: str, **given: Any) -> Property:
        base, enum = self.base_type(name, str(row.get("type", "")))
        values = {key: value for key, value in row.items() if key != "python"}
        values["name"] = name
        limits = values.get("range")
        return self.record(
            Property, values, leaf=name.split(".")[-1], type=base, enum=enum,
            default=values.get("default", ZERO[base]),
            range=tuple(limits) if limits is not None else None,
            snake=str(row.get("python", snake)), **given)

    def read_enums(self, table: Table) -> None:
        for row in self.rows(table, "enum"):
            values = tuple(self.record(EnumValue, value) for value in self.rows(row, "value"))
            rest = {key: value for key, value in row.items() if key != "value"}
            enum = self.record(Enum, rest, values=values)
            self.enums[enum.name] = enum

    def read_types(self, table: Table) -> None:
        for row in self.rows(table, "type"):
            name = str(row.get("name", "type"))
            twins = {str(f["bytes_variant_of"]): str(f.get("name")) for f in self.rows(row, "field")
                     if "bytes_variant_of" in f}
            fields = []
            self.type_rows[name] = {}
            for entry in self.rows(row, "field"):
                self.keys(entry, _FIELD_KEYS)
                field_name = str(entry.get("name", "field"))
                self.type_rows[name][field_name] = entry
                fields.append(self.leaf(entry, field_name, names.snake(field_name), group=name,
                                        field_access=entry.get("access", "rw"),
                                        bytes_variant=twins.get(field_name)))
            constructors = tuple(
                self.record(Constructor, {k: v for k, v in entry.items() if k != "args"},
                            args=tuple(self.record(Arg, arg) for arg in self.rows(entry, "args")))
                for entry in self.rows(row, "constructor"))
            rest = {k: v for k, v in row.items() if k not in ("field", "constructor")}
            self.types[name] = self.record(Compound, rest, fields=tuple(fields),
                                           constructors=constructors)

    def keys(self, row: Table, allowed: set[str]) -> None:
        for key in row:
            if key not in allowed:
                raise self.fail(row.get("name", "?"), key, "unknown key")

    def flatten(self, row: Table) -> Group:
        """A property that is an object, or a list of them, into its leaves."""
        name, kind = str(row["name"]), str(row["type"])
        is_list, type_name = kind.startswith("list:"), kind.split(":", 1)[1]
        if type_name not in self.types:
            raise self.fail(name, "type", f"unknown type {type_name}")
        count, item = row.get("count"), str(row.get("item", ""))
        if is_list and (not isinstance(count, str) or not item):
            raise self.fail(name, "count", "a list needs count and item")
        prefix = str(row.get("prefix", names.snake(item if is_list else name)))
        compound = self.types[type_name]
        wanted = row.get("fields", [leaf.leaf for leaf in compound.fields])
        tables = {key: dict(row.get(key, {})) for key in ("defaults", "field_effect")}
        fixed = row.get("read_only", [])
        for key, table in {**tables, "fields": dict.fromkeys(wanted),
                           "read_only": dict.fromkeys(fixed)}.items():
            for field_name in table:
                if field_name not in self.type_rows[type_name]:
                    raise self.fail(name, key, f"{type_name} has no field {field_name}")
        read_only = row.get("access", "rw") == "ro" and row.get("deep", False)
        leaves = []
        for base in (leaf for leaf in compound.fields if leaf.leaf in wanted):
            source = self.type_rows[type_name][base.leaf]
            effect = str(tables["field_effect"].get(base.leaf, row.get("effect", base.effect)))
            access = "ro" if read_only or base.leaf in fixed else base.access
            leaves.append(dataclasses.replace(
                base, name=f"{name}.{base.leaf}", group=name, access=access,
                field_access="ro" if base.leaf in fixed else base.field_access,
                default=str(tables["defaults"].get(base.leaf, base.default)),
                snake=str(source.get("python", f"{prefix}_{base.snake}")),
                locked=base.locked or bool(row.get("locked", False)),
                computed=base.computed or bool(row.get("computed", False)),
                on_set=(base.on_set or bool(row.get("on_set", False))) and access == "rw",
                effect=effect,
                reason=str(row.get("reason", base.reason)) if effect != "active" else "",
                count=count if is_list else None,
                bytes_variant_of=base.bytes_variant_of and f"{name}.{base.bytes_variant_of}",
                bytes_variant=base.bytes_variant and f"{name}.{base.bytes_variant}",
                since=str(row.get("since", base.since)), state=str(row.get("state", base.state))))
        return Group(name=name, type=type_name, access=str(row.get("access", "rw")), prefix=prefix,
                     item=item, count=count if is_list else None, doc=str(row.get("doc", "")),
                     remarks=str(row.get("remarks", "")), leaves=tuple(leaves))

    def own_fields(self, type_name: str) -> list[Property]:
        """The fields of a type as properties of the object that it is; the engine computes them."""
        if type_name not in self.types:
            raise self.fail(type_name, "fields_of", "unknown type")
        return [dataclasses.replace(leaf, group=None, computed=True, on_set=leaf.access == "rw")
                for leaf in self.types[type_name].fields]

    def event(self, row: Table) -> Event:
        fields = []
        for entry in self.rows(row, "fields"):
            base, enum = self.base_type(str(entry.get("name", "field")), str(entry.get("type", "")))
            fields.append(self.record(Field, entry, type=base, enum=enum))
        rest = {k: v for k, v in row.items() if k != "fields"}
        return self.record(Event, rest, fields=tuple(fields), java_listener=row.get(
            "java_listener", names.camel(str(row.get("name", "")))))

    def setting(self, row: Table, section: str) -> Setting:
        kind = str(row.get("type", ""))
        if kind not in ZERO or kind == "bytes":
            raise self.fail(row.get("name", "?"), "type", f"unknown type {kind}")
        limits = row.get("range")
        version = str(self.files["library.toml"].get("version", ""))
        default = row.get("default", ZERO[kind])
        return self.record(Setting, row, section=row.get("section", section),
                           default=str(default).replace("{version}", version),
                           range=tuple(limits) if limits is not None else None,
                           indexed=row.get("indexed", False))

    def read_class(self, table: Table) -> Class:
        head = table["class"]
        properties: list[Property] = []
        groups: list[Group] = []
        sources = [table]
        for use in head.get("uses", []):
            if use not in self.groups:
                raise self.fail(head.get("name", "class"), "uses", f"unknown group {use}")
            sources.append(self.groups[use])
        if "fields_of" in head:
            properties.extend(self.own_fields(str(head["fields_of"])))
        events: list[Event] = []
        settings: list[Setting] = []
        for source in sources:
            for row in self.rows(source, "property"):
                self.keys(row, _PROPERTY_KEYS)
                if str(row.get("type", "")).startswith(("type:", "list:")):
                    groups.append(self.flatten(row))
                    properties.extend(groups[-1].leaves)
                else:
                    name = str(row.get("name", "property"))
                    properties.append(self.leaf(row, name, names.snake(name),
                                                field_access=row.get("access", "rw")))
            events.extend(self.event(row) for row in self.rows(source, "event"))
            settings.extend(self.setting(row, str(source.get("section", "")))
                            for row in self.rows(source, "setting"))
        counts = {leaf.count for leaf in properties}
        properties = [dataclasses.replace(leaf, is_count=leaf.name in counts)
                      for leaf in properties]
        methods = [self.record(Method, {k: v for k, v in row.items() if k != "args"},
                               args=tuple(self.record(Arg, arg) for arg in self.rows(row, "args")))
                   for row in self.rows(table, "method")]
        deviations = [self.record(Deviation, row) for row in self.rows(table, "deviation")]
        self.keys(table, {"class", "property", "event", "setting", "method", "deviation",
                          "section"})
        return self.record(Class, head, properties=properties, groups=groups, methods=methods,
                           events=sorted(events, key=lambda event: str(event.name)),
                           settings=settings, deviations=deviations)

    def load(self) -> Library:
        for path in sorted(self.directory.glob("*.toml")):
            self.file = path.name
            try:
                self.files[path.name] = tomllib.loads(path.read_text(encoding="utf-8"))
            except tomllib.TOMLDecodeError as error:
                raise DescriptionError(f"{path.name}: {error}") from error
        if "library.toml" not in self.files:
            raise DescriptionError(f"{self.directory}: library.toml: missing")
        errors: list[ErrorCode] = []
        for read in (self.read_enums, self.read_types):
            for self.file, table in self.files.items():
                read(table)
        for self.file, table in self.files.items():
            errors.extend(self.record(ErrorCode, row) for row in self.rows(table, "error"))
            for row in self.rows(table, "group"):
                self.keys(row, {"name", "section", "property", "event", "setting"})
                self.groups[str(row.get("name", "group"))] = row
        every = []
        for self.file, table in self.files.items():
            if "class" in table:
                every.append(self.read_class(table))
        self.file = "library.toml"
        return self.record(Library, self.files["library.toml"], {"prefix", "version", "versions"},
                           errors=sorted(errors, key=lambda error: int(error.code)), enums=self.enums,
                           types=self.types, classes=[cls for cls in every if not cls.fields_of],
                           objects=[cls for cls in every if cls.fields_of])


def load(directory: Path) -> Library:
    return _Loader(directory).load()
