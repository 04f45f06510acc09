"""The public C headers and the export map."""

from __future__ import annotations

from dataclasses import dataclass

from apigen import names
from apigen.cpp_text import BANNER, block_comment, quoted
from apigen.model import Class, Event, Field, Library, Property

OUT_TYPES = {"string": "char **out", "bytes": "uint8_t **out, size_t *out_size",
             "bool": "int32_t *out", "int32": "int32_t *out", "int64": "int64_t *out"}
IN_TYPES = {"string": "const char *value", "bytes": "const uint8_t *value, size_t size",
            "bool": "int32_t value", "int32": "int32_t value", "int64": "int64_t value"}
FIELD_TYPES = {"string": "const char *", "bool": "int32_t ", "int32": "int32_t ",
               "int64": "int64_t "}


@dataclass(frozen=True)
class Function:
    """One exported function: what the header declares, the glue defines, the map exports."""

    name: str
    returns: str  # with a blank or a star at its end
    parameters: str
    doc: str
    since: str


def event_type(cls: Class, event: Event) -> str:
    return f"{cls.c_prefix}_{names.snake(event.name)}"


def _property_functions(library: Library, cls: Class, prop: Property) -> list[Function]:
    index = "int32_t index, " if prop.indexed else ""
    own = f"{cls.c_prefix} *self, {index}"
    since = prop.since or library.versions[0]
    read = Function(f"{cls.c_prefix}_get_{prop.snake}", "int32_t ", own + OUT_TYPES[prop.type],
                    property_doc(prop), since)
    if not prop.writable:
        return [read]
    return [read, Function(f"{cls.c_prefix}_set_{prop.snake}", "int32_t ",
                           own + IN_TYPES[prop.type], "", since)]


def property_doc(prop: Property) -> str:
    """The doc line with what the table knows besides."""
    text = prop.doc
    if prop.default not in ("", "0", "False"):
        text += f" Default: {prop.default}."
    if prop.locked and prop.writable:
        text += " Not during a run or a call that waits (143)."
    if prop.effect != "active":
        text += f" {prop.reason[:1].upper()}{prop.reason[1:]}."
    return text


def _field_functions(library: Library, cls: Class, event: Event, field: Field) -> list[Function]:
    kind = event_type(cls, event)
    name = names.snake(field.name)
    since = library.versions[0]
    if field.type == "bytes":
        result = [Function(f"{kind}_get_{name}", "int32_t ",
                           f"const {kind} *event, const uint8_t **out, size_t *out_size",
                           field.doc, since)]
    else:
        result = [Function(f"{kind}_get_{name}", FIELD_TYPES[field.type],
                           f"const {kind} *event", field.doc, since)]
    if field.inout:
        result.append(Function(f"{kind}_set_{name}", "int32_t ",
                               f"{kind} *event, {IN_TYPES[field.type]}", "", since))
    return result


def _method_functions(library: Library, cls: Class) -> list[Function]:
    result = []
    for method in cls.methods:
        parameters = [f"{cls.c_prefix} *self"]
        for arg in method.args:
            name = names.snake(arg.name)
            kind = IN_TYPES[arg.type].replace("size_t size", f"size_t {name}_size")
            parameters.append(kind.replace("value", name))
        if method.returns != "void":
            parameters.append(OUT_TYPES[method.returns])
        result.append(Function(f"{cls.c_prefix}_{names.snake(method.name)}", "int32_t ",
                               ", ".join(parameters), method.doc, library.versions[0]))
    return result


def _class_functions(library: Library, cls: Class) -> list[Function]:
    prefix, first = cls.c_prefix, library.versions[0]
    return [
        Function(f"{prefix}_new", "int32_t ", f"{prefix} **out",
                 "A new object, freed with the function below.", first),
        Function(f"{prefix}_free", "void ", f"{prefix} *self",
                 "Frees an object; NULL is fine. Ends what runs and waits for calls of other "
                 "threads; inside a handler of the object it takes effect when the call that "
                 "fired the event returns.", first),
        Function(f"{prefix}_config_count", "int32_t ", "void", "How many settings there are.",
                 first),
        Function(f"{prefix}_config_item", "int32_t ",
                 "int32_t index, const char **name, const char **type, "
                 "const char **default_value, int32_t *effect",
                 "A setting by its number: static texts; effect is 0 when it acts, 1 when it has "
                 "no effect here, 2 when it is not available in this version. Pointers that are "
                 "not wanted may be NULL.", first),
    ] + [
        Function(f"{prefix}_on_idle", "int32_t ",
                 f"{prefix} *self, int32_t (*callback)(void *user_data), "
                 "void *user_data, void (*destroy)(void *user_data)",
                 "Called about every 200 ms, in the thread of a call that waits, while it waits; "
                 "anything but 0 ends the call as an interrupt does (301). user_data and destroy: "
                 "as with events.", first),
    ] * waits(cls)


def waits(cls: Class) -> bool:
    """Whether some of its calls wait, and can be ended meanwhile."""
    return any(method.blocks for method in cls.methods)


def _listener(library: Library, cls: Class, event: Event) -> Function:
    return Function(f"{cls.c_prefix}_on_{names.snake(event.name)}", "int32_t ",
                    f"{cls.c_prefix} *self, {event_type(cls, event)}_fn callback, "
                    "void *user_data, void (*destroy)(void *user_data)", event.doc,
                    library.versions[0])


def sections(library: Library, cls: Class) -> list[tuple[str, list[Function]]]:
    """Every exported function of a class, under its heading in the header."""
    result = [("Life and settings", _class_functions(library, cls)),
              ("Methods", _method_functions(library, cls)),
              ("Properties", [f for p in cls.native_properties
                              for f in _property_functions(library, cls, p)])]
    for event in cls.events:
        fields = [f for field in event.fields
                  for f in _field_functions(library, cls, event, field)]
        result.append((f"Event {event.name}", [*fields, _listener(library, cls, event)]))
    return result


