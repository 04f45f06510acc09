"""The Java package: every source file of a package, written into a folder.

    python -m apigen.emit_java --class NAME --folder FOLDER --stamp FILE

The public class delegates to the native bridge that SWIG makes from emit_swig's interface; types
and events are in emit_java_types.py and emit_java_events.py.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from apigen import emit_java_events, emit_java_objects, emit_java_types, model, names
from apigen.emit_java_types import objects, view_name
from apigen.java_text import (MADE, TYPES, class_enums, constants, event_class, html,
                              index_parameter, java_type, javadoc, listener, native_bridge,
                              native_name, package, property_texts, shown)
from apigen.model import Class, Group, Library, Method, Property


def accessor(library: Library, cls: Class, leaf: Property, group: Group | None) -> str:
    """Getter and setter of a plain property, or of a field of a list, its index first."""
    name = (group.item if group else "") + leaf.leaf
    index, passed, index_tag = "", "", []
    if group:
        parameter = index_parameter(group)
        index, passed = f"int {parameter}", parameter
        index_tag = [f"@param {parameter} which one, from 0"]
    kind, native = java_type(leaf), native_name(cls, leaf)
    texts = property_texts(library, leaf)
    read = f"bridge.{native}({passed})"
    write = "value"
    if leaf.bytes_variant:
        read, write = f"Text.of({read})", "Text.bytes(value)"
    lines = [javadoc("  ", *texts, tags=[*index_tag, "@return the value"]),
             f"  public {kind} {names.java_getter(name, leaf.type)}({index}) {{",
             f"    return {read};", "  }", ""]
    if leaf.writable:
        first, passed = (index + ", ", passed + ", ") if group else ("", "")
        lines += [javadoc("  ", *texts, tags=[*index_tag, "@param value the new value"]),
                  f"  public void set{name}({first}{kind} value) {{",
                  f"    bridge.set_{native}({passed}{write});", "  }", ""]
    return "\n".join(lines)


def object_accessor(group: Group) -> str:
    field = names.camel(group.name)
    texts = [group.doc, group.remarks]
    lines = [javadoc("  ", *texts, "A view: its fields are this component's.",
                     tags=["@return the object"]),
             f"  public {group.type} get{group.name}() {{", f"    return {field};", "  }", ""]
    if group.access == "rw":
        lines += [javadoc("  ", *texts, "Copies the fields that differ.",
                          tags=["@param value what to copy"]),
                  f"  public void set{group.name}({group.type} value) {{",
                  f"    value.copyTo({field});", "  }", ""]
    return "\n".join(lines)


def method(library: Library, item: Method) -> str:
    codes = {error.name: error for error in library.errors}
    tags = [f"@param {names.camel(arg.name)} {html(arg.doc)}" for arg in item.args]
    if item.returns != "void":
        tags.append("@return what it answers")
    failures = [f"{codes[name].code} ({html(codes[name].text.rstrip('.'))})"
                for name in item.errors if name in codes]
    if failures:
        tags.append(f"@throws CofferException {', '.join(failures)}")
    parameters = ", ".join(f"{TYPES[arg.type]} {names.camel(arg.name)}" for arg in item.args)
    passed = ", ".join(names.camel(arg.name) for arg in item.args)
    call = f"bridge.{names.snake(item.name)}({passed});"
    if item.returns != "void":
        call = f"return {call}"
    lines = [javadoc("  ", item.doc, item.remarks, tags=tags),
             f"  public {TYPES[item.returns]} {names.camel(item.name)}({parameters}) {{"]
    if item.kind == "action":
        lines += ["    try {", f"      {call}", "    } catch (CofferException failure) {",
                  "      throw adapter.failures.instead(failure);", "    }"]
    else:
        lines.append(f"    {call}")
    return "\n".join(lines + ["  }", ""])


def head(library: Library, cls: Class) -> list[str]:
    bridge = native_bridge(cls)
    lines = [f"  private final {bridge} bridge = new {bridge}();",
             "  private final EventAdapter adapter = new EventAdapter(bridge);"]
    lines += [f"  private final {group.type} {names.camel(group.name)} = "
              f"new {view_name(group)}(bridge);" for group in objects(cls)]
    lines += ["", javadoc("  ", "Creates an object with every property at its default."),
              f"  public {cls.java_name}() {{",
              "    Lifetime.watch(bridge, EventAdapter.release(bridge, adapter));", "  }", "",
              javadoc("  ", "Ends what runs, waits for it and frees what the object holds.",
                      "Every later call fails with 30001; closing again does nothing. In a "
                      "listener's method of this object it takes effect when the method that fired "
                      "the event returns. An object that cannot be reached any more is closed by "
                      "the garbage collector, some time."),
              "  @Override", "  public void close() {", "    bridge.close();", "  }", "",
              javadoc("  ", "The version of the library.", tags=["@return the version"]),
              "  public static String getVersion() {", "    return NativeLibrary.version();",
              "  }", ""]
    return lines


def listeners(cls: Class) -> list[str]:
    name = listener(cls)
    return [javadoc("  ", "Adds a listener. Those that were added before are called first.",
                    "It may be called at any time and in any thread, in a listener too.",
                    tags=["@param listener the listener"]),
            f"  public void add{name}({name} listener) {{", "    adapter.add(listener);", "  }", "",
            javadoc("  ", "Removes a listener; does nothing when it was not added.",
                    tags=["@param listener the listener"]),
            f"  public void remove{name}({name} listener) {{", "    adapter.remove(listener);",
            "  }", ""]


def class_source(library: Library, cls: Class) -> str:
    body = [constants(enum) for enum in class_enums(library, cls)]
    body += head(library, cls)
    groups = {group.name: group for group in cls.groups}
    done: set[str] = set()
    for leaf in shown(cls):
        group = groups.get(leaf.group or "")
        if group is None or group.is_list:
            body.append(accessor(library, cls, leaf, group))
        elif group.name not in done:
            done.add(group.name)
            body.append(object_accessor(group))
    body += [method(library, item) for item in cls.methods]
    body += listeners(cls)
    text = "\n".join(body).rstrip()
    imports = [f"import {library.prefix}.CofferException;",
               f"import {library.prefix}.internal.Lifetime;"]
    if "Text." in text:
        imports.append(f"import {library.prefix}.internal.Text;")
    return "\n".join([MADE + f"package {package(library, cls)};\n", *imports, "",
                      javadoc("", cls.doc, cls.remarks,
                              "Properties and config may be used in any thread at any time. A text "
                              "or array that is null counts as empty."),
                      f"public class {cls.java_name} implements AutoCloseable {{", text]) + "\n}\n"


def package_source(library: Library, cls: Class) -> str:
    return "\n".join([MADE + javadoc("", cls.doc), f"package {package(library, cls)};\n"])


def sources(library: Library, cls: Class) -> dict[str, str]:
    """Every file of the package but those that SWIG makes."""
    name = listener(cls)
    made = {
        "package-info": package_source(library, cls),
        cls.java_name: class_source(library, cls),
        name: emit_java_events.listener_source(library, cls),
        f"Default{name}": emit_java_events.default_source(library, cls),
        "EventAdapter": emit_java_events.adapter_source(library, cls),
    }
    for event in cls.events:
        made[event_class(cls, event)] = emit_java_events.event_source(library, cls, event)
    for compound in emit_java_types.used_types(library, cls):
        native = library.object_of(compound.name)
        made[compound.name] = (
            emit_java_types.type_source(library, cls, compound) if native is None
            else emit_java_objects.type_source(library, cls, compound, native))
    for group in objects(cls):
        made[view_name(group)] = emit_java_types.view_source(library, cls, group)
    return made


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="apigen.emit_java")
    parser.add_argument("--class", dest="class_name", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--stamp", type=Path, required=True)
    parser.add_argument("--api", type=Path, default=Path(__file__).parents[1] / "api")
    options = parser.parse_args(arguments)
    library = model.load(options.api)
    made = sources(library, library.class_named(options.class_name))
    options.folder.mkdir(parents=True, exist_ok=True)
    for old in options.folder.glob("*.java"):
        if old.stem not in made:
            old.unlink()
    for name, text in made.items():
        (options.folder / f"{name}.java").write_text(text, encoding="utf-8")
    options.stamp.write_text("\n".join(sorted(made)) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
