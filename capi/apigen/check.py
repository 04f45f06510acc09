"""The rules of content that a description must satisfy. One line for each breach: item, key, why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from apigen import emit_capi, names
from apigen.cpp_text import LIMITS
from apigen.emit_engine import allowed_values
from apigen.model import Class, Enum, Event, Library, Method, Property, Setting

_EFFECTS = {"active", "none", "unavailable"}
_KINDS = {"action", "signal", "plain"}
_STATES = {"stable", "draft", "deprecated"}
_RETURNS = {"void", "string", "bytes", "bool", "int32", "int64"}


def check(library: Library) -> list[str]:
    problems = [*_library(library), *_enums(library), *_types(library), *_errors(library)]
    for cls in library.native_classes:
        where = cls.name
        problems += (f"{where}: {problem}" for problem in _class(library, cls))
    if not problems:  # emitters may rely on what was checked above
        problems += _symbols(library)
    return problems


def _twice(what: Iterable[str]) -> list[str]:
    return sorted(name for name, count in Counter(what).items() if count > 1)


def _doc(item: str, text: str, key: str = "doc") -> Iterator[str]:
    if not text.strip():
        yield f"{item}: {key}: missing"
    elif "\n" in text.strip():
        yield f"{item}: {key}: must be one line; long text goes into remarks"


def _library(library: Library) -> Iterator[str]:
    if not library.versions:
        yield "library: versions: missing"
    elif not library.version.startswith(library.versions[-1] + "."):
        yield "library: version: must belong to the last of versions"


def _enums(library: Library) -> Iterator[str]:
    for enum in library.enums.values():
        yield from _doc(enum.name, enum.doc)
        for value in enum.values:
            yield from _doc(f"{enum.name}.{value.name}", value.doc)
            if not value.name.startswith(enum.prefix):
                yield f"{enum.name}.{value.name}: name: must begin with {enum.prefix}"
        for double in _twice(str(value.value) for value in enum.values):
            yield f"{enum.name}: value: {double} stands twice"
    every = [emit_capi.constant(library, value.name)
             for enum in library.enums.values() for value in enum.values]
    for double in _twice(every):
        yield f"enums: name: {double} stands twice"


def _types(library: Library) -> Iterator[str]:
    for compound in library.types.values():
        yield from _doc(compound.name, compound.doc)
        for leaf in compound.fields:
            yield from _property(library, leaf, f"{compound.name}.{leaf.leaf}")
            fields = {other.leaf: other for other in compound.fields}
            if leaf.bytes_variant_of is not None and (
                    leaf.bytes_variant_of not in fields or leaf.type != "bytes"):
                yield f"{compound.name}.{leaf.leaf}: bytes_variant_of: must name a field of bytes"


def _errors(library: Library) -> Iterator[str]:
    classes = {cls.name for cls in library.classes} | {"Client"}
    for error in library.errors:
        yield from _doc(f"error {error.code}", error.text, "text")
        for name in error.classes:
            if name not in classes:
                yield f"error {error.code}: classes: unknown class {name}"
    for double in _twice(str(error.code) for error in library.errors):
        yield f"error {double}: code: stands twice"
    for double in _twice(error.name for error in library.errors):
        yield f"error {double}: name: stands twice"


def _effect(item: str, effect: str, reason: str, explained: bool) -> Iterator[str]:
    if effect not in _EFFECTS:
        yield f"{item}: effect: unknown {effect}"
    elif effect != "active" and not reason:
        yield f"{item}: reason: missing"
    elif effect == "active" and reason and not explained:
        yield f"{item}: reason: only where the effect is none or unavailable"


def _number(item: str, kind: str, limits: tuple[int, int] | None, default: str) -> Iterator[str]:
    if limits is not None and (kind not in LIMITS or len(limits) != 2 or limits[0] > limits[1]):
        yield f"{item}: range: must be [min, max] of a number"
        return
    if kind in LIMITS:
        low, high = limits or LIMITS[kind]
        try:
            fits = low <= int(default) <= high
        except ValueError:
            fits = False
        if not fits:
            yield f"{item}: default: {default!r} does not fit"
    if kind == "bool" and default not in ("True", "False"):
        yield f"{item}: default: must be True or False"


def _access(item: str, row: Property | Setting) -> Iterator[str]:
    if row.access not in ("rw", "ro"):
        yield f"{item}: access: must be rw or ro"
    if (row.secret or row.line) and row.type not in ("string", "bytes"):
        yield f"{item}: {'secret' if row.secret else 'line'}: only for text and bytes"


def _property(library: Library, leaf: Property, item: str) -> Iterator[str]:
    yield from _doc(item, leaf.doc)
    yield from _access(item, leaf)
    yield from _effect(item, leaf.effect, leaf.reason, bool(leaf.unavailable_values))
    yield from _number(item, leaf.type, leaf.range, leaf.default)
    enum: Enum | None = library.enums[leaf.enum] if leaf.enum is not None else None
    if enum is not None and not enum.flags and leaf.default.isdigit() and (
            int(leaf.default) not in allowed_values(leaf, library.enums)):
        yield f"{item}: default: {leaf.default} is no value of {enum.name}"
    if leaf.words and (leaf.type != "string" or leaf.default not in leaf.words):
        yield f"{item}: words: only for a text, whose default is one of them"
    if leaf.form and (leaf.type != "string" or not leaf.on_set or leaf.words):
        yield f"{item}: form: only for a text with on_set and without words"
    if leaf.unavailable_values and (enum is None or not leaf.reason):
        yield f"{item}: unavailable_values: needs an enum and a reason"
    if leaf.since and leaf.since not in library.versions:
        yield f"{item}: since: unknown version {leaf.since}"
    if leaf.state not in _STATES:
        yield f"{item}: state: unknown {leaf.state}"


def _setting(cls: Class, setting: Setting) -> Iterator[str]:
    item = setting.name
    yield from _doc(item, setting.doc)
    yield from _access(item, setting)
    yield from _effect(item, setting.effect, setting.reason, False)
    yield from _number(item, setting.type, setting.range, setting.default)
    if not setting.section:
        yield f"{item}: section: missing"
    if setting.words and not setting.flags and setting.default not in setting.words:
        yield f"{item}: default: {setting.default!r} is none of words"
    if setting.flags and (not setting.words or setting.type not in LIMITS):
        yield f"{item}: flags: needs words that are numbers"
    if setting.count is not None:
        count = next((other for other in cls.settings if other.name == setting.count), None)
        if not setting.indexed or count is None or count.type != "int32":
            yield f"{item}: count: must name an int32 setting, of an indexed one"
    if setting.alias is not None:
        target = cls.property_named(setting.alias)
        if target is None or target.type != setting.type:
            yield f"{item}: alias: must name a property of the same type"
        elif target.default != setting.default:
            yield f"{item}: default: differs from that of {setting.alias}"


def _method(library: Library, method: Method) -> Iterator[str]:
    item = method.name
    yield from _doc(item, method.doc)
    if method.kind not in _KINDS:
        yield f"{item}: kind: unknown {method.kind}"
    if method.returns not in _RETURNS:
        yield f"{item}: returns: unknown type {method.returns}"
    known = {error.name for error in library.errors}
    for name in method.errors:
        if name not in known:
            yield f"{item}: errors: unknown error {name}"
    for arg in method.args:
        yield from _doc(f"{item}({arg.name})", arg.doc)
        if arg.type not in _RETURNS - {"void"}:
            yield f"{item}({arg.name}): type: unknown type {arg.type}"


def _event(event: Event) -> Iterator[str]:
    yield from _doc(event.name, event.doc)
    if event.decision != any(field.inout for field in event.fields):
        yield f"{event.name}: decision: must say whether there are inout fields"
    for field in event.fields:
        yield from _doc(f"{event.name}.{field.name}", field.doc)
        if field.dir not in ("in", "inout"):
            yield f"{event.name}.{field.name}: dir: must be in or inout"
        if field.lazy and (field.type != "bytes" or field.inout):
            yield f"{event.name}.{field.name}: lazy: only for bytes that come in"
    for double in _twice(names.snake(field.name) for field in event.fields):
        yield f"{event.name}: fields: {double} stands twice"


def _class(library: Library, cls: Class) -> Iterator[str]:
    yield from _doc(cls.name, cls.doc)
    if len(cls.events) > 64:
        yield "event: at most 64"
    for group in cls.groups:
        yield from _doc(group.name, group.doc)
    for leaf in cls.properties:
        yield from _property(library, leaf, leaf.name)
        count = cls.property_named(leaf.count) if leaf.count is not None else None
        if leaf.indexed and (count is None or count.type != "int32" or count.indexed):
            yield f"{leaf.name}: count: must name an int32 property"
    for setting in cls.settings:
        yield from _setting(cls, setting)
    for method in cls.methods:
        yield from _method(library, method)
    for event in cls.events:
        yield from _event(event)
    items = {leaf.name for leaf in cls.properties} | {group.name for group in cls.groups}
    items |= {setting.name for setting in cls.settings} | {method.name for method in cls.methods}
    items |= {event.name for event in cls.events}
    for deviation in cls.deviations:
        if deviation.differs not in ("", "default"):
            yield f"deviation: differs: unknown {deviation.differs}"
        for item in deviation.items:
            if item not in items:
                yield f"deviation: item: unknown {item}"
    for double in _twice(setting.name.lower() for setting in cls.settings):
        yield f"{double}: name: two settings (names ignore case)"
    for double in _twice(event.name for event in cls.events):
        yield f"{double}: name: two events"
    yield from _spellings(cls)


def _spellings(cls: Class) -> Iterator[str]:
    """Names that two items would share in a language."""
    python = [leaf.snake for leaf in cls.native_properties]
    python += [prefix + leaf.snake for leaf in cls.native_properties for prefix in ("get_", "set_")]
    python += [names.python(method.name) for method in cls.methods]
    python += [names.python_event(event.name) for event in cls.events]
    for double in _twice(python):
        yield f"{double}: name: two items in C or Python"
    plain = [leaf for leaf in cls.properties if leaf.group is None]
    java = [names.java_getter(leaf.leaf, leaf.type) for leaf in plain]
    java += [names.java_getter(group.name, "") for group in cls.groups]
    java += [names.camel(method.name) for method in cls.methods]
    for double in _twice(java):
        yield f"{double}: name: two items in Java"
    for double in _twice([leaf.name for leaf in plain] + [group.name for group in cls.groups]
                         + [method.name for method in cls.methods]):
        yield f"{double}: name: two items in C#"


def _symbols(library: Library) -> Iterator[str]:
    """C has one space of names for functions and types."""
    symbols = [function.name for function in emit_capi.functions(library)]
    for cls in library.native_classes:
        symbols += [cls.c_prefix, *(emit_capi.event_type(cls, event) for event in cls.events)]
    for double in _twice(symbols):
        yield f"{double}: name: two items in C"
