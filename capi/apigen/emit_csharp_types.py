"""The C# types beside the classes: enumerations, and the compound types as live views and as
objects of their own.

A compound type reads and writes through an inner object of fields: Stored<Type>, which keeps them
itself, or a view of a component's (emit_csharp.py), which overrides what that component has.
"""

from __future__ import annotations

from apigen.emit_csharp_text import (argument, argument_type, doc, inner_type, is_text_twin,
                                     leaf_doc, literal, parameter, public_type, wrap)
from apigen.emit_swig import bridge_name
from apigen.model import Class, Compound, Constructor, Enum, Library, Property

# What the arguments of a constructor do. Those of a certificate in the order in which a store is
# opened: the store drops what was selected, and what selects comes last.
STEPS = {
    "certificateFile": ["StoreType = CertStoreTypes.cstPublicKeyFile;", "Store = {arg};",
                        'fields.Select("*");'],
    "certificateData": ["StoreType = CertStoreTypes.cstPublicKeyBlob;", "StoreB = {arg};",
                        'fields.Select("*");'],
    "certStoreType": ["StoreType = {arg};"], "storePassword": ["StorePassword = {arg};"],
    "store": ["Store = {arg};"], "storeBlob": ["StoreB = {arg};"],
    "configurationString": ["CertificateOptions.Each({arg}, fields.Configure);"],
    "subject": ["fields.Select({arg});"], "encoded": ["EncodedB = {arg};"],
    "server": ["Server = {arg};"], "port": ["Port = {arg};"], "user": ["User = {arg};"],
    "password": ["Password = {arg};"],
}
COPY = """\
  // The store first, then what selects.
  internal void CopyFrom({name} source) {{
    if (source == null) throw new ArgumentNullException("value");
    {inner} from = source.fields;
    if (fields.StoreType != from.StoreType) fields.StoreType = from.StoreType;
    if (fields.StorePassword != from.StorePassword) fields.StorePassword = from.StorePassword;
    if (!Octets.Same(fields.Store, from.Store)) fields.Store = from.Store;
    if (fields.KeyPassword != from.KeyPassword) fields.KeyPassword = from.KeyPassword;
    byte[] encoded = from.Encoded;
    bool bareKey = encoded.Length == 0 && from.PublicKey.Length != 0;
    string subject = bareKey ? "*" : from.Subject;
    if (fields.Subject != subject) fields.Subject = subject;
    if (!Octets.Same(fields.Encoded, encoded)) fields.Encoded = encoded;
  }}"""


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
        # A certificate without the field has one password for both.
        absent = "StorePassword" if leaf.leaf == "KeyPassword" else literal(library, leaf)
        lines += [f"  internal virtual {inner_type(leaf)} {leaf.leaf} {{",
                  f"    get {{ return {absent}; }}",
                  f'    set {{ throw Missing("{leaf.leaf}"); }}', "  }"]
    if library.object_of(compound.name) is not None:
        lines += ['  internal virtual void Select(string subject) { throw Missing("Select"); }',
                  '  internal virtual void Configure(string line) { throw Missing("Config"); }']
    return "\n".join(lines + ["}\n"])


def own_class(library: Library, compound: Compound, native: Class) -> str:
    """The fields of an object of the library that stands alone."""
    name, bridge = f"Stored{compound.name}", bridge_name(native)
    lines = [f"internal sealed class {name} : {fields_name(compound)} {{",
             f"  private readonly {bridge} bridge = new {bridge}();", "",
             f'  internal {name}() : base("{compound.name}") {{ }}', ""]
    for leaf in inner_leaves(compound):
        read, given = f"bridge.{leaf.snake}()", "value"
        if leaf.enum:
            read, given = f"({leaf.enum}){read}", "(int)value"
        lines += [f"  internal override {inner_type(leaf)} {leaf.leaf} {{",
                  f"    get {{ return {read}; }}"]
        if leaf.field_access == "rw":
            lines.append(f"    set {{ bridge.set_{leaf.snake}({given}); }}")
        lines.append("  }")
    lines += ["  internal override void Select(string subject) { bridge.select(subject); }",
              "  internal override void Configure(string line) { bridge.config(line); }"]
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
    order = list(STEPS)
    for arg in sorted(item.args, key=lambda one: order.index(one.name)):
        lines += ["    " + step.format(arg=argument(arg.name)) for step in STEPS[arg.name]]
    return "\n".join(lines + ["  }", ""])


def copy_method(library: Library, compound: Compound) -> str:
    if library.object_of(compound.name) is not None:
        return COPY.format(name=compound.name, inner=fields_name(compound))
    # As the description has them, which sets a kind before what depends on it.
    leaves = [leaf for leaf in inner_leaves(compound) if leaf.field_access == "rw"]
    lines = ["  // Sets what differs: a field that a component has not may stay at its default.",
             f"  internal void CopyFrom({compound.name} source) {{",
             '    if (source == null) throw new ArgumentNullException("value");']
    for leaf in leaves:
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
    return "\n".join(lines + [copy_method(library, compound), "}\n"])


def types(library: Library, cls: Class) -> str:
    """<Package>Types.cs."""
    parts = [enum_type(enum) for enum in used_enums(library, cls)]
    for compound in used_types(library, cls):
        native = library.object_of(compound.name)
        parts += [compound_class(library, compound), fields_class(library, compound),
                  stored_class(library, compound) if native is None
                  else own_class(library, compound, native)]
    return wrap(cls, "\n".join(parts), "Coffer.Interop")

