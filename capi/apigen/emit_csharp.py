"""The C# classes, their events and what stands between them and the bridge that SWIG makes.

    python -m apigen.emit_csharp [--api DIR] FOLDER

writes <Class>.cs, <Class>Events.cs and <Class>Types.cs of each class, and AssemblyInfo.cs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from apigen import emit_csharp_types, model, names
from apigen.emit_csharp_text import (MADE, TYPES, argument, doc, error_codes, inner_type, leaf_doc,
                                     parameter, public_type, wrap)
from apigen.emit_swig import bridge_name, listen_name, listener_name
from apigen.emit_cxx import event_class_name
from apigen.model import Class, Event, Field, Group, Library, Method, Property


def args_name(cls: Class, event: Event) -> str:
    return f"{cls.name}{event.name}EventArgs"


def adapter_name(cls: Class) -> str:
    return f"{cls.name}Adapter"


# --- events ------------------------------------------------------------------------------------

def args_field(field: Field) -> str:
    kind = TYPES[field.type]
    text = field.doc
    if field.lazy:
        remarks = "Read when it is asked for, in the handler's thread, while the handler runs; " \
                  "what was read stays."
        return "\n".join([doc(text, remarks), f"  public {kind} {field.name} {{",
                          f"    get {{ return lazy{field.name}.Read(); }}", "  }", ""])
    access = "{ get; set; }" if field.inout else "{ get; }"
    answer = "May be set: the answer of the handler." if field.inout else ""
    return "\n".join([doc(text, answer), f"  public {kind} {field.name} {access}", ""])


def args_class(cls: Class, event: Event) -> str:
    name, native = args_name(cls, event), event_class_name(cls, event)
    lines = [doc(event.doc, event.remarks, indent=""), f"public sealed class {name} : EventArgs {{"]
    lazy = [field for field in event.fields if field.lazy]
    for field in lazy:
        lines.append(f"  private readonly OnDemand<{TYPES[field.type]}> lazy{field.name};")
    lines.append(f"  internal {name}({native} given) {{")
    for field in event.fields:
        getter = f"given.{names.snake(field.name)}"
        lines.append(f'    lazy{field.name} = new OnDemand<{TYPES[field.type]}>('
                     f'"{field.name}", {getter});' if field.lazy
                     else f"    {field.name} = {getter}();")
    lines += ["  }", ""]
    lines += [args_field(field) for field in event.fields]
    lines.append(f"  internal void Answer({native} given) {{")
    lines += [f"    given.set_{names.snake(field.name)}({field.name});"
              for field in event.fields if field.inout]
    lines += ["  }", "", "  internal void Detach() {"]
    lines += [f"    lazy{field.name}.Detach();" for field in lazy]
    return "\n".join(lines + ["  }", "}\n"])


def adapter_event(cls: Class, event: Event) -> str:
    native, args = event_class_name(cls, event), args_name(cls, event)
    return "\n".join([
        f"  public override bool {names.snake(event.name)}({native} given) {{",
        "    try {",
        f"      var e = new {args}(given);",
        "      try {",
        f"        {event.name}.Fire(owner, e);",
        "        e.Answer(given);",
        "      } finally {",
        "        e.Detach();",
        "      }",
        "      return true;",
        "    } catch (Exception failure) {",
        "      Failures.Keep(failure);",
        "      return false;",
        "    }",
        "  }", ""])


def adapter(cls: Class) -> str:
    """SWIG's director functions let exceptions into native frames: none leaves these."""
    name = adapter_name(cls)
    lines = ["// What the bridge calls. The component holds it, since native code cannot.",
             f"internal sealed class {name} : {listener_name(cls)} {{",
             f"  private readonly {cls.name} owner;",
             "  internal readonly Failures Failures = new Failures();"]
    lines += [f"  internal readonly Hook<{args_name(cls, event)}> {event.name};"
              for event in cls.events]
    lines += ["", f"  internal {name}({cls.name} owner, {bridge_name(cls)} bridge) {{",
              "    this.owner = owner;"]
    lines += [f"    {event.name} = new Hook<{args_name(cls, event)}>(\n"
              f"        on => bridge.{listen_name(event)}(on ? this : null));"
              for event in cls.events]
    lines += ["    bridge.Handle.Own(getCPtr(this).Handle);", "  }", ""]
    lines += [adapter_event(cls, event) for event in cls.events]
    return "\n".join(lines + ["}\n"])


