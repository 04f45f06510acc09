"""The reference pages: Markdown, one page an item group, the same sections for every item.

    python -m apigen.emit_docs [--api DIR] [--stamp FILE] FOLDER

A page's items are named as the manuals print them; their syntax gives the spelling in C, C++,
Python, Java and C#. Every link is made by `link`, from the same name the anchor is made from.
"""

from __future__ import annotations

import argparse
import posixpath
import re
import sys
from pathlib import Path

from apigen import docs_languages, model
from apigen.docs_items import (anchor, enum_item, error_item, event_item, facts, heading, join,
                               link, method_item, object_names, property_item, setting_item, setting_name,
                               table, type_item)
from apigen.model import Class, ErrorCode, Library

EVENTS_INTRO = """\
A handler runs in the thread that calls the method which fires it, never in another, and only while
that method runs. Without a handler nothing waits: the fields keep the values they come with.
Handlers may be exchanged at any time, by a handler too: what comes up between the removal of one
and the addition of the next inside a handler reaches the next. What a handler throws leaves the
event's answers as they came, the run goes on, and the exception comes out, as itself, of that
method (in C: the handler returns non-zero, the method 30003). In C a field is read by
`<event>_get_<field>` and an answer given by `<event>_set_<field>`; texts and bytes of an event are
the library's and end when the handler returns. A Java listener (`add…Listener`) has a method for
each event, and the fields of its argument are public; C# has .NET events, whose argument has the
fields as properties."""


def properties_page(library: Library, cls: Class) -> str:
    plain = [leaf for leaf in cls.native_properties if leaf.group is None]
    parts = [f"# {cls.name}: properties",
             table(["property", "what it is"],
                   [[link("", leaf.name), leaf.doc] for leaf in plain]
                   + [[link("", group.name), group.doc] for group in cls.groups])]
    parts += [heading(2, "Plain values")]
    parts += [property_item(library, cls, leaf) for leaf in plain]
    for group in cls.groups:
        parts += [heading(2, group.name), group.doc,
                  f"An object of type {link('types.md', group.type)}; in C, C++ and Python its "
                  f"fields are properties that begin with `{group.prefix}_`.", group.remarks]
        parts += [property_item(library, cls, leaf) for leaf in group.leaves if not leaf.java_only]
    return join(parts)


def methods_page(library: Library, cls: Class) -> str:
    return join([f"# {cls.name}: methods",
                 table(["method", "what it does"],
                       [[link("", item.name), item.doc] for item in cls.methods]),
                 *(method_item(library, cls, item) for item in cls.methods)])


def events_page(cls: Class) -> str:
    return join([f"# {cls.name}: events", EVENTS_INTRO,
                 table(["event", "when it fires"],
                       [[link("", event.name), event.doc] for event in cls.events]),
                 *(event_item(cls, event) for event in cls.events)])


def settings_page_name(section: str) -> str:
    return f"settings-{anchor(section.removesuffix('Config Settings'))}.md"


def settings_page(cls: Class, section: str) -> str:
    items = [item for item in cls.settings if item.section == section]
    return join([f"# {cls.name}: {section}",
                 "Read with `config(\"Name\")`, set with `config(\"Name=Value\")`, which returns "
                 "the value as it reads now. Names ignore case; an unknown one is 714, a value "
                 "that does not fit 713.",
                 table(["setting", "what it is"],
                       [[link("", item.name, setting_name(item)), item.doc] for item in items]),
                 *(setting_item(cls, item) for item in items)])


def sections(cls: Class) -> list[str]:
    return list(dict.fromkeys(item.section for item in cls.settings))


def types_page(library: Library, cls: Class) -> str:
    used = {group.type for group in cls.groups}
    wanted = {leaf.enum for leaf in cls.properties}
    compounds = [item for name, item in library.types.items()
                 if name in used and name != cls.fields_of]
    enums = [item for name, item in library.enums.items() if name in wanted]
    return join([f"# {cls.name}: types",
                 table(["type", "what it is"],
                       [[link("", item.name), item.doc] for item in compounds]
                       + [[link("", item.name), item.doc] for item in enums]),
                 *(type_item(library, item) for item in compounds),
                 *(enum_item(item) for item in enums)])


def errors_of(library: Library, cls: Class) -> list[ErrorCode]:
    """An object of C and C++ connects to nothing: what its methods name, and what a call itself
    may meet (contract section 2: from 30001)."""
    if cls.fields_of:
        named = {name for item in cls.methods for name in item.errors}
        return [error for error in library.errors if error.name in named or error.code > 30000]
    return [error for error in library.errors if not error.classes or cls.name in error.classes]


