"""The reference pages: every item has its sections, every link its target."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "capi"))

from apigen import emit_docs, model, names  # noqa: E402

LIBRARY = model.load(ROOT / "capi" / "api")
CLASS = LIBRARY.class_named("Office365Backup")
PAGES = emit_docs.pages(LIBRARY)


def page(name: str) -> str:
    return PAGES[f"{CLASS.package}/{name}"]


def item(text: str, name: str) -> str:
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
                waiting.append((Path(name).parent / target).as_posix())
    assert reached == set(PAGES)


@pytest.mark.parametrize("leaf", CLASS.native_properties, ids=lambda leaf: leaf.name)
def test_property(leaf: model.Property) -> None:
    text = item(page("properties.md"), leaf.name)
    for part in (leaf.doc, f"{CLASS.c_prefix}_get_{leaf.snake}(", f" {leaf.snake}(",
                 f"def get_{leaf.snake}(", "- Type: ", "- Default: ", "- Access: "):
        assert part in text
    assert (f"{CLASS.c_prefix}_set_{leaf.snake}(" in text) == leaf.writable
    assert ("- Range: " in text) == bool(leaf.range or leaf.enum)
    assert ("- Effect: " in text) == (leaf.effect != "active")


@pytest.mark.parametrize("setting", CLASS.settings, ids=lambda setting: setting.name)
def test_setting(setting: model.Setting) -> None:
    text = item(page(emit_docs.settings_page_name(setting.section)), setting.name)
    for part in (setting.doc, f'config("{setting.name}', "- Type: ", "- Default: ", "- Access: "):
        assert part in text
    assert ("- Effect: " in text) == (setting.effect != "active")
    assert ("- Range: " in text) == bool(setting.range or setting.words)


def test_methods_events_errors_and_types() -> None:
    for method in CLASS.methods:
        assert f"def {names.snake(method.name)}(" in item(page("methods.md"), method.name)
    for event in CLASS.events:
        text = item(page("events.md"), event.name)
        assert names.python_event(event.name) in text
        assert all(field.doc in text for field in event.fields)
    for error in LIBRARY.errors:
        if not error.classes or CLASS.name in error.classes:
            assert f"COFFER_ERROR_{error.name}" in item(page("errors.md"), str(error.code))
    for compound in {group.type for group in CLASS.groups}:
        text = item(page("types.md"), compound)
        assert all(f"| {leaf.leaf} |" in text for leaf in LIBRARY.types[compound].fields)


def test_the_command_writes_the_pages(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    done = subprocess.run([sys.executable, "-m", "apigen.emit_docs", "--stamp", str(stamp),
                           str(tmp_path / "reference")], cwd=ROOT / "capi", check=False)
    assert done.returncode == 0 and stamp.exists()
    written = {path.relative_to(tmp_path / "reference").as_posix()
               for path in (tmp_path / "reference").rglob("*.md")}
    assert written == set(PAGES)
