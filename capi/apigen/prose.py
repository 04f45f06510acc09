"""What the emitters of the facade, the Python package and the reference say alike about an item."""

from __future__ import annotations

import textwrap

from apigen.model import Class, Library, Property

PYTHON_TYPES = {"string": "str", "bytes": "bytes", "bool": "bool", "int32": "int", "int64": "int",
                "void": "None"}
CXX_TYPES = {"string": "std::string", "bytes": "Bytes", "bool": "bool", "int32": "std::int32_t",
             "int64": "std::int64_t", "void": "void"}


def default_text(leaf: Property) -> str:
    """The default as a Python literal."""
    if leaf.type == "string":
        return '"' + leaf.default.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if leaf.type == "bytes":
        return repr(leaf.default.encode())
    return leaf.default


def range_text(library: Library, leaf: Property) -> str:
    """The values that fit, empty when the type alone says it."""
    if leaf.enum:
        enum = library.enums[leaf.enum]
        values = ", ".join(f"{value.value} ({value.name})" for value in enum.values)
        return ("a sum of " if enum.flags else "") + values
    if leaf.words:
        return ", ".join(leaf.words)
    if leaf.form:
        return leaf.form
    if leaf.range:
        low, high = leaf.range
        unbounded = high >= 2**31 - 1
        return f"{low} or more" if unbounded else f"{low} to {high}"
    return ""


def effect_text(effect: str, reason: str) -> str:
    """Why an item does not do what its name promises; empty when it does."""
    tail = f": {reason.rstrip('.')}." if reason else "."
    if effect == "none":
        return f"No effect on this platform{tail}"
    if effect == "unavailable":
        return f"Not available{tail}"
    return ""


def index_name(leaf: Property, cls: Class) -> str:
    """acs_root_cert_index for the leaves of ACSRootCerts."""
    group = next((group for group in cls.groups if group.name == leaf.group), None)
    return f"{group.prefix}_index" if group and group.is_list else "index"


def paragraph(text: str, width: int, indent: str = "", mark: str = "") -> str:
    """Text folded to lines that begin with indent and mark."""
    begin = indent + mark
    lines = []
    for piece in text.split("\n"):
        lines += textwrap.wrap(piece, width - len(begin), break_long_words=False,
                               break_on_hyphens=False) or [""]
    return "\n".join((begin + line).rstrip() for line in lines)


def comment(text: str, indent: str = "", mark: str = "// ") -> str:
    return paragraph(text, 100, indent, mark)
