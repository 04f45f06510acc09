"""Makes everything that follows from the description.

    python -m apigen check [--api DIR]
    python -m apigen outputs
    python -m apigen emit WHAT [--class NAME] [--api DIR] -o FILE
    python -m apigen digest [--api DIR] [-o FILE]

WHAT is one of `outputs`' names; the emitter of WHAT is emit_*.py, found by OUTPUTS below.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from apigen import model

# what: (module, function, needs a class). The function takes (library, class) or (library).
OUTPUTS = {
    "engine-header": ("emit_engine", "header", True),
    "engine-source": ("emit_engine", "source", True),
    "c-header": ("emit_capi", "header", True),
    "c-errors": ("emit_capi", "errors_header", False),
    "c-enums": ("emit_capi", "enums_header", False),
    "c-version": ("emit_capi", "version_header", False),
    "c-map": ("emit_capi", "export_map", False),
    "c-glue": ("emit_glue", "glue", True),
    "c-tables": ("emit_glue", "tables", False),
    "surface-test": ("emit_tests", "surface_test", True),
    "digest": ("emit_digest", "digest", False),
    "cxx-header": ("emit_cxx", "header", True),
    "python-module": ("emit_python", "module", True),
    "python-stub": ("emit_python", "stub", True),
    "python-package": ("emit_python", "package", True),
    "swig-bridge": ("emit_swig", "bridge", True),
    "swig-interface": ("emit_swig", "interface", True),
    "docs": ("emit_docs", "page", True),
}


def emit(what: str, library: model.Library, class_name: str | None) -> str:
    module_name, function_name, per_class = OUTPUTS[what]
    function = getattr(importlib.import_module(f"apigen.{module_name}"), function_name)
    if not per_class:
        return str(function(library))
    classes = [cls for cls in library.native_classes if class_name in (None, cls.name)]
    if len(classes) != 1:
        raise model.DescriptionError(f"{what}: --class must be one of "
                                     + ", ".join(cls.name for cls in library.native_classes))
    return str(function(library, classes[0]))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="apigen")
    parser.add_argument("command", choices=["check", "outputs", "emit", "digest"])
    parser.add_argument("what", nargs="?", choices=sorted(OUTPUTS))
    parser.add_argument("--api", type=Path, default=Path(__file__).parents[1] / "api")
    parser.add_argument("--class", dest="class_name")
    parser.add_argument("-o", dest="output", type=Path)
    options = parser.parse_args(arguments)
    if options.command == "outputs":
        print("\n".join(OUTPUTS))
        return 0
    try:
        library = model.load(options.api)
        from apigen import check  # after the description could be read at all
        problems = check.check(library)
        for problem in problems:
            print(problem, file=sys.stderr)
        if problems or options.command == "check":
            return 1 if problems else 0
        what = "digest" if options.command == "digest" else options.what
        if what is None:
            parser.error("emit needs WHAT")
        text = emit(what, library, options.class_name)
    except model.DescriptionError as error:
        print(error, file=sys.stderr)
        return 1
    if options.output is None:
        sys.stdout.write(text)
    else:
        options.output.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
