"""The functions behind the C headers, and the tables of the whole library."""

from __future__ import annotations

from apigen import names
from apigen.cpp_text import BANNER, quoted, truth
from apigen.emit_capi import Function, declaration, event_type, sections, waits
from apigen.emit_engine import event_constant, event_struct, header_name
from apigen.model import Class, Event, Field, Library, Method, Property

_ACCESS = {"string": "text", "bytes": "bytes", "bool": "bool", "int32": "int32", "int64": "int64"}


class _Glue:
    def __init__(self, library: Library, cls: Class) -> None:
        self.library = library
        self.cls = cls
        self.functions = {f.name: f for _, part in sections(library, cls) for f in part}
        self.lines: list[str] = []
        self.info = f"k{cls.name}Info"

    def define(self, name: str, *body: str) -> None:
        function: Function = self.functions[name]
        self.lines += [declaration(function) + " {", *("  " + line for line in body), "}", ""]

    def life(self) -> None:
        prefix, cpp_class = self.cls.c_prefix, self.cls.cpp_class
        self.define(f"{prefix}_new", f"return create<{cpp_class}>(out);")
        self.define(f"{prefix}_free", f"release(self, {self.info});")
        self.define(f"{prefix}_config_count",
                    f"return static_cast<int32_t>({self.info}.setting_count);")
        self.define(f"{prefix}_config_item",
                    f"return config_item({self.info}, index, name, type, default_value, effect);")
        if waits(self.cls):
            self.define(f"{prefix}_on_idle",
                        f"return listen_idle(self, {self.info}, callback, user_data, destroy);")

    def method(self, method: Method) -> None:
        name = f"{self.cls.c_prefix}_{names.snake(method.name)}"
        if method.name == "Config":
            argument = names.snake(method.args[0].name)
            self.define(name, f"return config(self, {self.info}, {argument}, out);")
            return
        arguments = ", ".join(self.argument(arg.name, arg.type) for arg in method.args)
        action = f"object.{names.snake(method.name)}({arguments})"
        body = {"void": [f"{action};"],
                "string": ["require(out);", f"*out = copied({action});"],
                "bytes": ["require(out);", "require(out_size);",
                          f"const core::Bytes bytes = {action};", "*out = copied(bytes);",
                          "*out_size = bytes.size();"],
                "bool": ["require(out);", f"*out = {action} ? 1 : 0;"]}.get(
                    method.returns, ["require(out);", f"*out = {action};"])
        self.define(name, f"return call<{self.cls.cpp_class}>(self, {self.info}, "
                          "[&](auto& object) {", *("  " + line for line in body), "});")

    def argument(self, name: str, kind: str) -> str:
        snake = names.snake(name)
        return {"string": f"taken({snake})", "bytes": f"taken({snake}, {snake}_size)",
                "bool": f"{snake} != 0"}.get(kind, snake)

    def prop(self, prop: Property) -> None:
        index = "index" if prop.indexed else "0"
        row = f"self, {self.info}, {names.constant(prop.name)}, {index}"
        out = "out, out_size" if prop.type == "bytes" else "out"
        value = "value, size" if prop.type == "bytes" else "value"
        kind = _ACCESS[prop.type]
        self.define(f"{self.cls.c_prefix}_get_{prop.snake}", f"return get_{kind}({row}, {out});")
        if prop.writable:
            self.define(f"{self.cls.c_prefix}_set_{prop.snake}",
                        f"return set_{kind}({row}, {value});")

    def field(self, event: Event, field: Field) -> None:
        kind, struct = event_type(self.cls, event), event_struct(event)
        member = f"fields.{names.snake(field.name)}"
        getter = f"{kind}_get_{names.snake(field.name)}"
        if field.type == "bytes":
            load = member + (".get()" if field.lazy else "")
            self.define(getter, f"return change<{struct}>(event, [&](auto& fields) {{",
                        "  require(out);", "  require(out_size);",
                        f"  const core::Bytes& bytes = {load};", "  *out = bytes.data();",
                        "  *out_size = bytes.size();", "});")
        elif field.type == "string":
            self.define(getter, f"return read<{struct}>(event, \"\", "
                                f"[](auto& fields) {{ return {member}.c_str(); }});")
        else:
            number = f"{member} ? 1 : 0" if field.type == "bool" else member
            result = "int64_t" if field.type == "int64" else "int32_t"
            self.define(getter, f"return read<{struct}>(event, {result}{{0}}, "
                                f"[](auto& fields) -> {result} {{ return {number}; }});")
        if field.inout:
            self.define(f"{kind}_set_{names.snake(field.name)}",
                        f"return change<{struct}>(event, [&](auto& fields) {{",
                        f"  {member} = {self.argument('value', field.type)};", "});")

    def event(self, event: Event) -> None:
        for field in event.fields:
            self.field(event, field)
        self.define(
            f"{self.cls.c_prefix}_on_{names.snake(event.name)}",
            "Invoke invoke;", "if (callback != nullptr) {",
            "  invoke = [callback](void* event, void* data) {",
            f"    return callback(static_cast<{event_type(self.cls, event)}*>(event), data);",
            "  };", "}",
            f"return listen(self, {self.info}, {event_constant(event)}, std::move(invoke), "
            "user_data, destroy);")


def glue(library: Library, cls: Class) -> str:
    maker = _Glue(library, cls)
    maker.life()
    for method in cls.methods:
        maker.method(method)
    for prop in cls.native_properties:
        maker.prop(prop)
    for event in cls.events:
        maker.event(event)
    space = f"{library.prefix}::{cls.package}"
    head = [f"// {BANNER}", f"#include <{library.prefix}/{cls.package}.h>", "",
            "#include <utility>", "", f'#include "{cls.cpp_header}"', '#include "guard.h"',
            f'#include "{header_name(cls)}"', "", f"namespace core = {library.prefix}::core;",
            f"using namespace {library.prefix}::capi;  // NOLINT(google-build-using-namespace)",
            f"using namespace {space};  // NOLINT(google-build-using-namespace)", ""]
    return "\n".join(head + maker.lines)


def tables(library: Library) -> str:
    """Errors and classes of the whole library: library_tables.cpp."""
    lines = [f"// {BANNER}", '#include "library.h"', "", "#include <iterator>", ""]
    lines += [f'#include "{header_name(cls)}"' for cls in library.native_classes]
    lines += ["", f"namespace {library.prefix}::capi {{", "", "const ErrorRow kErrors[] = {"]
    lines += [f"    {{{error.code}, {quoted(error.text)}, {truth(error.retryable)}}},"
              for error in library.errors]
    lines += ["};", "const std::size_t kErrorCount = std::size(kErrors);", "",
              "const core::ClassInfo* const kClasses[] = {"]
    lines += [f"    &{library.prefix}::{cls.package}::k{cls.name}Info,"
              for cls in library.native_classes]
    lines += ["};", "const std::size_t kClassCount = std::size(kClasses);", "",
              f"}}  // namespace {library.prefix}::capi", ""]
    return "\n".join(lines)
