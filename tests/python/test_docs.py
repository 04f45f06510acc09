"""The reference pages: every item has its sections, every link its target."""

from __future__ import annotations

import posixpath
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "capi"))

from apigen import emit_docs, model, names  # noqa: E402

LIBRARY = model.load(ROOT / "capi" / "api")
PAGES = emit_docs.pages(LIBRARY)


def page(cls: model.Class, name: str) -> str:
    return PAGES[f"{cls.package}/{name}"]


def each(what: str) -> pytest.MarkDecorator:
    rows = [(cls, item) for cls in LIBRARY.native_classes for item in getattr(cls, what)]
    return pytest.mark.parametrize("cls, item", rows,
                                   ids=[f"{cls.name}.{item.name}" for cls, item in rows])


def part_of(text: str, name: str) -> str:
    """From an item's anchor to the next."""
    found = re.search(rf'<a id="{emit_docs.anchor(name)}"></a>\n(.*?)(?=<a id=|\Z)', text, re.S)
    assert found, f"{name} is not on its page"
    return found.group(1)


def test_no_link_is_broken() -> None:
    assert emit_docs.broken_links(PAGES) == []


def test_a_broken_link_is_found() -> None:
    made = {"a/x.md": '<a id="here"></a> [1](#here) [2](y.md#there) [3](#nowhere) [4](z.md)',
            "a/y.md": '<a id="there"></a> [5](../a/x.md#here) [6](https://elsewhere.example/)'}
    assert emit_docs.broken_links(made) == ["a/x.md: #nowhere", "a/x.md: z.md"]


def test_every_page_is_reached_from_the_index() -> None:
    reached, waiting = set(), ["index.md"]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        for target in re.findall(r"\]\(([^)#\s]+\.md)", PAGES[name]):
            if not target.startswith("http"):
                waiting.append(posixpath.normpath(posixpath.join(posixpath.dirname(name), target)))
    assert reached == set(PAGES)


@each("native_properties")
def test_property(cls: model.Class, item: model.Property) -> None:
    text = part_of(page(cls, "properties.md"), item.name)
    for part in (item.doc, f"{cls.c_prefix}_get_{item.snake}(", f" {item.snake}(",
                 "" if cls.fields_of else f"def get_{item.snake}(", "- Type: ", "- Default: ", "- Access: "):
        assert part in text
    assert (f"{cls.c_prefix}_set_{item.snake}(" in text) == item.writable
    assert ("- Range: " in text) == bool(item.range or item.enum or item.words or item.form)
    assert ("- Index: " in text) == item.indexed
    assert ("- Effect: " in text) == (item.effect != "active")


@each("settings")
def test_setting(cls: model.Class, item: model.Setting) -> None:
    text = part_of(page(cls, emit_docs.settings_page_name(item.section)), item.name)
    for part in (item.doc, f'config("{item.name}', "- Type: ", "- Default: ", "- Access: "):
        assert part in text
    assert ("- Effect: " in text) == (item.effect != "active")
    assert ("- Range: " in text) == bool(item.range or item.words)


@pytest.mark.parametrize("cls", LIBRARY.native_classes, ids=lambda cls: cls.name)
def test_methods_events_errors_and_types(cls: model.Class) -> None:
    for method in cls.methods:
        text = part_of(page(cls, "methods.md"), method.name)
        assert (f"def {names.snake(method.name)}(" in text) == (not cls.fields_of)
        assert f"{cls.c_prefix}_{names.snake(method.name)}(" in text
        for name in method.errors:
            assert f"COFFER_ERROR_{name}" in page(cls, "errors.md")
    for event in cls.events:
        text = part_of(page(cls, "events.md"), event.name)
        assert names.python_event(event.name) in text
        assert all(field.doc in text for field in event.fields)
    for error in LIBRARY.errors:
        if not cls.fields_of and (not error.classes or cls.name in error.classes):
            assert f"COFFER_ERROR_{error.name}" in part_of(page(cls, "errors.md"), str(error.code))
    for compound in {group.type for group in cls.groups}:
        text = part_of(page(cls, "types.md"), compound)
        assert all(f"| {leaf.leaf} |" in text for leaf in LIBRARY.types[compound].fields)


def test_the_command_writes_the_pages(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    done = subprocess.run([sys.executable, "-m", "apigen.emit_docs", "--stamp", str(stamp),
                           str(tmp_path / "reference")], cwd=ROOT / "capi", check=False)
    assert done.returncode == 0 and stamp.exists()
    written = {path.relative_to(tmp_path / "reference").as_posix()
               for path in (tmp_path / "reference").rglob("*.md")}
    assert written == set(PAGES)
