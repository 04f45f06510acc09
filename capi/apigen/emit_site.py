"""The static site: the reference pages, the guides and the examples, with a search box.

    python -m apigen.emit_site [--api DIR] SOURCE_ROOT FOLDER

Made by MkDocs (Debian's `mkdocs`): it takes the Markdown as it is, its search is built in and runs
in the reader's browser, and nothing is loaded from elsewhere. Sphinx would need a parser for
Markdown of its own. FOLDER/pages gets the Markdown, FOLDER/html the site.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from apigen import emit_docs, model
from apigen.docs_items import anchor, code, join

# page, title, source below the source root
GUIDES = [("index.md", "Start", "README.md"),
          ("guides/c.md", "The C interface", "capi/README.md"),
          ("guides/python.md", "The Python package", "bindings/python/README.md"),
          ("guides/changes.md", "What each version added", "capi/abi/CHANGES.md")]
# The examples, each of which a test compiles and runs. By class: language, its mark, file.
EXAMPLES = {
    "Office365Backup": [("C", "c", "tests/capi/flow.c"),
                        ("C++", "cpp", "bindings/cxx/examples/backup.cpp"),
                        ("Python", "python", "bindings/python/examples/backup.py"),
                        ("Java", "java", "bindings/java/examples/Backup.java"),
                        ("C#", "csharp", "bindings/csharp/examples/Backup.cs")],
    "Client": [("C", "c", "tests/capi/threeds_flow.c"),
               ("C++", "cpp", "bindings/cxx/examples/payment.cpp"),
               ("Python", "python", "bindings/python/examples/challenge.py"),
               ("Java", "java", "bindings/java/examples/Payment.java"),
               ("C#", "csharp", "bindings/csharp/examples/Payment.cs")],
}
STYLE = """\
.container { max-width: 1400px; }
table { margin-bottom: 1.5rem; }
th, td { padding: 0.2rem 0.6rem; border: 1px solid #ddd; vertical-align: top; }
.bs-sidebar a { overflow-wrap: anywhere; }
.bs-sidebar:not(:has(a)) { visibility: hidden; }
h2, h3 { margin-top: 2rem; scroll-margin-top: 5rem; }
h3 { border-top: 1px solid #eee; padding-top: 1rem; }
pre { margin-bottom: 0.5rem; }
pre code::before { float: right; color: #777; font-size: 80%; }
"""
LABELS = {"c": "C", "cpp": "C++", "python": "Python", "java": "Java", "csharp": "C#"}
_ANCHOR = re.compile(r'^<a id="[^"]+"></a>\n\n', re.MULTILINE)
_SHARP = re.compile(r"^(#+ .*\S)#$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\((?![a-z]+:|#)[^)]+\)")


def slug(text: str, _: str) -> str:
    """A heading's id is what the pages' own links use."""
    return anchor(text)


def guide(text: str) -> str:
    """A page of the sources; what it links to there is not part of the site."""
    return _LINK.sub(r"\1", text)


def examples(root: Path, cls: model.Class) -> str:
    parts = [f"# {cls.name}: examples",
             "Whole programs. The first comment of each says how it is called."]
    for language, mark, name in EXAMPLES.get(cls.name, []):
        if (root / name).is_file():
            text = (root / name).read_text(encoding="utf-8").rstrip("\n")
            parts += [f"## {language}", f"`{name}`", code(mark, [text])]
    return join(parts)


def sources(library: model.Library, root: Path) -> dict[str, str]:
    """Every page of the site."""
    made = {f"reference/{name}": _ANCHOR.sub("", text)
            for name, text in emit_docs.pages(library).items()}
    for cls in library.classes:
        made[f"reference/{cls.package}/examples.md"] = examples(root, cls)
    for page, _, name in GUIDES:
        made[page] = guide((root / name).read_text(encoding="utf-8"))
    # MkDocs would take the last sign of "In C#" for the end of a heading.
    return {name: _SHARP.sub(r"\1# #", text) for name, text in made.items()}


def navigation(library: model.Library) -> list[dict[str, Any]]:
    start, *guides = [{title: page} for page, title, _ in GUIDES]
    entries: list[dict[str, Any]] = [start, {"Guides": guides}]
    for cls in library.native_classes:
        folder = f"reference/{cls.package}"
        pages: list[dict[str, str]] = [{"Overview": f"{folder}/index.md"}]
        if cls.name in EXAMPLES:
            pages.append({"Examples": f"{folder}/examples.md"})
        pages += [{title: f"{folder}/{name}"}
                  for name, title, _ in emit_docs.class_pages(library, cls)]
        entries.append({cls.name: pages})
    return entries + [{"All classes": "reference/index.md"}]


def configuration(library: model.Library, folder: Path) -> dict[str, Any]:
    return {
        "site_name": f"{library.prefix} {library.version}",
        "site_url": "",
        "docs_dir": str(folder / "pages"), "site_dir": str(folder / "html"),
        "nav": navigation(library), "strict": True,
        "use_directory_urls": False,  # readable from a folder, too
        # Indexed here: a reader's browser would need many seconds for it on every page.
        "plugins": [{"search": {"prebuild_index": "python", "separator": r"[\s\-\.]+"}}],
        "markdown_extensions": ["sane_lists", {"toc": {"toc_depth": "2-3"}}],
        # The highlighter would be loaded from another site. Debian's copy of the other theme lacks
        # the scripts that its pages ask for.
        "theme": {"name": "mkdocs", "highlightjs": False, "navigation_depth": 3},
        "extra_css": ["pages.css"],
    }


def build(library: model.Library, root: Path, folder: Path) -> None:
    from mkdocs.commands import build as mkdocs_build  # here: the pages alone need no MkDocs
    from mkdocs.config import load_config

    shutil.rmtree(folder / "pages", ignore_errors=True)
    for name, text in sources(library, root).items():
        path = folder / "pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    labels = [f'pre code.language-{mark}::before {{ content: "{label}"; }}\n'
              for mark, label in LABELS.items()]
    (folder / "pages" / "pages.css").write_text(STYLE + "".join(labels), encoding="utf-8")
    settings = folder / "mkdocs.yml"  # JSON is YAML
    settings.write_text(json.dumps(configuration(library, folder), indent=1), encoding="utf-8")
    loaded = load_config(str(settings))
    loaded["mdx_configs"]["toc"]["slugify"] = slug
    mkdocs_build.build(loaded)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="apigen.emit_site")
    parser.add_argument("--api", type=Path, default=Path(__file__).parents[1] / "api")
    parser.add_argument("root", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    folder = options.folder.resolve()
    try:
        build(model.load(options.api), options.root.resolve(), folder)
    except ModuleNotFoundError as error:
        print(f"{error}: install Debian's package mkdocs", file=sys.stderr)
        return 1
    print(f"{folder / 'html' / 'index.html'}; the search needs a server: "
          f"python3 -m http.server -d {folder / 'html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
