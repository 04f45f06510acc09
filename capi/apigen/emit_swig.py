"""What SWIG reads: the C++ classes as Java and C# see them, and the bridge for their events.

The bridge (bridge_<package>.hpp) adds one thing to the facade: a listener with one virtual function
an event, since a director can override virtual functions and not std::function. The interface
(<package>.i) declares facade, events and listener; it names every number int or long long, which
both languages map without further typemaps.
"""

from __future__ import annotations

from apigen import names
from apigen.emit_cxx import event_class_name
from apigen.model import Arg, Class, Event, Field, Library, Method, Property

MADE = "// Made by capi/apigen from capi/api; changes belong there.\n"
OUT = {"string": "std::string", "bytes": "coffer::Bytes", "bool": "bool", "int32": "int",
       "int64": "long long", "void": "void"}
IN = OUT | {"string": "const std::string&", "bytes": "const coffer::Bytes&"}


def listener_name(cls: Class) -> str:
    return f"{cls.name}Listener"


def bridge_name(cls: Class) -> str:
    return f"{cls.name}Bridge"


def listen_name(event: Event) -> str:
    return f"listen_{names.snake(event.name)}"


def listener(cls: Class) -> str:
    name = listener_name(cls)
    lines = ["// What a binding derives from; what returns false says that its handler failed.",
             "// Threads: called in the thread of the action that fires the event.",
             f"class {name} {{", " public:", f"  {name}() = default;",
             f"  {name}(const {name}&) = delete;",
             f"  {name}& operator=(const {name}&) = delete;", f"  virtual ~{name}() = default;"]
    lines += [f"  virtual bool {names.snake(event.name)}({event_class_name(cls, event)}&) "
              "{ return true; }" for event in cls.events]
    return "\n".join(lines + ["};\n"])


def bridge_listen(cls: Class, event: Event) -> str:
    name, handler = names.snake(event.name), names.python_event(event.name)
    return (f"  void {listen_name(event)}({listener_name(cls)}* listener) {{\n"
            f"    if (listener == nullptr) return {handler}(nullptr);\n"
            f"    {handler}([listener]({event.name}Event& event) {{\n"
            f"      coffer::swig::handled(listener->{name}(event));\n    }});\n  }}")


def bridge(library: Library, cls: Class) -> str:
    """bridge_<package>.hpp."""
    name = bridge_name(cls)
    lines = [MADE + "#pragma once\n", f"#include <coffer/{cls.package}.hpp>\n",
             '#include "handled.h"\n', f"namespace {library.prefix}::{cls.package} {{\n"]
    if cls.events:
        lines += [listener(cls), "// A listener outlives the bridge; null removes it."]
    lines += ["// The facade with listeners in place of functions.", "// Threads: as the facade.",
             f"class {name} : public {cls.name} {{", " public:"]
    lines += [bridge_listen(cls, event) for event in cls.events]
    return "\n".join(lines + ["};\n", f"}}  // namespace {library.prefix}::{cls.package}\n"])


def event_field(field: Field) -> str:
    name = names.snake(field.name)
    kind = "coffer::BytesView" if field.type == "bytes" else OUT[field.type]
    text = f"  {kind} {name}() const;"
    return text + (f"\n  void set_{name}({IN[field.type]} value);" if field.inout else "")


def event_class(cls: Class, event: Event) -> str:
    name = event_class_name(cls, event)
    return "\n".join([f"%nodefaultctor {name};", f"%nodefaultdtor {name};", f"class {name} {{",
                      " public:", *(event_field(field) for field in event.fields), "};\n"])


def leaf(item: Property) -> str:
    index = "int index" if item.indexed else ""
    text = f"  {OUT[item.type]} {item.snake}({index}) const;"
    if item.writable:
        first = index + ", " if index else ""
        text += f"\n  void set_{item.snake}({first}{IN[item.type]} value);"
    return text


def method(item: Method) -> str:
    def parameter(arg: Arg) -> str:
        return f"{IN[arg.type]} {names.snake(arg.name)}"
    parameters = ", ".join(parameter(arg) for arg in item.args)
    return f"  {OUT[item.returns]} {names.snake(item.name)}({parameters});"


def interface(library: Library, cls: Class) -> str:
    """<package>.i; included after coffer_common.i and the language's typemaps."""
    name, heard = bridge_name(cls), listener_name(cls)
    lines = [MADE, "%{", f'#include "bridge_{cls.package}.hpp"', "%}"]
    if cls.events:
        lines.append(f"%feature(\"director\") {library.prefix}::{cls.package}::{heard};")
    lines.append(f"namespace {library.prefix} {{ namespace {cls.package} {{\n")
    lines += [event_class(cls, event) for event in cls.events]
    if cls.events:
        lines += [f"class {heard} {{", " public:", f"  {heard}();", f"  virtual ~{heard}();"]
        lines += [f"  virtual bool {names.snake(event.name)}"
                  f"({event_class_name(cls, event)}& event);" for event in cls.events]
        lines.append("};\n")
    lines += [f"class {name} {{", " public:", f"  {name}();", f"  ~{name}();",
              "  void close();"]
    lines += [leaf(item) for item in cls.native_properties]
    lines += [method(item) for item in cls.methods]
    lines += [f"  void {listen_name(event)}({heard}* listener);" for event in cls.events]
    return "\n".join(lines + ["};\n", "}  }\n"])
