"""Pieces of the reference pages: how one item of each kind is written down."""

from __future__ import annotations

import re

from apigen import docs_languages, names
from apigen.emit_csharp_text import namespace
from apigen.emit_cxx import event_class_name
from apigen.emit_python import method_signature, params_class
from apigen.model import (Class, Compound, Enum, ErrorCode, Event, Field, Library, Method, Property,
                          Setting)
from apigen.prose import (CXX_TYPES, PYTHON_TYPES, default_text, effect_text, index_name,
                          range_text)

C_IN = {"string": "const char *", "bool": "int32_t ", "int32": "int32_t ", "int64": "int64_t "}
C_OUT = {"string": "char **", "bool": "int32_t *", "int32": "int32_t *", "int64": "int64_t *"}


def anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def heading(level: int, name: str) -> str:
    return f'<a id="{anchor(name)}"></a>\n\n{"#" * level} {name}'


def link(page: str, name: str, text: str = "") -> str:
    return f"[{text or name}]({page}#{anchor(name)})"


def table(head: list[str], rows: list[list[str]]) -> str:
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in [head, *cells]]
    return "\n".join([lines[0], "|" + " --- |" * len(head), *lines[1:]])


def code(language: str, lines: list[str]) -> str:
    return "\n".join([f"```{language}", *lines, "```"])


def facts(rows: list[tuple[str, str]]) -> str:
    return "\n".join(f"- {key}: {value}" for key, value in rows if value)