def events(library: Library, cls: Class) -> str:
    """<Class>Events.cs."""
    parts = [args_class(cls, event) for event in cls.events] + [adapter(cls)]
    return wrap(cls, "\n".join(parts), "Coffer.Interop")


# --- the class ---------------------------------------------------------------------------------

def plain(library: Library, leaf: Property) -> str:
    read, write = f"bridge.{leaf.snake}()", "value"
    if leaf.enum:
        read, write = f"({leaf.enum}){read}", "(int)value"
    lines = [leaf_doc(library, leaf), f"  public {public_type(leaf)} {leaf.name} {{",
             f"    get {{ return {read}; }}"]
    if leaf.writable:
        lines.append(f"    set {{ bridge.set_{leaf.snake}({write}); }}")
    return "\n".join(lines + ["  }", ""])


def view_class(cls: Class, group: Group) -> str:
    """The fields of a group as those of the component; it keeps the component alive."""
    name, inner = f"{group.name}View", f"{group.type}Fields"
    index_parameter = ", int index" if group.is_list else ""
    index = "index" if group.is_list else ""
    lines = [f"  private sealed class {name} : {inner} {{",
             f"    private readonly {cls.name} owner;"]
    if group.is_list:
        lines.append("    private readonly int index;")
    lines += ["", f"    internal {name}({cls.name} owner{index_parameter})",
              f'        : base("{group.name}") {{',
              "      this.owner = owner;"]
    if group.is_list:
        lines.append("      this.index = index;")
    lines += ["    }", ""]
    for leaf in (leaf for leaf in group.leaves if not leaf.java_only and leaf.state != "draft"):
        read = f"owner.bridge.{leaf.snake}({index})"
        write = f"owner.bridge.set_{leaf.snake}({index + ', ' if index else ''}"
        write += "(int)value)" if leaf.enum else "value)"
        if leaf.enum:
            read = f"({leaf.enum}){read}"
        lines += [f"    internal override {inner_type(leaf)} {leaf.leaf} {{",
                  f"      get {{ return {read}; }}"]
        lines.append(f"      set {{ {write}; }}" if leaf.writable else
                     f'      set {{ throw Missing("{leaf.leaf}"); }}')
        lines.append("    }")
    return "\n".join(lines + ["  }", ""])


def view_type(group: Group) -> str:
    if not group.is_list:
        return group.type
    return f"{'ItemList' if list_is_writable(group) else 'ReadOnlyItemList'}<{group.type}>"


def list_is_writable(group: Group) -> bool:
    return any(leaf.writable for leaf in group.leaves)


def view_field(group: Group) -> str:
    return f"viewOf{group.name}"


def view_made(cls: Class, group: Group) -> str:
    field, kind = view_field(group), group.type
    if not group.is_list:
        return f"    {field} = new {kind}(new {group.name}View(this));"
    count = names.snake(str(group.count))
    item = f"index => new {kind}(new {group.name}View(this, index))"
    if not list_is_writable(group):
        return (f"    {field} = new {view_type(group)}(\n"
                f"        () => bridge.{count}(), {item});")
    return (f"    {field} = new {view_type(group)}(\n"
            f"        () => bridge.{count}(), size => bridge.set_{count}(size),\n"
            f"        {item},\n"
            f"        (index, value) => new {kind}(new {group.name}View(this, index))"
            ".CopyFrom(value));")


def view_property(group: Group) -> str:
    lines = [doc(group.doc, group.remarks), f"  public {view_type(group)} {group.name} {{",
             f"    get {{ return {view_field(group)}; }}"]
    if group.access == "rw" and not group.is_list:
        lines.append(f"    set {{ {view_field(group)}.CopyFrom(value); }}")
    return "\n".join(lines + ["  }", ""])


