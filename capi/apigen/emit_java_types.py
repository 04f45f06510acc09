"""Java: the type objects (Certificate, Proxy), and a live view for each property that is one."""

from __future__ import annotations

from apigen import names
from apigen.java_text import (MADE, constants, group_enums, java_type, javadoc, leaf_default,
                              native_bridge, native_name, package, property_texts)
from apigen.model import Class, Compound, Constructor, Group, Library, Property


def getter_name(leaf: Property) -> str:
    return names.java_getter(leaf.leaf, leaf.type)


def member(leaf: Property) -> str:
    return names.camel(leaf.leaf)


def equal(leaf: Property) -> str:
    mine, other = f"{getter_name(leaf)}()", f"target.{getter_name(leaf)}()"
    if leaf.type == "bytes":
        return f"Arrays.equals({mine}, {other})"
    return f"{mine}.equals({other})" if leaf.type == "string" else f"{mine} == {other}"


def getter(library: Library, leaf: Property) -> str:
    what = f"@return {names.camel(leaf.leaf)}"
    lines = [javadoc("  ", *property_texts(library, leaf, live=False), tags=[what]),
             f"  public {java_type(leaf)} {getter_name(leaf)}() {{"]
    if leaf.bytes_variant:
        lines.append(f"    return Text.of(get{leaf.leaf}B());")
    elif leaf.type == "bytes":
        lines.append(f"    return {member(leaf)}.clone();")
    else:
        lines.append(f"    return {member(leaf)};")
    return "\n".join(lines + ["  }", ""])


def setter(library: Library, leaf: Property) -> str:
    name = member(leaf)
    lines = [javadoc("  ", *property_texts(library, leaf, live=False),
                     tags=[f"@param {name} the new value"]),
             f"  public void set{leaf.leaf}({java_type(leaf)} {name}) {{"]
    if leaf.bytes_variant:
        lines.append(f"    set{leaf.leaf}B(Text.bytes({name}));")
    elif leaf.type == "bytes":
        lines.append(f"    this.{name} = {name} == null ? new byte[0] : {name}.clone();")
    elif leaf.type == "string":
        lines.append(f"    this.{name} = {name} == null ? \"\" : {name};")
    else:
        lines.append(f"    this.{name} = {name};")
    return "\n".join(lines + ["  }", ""])


def constructor(compound: Compound, item: Constructor) -> str:
    kinds = {"string": "String", "bytes": "byte[]", "int32": "int", "bool": "boolean"}
    lines = [javadoc("  ", item.doc, tags=[f"@param {arg.name} {arg.doc}" for arg in item.args]),
             f"  public {compound.name}("
             + ", ".join(f"{kinds[arg.type]} {arg.name}" for arg in item.args) + ") {"]
    lines += [f"    set{arg.name[:1].upper() + arg.name[1:]}({arg.name});" for arg in item.args]
    return "\n".join(lines + ["  }", ""])


def type_source(library: Library, cls: Class, compound: Compound) -> str:
    fields = [leaf for leaf in compound.fields]
    body = [constants(enum) for enum in group_enums(library, fields)]
    stored = [leaf for leaf in fields if not leaf.bytes_variant]
    body += ["\n".join(f"  private {java_type(leaf)} {member(leaf)} = "
                       f"{stored_default(compound, leaf)};" for leaf in stored), ""]
    body += [constructor(compound, item) for item in compound.constructors]
    for leaf in fields:
        body.append(getter(library, leaf))
        if leaf.field_access == "rw":
            body.append(setter(library, leaf))
    body += ["  /** Makes the target's fields what these are; what is equal already is not set. */",
             f"  void copyTo({compound.name} target) {{"]
    for leaf in stored:
        if leaf.field_access == "rw":
            body += [f"    if (!({equal(leaf)})) {{",
                     f"      target.set{leaf.leaf}({getter_name(leaf)}());", "    }"]
    text = "\n".join(body + ["  }"])
    imports = [name for word, name in (
        ("Text.", f"import {library.prefix}.internal.Text;"),
        ("Arrays.", "import java.util.Arrays;")) if word in text]
    about = ("What a component gives is a view: reading and setting its fields reads and sets the "
             "component's. An object made with a constructor stands alone; setting it as a "
             "component's property copies its fields, which are checked then.")
    lines = [MADE + f"package {package(library, cls)};\n", *imports, "" if imports else None,
             javadoc("", compound.doc, about), f"public class {compound.name} {{", text]
    return "\n".join(line for line in lines if line is not None) + "\n}\n"


def stored_default(compound: Compound, leaf: Property) -> str:
    """A twin of octets begins as its text does."""
    if leaf.bytes_variant_of:
        twin = next(other for other in compound.fields if other.leaf == leaf.bytes_variant_of)
        return f'Text.bytes("{twin.default}")' if twin.default else "new byte[0]"
    return leaf_default(leaf)


def view_member(cls: Class, leaf: Property) -> str:
    kind, native = java_type(leaf), native_name(cls, leaf)
    lines = ["  @Override", f"  public {kind} {getter_name(leaf)}() {{",
             f"    return bridge.{native}();", "  }", ""]
    if leaf.writable:
        lines += ["  @Override", f"  public void set{leaf.leaf}({kind} value) {{",
                  f"    bridge.set_{native}(value);", "  }", ""]
    return "\n".join(lines)


def view_refusal(group: Group, leaf: Property, reason: str) -> str:
    return "\n".join(["  @Override", f"  public void set{leaf.leaf}({java_type(leaf)} value) {{",
                      f"    throw Text.refused(\"{group.name}.{leaf.leaf}\", \"{reason}\");",
                      "  }", ""])


def key_password(there: dict[str, Property]) -> list[str]:
    """A certificate without the field has one password for both."""
    if "StorePassword" not in there or "KeyPassword" in there:
        return []
    return ["\n".join(["  @Override", "  public String getKeyPassword() {",
                       "    return getStorePassword();", "  }", ""])]


def view_name(group: Group) -> str:
    return f"{group.name}View"


def view_source(library: Library, cls: Class, group: Group) -> str:
    compound = library.types[group.type]
    there = {leaf.leaf: leaf for leaf in group.leaves if leaf.state != "draft"}
    body = []
    for base in compound.fields:
        leaf = there.get(base.leaf)
        if leaf is not None and not leaf.bytes_variant:
            body.append(view_member(cls, leaf))
        if base.field_access == "rw" and (leaf is None or not leaf.writable):
            body.append(view_refusal(group, base, "it is read-only." if leaf is not None
                                     else f"{group.name} has no such field."))
    body += key_password(there) if group.type == "Certificate" else []
    text = "\n".join(body).rstrip()
    used = [f"import {library.prefix}.internal.Text;\n"] if "Text." in text else []
    lines = [MADE + f"package {package(library, cls)};\n", *used,
             f"/** The component's {group.name}. */",
             f"final class {view_name(group)} extends {compound.name} {{",
             f"  private final {native_bridge(cls)} bridge;\n",
             f"  {view_name(group)}({native_bridge(cls)} bridge) {{", "    this.bridge = bridge;",
             "  }\n", text]
    return "\n".join(lines) + "\n}\n"


def objects(cls: Class) -> list[Group]:
    return [group for group in cls.groups if not group.is_list]


def used_types(library: Library, cls: Class) -> list[Compound]:
    wanted = {group.type for group in objects(cls)}
    return [compound for name, compound in library.types.items() if name in wanted]