def join(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"



def languages(cls: Class, samples: dict[str, list[str]]) -> list[str]:
    """A block a language. What an object of C and C++ can do goes by another name elsewhere."""
    return [code(mark, lines) for mark, lines in samples.items()
            if mark in ("c", "cpp") or not cls.fields_of]


def property_syntax(cls: Class, leaf: Property) -> list[str]:
    at = f", int32_t {index_name(leaf, cls)}" if leaf.indexed else ""
    self = f"{cls.c_prefix} *self{at}"
    out = "uint8_t **out, size_t *out_size" if leaf.type == "bytes" else f"{C_OUT[leaf.type]}out"
    given = "const uint8_t *value, size_t value_size" if leaf.type == "bytes" \
        else f"{C_IN[leaf.type]}value"
    c = [f"int32_t {cls.c_prefix}_get_{leaf.snake}({self}, {out});"]
    index = f"std::int32_t {index_name(leaf, cls)}" if leaf.indexed else ""
    kind = CXX_TYPES[leaf.type]
    cxx_given = f"const {kind}& value" if leaf.type in ("string", "bytes") else f"{kind} value"
    cxx = [f"{kind} {leaf.snake}({index}) const;"]
    python_kind = PYTHON_TYPES[leaf.type]
    python = [] if leaf.indexed else [f"{cls.name}.{leaf.snake}: {python_kind}"]
    python_at = f"{index_name(leaf, cls)}: int" if leaf.indexed else ""
    python.append(f"def get_{leaf.snake}({python_at}) -> {python_kind}: ...")
    if leaf.writable:
        c.append(f"int32_t {cls.c_prefix}_set_{leaf.snake}({self}, {given});")
        cxx.append(f"void set_{leaf.snake}({index + ', ' if index else ''}{cxx_given});")
        python_given = "bytes | str" if leaf.type == "bytes" else python_kind
        python.append(f"def set_{leaf.snake}({python_at + ', ' if python_at else ''}"
                      f"value: {python_given}) -> None: ...")
    java = docs_languages.java_property(cls, leaf)
    csharp = docs_languages.csharp_property(cls, leaf)
    if cls.fields_of:  # a type of Java and C#, flattened in Python
        return [code("c", c), code("cpp", cxx), code("java", java), code("csharp", csharp)]
    return languages(cls, {"c": c, "cpp": cxx, "python": python, "java": java, "csharp": csharp})


def property_item(library: Library, cls: Class, leaf: Property) -> str:
    access = "read and write" if leaf.writable else "read-only"
    if leaf.locked:
        access += "; locked while a run or a call that waits is under way (143)"
    kind = leaf.type + (f", {link('types.md', leaf.enum)}" if leaf.enum else "")
    if leaf.secret:
        access += "; wiped from memory when it is replaced or the object is freed"
    return join([
        heading(3, leaf.name), leaf.doc, *property_syntax(cls, leaf),
        facts([("Type", kind), ("Default", f"`{default_text(leaf)}`"),
               ("Range", range_text(library, leaf)), ("Access", access),
               ("Index", f"0 to {leaf.count} - 1 (606)" if leaf.indexed else ""),
               ("Effect", effect_text(leaf.effect, leaf.reason))]), leaf.remarks])



def c_method(cls: Class, item: Method) -> str:
    args = "".join(f", {C_IN[arg.type]}{names.snake(arg.name)}" for arg in item.args)
    if item.returns == "bytes":
        args += ", uint8_t **out, size_t *out_size"
    elif item.returns != "void":
        args += f", {C_OUT[item.returns]}out"
    return f"int32_t {cls.c_prefix}_{names.snake(item.name)}({cls.c_prefix} *self{args});"


def cxx_method(item: Method) -> str:
    args = ", ".join(f"const std::string& {names.snake(arg.name)}" if arg.type == "string"
                     else f"{CXX_TYPES[arg.type]} {names.snake(arg.name)}" for arg in item.args)
    return f"{CXX_TYPES[item.returns]} {names.snake(item.name)}({args});"


KINDS = {
    "action": "one at a time: 143 while another thread is in one, 30004 from a handler of the "
              "same object",
    "signal": "any thread, any time",
    "plain": "any thread, any time",
}


def method_item(library: Library, cls: Class, item: Method) -> str:
    by_name = {error.name: error for error in library.errors}
    errors = ", ".join(link("errors.md", str(by_name[name].code)) for name in item.errors
                       if name in by_name)
    args = table(["argument", "type", "what it is"],
                 [[names.snake(arg.name), arg.type, arg.doc] for arg in item.args]) \
        if item.args else ""
    syntax = {"c": [c_method(cls, item)], "cpp": [cxx_method(item)],
              "python": [f"def {method_signature(item)}: ..."],
              "java": [docs_languages.java_method(item)],
              "csharp": [docs_languages.csharp_method(item)]}
    return join([heading(2, item.name), item.doc, *languages(cls, syntax), args,
                 facts([("Returns", "nothing" if item.returns == "void" else item.returns),
                        ("Called from", KINDS[item.kind]),
                        ("Waits", "yes; handlers may run inside it" if item.blocks else "no"),
                        ("Errors", errors)]), item.remarks])


def field_row(item: Field) -> list[str]:
    way = "in and out" if item.inout else "in"
    return [item.name, names.snake(item.name), names.python(item.name),
            names.java_field(item.name), item.type, way,
            item.doc + (" Read on demand, while the handler runs." if item.lazy else "")]


def event_item(cls: Class, event: Event) -> str:
    c_name = f"{cls.c_prefix}_{names.snake(event.name)}"
    handler = names.python_event(event.name)
    c = [f"int32_t {cls.c_prefix}_{handler}({cls.c_prefix} *self,",
         f"    {c_name}_fn callback, void *user_data, void (*destroy)(void *user_data));"]
    cxx = [f"void {handler}(std::function<void({event_class_name(cls, event)}&)> handler);"]
    python = [f"{cls.name}.{handler}: Callable[[{params_class(cls, event)}], object] | None"]
    fields = table(["field, C#", "C, C++", "Python", "Java", "type", "direction",
                    "what it is"],
                   [field_row(field) for field in event.fields]) \
        if event.fields else "It has no fields."
    answer = "the run waits for the handler's answer (of this message only)" if event.decision \
        else "for information; the run goes on meanwhile"
    return join([heading(2, event.name), event.doc, code("c", c), code("cpp", cxx),
                 code("python", python), code("java", docs_languages.java_event(cls, event)),
                 code("csharp", [docs_languages.csharp_event(cls, event)]), fields,
                 facts([("Kind", answer)]), event.remarks])



def setting_name(item: Setting) -> str:
    return item.name + ("[i]" if item.indexed else "")


def setting_values(item: Setting) -> str:
    if item.words:
        return ("a sum of " if item.flags else "") + ", ".join(f"`{word}`" for word in item.words)
    if item.range:
        low, high = item.range
        return f"{low} or more" if high >= 2**31 - 1 else f"{low} to {high}"
    return ""


def setting_item(cls: Class, item: Setting) -> str:
    name = item.name + ("[0]" if item.indexed else "")
    texts = [f'"{name}"', f'"{name}={item.default or "..."}"'] if item.writable else [f'"{name}"']
    access = "read and write" if item.writable else "read-only"
    if item.locked:
        access += "; locked while a run or a call that waits is under way (143)"
    index = f"0 to {item.count} - 1 (606)" if item.count else "from 0" if item.indexed else ""
    syntax = {"c": [f"{cls.c_prefix}_config(self, {text}, &out);" for text in texts],
              "cpp": [f"object.config({text});" for text in texts],
              "python": [f"object.config({text})" for text in texts],
              "java": [f"object.config({text});" for text in texts],
              "csharp": [f"object.Config({text});" for text in texts]}
    return join([heading(2, item.name), item.doc, *languages(cls, syntax),
                 facts([("Type", item.type), ("Default", f'`"{item.default}"`'),
                        ("Range", setting_values(item)), ("Access", access), ("Index", index),
                        ("The same as", link("properties.md", item.alias) if item.alias else ""),
                        ("Origin", "not in the manual" if item.added else ""),
                        ("Effect", effect_text(item.effect, item.reason))]), item.remarks])


def enum_item(enum: Enum) -> str:
    kind = "Bits; any sum of them fits." if enum.flags else ""
    return join([heading(2, enum.name), enum.doc, kind,
                 table(["name", "value", "what it means"],
                       [[f"`{value.name}`", str(value.value), value.doc] for value in enum.values]),
                 f"C++: `{enum.name}::{enum.values[0].name}`; Python: the same as "
                 f"`{'IntFlag' if enum.flags else 'IntEnum'}` `{enum.name}`. Plain numbers do. "
                 f"Java: an `int` constant of the class; C#: `{enum.name}.{enum.values[0].name}`."])


def type_item(library: Library, compound: Compound) -> str:
    rows = []
    for leaf in compound.fields:
        access = "read and write" if leaf.writable else "read-only"
        values = range_text(library, leaf)
        rows.append([leaf.leaf, leaf.type, f"`{default_text(leaf)}`", values, access,
                     leaf.doc + (" Java and C# only." if leaf.java_only else "")])
    java, csharp = docs_languages.constructors(compound)
    made = ["Java and C# make objects of their own with these; assigned to a property, their "
            "fields are copied.", code("java", java), code("csharp", csharp)] if java else []
    native = library.object_of(compound.name)
    alone = f"C and C++ have it as [a class of its own](../{native.package}/index.md), too." \
        if native else ""
    return join([heading(2, compound.name), compound.doc, alone, *made,
                 table(["field", "type", "default", "range", "access", "what it is"], rows)])


def error_item(error: ErrorCode) -> str:
    return join([heading(3, str(error.code)), error.text[:1].upper() + error.text[1:] + ".",
                 facts([("Name in C", f"`COFFER_ERROR_{error.name}`"),
                        ("Worth another try", "yes" if error.retryable else "no")])])


def object_names(library: Library, cls: Class) -> list[tuple[str, str]]:
    """Where the others have what is a class of its own in C and C++."""
    owners = [(one, group) for one in library.classes for group in one.groups
              if group.type == cls.fields_of and not group.is_list]
    views = ", ".join(link(f"../{one.package}/properties.md", group.name, f"{one.name}.{group.name}")
                      for one, group in owners)
    types = list({one.package: one for one, _ in owners}.values())
    java = [f"`{library.prefix}.{one.package}.{cls.name}`" for one in types]
    csharp = [f"`{namespace(one)}.{cls.name}`" for one in types]
    made = [link(f"../{one.package}/types.md", cls.name, f"{one.name}'s") for one in types]
    where = f"; its constructors: {', '.join(made)}"
    return [("Java", ", ".join(java) + where), ("C#", ", ".join(csharp) + where),
            ("Python", f"not alone: its fields are properties of a component, see {views}")]
