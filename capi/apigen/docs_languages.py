"""How the reference pages spell an item in Java and C#: from the same names as their emitters."""

from __future__ import annotations

from apigen import names
from apigen.emit_csharp import args_name
from apigen.emit_csharp_text import TYPES as CSHARP_TYPES
from apigen.emit_csharp_text import argument, argument_type, namespace, public_type
from apigen.java_text import TYPES as JAVA_TYPES
from apigen.java_text import event_class, index_parameter, java_type, listener
from apigen.model import Class, Compound, Event, Group, Library, Method, Property


def _group(cls: Class, leaf: Property) -> Group | None:
    return next((group for group in cls.groups if group.name == leaf.group), None)


def _twin(cls: Class, leaf: Property) -> Property | None:
    """StoreB of Store: the octets of what Java and C# show as text."""
    return next((one for one in cls.properties
                 if one.java_only and one.bytes_variant_of == leaf.name), None)


def java_property(cls: Class, leaf: Property) -> list[str]:
    group, lines = _group(cls, leaf), []
    for one in filter(None, [leaf, _twin(cls, leaf)]):
        in_list = group is not None and group.is_list
        name = (group.item if group and in_list else "") + one.leaf
        index = f"int {index_parameter(group)}" if group and in_list else ""
        lines.append(f"{java_type(one)} {names.java_getter(name, one.type)}({index});")
        if one.writable:
            given = ", ".join(filter(None, [index, f"{java_type(one)} value"]))
            lines.append(f"void {names.java_setter(name)}({given});")
    if group and not group.is_list:
        lines.insert(0, f"// of the {group.type} that get{group.name}() returns")
    return lines


def csharp_property(cls: Class, leaf: Property) -> list[str]:
    group = _group(cls, leaf)
    if leaf.is_count:
        owner = next((one for one in cls.groups if one.count == leaf.name), None)
        if owner is not None:
            return [f"int {owner.name}.Count {{ get; {'set; ' if leaf.writable else ''}}}"]
    place = "" if group is None else group.name + ("[i]." if group.is_list else ".")
    return [f"{public_type(one)} {place}{one.leaf} {{ get; {'set; ' if one.writable else ''}}}"
            for one in filter(None, [leaf, _twin(cls, leaf)])]


def java_method(item: Method) -> str:
    given = ", ".join(f"{JAVA_TYPES[arg.type]} {names.camel(arg.name)}" for arg in item.args)
    return f"{JAVA_TYPES[item.returns]} {names.camel(item.name)}({given});"


def csharp_method(item: Method) -> str:
    given = ", ".join(f"{CSHARP_TYPES[arg.type]} {argument(arg.name)}" for arg in item.args)
    return f"{CSHARP_TYPES[item.returns]} {item.name}({given});"


def java_event(cls: Class, event: Event) -> list[str]:
    return [f"// of {listener(cls)}",
            f"void {event.java_listener}({event_class(cls, event)} e);"]


def csharp_event(cls: Class, event: Event) -> str:
    return f"event EventHandler<{args_name(cls, event)}> On{event.name};"


def constructors(compound: Compound) -> tuple[list[str], list[str]]:
    """In Java and in C#."""
    java, csharp = [], []
    for item in compound.constructors:
        java.append(f"new {compound.name}("
                    + ", ".join(f"{JAVA_TYPES[arg.type]} {names.camel(arg.name)}"
                                for arg in item.args) + ")")
        csharp.append(f"new {compound.name}("
                      + ", ".join(f"{argument_type(arg.name, arg.type)} {argument(arg.name)}"
                                  for arg in item.args) + ")")
    return java, csharp


def class_names(library: Library, cls: Class) -> list[tuple[str, str]]:
    return [("Java", f"`{library.prefix}.{cls.package}.{cls.java_name}`"),
            ("C#", f"`{namespace(cls)}.{cls.name}`")]
