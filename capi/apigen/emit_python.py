"""The Python module: C++ source that defines a package's classes over the facade."""

from __future__ import annotations

from apigen import names
from apigen.cpp_text import quoted
from apigen.emit_cxx import used_enums
from apigen.model import Class, Event, Field, Library, Method, Property
from apigen.prose import (CXX_TYPES, PYTHON_TYPES, default_text, effect_text, index_name,
                          range_text)

HEAD = """\
// Made by capi/apigen from capi/api; changes belong there.
#include <coffer/coffer.hpp>
#include <string>

#include "component.h"
#include "define.h"
#include "module.h"

namespace coffer::python {{
namespace {{

using Facade = {namespace}::{name};
using Bound = Component<Facade, {events}>;
"""


def params_class(cls: Class, event: Event) -> str:
    """The Python name: Office365BackupMessageBackupEventParams."""
    return f"{cls.name}{event.name}EventParams"


def sentences(*parts: str) -> str:
    return "\n\n".join(part.strip() for part in parts if part.strip())


def property_doc(library: Library, leaf: Property) -> str:
    values = range_text(library, leaf)
    facts = [f"Default: {default_text(leaf)}."]
    if values:
        facts.append(f"Values: {values}.")
    if not leaf.writable:
        facts.append("Read-only.")
    if leaf.locked:
        facts.append("Locked while a run or a call that waits is under way (143).")
    return sentences(leaf.doc, leaf.remarks, effect_text(leaf.effect, leaf.reason), " ".join(facts))


def method_signature(item: Method) -> str:
    args = ", ".join(f"{names.snake(arg.name)}: {PYTHON_TYPES[arg.type]}" for arg in item.args)
    return f"{names.snake(item.name)}({args}) -> {PYTHON_TYPES[item.returns]}"


def error_list(library: Library, item: Method) -> str:
    codes = {error.name: error.code for error in library.errors}
    return "Errors: " + ", ".join(str(codes[name]) for name in item.errors if name in codes) + "." \
        if item.errors else ""


def method_doc(library: Library, item: Method) -> str:
    args = "\n".join(f"{names.snake(arg.name)}: {arg.doc}" for arg in item.args)
    return sentences(method_signature(item), item.doc, args, item.remarks,
                     error_list(library, item))


def handler_doc(cls: Class, event: Event) -> str:
    return sentences(event.doc, event.remarks,
                     f"A callable that takes one {params_class(cls, event)}, or None.")


def field_doc(field: Field) -> str:
    extra = ""
    if field.lazy:
        extra = "Read on demand: ask for it while the handler runs."
    return sentences(field.doc, extra)


def copied_type(field: Field) -> str:
    return "Lazy" if field.type == "bytes" and field.lazy else CXX_TYPES[field.type]


def copied_value(field: Field) -> str:
    name = names.snake(field.name)
    if copied_type(field) == "Lazy":
        return f"[&event] {{ return event.{name}(); }}"
    return f"event.{name}()" + (".copy()" if field.type == "bytes" else "")


def params_struct(cls: Class, event: Event) -> str:
    name, native = f"{event.name}Params", f"Facade::{event.name}Event"
    lines = [f"// Threads: with the interpreter's lock held.\nstruct {name} {{"]
    unused = "" if event.fields else "/*event*/"
    members = ",\n        ".join(f"{names.snake(field.name)}({copied_value(field)})"
                                 for field in event.fields)
    lines.append(f"  explicit {name}({native}& {unused or 'event'})"
                 + (f"\n      : {members} {{}}" if members else " {}"))
    answers = [names.snake(field.name) for field in event.fields if field.inout]
    if answers:
        lines.append(f"  void answer({native}& event) const {{")
        lines += [f"    event.set_{answer}({answer});" for answer in answers] + ["  }"]
    else:
        lines.append(f"  void answer({native}& /*event*/) const {{}}")
    lazy = [names.snake(field.name) for field in event.fields if copied_type(field) == "Lazy"]
    lines.append("  void detach() noexcept {" + "".join(f" {name}.detach();" for name in lazy)
                 + (" }" if lazy else "}"))
    lines += [f"  {copied_type(field)} {names.snake(field.name)};" for field in event.fields]
    return "\n".join(lines + ["};\n"])


def params_definition(cls: Class, event: Event, package: str) -> str:
    doc = sentences(event.doc, event.remarks)
    lines = ["  {",
             f"    ParamsDefinition<{event.name}Params> params(",
             f"        module, {quoted(params_class(cls, event))}, {quoted(package)},",
             f"        {quoted(doc)});"]
    for field in event.fields:
        what = "answer" if field.inout else "field"
        lines += [f"    params.{what}({quoted(names.python(field.name))}, "
                  f"{quoted(field_doc(field))},",
                  f"        &{event.name}Params::{names.snake(field.name)});"]
    shown = ", ".join(quoted(names.python(field.name)) for field in event.fields
                      if field.type != "bytes")
    lines.append(f"    params.shown({{{shown}}});")
    return "\n".join(lines + ["  }"])


