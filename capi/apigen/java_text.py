"""What the Java emitters share: spellings, and the description's texts as Javadoc."""

from __future__ import annotations

import re
import textwrap

from apigen import names
from apigen.emit_cxx import used_enums
from apigen.emit_swig import bridge_name, listener_name
from apigen.model import Class, Enum, Event, Field, Group, Library, Property
from apigen.prose import default_text, effect_text, range_text

MADE = "// Made by capi/apigen from capi/api; changes belong there.\n"
TYPES = {"string": "String", "bytes": "byte[]", "bool": "boolean", "int32": "int", "int64": "long",
         "void": "void"}
WIDTH = 100

_CODE = re.compile(r"`([^`]*)`")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")


def package(library: Library, cls: Class) -> str:
    return f"{library.prefix}.{cls.package}"


def native_bridge(cls: Class) -> str:
    return f"Native{bridge_name(cls)}"


def native_listener(cls: Class) -> str:
    return f"Native{listener_name(cls)}"


def event_class(cls: Class, event: Event) -> str:
    return f"{cls.java_name}{event.name}Event"


def listener(cls: Class) -> str:
    return f"{cls.java_name}EventListener"


def java_type(leaf: Property) -> str:
    """Octets that have a twin of their own are text."""
    return "String" if leaf.bytes_variant else TYPES[leaf.type]


def leaf_default(leaf: Property) -> str:
    """The default as Java's source writes it."""
    if leaf.type == "bytes" and not leaf.bytes_variant:
        return f"Text.bytes({literal(leaf.default)})" if leaf.default else "new byte[0]"
    if leaf.type in ("string", "bytes"):
        return literal(leaf.default)
    if leaf.type == "bool":
        return leaf.default.lower()
    return leaf.default + ("L" if leaf.type == "int64" else "")


def literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def native_name(cls: Class, leaf: Property) -> str:
    """Name of the native accessor: a twin of octets has that of its text."""
    if leaf.bytes_variant_of:
        twin = cls.property_named(leaf.bytes_variant_of)
        assert twin is not None
        return twin.snake
    return leaf.snake


def shown(cls: Class) -> list[Property]:
    return [leaf for leaf in cls.properties if leaf.state != "draft"]


def group_enums(library: Library, leaves: list[Property]) -> list[Enum]:
    wanted = {leaf.enum for leaf in leaves}
    return [enum for name, enum in library.enums.items() if name in wanted]


def class_enums(library: Library, cls: Class) -> list[Enum]:
    return used_enums(library, cls)


def html(text: str) -> str:
    """The description's Markdown as Javadoc has it."""
    def escape(plain: str) -> str:
        plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return plain.replace("@", "&#64;").replace("*/", "*&#47;")
    pieces = []
    for number, piece in enumerate(_CODE.split(text)):
        if number % 2:
            pieces.append(f"<code>{escape(piece)}</code>")
        else:
            pieces.append(_STRONG.sub(r"<b>\1</b>", escape(piece)))
    return "".join(pieces)


def javadoc(indent: str, *paragraphs: str, tags: list[str] | None = None) -> str:
    """A comment of paragraphs in Markdown, and of tags as they are."""
    begin = f"{indent} * "
    blocks: list[str] = []
    texts = [" ".join(part.split()) for text in paragraphs for part in text.strip().split("\n\n")]
    for number, text in enumerate(text for text in texts if text):
        if number:
            blocks.append("")
        blocks += textwrap.wrap(("<p>" if number else "") + html(text), WIDTH - len(begin),
                                break_long_words=False, break_on_hyphens=False)
    if tags:
        blocks.append("")
    for tag in tags or []:
        blocks += textwrap.wrap(tag, WIDTH - len(begin), subsequent_indent="    ",
                                break_long_words=False, break_on_hyphens=False)
    lines = [f"{indent}/**"] + [(begin + line).rstrip() for line in blocks] + [f"{indent} */"]
    return "\n".join(lines)


def constants(enum: Enum) -> str:
    lines = []
    for value in enum.values:
        doc = f"{enum.doc or enum.name}".rstrip(".")
        lines += [javadoc("  ", f"{value.doc}", f"{doc}: {value.value}."),
                  f"  public static final int {value.name} = {value.value};", ""]
    return "\n".join(lines)


def facts(library: Library, leaf: Property, live: bool = True) -> str:
    """Default, values and access in one paragraph."""
    values = range_text(library, leaf)
    parts = [f"Default: {default_text(leaf)}."]
    if values:
        parts.append(f"Values: {values}.")
    if not leaf.writable:
        parts.append("Read-only.")
    if leaf.locked and live:
        parts.append("Locked while a run or a call that waits is under way (143).")
    if leaf.bytes_variant:
        parts.append(f"Octets as UTF-8; get{leaf.leaf}B has them as they are.")
    return " ".join(parts)


def property_texts(library: Library, leaf: Property, live: bool = True) -> list[str]:
    effect = effect_text(leaf.effect, leaf.reason) if live else ""
    return [leaf.doc, leaf.remarks, effect, facts(library, leaf, live)]


def field_texts(field: Field) -> list[str]:
    if field.lazy:
        return [field.doc, "Filled in whenever a listener overrides this event's method: each "
                           "message is copied into an array of its own."]
    return [field.doc, "Read back when the listeners have returned." if field.inout else ""]


def index_parameter(group: Group) -> str:
    return names.camel(group.item) + "Index"