def method(library: Library, item: Method) -> str:
    lines = [doc(item.doc, item.remarks,
                 returns="The value." if item.returns != "void" else "")]
    lines += [parameter(argument(arg.name).lstrip("@"), arg.doc) for arg in item.args]
    codes = error_codes(library, item)
    if codes:
        lines.append('  /// <exception cref="CofferException">With '
                     + ", ".join(str(code) for code in codes) + ".</exception>")
    parameters = ", ".join(f"{TYPES[arg.type]} {argument(arg.name)}" for arg in item.args)
    passed = ", ".join(argument(arg.name) for arg in item.args)
    call = f"bridge.{names.snake(item.name)}({passed});"
    if item.returns != "void":
        call = "return " + call
    lines.append(f"  public {TYPES[item.returns]} {item.name}({parameters}) {{")
    if item.kind != "action":
        return "\n".join(lines + ["    " + call, "  }", ""])
    return "\n".join(lines + [
        "    Live.Enter(bridge.Handle);", "    try {", "      " + call,
        "    } catch (CofferException failure) when (failure.Code == Codes.HandlerFailed) {",
        "      adapter.Failures.Rethrow(failure);", "      throw;",
        "    } finally {", "      Live.Leave();",
        "      GC.KeepAlive(this);  // and with it the adapter, which native code calls meanwhile",
        "    }", "  }", ""])


def event_member(cls: Class, event: Event) -> str:
    return "\n".join([
        doc(event.doc, event.remarks),
        f"  public event EventHandler<{args_name(cls, event)}> On{event.name} {{",
        f"    add {{ adapter.{event.name}.Add(value); }}",
        f"    remove {{ adapter.{event.name}.Remove(value); }}", "  }", ""])


LIFE = """\
  /// <summary>The version of the library.</summary>
  public static string Version {{
    get {{ return Bridge.library_version(); }}
  }}

  /// <summary>Ends what runs, waits for it, and frees the object. Every later call fails with
  /// 30001; disposing again does nothing. In a handler of this object it takes effect when the call
  /// that fired the event returns.</summary>
  public void Dispose() {{
    bridge.Handle.CloseBridge();
    GC.KeepAlive(this);
  }}
"""


def component(library: Library, cls: Class) -> str:
    """<Class>.cs."""
    groups = [group for group in cls.groups]
    plains = [leaf for leaf in cls.native_properties if leaf.group is None and not leaf.is_count]
    lines = [doc(cls.doc, cls.remarks, indent=""),
             f"public sealed class {cls.name} : IDisposable {{",
             f"  private readonly {bridge_name(cls)} bridge = new {bridge_name(cls)}();",
             f"  private readonly {adapter_name(cls)} adapter;"]
    lines += [f"  private readonly {view_type(group)} {view_field(group)};" for group in groups]
    lines += ["", "  /// <summary>An object with every property at its default.</summary>",
              f"  public {cls.name}() {{",
              f"    adapter = new {adapter_name(cls)}(this, bridge);"]
    lines += [view_made(cls, group) for group in groups]
    lines += ["  }", "", LIFE.format()]
    lines += [plain(library, leaf) for leaf in plains]
    lines += [view_property(group) for group in groups]
    lines += [method(library, item) for item in cls.methods]
    lines += [event_member(cls, event) for event in cls.events]
    lines += [view_class(cls, group) for group in groups]
    return wrap(cls, "\n".join(lines + ["}"]), "Coffer.Interop")


def assembly_info(library: Library) -> str:
    return (f"{MADE}\nusing System.Reflection;\n\n"
            f'[assembly: AssemblyTitle("Coffer")]\n'
            f'[assembly: AssemblyVersion("{library.version}.0")]\n'
            f'[assembly: AssemblyFileVersion("{library.version}.0")]\n'
            f'[assembly: AssemblyInformationalVersion("{library.version}")]\n')


def files(library: Library) -> dict[str, str]:
    made = {"AssemblyInfo.cs": assembly_info(library)}
    for cls in library.classes:
        made[f"{cls.name}.cs"] = component(library, cls)
        made[f"{cls.name}Events.cs"] = events(library, cls)
        made[f"{cls.name}Types.cs"] = emit_csharp_types.types(library, cls)
    return made


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="apigen.emit_csharp")
    parser.add_argument("--api", type=Path, default=Path(__file__).parents[1] / "api")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, text in files(model.load(options.api)).items():
        (options.folder / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
