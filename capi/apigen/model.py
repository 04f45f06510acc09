"""The description as typed records: what every emitter works from.

load() reads a folder of TOML files, resolves shared groups and flattens compound properties.
Unknown keys and wrong shapes are errors here (DescriptionError with file, item and key); the rules
of content are in check.py.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path


class DescriptionError(Exception):
    """One line: where, which key, why."""


@dataclass(frozen=True, kw_only=True)
class ErrorCode:
    code: int
    name: str
    text: str
    retryable: bool = False
    group: str = "Library"
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EnumValue:
    name: str
    value: int
    doc: str


@dataclass(frozen=True, kw_only=True)
class Enum:
    name: str
    prefix: str
    flags: bool = False
    doc: str = ""
    values: tuple[EnumValue, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Property:
    """A leaf: what one getter (and setter) of C and Python reads and writes."""

    name: str  # "DataFolder", "Firewall.Port"
    leaf: str  # "DataFolder", "Port"
    type: str  # string bytes bool int32 int64
    group: str | None = None  # "Firewall"
    enum: str | None = None
    access: str = "rw"
    field_access: str = "rw"  # as the type states it, whatever its owner says
    default: str = ""  # text: "True", "80", "MY"
    range: tuple[int, int] | None = None
    locked: bool = False
    secret: bool = False
    computed: bool = False
    on_set: bool = False
    line: bool = False  # text without CR, LF and NUL: it goes into a header or an address
    effect: str = "active"  # active none unavailable
    reason: str = ""
    unavailable_values: tuple[int, ...] = ()  # of the enum: refused with 713 and the reason
    words: tuple[str, ...] = ()  # the texts that fit
    form: str = ""  # of a text that the engine checks: "a UUID"
    count: str | None = None  # property that sizes this indexed one
    is_count: bool = False
    doc: str = ""
    remarks: str = ""
    snake: str = ""  # spelling in C and Python
    since: str = ""
    state: str = "stable"
    java_only: bool = False  # twins StoreB, EncodedB: Java and C# only
    bytes_variant_of: str | None = None  # the leaf whose twin this is
    bytes_variant: str | None = None  # the twin of this one: Java and C# show this as text

    @property
    def writable(self) -> bool:
        return self.access == "rw"

    @property
    def indexed(self) -> bool:
        return self.count is not None


@dataclass(frozen=True, kw_only=True)
class Group:
    """A property that is an object, or a list of objects, with its leaves in order."""

    name: str  # "Firewall", "ACSRootCerts"
    type: str  # "Firewall", "Certificate"
    access: str = "rw"  # of the object itself
    prefix: str = ""  # "firewall", "acs_root_cert"
    item: str = ""  # lists: "ACSRootCert"
    count: str | None = None
    doc: str = ""
    remarks: str = ""
    leaves: tuple[Property, ...] = ()

    @property
    def is_list(self) -> bool:
        return self.count is not None


@dataclass(frozen=True, kw_only=True)
class Arg:
    name: str  # "configurationString": camelCase as the manuals print it
    type: str
    doc: str


@dataclass(frozen=True, kw_only=True)
class Method:
    name: str
    doc: str
    args: tuple[Arg, ...] = ()
    returns: str = "void"
    kind: str = "plain"  # action signal plain
    blocks: bool = False
    errors: tuple[str, ...] = ()
    remarks: str = ""


@dataclass(frozen=True, kw_only=True)
class Field:
    name: str
    type: str
    doc: str
    dir: str = "in"  # in, inout
    lazy: bool = False
    enum: str | None = None

    @property
    def inout(self) -> bool:
        return self.dir == "inout"


@dataclass(frozen=True, kw_only=True)
class Event:
    name: str
    doc: str
    decision: bool = False
    fields: tuple[Field, ...] = ()
    remarks: str = ""
    java_listener: str = ""


@dataclass(frozen=True, kw_only=True)
class Setting:
    name: str
    section: str
    type: str  # string bool int32 int64
    doc: str
    default: str = ""
    range: tuple[int, int] | None = None
    words: tuple[str, ...] = ()
    flags: bool = False  # words are bits; any sum of them fits
    indexed: bool = False
    count: str | None = None
    access: str = "rw"
    alias: str | None = None
    locked: bool = False
    secret: bool = False
    computed: bool = False
    on_set: bool = False
    line: bool = False
    effect: str = "active"
    reason: str = ""
    added: bool = False  # not in the manual
    remarks: str = ""

    @property
    def writable(self) -> bool:
        return self.access == "rw"


@dataclass(frozen=True, kw_only=True)
class Deviation:
    item: str
    what: str
    why: str
    differs: str = ""  # "default": each item's default is not the manual's; "": nothing of a surface

    @property
    def items(self) -> list[str]:
        return self.item.split(", ")


@dataclass(frozen=True, kw_only=True)
class Constructor:
    args: tuple[Arg, ...] = ()
    doc: str = ""


@dataclass(frozen=True, kw_only=True)
class Compound:
    name: str
    doc: str
    fields: tuple[Property, ...] = ()
    constructors: tuple[Constructor, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Class:
    name: str
    package: str
    c_prefix: str
    java_name: str
    cpp_class: str
    cpp_header: str
    doc: str
    remarks: str = ""
    uses: tuple[str, ...] = ()
    fields_of: str = ""  # the type whose fields are its properties: an object behind the bindings
    properties: list[Property] = field(default_factory=list)  # leaves, in order
    groups: list[Group] = field(default_factory=list)
    methods: list[Method] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    deviations: list[Deviation] = field(default_factory=list)

    @property
    def engine_properties(self) -> list[Property]:
        """The rows of the engine's table: without the twins that only Java and C# have."""
        return [leaf for leaf in self.properties if not leaf.java_only]

    @property
    def native_properties(self) -> list[Property]:
        """What C, C++ and Python export: the above without drafts."""
        return [leaf for leaf in self.engine_properties if leaf.state != "draft"]

    @property
    def other_defaults(self) -> set[str]:
        """Properties and settings whose defaults are not those of the manual."""
        return {item for row in self.deviations if row.differs == "default" for item in row.items}

    def property_named(self, name: str) -> Property | None:
        return next((leaf for leaf in self.properties if leaf.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Library:
    prefix: str
    version: str
    versions: tuple[str, ...] = ()  # released ones, oldest first
    errors: list[ErrorCode] = field(default_factory=list)
    enums: dict[str, Enum] = field(default_factory=dict)
    types: dict[str, Compound] = field(default_factory=dict)
    classes: list[Class] = field(default_factory=list)
    objects: list[Class] = field(default_factory=list)  # classes with fields_of: C and C++ alone

    @property
    def native_classes(self) -> list[Class]:
        """What C and C++ have, which the other bindings stand on."""
        return self.classes + self.objects

    def object_of(self, type_name: str) -> Class | None:
        """The class whose objects stand for a type when they stand alone."""
        return next((cls for cls in self.objects if cls.fields_of == type_name), None)

    def class_named(self, name: str) -> Class:
        return next(cls for cls in self.native_classes if cls.name == name)


def load(directory: str | Path) -> Library:
    """Reads every *.toml of a folder."""
    from apigen import loader  # here: the loader builds the records above

    return loader.load(Path(directory))


def replace(record: Property, **changes: object) -> Property:
    return dataclasses.replace(record, **changes)
