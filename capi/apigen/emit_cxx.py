"""The C++ facade: one header a package, classes over the C ABI on top of coffer/support.hpp."""

from __future__ import annotations

from apigen import names
from apigen.emit_capi import waits
from apigen.model import Class, Enum, Event, Field, Library, Method, Property
from apigen.prose import CXX_TYPES, comment, default_text, effect_text, index_name, range_text

HEAD = """\
// Generated from the description of the surface (capi/api); changes belong there.
#pragma once

#include <coffer/{package}.h>

#include <coffer/support.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace coffer::{package} {{
"""


def enum_struct(enum: Enum) -> str:
    lines = [comment(enum.doc)] if enum.doc else []
    lines.append(f"struct {enum.name} {{")
    for value in enum.values:
        lines.append(comment(value.doc, "  "))
        lines.append(f"  static constexpr std::int32_t {value.name} = {value.value};")
    return "\n".join(lines + ["};\n"])


def event_class_name(cls: Class, event: Event) -> str:
    return f"{cls.name}{event.name}Event"


def c_event(cls: Class, event: Event) -> str:
    return f"{cls.c_prefix}_{names.snake(event.name)}"


def field_getter(prefix: str, field: Field) -> str:
    name = names.snake(field.name)
    function = f"{prefix}_get_{name}"
    if field.type == "string":
        return f"  std::string {name}() const {{ return detail::from_c({function}(event_)); }}"
    if field.type == "bool":
        return f"  bool {name}() const {{ return {function}(event_) != 0; }}"
    if field.type == "bytes":
        return (f"  BytesView {name}() const {{\n"
                "    const std::uint8_t* data = nullptr;\n"
                "    std::size_t size = 0;\n"
                f"    detail::check_event({function}(event_, &data, &size));\n"
                "    return BytesView(data, size);\n  }")
    return f"  {CXX_TYPES[field.type]} {name}() const {{ return {function}(event_); }}"


def field_setter(prefix: str, field: Field) -> str:
    name = names.snake(field.name)
    function = f"{prefix}_set_{name}"
    if field.type == "string":
        parameter, value = "const std::string& value", "detail::c_text(value)"
    elif field.type == "bool":
        parameter, value = "bool value", "value ? 1 : 0"
    else:
        parameter, value = f"{CXX_TYPES[field.type]} value", "value"
    return (f"  void set_{name}({parameter}) {{\n"
            f"    detail::check_event({function}(event_, {value}));\n  }}")


def event_class(cls: Class, event: Event) -> str:
    prefix, name = c_event(cls, event), event_class_name(cls, event)
    lines = [comment(event.doc),
             comment("Threads: the handler's, until it returns."),
             f"class {name} {{", " public:",
             f"  explicit {name}({prefix}* event) noexcept : event_(event) {{}}", ""]
    for field in event.fields:
        lines += [comment(field.doc, "  "), field_getter(prefix, field)]
        if field.inout:
            lines.append(field_setter(prefix, field))
    lines += ["", "  // The C event, for functions this class does not cover.",
              f"  {prefix}* handle() const noexcept {{ return event_; }}", "",
              " private:", f"  {prefix}* event_;", "};\n"]
    return "\n".join(lines)


def property_doc(library: Library, leaf: Property) -> str:
    parts = [leaf.doc, effect_text(leaf.effect, leaf.reason)]
    values = range_text(library, leaf)
    parts.append(f"Default {default_text(leaf)}{'; ' + values if values else ''}.")
    return " ".join(part for part in parts if part)


def getter(cls: Class, leaf: Property) -> str:
    function = f"{cls.c_prefix}_get_{leaf.snake}"
    parameter, argument = "", ""
    if leaf.indexed:
        index = index_name(leaf, cls)
        parameter, argument = f"std::int32_t {index}", f", {index}"
    read = {"string": "text", "bytes": "bytes", "bool": "flag", "int32": "number<std::int32_t>",
            "int64": "number<std::int64_t>"}[leaf.type]
    return (f"  {CXX_TYPES[leaf.type]} {leaf.snake}({parameter}) const {{\n"
            f"    return {read}({function}{argument});\n  }}")


