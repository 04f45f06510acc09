"""Tables of a class's C functions for the surface test; what is checked is hand-written in
tests/capi/surface_checks.h.
"""

from __future__ import annotations

from apigen import names
from apigen.cpp_text import BANNER, LIMITS, literal, quoted, truth
from apigen.emit_capi import event_type
from apigen.emit_engine import allowed_values, limits
from apigen.model import Class, Event, Library, Property, Setting

_ROWS = {"string": "TextRow", "bytes": "BytesRow", "bool": "NumberRow<int32_t>",
         "int32": "NumberRow<int32_t>", "int64": "NumberRow<int64_t>"}


# Fields of a certificate that take no free text: what setting one answers while no store is set.
_SELECTING = {"Subject": 270, "Encoded": 273, "ExtendedKeyUsage": 713, "PublicKeyAlgorithm": 713,
              "Usage": 713, "UsageFlags": 713}


def _refused(cls: Class, prop: Property) -> int:
    group = next((group for group in cls.groups if group.name == prop.group), None)
    kind = group.type if group is not None else cls.fields_of
    selects = kind == "Certificate" and prop.computed and prop.on_set
    return _SELECTING.get(prop.leaf, 0) if selects else 0


def _pair(cls: Class, prop: Property) -> str:
    write = f"{cls.c_prefix}_set_{prop.snake}" if prop.writable else "nullptr"
    return f"{quoted(prop.name)}, {cls.c_prefix}_get_{prop.snake}, {write}"


def _row(library: Library, cls: Class, prop: Property) -> str:
    refused = _refused(cls, prop)
    available = truth(prop.effect != "unavailable" and (not refused or prop.type == "string"))
    if prop.type in ("string", "bytes"):
        row = f"{_pair(cls, prop)}, {quoted(prop.default)}, {available}, {truth(prop.line)}"
        row += f", {refused}"
        if prop.type == "bytes":
            return f"    {{{row}}},"
        words = ", ".join(map(quoted, prop.words))
        return f"    {{{row}, {truth(prop.form != '')}, {{{words}}}}},"
    low, high = (0, 1) if prop.type == "bool" else limits(prop, library.enums)
    value = {"True": 1, "False": 0}.get(prop.default)
    number = value if value is not None else int(prop.default)
    allowed = ", ".join(map(str, allowed_values(prop, library.enums)))
    bounded = truth(prop.type != "bool" and (low, high) != LIMITS[prop.type])
    return (f"    {{{_pair(cls, prop)}, {literal(number)}, {available}, {literal(low)}, "
            f"{literal(high)}, {bounded}, {{{allowed}}}}},")


def _properties(library: Library, cls: Class) -> list[str]:
    lines = []
    for kind, name in (("string", "kTexts"), ("bytes", "kBytes"), ("bool", "kBools"),
                       ("int32", "kInt32s"), ("int64", "kInt64s")):
        rows = [_row(library, cls, prop) for prop in cls.native_properties
                if prop.type == kind and not prop.indexed]
        lines += [f"const std::vector<{_ROWS[kind]}> {name} = {{", *rows, "};", ""]
    return lines


def _item(library: Library, cls: Class, prop: Property) -> list[str]:
    """An indexed property: the accessors, then what the table knows."""
    assert prop.count is not None
    count = cls.property_named(prop.count)
    assert count is not None
    resize = f"{cls.c_prefix}_set_{count.snake}" if count.writable else "nullptr"
    write = f"{cls.c_prefix}_set_{prop.snake}" if prop.writable else \
        {"string": "TextIn", "bytes": "BytesIn"}.get(prop.type, "NumberIn") + "{nullptr}"
    initial = {"True": "1", "False": "0"}.get(prop.default, prop.default)
    lines = [f"      auto row = item_row({quoted(prop.name)}, {cls.c_prefix}_get_{prop.snake}, {write});",
             f"      row.count = {cls.c_prefix}_get_{count.snake};", f"      row.resize = {resize};",
             f"      row.initial = {quoted(initial)};"]
    if prop.type == "int32" and prop.range is not None:
        low, high = limits(prop, library.enums)
        lines.append(f'      row.misfit = {{"{low - 1}", "{high + 1}"}};')
    return ["    rows.push_back([] {", *lines, "      return row;", "    }());"]


def _items(library: Library, cls: Class) -> list[str]:
    rows = [line for prop in cls.native_properties if prop.indexed
            for line in _item(library, cls, prop)]
    return ["const std::vector<ItemRow> kItems = [] {", "    std::vector<ItemRow> rows;", *rows,
            "    return rows;", "}();", ""] if rows else []


def _setting_row(setting: Setting) -> str:
    low, high = setting.range if setting.range is not None else LIMITS.get(setting.type, (0, 0))
    words = ", ".join(map(quoted, setting.words))
    flags = (setting.writable, setting.indexed, setting.computed,
             setting.on_set, setting.effect == "unavailable", setting.flags)
    return (f"    {{{quoted(setting.name)}, {quoted(setting.type)}, {quoted(setting.default)}, "
            f"{literal(low)}, {literal(high)}, {', '.join(map(truth, flags))}, {{{words}}}}},")


def _event_row(cls: Class, event: Event) -> str:
    kind = event_type(cls, event)
    register = f"{cls.c_prefix}_on_{names.snake(event.name)}"
    return (f"    {{{quoted(event.name)},\n"
            f"     [](Handle* handle, bool install, void* data, void (*destroy)(void*)) {{\n"
            f"       {kind}_fn callback = nullptr;\n"
            f"       if (install) callback = []({kind}*, void*) {{ return int32_t{{0}}; }};\n"
            f"       return {register}(handle, callback, data, destroy);\n     }}}},")


def surface_test(library: Library, cls: Class) -> str:
    prefix = cls.c_prefix
    lines = [f"// {BANNER}", f"#include <{library.prefix}/{cls.package}.h>", "",
             f"using Handle = {prefix};", '#include "surface_checks.h"', '#include "surface_items.h"', "", "namespace {", "",
             f"const ClassRow kClass = {{{quoted(cls.name)}, {prefix}_new, {prefix}_free,",
             f"                         {prefix}_config, {prefix}_config_count,",
             f"                         {prefix}_config_item}};", "", *_properties(library, cls),
             *_items(library, cls), "const std::vector<SettingRow> kSettings = {",
             *(_setting_row(setting) for setting in cls.settings), "};", "",
             "const std::vector<EventRow> kEvents = {",
             *(_event_row(cls, event) for event in cls.events), "};", "",
             "}  // namespace", "",
             f"SURFACE_TESTS({quoted(cls.name)})", ""]
    if any(prop.indexed for prop in cls.native_properties):
        lines += [f"TEST_CASE({quoted(cls.name + ': indexed properties and their rows')}) {{",
                  "  check_items(kClass, kItems);", "}", ""]
    return "\n".join(lines)