def errors_page(library: Library, cls: Class) -> str:
    errors = errors_of(library, cls)
    groups = list(dict.fromkeys(error.group for error in errors))
    parts = [f"# {cls.name}: errors",
             "C functions return the code, with the text in `coffer_last_error`; C++ throws "
             "`coffer::CofferError` (`code()`, `what()`), Python raises `coffer.CofferError` "
             "(`code`, `message`), Java throws `coffer.CofferException` (`getCode()`, "
             "`getMessage()`), C# throws `Coffer.CofferException` (`Code`, `Message`).",
             table(["code", "what it means"],
                   [[link("", str(error.code)), error.text] for error in errors])]
    for group in groups:
        parts.append(f"## {group}")
        parts += [error_item(error) for error in errors if error.group == group]
    return join(parts)


def deviations_page(cls: Class) -> str:
    return join([f"# {cls.name}: where it differs from the manual",
                 table(["item", "what", "why"],
                       [[item.item, item.what, item.why] for item in cls.deviations])])


def class_pages(library: Library, cls: Class) -> list[tuple[str, str, str]]:
    """Below the class's folder: page, title, text. An object of C and C++ has no events, and
    nothing that could differ from the manuals."""
    found = [("properties.md", "Properties", properties_page(library, cls)),
             ("methods.md", "Methods", methods_page(library, cls))]
    if cls.events:
        found.append(("events.md", "Events", events_page(cls)))
    found += [(settings_page_name(section), section, settings_page(cls, section))
              for section in sections(cls)]
    found += [("types.md", "Types", types_page(library, cls)),
              ("errors.md", "Errors", errors_page(library, cls))]
    if cls.deviations:
        found.append(("deviations.md", "Differences from the manual", deviations_page(cls)))
    return found


def class_index(library: Library, cls: Class) -> str:
    other = [("Python", f"`{library.prefix}.{cls.package}.{cls.name}`"),
             *docs_languages.class_names(library, cls)]
    return join([f"# {cls.name}", cls.doc, heading(2, "Names"),
                 facts([("C", f"`{cls.c_prefix}`, `#include <coffer/{cls.package}.h>`"),
                        ("C++", f"`coffer::{cls.package}::{cls.name}`, `#include "
                                "<coffer/coffer.hpp>`"),
                        *(object_names(library, cls) if cls.fields_of else other)]),
                 heading(2, "Pages"),
                 "\n".join(f"- [{title}]({page})" for page, title, _ in class_pages(library, cls)),
                 heading(2, "Use") if cls.remarks else "", cls.remarks])


def page(library: Library, cls: Class) -> str:
    """All pages of a class as one text, for reading in one go."""
    return "\n".join(text for name, text in sorted(pages(library).items())
                     if name.startswith(f"{cls.package}/"))


def pages(library: Library) -> dict[str, str]:
    """Path below the reference folder, and text."""
    made = {"index.md": join([
        f"# Reference of coffer {library.version}",
        "\n".join(f"- [{cls.name}]({cls.package}/index.md): {cls.doc}"
                  for cls in library.native_classes)])}
    for cls in library.native_classes:
        made[f"{cls.package}/index.md"] = class_index(library, cls)
        for name, _, text in class_pages(library, cls):
            made[f"{cls.package}/{name}"] = text
    return {name: re.sub(r"\n{3,}", "\n\n", text) for name, text in made.items()}


def broken_links(made: dict[str, str]) -> list[str]:
    """Each link of the pages whose page or anchor is not there."""
    anchors = {name: set(re.findall(r'<a id="([^"]+)"></a>', text)) for name, text in made.items()}
    broken = []
    for name, text in made.items():
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, part = target.partition("#")
            folder = posixpath.dirname(name)
            goal = posixpath.normpath(posixpath.join(folder, path)) if path else name
            if goal not in anchors or (part and part not in anchors[goal]):
                broken.append(f"{name}: {target}")
    return broken


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="apigen.emit_docs")
    parser.add_argument("--api", type=Path, default=Path(__file__).parents[1] / "api")
    parser.add_argument("--stamp", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    made = pages(model.load(options.api))
    broken = broken_links(made)
    for line in broken:
        print("broken link:", line, file=sys.stderr)
    for name, text in made.items():
        path = options.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if options.stamp and not broken:
        options.stamp.touch()
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
