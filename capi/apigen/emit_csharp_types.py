"""The C# types beside the classes: enumerations, and the compound types as live views and as
objects of their own.

A compound type reads and writes through an inner object of fields: Stored<Type>, which keeps them
itself, or a view of a component's (emit_csharp.py), which overrides what that component has.
"""

from __future__ import annotations

from apigen.emit_csharp_text import (argument, argument_type, doc, inner_type, is_text_twin,
                                     leaf_doc, literal, parameter, public_type, wrap)
from apigen.model import Class, Compound, Constructor, Enum, Library, Property

# What an argument of a constructor sets.
ARGUMENT_FIELDS = {
    "certificateFile": "Store", "certificateData": "EncodedB", "certStoreType": "StoreType",
    "store": "Store", "storeBlob": "StoreB", "storePassword": "StorePassword",
    "subject": "Subject", "encoded": "EncodedB", "server": "Server", "port": "Port",
    "user": "User", "password": "Password",
}
# Constructors that imply a field: the one argument says what kind of store it is.
IMPLIED = {"certificateFile": "StoreType = CertStoreTypes.cstPublicKeyFile;"}


def used_types(library: Library, cls: Class) -> list[Compound]:
    wanted = {group.type for group in cls.groups}
    return [item for name, item in library.types.items() if name in wanted]


def used_enums(library: Library, cls: Class) -> list[Enum]:
    wanted = {leaf.enum for leaf in cls.properties}
    wanted |= {leaf.enum for item in used_types(library, cls) for leaf in item.fields}
    return [enum for name, enum in library.enums.items() if name in wanted]


def fields_name(compound: Compound) -> str:
    return f"{compound.name}Fields"


def inner_leaves(compound: Compound) -> list[Property]:
    """As the library has them: without the twins."""
    return [leaf for leaf in compound.fields if not leaf.java_only]


def enum_type(enum: Enum) -> str:
    lines = [doc(enum.doc, indent="")]
    if enum.flags:
        lines.append("[Flags]")
    lines.append(f"public enum {enum.name} {{")
    for value in enum.values:
        lines += [doc(value.doc), f"  {value.name} = {value.value},"]
    return "\n".join(lines + ["}\n"])


def fields_class(library: Library, compound: Compound) -> str:
    """What a view does not override it does not have: it reads as the default and cannot be set."""
    name = fields_name(compound)
    lines = [f"internal abstract class {name} {{",
             "  private readonly string owner;", "",
             f"  protected {name}(string owner) {{", "    this.owner = owner;", "  }", "",
             "  protected CofferException Missing(string field) {",
             "    return new CofferException(Codes.InvalidValue,",
             '        owner + " has no " + field + " that can be set; leave it out.");', "  }", ""]
    for leaf in inner_leaves(compound):
        lines += [f"  internal virtual {inner_type(leaf)} {leaf.leaf} {{",
                  f"    get {{ return {literal(library, leaf)}; }}",
                  f'    set {{ throw Missing("{leaf.leaf}"); }}', "  }"]
    return "\n".join(lines + ["}\n"])


def stored_class(library: Library, compound: Compound) -> str:
    name = f"Stored{compound.name}"
    lines = [f"internal sealed class {name} : {fields_name(compound)} {{",
             f'  internal {name}() : base("{compound.name}") {{ }}', ""]
    for leaf in inner_leaves(compound):
        if leaf.field_access != "rw":
            continue
        given = "value" if leaf.type != "bytes" else "(byte[])value.Clone()"
        taken = "" if leaf.type != "bytes" else ".Clone()"
        cast = "(byte[])" if taken else ""
        field = "stored" + leaf.leaf
        lines += [f"  private {inner_type(leaf)} {field} = {literal(library, leaf)};",
                  f"  internal override {inner_type(leaf)} {leaf.leaf} {{",
                  f"    get {{ return {cast}{field}{taken}; }}",
                  f"    set {{ {field} = {given}; }}", "  }"]
    return "\n".join(lines + ["}\n"])


def member(library: Library, compound: Compound, leaf: Property) -> str:
    inner = leaf
    if leaf.java_only:
        inner = next(one for one in compound.fields if one.leaf == leaf.bytes_variant_of)
    source = f"fields.{inner.leaf}"
    read, write = source, f"{source} = value"
    if is_text_twin(leaf):
        read, write = f"Octets.ToText({source})", f"{source} = Octets.FromText(value)"
    lines = [leaf_doc(library, leaf), f"  public {public_type(leaf)} {leaf.leaf} {{",
             f"    get {{ return {read}; }}"]
    if leaf.field_access == "rw":
        lines.append(f"    set {{ {write}; }}")
    return "\n".join(lines + ["  }", ""])


def constructor(compound: Compound, item: Constructor) -> str:
    arguments = ", ".join(f"{argument_type(arg.name, arg.type)} {argument(arg.name)}"
                          for arg in item.args)
    lines = [doc(item.doc)]
    lines += [parameter(arg.name, arg.doc) for arg in item.args]
    lines.append(f"  public {compound.name}({arguments}) : this(new Stored{compound.name}()) {{")
    for arg in item.args:
        if arg.name == "configurationString":
            lines.append(f"    CertificateOptions.Check({argument(arg.name)});")
            continue
        if arg.name in IMPLIED:
            lines.append("    " + IMPLIED[arg.name])
        lines.append(f"    {ARGUMENT_FIELDS[arg.name]} = {argument(arg.name)};")
    return "\n".join(lines + ["  }", ""])


def copy_order(compound: Compound) -> list[Property]:
    """As the description has them, which sets a kind before what depends on it; a certificate's own
    octets last, since they select by themselves."""
    leaves = [leaf for leaf in inner_leaves(compound) if leaf.field_access == "rw"]
    return sorted(leaves, key=lambda leaf: leaf.leaf == "Encoded")


def copy_method(compound: Compound) -> str:
    lines = ["  // Sets what differs: a field that a component has not may stay at its default.",
             f"  internal void CopyFrom({compound.name} source) {{",
             '    if (source == null) throw new ArgumentNullException("value");']
    for leaf in copy_order(compound):
        mine, theirs = f"fields.{leaf.leaf}", f"source.fields.{leaf.leaf}"
        differs = f"{mine} != {theirs}"
        if leaf.type == "bytes":
            differs = f"!Octets.Same({mine}, {theirs})"
        lines.append(f"    if ({differs}) {mine} = {theirs};")
    return "\n".join(lines + ["  }"])


def compound_class(library: Library, compound: Compound) -> str:
    inner = fields_name(compound)
    remarks = ("Of a component: a live view, whose members are those of the component. Made by a "
               "constructor: an object of its own; assigning it to a component's property copies "
               "its fields.")
    lines = [doc(compound.doc, remarks, indent=""), f"public sealed class {compound.name} {{",
             f"  private readonly {inner} fields;", "",
             f"  internal {compound.name}({inner} fields) {{", "    this.fields = fields;",
             "  }", ""]
    lines += [constructor(compound, item) for item in compound.constructors
              or (Constructor(args=(), doc=f"An empty {compound.name}."),)]
    lines += [member(library, compound, leaf) for leaf in compound.fields]
    return "\n".join(lines + [copy_method(compound), "}\n"])


def types(library: Library, cls: Class) -> str:
    """<Package>Types.cs."""
    parts = [enum_type(enum) for enum in used_enums(library, cls)]
    for compound in used_types(library, cls):
        parts += [compound_class(library, compound), fields_class(library, compound),
                  stored_class(library, compound)]
    return wrap(cls, "\n".join(parts))