def common_functions(library: Library) -> list[Function]:
    """Those that coffer.h declares by hand."""
    first = library.versions[0]
    return [Function(f"{library.prefix}_{name}", returns, parameters, "", first)
            for name, returns, parameters in (
                ("error_is_retryable", "int32_t ", "int32_t code"),
                ("error_text", "const char *", "int32_t code"),
                ("free", "void ", "void *memory"),
                ("has", "int32_t ", "const char *name"),
                ("last_error", "const char *", "const void *handle"),
                ("version", "const char *", "void"))]


def functions(library: Library) -> list[Function]:
    found = [f for cls in library.native_classes for _, part in sections(library, cls) for f in part]
    return sorted(common_functions(library) + found, key=lambda function: function.name)


def declaration(function: Function) -> str:
    return f"{function.returns}{function.name}({function.parameters})"


def _wrapped(text: str) -> list[str]:
    """A declaration in lines of at most 100 columns, broken between parameters."""
    if len(text) <= 100:
        return [text]
    head, rest = text.rsplit("(", 1) if text.startswith("typedef") else text.split("(", 1)
    lines, line = [], head + "("
    for number, piece in enumerate(rest.split(", ")):
        piece = piece if number == 0 else " " + piece
        if len(line) + len(piece) + 1 > 100:
            lines.append(line)
            line, piece = "   ", " " + piece.strip()
        line += piece + ","
    return [*lines, line.rstrip(",")]


def _guard(name: str, body: list[str]) -> str:
    return "\n".join([*block_comment(BANNER), f"#ifndef {name}", f"#define {name}", "",
                      "/* NOLINTBEGIN: C, though C++ reads it too */", "", *body, "",
                      "/* NOLINTEND */", "", "#endif", ""])


def header(library: Library, cls: Class) -> str:
    lines = [f"#include <{library.prefix}/{library.prefix}.h>",
             f"#include <{library.prefix}/enums.h>", "", "#ifdef __cplusplus", 'extern "C" {',
             "#endif", "", *block_comment(cls.doc),
             f"typedef struct {cls.c_prefix} {cls.c_prefix};", ""]
    if cls.events:
        lines += block_comment("Events. An event is valid until its handler returns, and so is what "
                               "its getters return; setters copy. A handler returns 0, or "
                               "anything else when it failed.")
    for event in cls.events:
        kind = event_type(cls, event)
        lines += [f"typedef struct {kind} {kind};",
                  *_wrapped(f"typedef int32_t (*{kind}_fn)({kind} *event, void *user_data);")]
    for title, part in sections(library, cls):
        lines += ["", *block_comment(f"---- {title} ----")]
        if title.startswith("Event"):
            lines += block_comment("user_data is handed to the callback; destroy (may be NULL) is "
                                   "called with it once the handler cannot run any more: after "
                                   "another took its place (NULL: none) or the object was freed. "
                                   "A failed call leaves user_data with the caller."
                                   if title == f"Event {cls.events[0].name}" else part[-1].doc)
        for function in part:
            if function.doc:
                lines += block_comment(function.doc)
            lines += _wrapped(f"{library.prefix.upper()}_API {declaration(function)};")
    lines += ["", "#ifdef __cplusplus", "}", "#endif"]
    return _guard(f"{library.prefix}_{cls.package}_H".upper(), lines)


def errors_header(library: Library) -> str:
    lines = block_comment("The codes that functions return and events carry; 0 is success.")
    lines += ["enum {"]
    for error in library.errors:
        lines += block_comment(error.text, "  ")
        lines.append(f"  {library.prefix.upper()}_ERROR_{error.name} = {error.code},")
    lines += [f"  {library.prefix.upper()}_OK = 0", "};"]
    return _guard(f"{library.prefix}_ERRORS_H".upper(), lines)


def enums_header(library: Library) -> str:
    lines: list[str] = []
    for enum in library.enums.values():
        lines += [*block_comment(f"{enum.name}: {enum.doc}"), "enum {"]
        for number, value in enumerate(enum.values):
            comma = "," if number + 1 < len(enum.values) else ""
            lines += block_comment(value.doc, "  ")
            lines.append(f"  {constant(library, value.name)} = {value.value}{comma}")
        lines += ["};", ""]
    return _guard(f"{library.prefix}_ENUMS_H".upper(), lines[:-1])


def constant(library: Library, value: str) -> str:
    return f"{library.prefix.upper()}_{names.upper_snake(value)}"


def version_header(library: Library) -> str:
    major, minor, patch = (library.version.split(".") + ["0", "0"])[:3]
    prefix = library.prefix.upper()
    return _guard(f"{prefix}_VERSION_H", [
        f"#define {prefix}_VERSION {quoted(library.version)}",
        f"#define {prefix}_VERSION_MAJOR {major}", f"#define {prefix}_VERSION_MINOR {minor}",
        f"#define {prefix}_VERSION_PATCH {patch}"])


def node(library: Library, since: str) -> str:
    return f"{library.prefix.upper()}_{since}"


def export_map(library: Library) -> str:
    """A version node for each release that added functions; everything else stays inside."""
    lines, before = [], ""
    for since in library.versions:
        part = [f.name for f in functions(library) if f.since == since]
        if not part:
            continue
        lines += [f"{node(library, since)} {{", "  global:", *(f"    {name};" for name in part)]
        lines += ["  local: *;" if not before else "", f"}}{before};"]
        before = " " + node(library, since)
    return "\n".join(line for line in lines if line) + "\n"
