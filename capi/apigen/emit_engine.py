"""The engine's tables: one row for each property, setting and event of a class, and its events as
structs. Output: <class>_surface.h and <class>_surface.cpp.
"""

from __future__ import annotations

from apigen import names
from apigen.cpp_text import BANNER, CPP_TYPES, ENUM_TYPES, LIMITS, literal, quoted, truth
from apigen.model import Class, Enum, Event, Library, Property, Setting

_EFFECTS = {"active": "kActive", "none": "kNoEffect", "unavailable": "kUnavailable"}


def setting_constant(setting: Setting) -> str:
    return "kSet" + setting.name


def event_constant(event: Event) -> str:
    return f"kOn{event.name}"


def event_struct(event: Event) -> str:
    return f"{event.name}Event"


def header_name(cls: Class) -> str:
    return cls.name.lower() + "_surface.h"


def allowed_values(prop: Property, enums: dict[str, Enum]) -> list[int]:
    """Values that an enumerated property takes; empty where a range says it."""
    if prop.enum is None or enums[prop.enum].flags:
        return []
    return [value.value for value in enums[prop.enum].values
            if value.value not in prop.unavailable_values]


def limits(prop: Property, enums: dict[str, Enum]) -> tuple[int, int]:
    if prop.range is not None:
        return prop.range
    if prop.enum is not None:
        values = [value.value for value in enums[prop.enum].values]
        return (0, sum(values)) if enums[prop.enum].flags else (min(values), max(values))
    return LIMITS.get(prop.type, (0, 0))


def _enumeration(name: str, constants: list[str]) -> list[str]:
    return [f"enum {name} : int {{", *(f"  {constant}," for constant in constants), "};", ""]


def _struct(event: Event) -> list[str]:
    lines = [f"struct {event_struct(event)} : core::Event {{"]
    for field in event.fields:
        kind = "core::LazyBytes" if field.lazy else CPP_TYPES[field.type]
        init = {"bool": " = false", "int32": " = 0", "int64": " = 0"}.get(field.type, "")
        note = "  // in and out" if field.inout else ""
        lines.append(f"  {kind} {names.snake(field.name)}{init};{note}")
    answers = [field for field in event.fields if field.inout]
    if answers:
        kept = [(names.snake(field.name), CPP_TYPES[field.type]) for field in answers]
        keep = " ".join(f"kept_{name} = {name};" for name, _ in kept)
        restore = " ".join(f"{name} = std::move(kept_{name});" if kind.startswith("std::")
                           else f"{name} = kept_{name};" for name, kind in kept)
        lines += ["", f"  void keep_answers() override {{ {keep} }}",
                  f"  void restore_answers() noexcept override {{ {restore} }}", "", " private:",
                  *(f"  {kind} kept_{name}{{}};" for name, kind in kept)]
    return [*lines, "};", ""]


def header(library: Library, cls: Class) -> str:
    lines = [f"// {BANNER}", "#pragma once", "", "#include <cstdint>", "#include <string>", "#include <utility>", "",
             '#include "core/event.h"', '#include "core/surface.h"', '#include "core/value.h"', "",
             f"namespace {library.prefix}::{cls.package} {{", "",
             f'constexpr const char* kLibraryVersion = "{library.version}";', ""]
    lines += _enumeration("Property", [names.constant(p.name) for p in cls.engine_properties])
    lines += _enumeration("Setting", [setting_constant(s) for s in cls.settings])
    lines += _enumeration("EventId", [event_constant(e) for e in cls.events])
    for event in cls.events:
        lines += _struct(event)
    lines += [f"extern const core::ClassInfo k{cls.name}Info;", "",
              f"}}  // namespace {library.prefix}::{cls.package}", ""]
    return "\n".join(lines)


def _property_row(prop: Property, library: Library) -> str:
    low, high = limits(prop, library.enums)
    allowed = allowed_values(prop, library.enums)
    table = f"k{prop.name.replace('.', '')}Allowed" if allowed else "nullptr"
    count = names.constant(prop.count) if prop.count is not None else "-1"
    flags = (prop.writable, prop.locked, prop.secret, prop.computed, prop.on_set)
    words = f"k{prop.name.replace('.', '')}Words" if prop.words else "nullptr"
    return (f"    {{{quoted(prop.name)}, core::Type::{ENUM_TYPES[prop.type]}, "
            f"{quoted(prop.default)}, {literal(low)}, {literal(high)}, {table}, {len(allowed)}, "
            f"{count}, {', '.join(map(truth, flags))}, core::Effect::{_EFFECTS[prop.effect]}, "
            f"{quoted(prop.reason)}, {truth(prop.line)}, {words}, {len(prop.words)}}},")


def _setting_row(setting: Setting, cls: Class) -> str:
    limit = setting.range if setting.range is not None else LIMITS.get(setting.type, (0, 0))
    low, high = limit
    table = f"kSet{setting.name}Words" if setting.words else "nullptr"
    alias = names.constant(setting.alias) if setting.alias is not None else "-1"
    count = f"kSet{setting.count}" if setting.count is not None else "-1"
    flags = (setting.indexed, setting.writable, setting.locked, setting.secret, setting.computed,
             setting.on_set)
    return (f"    {{{quoted(setting.name)}, core::Type::{ENUM_TYPES[setting.type]}, "
            f"{quoted(setting.default)}, {literal(low)}, {literal(high)}, {table}, "
            f"{len(setting.words)}, {alias}, {count}, {', '.join(map(truth, flags))}, "
            f"core::Effect::{_EFFECTS[setting.effect]}, {quoted(setting.reason)}, "
            f"{truth(setting.flags)}, {truth(setting.line)}}},")


def _table(kind: str, name: str, rows: list[str]) -> list[str]:
    """A table, or nothing where it would be empty: C++ has no empty arrays."""
    return [f"const core::{kind} {name}[] = {{", *rows, "};", ""] if rows else []


def _reference(name: str, rows: list[str]) -> str:
    return f"{name}, {len(rows)}" if rows else "nullptr, 0"


def source(library: Library, cls: Class) -> str:
    lines = [f"// {BANNER}", f'#include "{header_name(cls)}"', "",
             f"namespace {library.prefix}::{cls.package} {{", "namespace {", ""]
    for prop in cls.engine_properties:
        values = allowed_values(prop, library.enums)
        if values:
            lines.append(f"const std::int32_t k{prop.name.replace('.', '')}Allowed[] = "
                         f"{{{', '.join(map(str, values))}}};")
        if prop.words:
            lines.append(f"const char* const k{prop.name.replace('.', '')}Words[] = "
                         f"{{{', '.join(map(quoted, prop.words))}}};")
    for setting in cls.settings:
        if setting.words:
            lines.append(f"const char* const kSet{setting.name}Words[] = "
                         f"{{{', '.join(map(quoted, setting.words))}}};")
    properties = [_property_row(prop, library) for prop in cls.engine_properties]
    settings = [_setting_row(setting, cls) for setting in cls.settings]
    events = [f"    {{{quoted(event.name)}, {truth(event.decision)}}}," for event in cls.events]
    lines += ["", *_table("PropertyInfo", "kProperties", properties),
              *_table("SettingInfo", "kSettings", settings),
              *_table("EventInfo", "kEvents", events), "}  // namespace", "",
              f"const core::ClassInfo k{cls.name}Info = {{{quoted(cls.name)}, "
              f"{_reference('kProperties', properties)}, {_reference('kSettings', settings)}, "
              f"{_reference('kEvents', events)}}};", "",
              f"}}  // namespace {library.prefix}::{cls.package}", ""]
    return "\n".join(lines)
