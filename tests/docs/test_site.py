"""The site as a reader gets it: every link leads somewhere, every item is found by the search."""

from __future__ import annotations

import importlib.util
import json
import posixpath
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "capi"))

from apigen import emit_site, model  # noqa: E402

LIBRARY = model.load(ROOT / "capi" / "api")


class Page(HTMLParser):
    """The ids and the targets of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            elif name in ("href", "src") and value:
                self.targets.append(value)


def broken(pages: dict[str, Page], files: set[str]) -> list[str]:
    """Targets that are not there, and those that another site would have to deliver."""
    found = []
    for name, page in pages.items():
        for target in page.targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                if not target.startswith(("https://www.mkdocs.org", "https://readthedocs.org",
                                          "https://github.com/readthedocs")):  # the theme's credit
                    found.append(f"{name}: {target} is elsewhere")
                continue
            path = unquote(parts.path)
            goal = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path \
                else name
            if goal not in files and f"{goal}/index.html" not in files and goal != ".":
                found.append(f"{name}: {target}")
            elif parts.fragment and goal in pages and parts.fragment not in pages[goal].ids:
                found.append(f"{name}: {target}")
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if importlib.util.find_spec("mkdocs") is None:
        pytest.skip("MkDocs is not installed (Debian: mkdocs)")
    folder = tmp_path_factory.mktemp("site")
    emit_site.build(LIBRARY, ROOT, folder)
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    return {path.relative_to(site).as_posix(): Page(path.read_text(encoding="utf-8"))
            for path in site.rglob("*.html") if path.name != "404.html"}


def test_a_broken_link_is_found() -> None:
    pages = {"a/x.html": Page('<p id="here"><a href="#here"></a><a href="#gone"></a>'
                              '<a href="../b.html#there"></a><a href="../c.html"></a>'
                              '<script src="https://example.org/x.js"></script>'),
             "b.html": Page('<p id="there">')}
    assert broken(pages, set(pages)) == [
        "a/x.html: #gone", "a/x.html: ../c.html", "a/x.html: https://example.org/x.js is elsewhere"]


def test_links_and_ids(site: Path, pages: dict[str, Page]) -> None:
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert broken(pages, files) == []
    for name, page in pages.items():
        assert sorted(set(page.ids)) == sorted(page.ids), f"{name} has an id twice"


def test_the_search_knows_every_item(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    titles = {(entry["location"].split("/")[1], entry["title"]) for entry in index["docs"]
              if entry["location"].startswith("reference/") and "#" in entry["location"]}
    for cls in LIBRARY.native_classes:
        names = {leaf.name for leaf in cls.native_properties} | {one.name for one in cls.methods}
        names |= {one.name for one in cls.events} | {one.name for one in cls.settings}
        assert {(cls.package, name) for name in names} <= titles
        if cls.name in emit_site.EXAMPLES:
            assert {(cls.package, language) for language in ("C", "C++", "C#")} <= titles


def test_examples_are_whole() -> None:
    for cls in LIBRARY.classes:
        text = emit_site.examples(ROOT, cls)
        for language, _, name in emit_site.EXAMPLES[cls.name]:
            if language in ("C", "C++", "Python"):
                assert (ROOT / name).is_file()
            if (ROOT / name).is_file():
                assert (ROOT / name).read_text(encoding="utf-8").strip() in text
        assert re.findall(r"^## (.+)$", text, re.MULTILINE)[:3] == ["C", "C++", "Python"]