def leaf_definition(library: Library, cls: Class, leaf: Property) -> str:
    doc = quoted(property_doc(library, leaf))
    accessors = f"&Facade::{leaf.snake}"
    if leaf.writable:
        accessors += f", &Facade::set_{leaf.snake}"
    if leaf.indexed:
        return (f"  cls.item({quoted(leaf.snake)}, {quoted(index_name(leaf, cls))},\n"
                f"      {doc},\n      {accessors});")
    return f"  cls.leaf({quoted(leaf.snake)},\n      {doc},\n      {accessors});"


def method_definition(library: Library, item: Method) -> str:
    name = names.snake(item.name)
    parameters = ["Bound& self"] + [f"const py::object& {names.snake(arg.name)}"
                                    for arg in item.args]
    arguments = ", ".join(f"Convert<{CXX_TYPES[arg.type]}>::in({names.snake(arg.name)}, "
                          f"{quoted(names.snake(arg.name))})" for arg in item.args)
    call = f"self.facade().{name}({arguments})"
    if item.kind == "plain":
        body = f"return Convert<{CXX_TYPES[item.returns]}>::out({call});" \
            if item.returns != "void" else f"{call};"
    else:
        body = blocking_body(item, name)
    docs = quoted(method_doc(library, item))
    names_of_args = "".join(f" py::arg({quoted(names.snake(arg.name))})," for arg in item.args)
    return (f"  cls->def({quoted(name)}, []({', '.join(parameters)}) {{ {body} }},\n"
            f"     {names_of_args} {docs});")


def blocking_body(item: Method, name: str) -> str:
    """Converts, calls without the lock, looks for signals, converts back."""
    lines, passed = [], []
    for arg in item.args:
        spelled = names.snake(arg.name)
        lines.append(f"const auto given_{spelled} = Convert<{CXX_TYPES[arg.type]}>::in("
                     f"{spelled}, {quoted(spelled)});")
        passed.append(f"given_{spelled}")
    call = f"self.facade().{name}({', '.join(passed)})"
    kind = CXX_TYPES[item.returns]
    if item.returns == "void":
        lines.append(f"without_gil([&] {{ {call}; }});")
    else:
        lines += [f"{kind} result{{}};", f"without_gil([&] {{ result = {call}; }});"]
    if item.kind == "action":
        lines.append("check_signals();")
    if item.returns != "void":
        lines.append(f"return Convert<{kind}>::out(result);")
    return " ".join(lines)


def event_definition(cls: Class, index: int, event: Event) -> str:
    name = names.python_event(event.name)
    return (f"  cls.event<{event.name}Params>({index}, {quoted(name)},\n"
            f"      {quoted(handler_doc(cls, event))},\n      &Facade::{name});")


def module(library: Library, cls: Class) -> str:
    """module_<package>.cpp."""
    package = f"{library.prefix}.{cls.package}"
    parts = [HEAD.format(namespace=f"{library.prefix}::{cls.package}", name=cls.name,
                         events=len(cls.events))]
    parts += [params_struct(cls, event) for event in cls.events]
    parts += ["}  // namespace\n", f"void define_{cls.package}(py::module_& module) {{"]
    parts += [params_definition(cls, event, package) for event in cls.events]
    parts.append(f"  Definition<Bound> cls(module, {quoted(cls.name)}, {quoted(package)},\n"
                 f"      {quoted(sentences(cls.doc, cls.remarks))});")
    parts += [leaf_definition(library, cls, leaf) for leaf in cls.native_properties]
    parts += [method_definition(library, item) for item in cls.methods]
    parts += [event_definition(cls, index, event) for index, event in enumerate(cls.events)]
    parts += ["}\n", f"}}  // namespace {library.prefix}::python\n"]
    return "\n".join(parts)


def public_names(library: Library, cls: Class) -> list[str]:
    """What `from coffer.<package> import *` brings."""
    return sorted([cls.name, *(params_class(cls, event) for event in cls.events),
                   *(enum.name for enum in used_enums(library, cls))])


def package(library: Library, cls: Class) -> str:
    """coffer/<package>/__init__.py: the native classes and the enumerations."""
    native = sorted([cls.name, *(params_class(cls, event) for event in cls.events)])
    enums = used_enums(library, cls)
    bases = sorted({"IntFlag" if enum.flags else "IntEnum" for enum in enums})
    lines = ['"""' + cls.doc + '"""', ""]
    if bases:
        lines += [f"from enum import {', '.join(bases)}", ""]
    lines += [f"from {library.prefix}._native import ("]
    lines += [f"    {name}," for name in native] + [")", "", "__all__ = ["]
    lines += [f'    "{name}",' for name in public_names(library, cls)] + ["]"]
    for enum in enums:
        base = "IntFlag" if enum.flags else "IntEnum"
        lines += ["", "", f"class {enum.name}({base}):", f'    """{enum.doc or enum.name}"""', ""]
        lines += [f"    {value.name} = {value.value}" for value in enum.values]
    return "\n".join(lines) + "\n"


def stub(library: Library, cls: Class) -> str:
    from apigen import emit_pyi  # it uses this module

    return emit_pyi.stub(library, cls)