def setter(cls: Class, leaf: Property) -> str:
    function = f"{cls.c_prefix}_set_{leaf.snake}"
    parameter, argument = "", ""
    if leaf.indexed:
        index = index_name(leaf, cls)
        parameter, argument = f"std::int32_t {index}, ", f", {index}"
    if leaf.type == "string":
        parameter += "const std::string& value"
        argument += ", detail::c_text(value)"
    elif leaf.type == "bytes":
        parameter += "const Bytes& value"
        argument += ", value.data(), value.size()"
    elif leaf.type == "bool":
        parameter += "bool value"
        argument += ", std::int32_t{value}"
    else:
        parameter += f"{CXX_TYPES[leaf.type]} value"
        argument += ", value"
    return f"  void set_{leaf.snake}({parameter}) {{\n    call({function}{argument});\n  }}"


def method(cls: Class, item: Method) -> str:
    name = names.snake(item.name)
    function = f"{cls.c_prefix}_{name}"
    parameters, arguments = [], ""
    for arg in item.args:
        spelled = names.snake(arg.name)
        if arg.type == "string":
            parameters.append(f"const std::string& {spelled}")
            arguments += f", detail::c_text({spelled})"
        else:
            parameters.append(f"{CXX_TYPES[arg.type]} {spelled}")
            arguments += f", std::int32_t{{{spelled}}}" if arg.type == "bool" else f", {spelled}"
    if item.kind == "action":
        read = {"void": "action", "string": "return action_text"}[item.returns]
    else:
        read = {"void": "call", "string": "return text", "bool": "return flag",
                "int32": "return number<std::int32_t>", "int64": "return number<std::int64_t>",
                "bytes": "return bytes"}[item.returns]
    return (f"  {CXX_TYPES[item.returns]} {name}({', '.join(parameters)}) {{\n"
            f"    {read}({function}{arguments});\n  }}")


def handler_setter(cls: Class, event: Event) -> str:
    name, kind = names.python_event(event.name), f"{event.name}Event"
    return (f"  void {name}(std::function<void({kind}&)> handler) {{\n"
            f"    listen<{kind}, {c_event(cls, event)}>(\n"
            f"        {cls.c_prefix}_{name}, std::move(handler));\n  }}")


def component(library: Library, cls: Class) -> str:
    raw = cls.c_prefix
    threads = "Threads: properties and config from any thread at any time"
    if waits(cls):
        threads += ("; one action (start, do_events, authorize) at a time; abort and close from "
                    "any thread")
    lines = [comment(cls.doc), comment(threads + "."),
             f"class {cls.name} : public detail::Component<{raw}> {{", " public:"]
    lines += [f"  using {event.name}Event = {event_class_name(cls, event)};"
              for event in cls.events]
    lines += ["", f"  {cls.name}() : Component({raw}_new, {raw}_free) {{}}", ""]
    for leaf in cls.native_properties:
        lines += [comment(property_doc(library, leaf), "  "), getter(cls, leaf)]
        if leaf.writable:
            lines.append(setter(cls, leaf))
    for item in cls.methods:
        lines += ["", comment(item.doc, "  "), method(cls, item)]
    if cls.events:
        lines += ["", comment("Handlers; an empty function removes one. They run in the thread "
                              "that calls the method which fires them; what they throw comes out "
                              "of that method.", "  ")]
    for event in cls.events:
        lines += [comment(event.doc, "  "), handler_setter(cls, event)]
    if not waits(cls):
        return "\n".join(lines + ["};\n"])
    lines += [comment("Called about every 200 ms, in the thread of a call that waits, while it "
                      "waits; false ends the call as an interrupt does (301), what it throws comes "
                      "out of the call.", "  "),
              "  void on_idle(std::function<bool()> go_on) {",
              f"    listen_idle({cls.c_prefix}_on_idle, std::move(go_on));", "  }"]
    return "\n".join(lines + ["};\n"])


def used_enums(library: Library, cls: Class) -> list[Enum]:
    wanted = {leaf.enum for leaf in cls.properties} | {
        field.enum for event in cls.events for field in event.fields}
    return [enum for name, enum in library.enums.items() if name in wanted]


def header(library: Library, cls: Class) -> str:
    """coffer/<package>.hpp."""
    parts = [HEAD.format(package=cls.package)]
    parts += [enum_struct(enum) for enum in used_enums(library, cls)]
    parts += [event_class(cls, event) for event in cls.events]
    parts += [component(library, cls), f"}}  // namespace coffer::{cls.package}\n"]
    return "\n".join(parts)
