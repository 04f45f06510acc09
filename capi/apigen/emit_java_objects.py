"""Java: a type whose objects are objects of the library (Certificate), alone as in a component."""

from __future__ import annotations

from apigen import names
from apigen.emit_java_types import getter_name
from apigen.java_text import (MADE, constants, group_enums, java_type, javadoc, native_bridge,
                              package, property_texts)
from apigen.model import Class, Compound, Constructor, Library, Property

# What the arguments of a constructor do, in the order in which a store is opened: the store drops
# what was selected, and what selects comes last.
_STEPS = {
    "certificateFile": ["setStoreType({public_file});", "setStore({arg});",
                        'own().select("*");'],
    "certificateData": ["setStoreType({public_blob});", "setStoreB({arg});",
                        'own().select("*");'],
    "certStoreType": ["setStoreType({arg});"],
    "storePassword": ["setStorePassword({arg});"],
    "store": ["setStore({arg});"],
    "storeBlob": ["setStoreB({arg});"],
    "configurationString": ["Text.lines({arg}, own()::config);"],
    "subject": ["own().select({arg});"],
    "encoded": ["setEncodedB({arg});"],
}
_ABOUT = """
What a component gives is a view: reading and setting its fields reads and sets the component's. An
object made with a constructor stands alone; setting it as a component's property copies what it
selects.

The constructors open the store at once: 270 for a store that this platform does not have, 271 for
one that cannot be read, 272 when nothing in it fits, 273 for a wrong password. An object is freed by
the garbage collector; no component is needed.
"""
_OWN = """\
  // Made when it is needed: a component's view needs none.
  private {bridge} bridge;

  private synchronized {bridge} own() {{
    if (bridge == null) {{
      bridge = new {bridge}();
      long address = bridge.address();
      Lifetime.watch(bridge, () -> NativeCalls.delete_{bridge}(address));
    }}
    return bridge;
  }}
"""
_COPY = """\
  /** Makes the target select what this does: the store first, then what selects. */
  void copyTo({name} target) {{
    if (getStoreType() != target.getStoreType()) {{
      target.setStoreType(getStoreType());
    }}
    if (!getStorePassword().equals(target.getStorePassword())) {{
      target.setStorePassword(getStorePassword());
    }}
    if (!Arrays.equals(getStoreB(), target.getStoreB())) {{
      target.setStoreB(getStoreB());
    }}
    if (!getKeyPassword().equals(target.getKeyPassword())) {{
      target.setKeyPassword(getKeyPassword());
    }}
    byte[] encoded = getEncodedB();
    boolean bareKey = encoded.length == 0 && !getPublicKey().isEmpty();
    String subject = bareKey ? "*" : getSubject();
    if (!subject.equals(target.getSubject())) {{
      target.setSubject(subject);
    }}
    if (!Arrays.equals(encoded, target.getEncodedB())) {{
      target.setEncodedB(encoded);
    }}
  }}
"""


def native_name(compound: Compound, leaf: Property) -> str:
    """A twin of octets has the accessor of its text."""
    return names.snake(leaf.bytes_variant_of or leaf.leaf)


def accessor(library: Library, compound: Compound, leaf: Property) -> str:
    native = native_name(compound, leaf)
    texts = property_texts(library, leaf, live=False)
    read, write = f"own().{native}()", f"own().set_{native}(value)"
    if leaf.bytes_variant:  # by its twin, which a view overrides
        read = f"Text.of(get{leaf.leaf}B())"
        write = f"set{leaf.leaf}B(Text.bytes(value))"
    lines = [javadoc("  ", *texts, tags=["@return the value"]),
             f"  public {java_type(leaf)} {getter_name(leaf)}() {{", f"    return {read};", "  }",
             ""]
    if leaf.field_access == "rw":
        lines += [javadoc("  ", *texts, tags=["@param value the new value"]),
                  f"  public void set{leaf.leaf}({java_type(leaf)} value) {{",
                  f"    {write};", "  }", ""]
    return "\n".join(lines)


def constructor(library: Library, compound: Compound, item: Constructor) -> str:
    kinds = {"string": "String", "bytes": "byte[]", "int32": "int", "bool": "boolean"}
    lines = [javadoc("  ", item.doc, tags=[f"@param {arg.name} {arg.doc}" for arg in item.args]),
             f"  public {compound.name}("
             + ", ".join(f"{kinds[arg.type]} {arg.name}" for arg in item.args) + ") {"]
    order = list(_STEPS)
    for arg in sorted(item.args, key=lambda one: order.index(one.name)):
        lines += ["    " + step.format(arg=arg.name, public_file="cstPublicKeyFile",
                                       public_blob="cstPublicKeyBlob")
                  for step in _STEPS[arg.name]]
    return "\n".join(lines + ["  }", ""])


def type_source(library: Library, cls: Class, compound: Compound, native: Class) -> str:
    bridge = native_bridge(native)
    body = [constants(enum) for enum in group_enums(library, list(compound.fields))]
    body.append(_OWN.format(bridge=bridge))
    body += [constructor(library, compound, item) for item in compound.constructors]
    body += [accessor(library, compound, leaf) for leaf in compound.fields]
    body.append(_COPY.format(name=compound.name))
    imports = [f"import {library.prefix}.internal.Lifetime;",
               f"import {library.prefix}.internal.Text;", "import java.util.Arrays;", ""]
    return "\n".join([MADE + f"package {package(library, cls)};\n", *imports,
                      javadoc("", compound.doc, _ABOUT), f"public class {compound.name} {{",
                      "\n".join(body).rstrip()]) + "\n}\n"
