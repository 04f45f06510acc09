"""The stub of a package: what type checkers and editors know of its native classes."""

from __future__ import annotations

from apigen import names
from apigen.emit_cxx import used_enums
from apigen.emit_python import (field_doc, handler_doc, method_doc, method_signature, params_class,
                                property_doc, public_names)
from apigen.model import Class, Event, Library, Method, Property
from apigen.prose import PYTHON_TYPES, index_name


def docstring(text: str, indent: str) -> str:
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if text.endswith('"'):
        text += " "
    lines = text.split("\n")
    rest = [(indent + line).rstrip() for line in lines[1:]]
    return "\n".join([f'{indent}"""{lines[0]}', *rest]) + '"""'


def given_type(leaf: Property) -> str:
    return "bytes | str" if leaf.type == "bytes" else PYTHON_TYPES[leaf.type]


def leaf_stub(library: Library, cls: Class, leaf: Property) -> str:
    doc = docstring(property_doc(library, leaf), "        ")
    kind = PYTHON_TYPES[leaf.type]
    index = f", {index_name(leaf, cls)}: int" if leaf.indexed else ""
    lines = []
    if not leaf.indexed:
        lines += ["    @property", f"    def {leaf.snake}(self) -> {kind}:", doc]
        if leaf.writable:
            lines += [f"    @{leaf.snake}.setter",
                      f"    def {leaf.snake}(self, value: {given_type(leaf)}) -> None: ..."]
    lines += [f"    def get_{leaf.snake}(self{index}) -> {kind}:", doc]
    if leaf.writable:
        lines += [f"    def set_{leaf.snake}(self{index}, value: {given_type(leaf)}) -> None:", doc]
    return "\n".join(lines)


def method_stub(library: Library, item: Method) -> str:
    signature = method_signature(item).replace("(", "(self, " if item.args else "(self", 1)
    return f"    def {signature}:\n" + docstring(method_doc(library, item), "        ")


def event_stub(cls: Class, event: Event) -> str:
    name = names.python_event(event.name)
    kind = f"Callable[[{params_class(cls, event)}], object] | None"
    return "\n".join(["    @property", f"    def {name}(self) -> {kind}:",
                      docstring(handler_doc(cls, event), "        "),
                      f"    @{name}.setter",
                      f"    def {name}(self, handler: {kind}) -> None: ..."])


def params_stub(cls: Class, event: Event) -> str:
    lines = [f"class {params_class(cls, event)}:", docstring(event.doc, "    ")]
    for field in event.fields:
        name, kind = names.python(field.name), PYTHON_TYPES[field.type]
        lines += ["    @property", f"    def {name}(self) -> {kind}:",
                  docstring(field_doc(field), "        ")]
        if field.inout:
            lines += [f"    @{name}.setter", f"    def {name}(self, value: {kind}) -> None: ..."]
    return "\n".join(lines)


def stub(library: Library, cls: Class) -> str:
    """coffer/<package>/__init__.pyi."""
    parts = ["# Made by capi/apigen from capi/api; changes belong there.",
             "from collections.abc import Callable", "from enum import IntEnum, IntFlag",
             "from types import TracebackType", "from typing import ClassVar", "",
             "from typing_extensions import Self", "", "__all__ = ["]
    parts += [f'    "{name}",' for name in public_names(library, cls)] + ["]", ""]
    for enum in used_enums(library, cls):
        parts += [f"class {enum.name}({'IntFlag' if enum.flags else 'IntEnum'}):",
                  docstring(enum.doc or enum.name, "    ")]
        parts += [f"    {value.name} = {value.value}" for value in enum.values] + [""]
    for event in cls.events:
        parts += [params_stub(cls, event), ""]
    parts += [f"class {cls.name}:", docstring(cls.doc, "    "),
              "    version: ClassVar[str]",
              "    def __init__(self) -> None:",
              '        """Creates an object with every property at its default."""',
              "    def close(self) -> None:",
              '        """Ends what runs and frees the object; later calls raise 30001."""',
              "    def __enter__(self) -> Self:", '        """Returns the object itself."""',
              "    def __exit__(self, kind: type[BaseException] | None,",
              "                 error: BaseException | None,",
              "                 traceback: TracebackType | None, /) -> None:",
              '        """Closes the object."""']
    parts += [leaf_stub(library, cls, leaf) for leaf in cls.native_properties]
    parts += [method_stub(library, item) for item in cls.methods]
    parts += [event_stub(cls, event) for event in cls.events]
    return "\n".join(parts) + "\n"
