"""What the emitters of C# share: names, types, literals, documentation comments."""

from __future__ import annotations

import re

from apigen import names
from apigen.model import Class, Library, Method, Property
from apigen.prose import effect_text, paragraph, range_text

MADE = "// Made by capi/apigen from capi/api; changes belong there."
TYPES = {"string": "string", "bytes": "byte[]", "bool": "bool", "int32": "int", "int64": "long",
         "void": "void"}
# Reserved words that the manuals' names of arguments, in camelCase, may be.
RESERVED = frozenset({"base", "checked", "event", "fixed", "in", "lock", "object", "out", "params",
                      "ref", "string", "value"})
# Arguments that stand for a value of an enumeration.
ARGUMENT_ENUMS = {"certStoreType": "CertStoreTypes"}


def namespace(cls: Class) -> str:
    """Coffer.CloudBackup: the description's packages are one word each."""
    spelled = {"cloudbackup": "CloudBackup", "threeds": "ThreeDS"}
    return "Coffer." + spelled.get(cls.package, names.pascal(cls.package))


def wrap(cls: Class, body: str, *uses: str) -> str:
    """A source file: one namespace. Written for C# 7, which Mono's compiler understands too."""
    using = "".join(f"using {use};\n" for use in ("System", *uses))
    return f"{MADE}\n{using}\nnamespace {namespace(cls)} {{\n\n{body}\n}}\n"


def escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"`([^`]*)`", r"<c>\1</c>", text).replace("**", "")


def _element(tag: str, text: str, indent: str, attributes: str = "") -> str:
    opening = f"<{tag}{' ' + attributes if attributes else ''}>"
    return paragraph(f"{opening}{escaped(' '.join(text.split()))}</{tag}>", 100, indent, "/// ")


def doc(summary: str, remarks: str = "", indent: str = "  ", **elements: str) -> str:
    """A documentation comment; elements: returns, value."""
    lines = [_element("summary", summary, indent)]
    lines += [_element(tag, text, indent) for tag, text in elements.items() if text]
    if remarks.strip():
        lines.append(_element("remarks", remarks, indent))
    return "\n".join(lines)


def parameter(name: str, text: str, indent: str = "  ") -> str:
    return _element("param", text, indent, f'name="{name}"')


def argument(name: str) -> str:
    text = names.camel(name)
    return "@" + text if text in RESERVED else text


def argument_type(name: str, kind: str) -> str:
    return ARGUMENT_ENUMS.get(name, TYPES[kind])


def is_text_twin(leaf: Property) -> bool:
    """Store and Encoded: bytes in the library, text here, beside StoreB and EncodedB."""
    return leaf.bytes_variant is not None


def public_type(leaf: Property) -> str:
    if is_text_twin(leaf):
        return "string"
    return leaf.enum or TYPES[leaf.type]


def inner_type(leaf: Property) -> str:
    return leaf.enum or TYPES[leaf.type]


def literal(library: Library, leaf: Property) -> str:
    """The default as the inner type writes it."""
    if leaf.type == "string":
        return '"' + leaf.default.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if leaf.type == "bytes":
        octets = ", ".join(str(octet) for octet in leaf.default.encode())
        return f"new byte[] {{ {octets} }}" if octets else "new byte[0]"
    if leaf.type == "bool":
        return leaf.default.lower()
    if leaf.enum:
        return f"({leaf.enum}){leaf.default}"
    return leaf.default


def shown_default(library: Library, leaf: Property) -> str:
    if leaf.type in ("string", "bytes"):
        return f'"{leaf.default}"'
    if leaf.enum:
        found = [value.name for value in library.enums[leaf.enum].values
                 if str(value.value) == leaf.default]
        return found[0] if found else leaf.default
    return leaf.default.lower() if leaf.type == "bool" else leaf.default


def leaf_doc(library: Library, leaf: Property, indent: str = "  ") -> str:
    facts = [f"Default: {shown_default(library, leaf)}."]
    values = "" if leaf.enum else range_text(library, leaf)
    if values:
        facts.append(f"Values: {values}.")
    if leaf.locked and leaf.writable:
        facts.append("Locked while a run or a call that waits is under way (143).")
    if is_text_twin(leaf):
        facts.append("Text in UTF-8; " + leaf.leaf + "B holds the octets.")
    return doc(leaf.doc, "\n".join([leaf.remarks, effect_text(leaf.effect, leaf.reason), *facts]),
               indent)


def error_codes(library: Library, item: Method) -> list[int]:
    codes = {error.name: error.code for error in library.errors}
    return [codes[name] for name in item.errors if name in codes]
