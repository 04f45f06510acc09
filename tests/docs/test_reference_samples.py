"""Every declaration and sample on the reference pages is what the headers, the module and the
generated sources of Java and C# say: C and C++ are compiled, Python is run.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from coffer import CofferError, cloudbackup, threeds

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "capi"))

from apigen import emit_csharp, emit_docs, emit_java, model  # noqa: E402

LIBRARY = model.load(ROOT / "capi" / "api")
PAGES = emit_docs.pages(LIBRARY)
FENCE = re.compile(r"^```(\w+)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
each_class = pytest.mark.parametrize("cls", LIBRARY.classes,
                                     ids=[cls.name for cls in LIBRARY.classes])
each_native = pytest.mark.parametrize("cls", LIBRARY.native_classes,
                                      ids=[cls.name for cls in LIBRARY.native_classes])


def samples(cls: model.Class, language: str) -> list[str]:
    found = [body for name, text in PAGES.items() if name.startswith(f"{cls.package}/")
             for kind, body in FENCE.findall(text) if kind == language]
    assert len(found) > (20 if cls.fields_of else 100)
    return found


def programs(cls: model.Class, language: str) -> list[str]:
    """Samples of several statements, which begin with the object that they are about."""
    name = {"c": f"{cls.c_prefix} *", "cpp": f"coffer::{cls.package}::{cls.name} "}[language]
    return [body for body in samples(cls, language) if body.startswith(name)]


def lines(cls: model.Class, language: str) -> list[str]:
    return [line for body in samples(cls, language) for line in body.split("\n")]


def compiles(compiler: str, folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    done = subprocess.run([*json.loads(os.environ[compiler]), "-fsyntax-only", "-Wall", "-Werror",
                           "-Wno-unused", *os.environ["COFFER_INCLUDES"].split(), name],
                          cwd=folder, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[:3000]


@each_native
def test_c(cls: model.Class, tmp_path: Path) -> None:
    """A declaration that differs from the header's does not compile beside it."""
    declared = [body for body in samples(cls, "c") if body.startswith("int32_t ")]
    calls = [body for body in samples(cls, "c") if body.startswith(f"{cls.c_prefix}_config(")]
    whole = programs(cls, "c")
    assert len(declared) + len(calls) + len(whole) == len(samples(cls, "c"))
    compiles("COFFER_CC", tmp_path, "page.c", "\n".join([
        "#include <coffer/coffer.h>", "#include <stdio.h>", *declared,
        f"void samples({cls.c_prefix} *self, char *out) {{", *calls, *whole, "}", ""]))


@each_native
def test_cxx(cls: model.Class, tmp_path: Path) -> None:
    """Each declaration as the type of a pointer to the member of that name."""
    pointers: list[str] = []
    calls: list[str] = []
    whole = programs(cls, "cpp")
    for line in (line for body in samples(cls, "cpp") if body not in whole
                 for line in body.split("\n")):
        if line.startswith("object."):
            calls.append(line)
            continue
        found = re.fullmatch(r"(.+?) (\w+)\((.*)\)( const)?;", line)
        assert found, line
        result, name, arguments, const = found.groups()
        pointers.append(f"{result} (Object::*m{len(pointers)})({arguments}){const or ''} = "
                        f"&Object::{name};")
    compiles("COFFER_CXX", tmp_path, "page.cpp", "\n".join([
        "#include <coffer/coffer.hpp>", "#include <iostream>", "using namespace coffer;",
        f"using namespace coffer::{cls.package};", f"using Object = {cls.name};",
        *pointers, "void samples(Object& object) {", *calls, *whole, "}", ""]))


@each_class
def test_python_declarations(cls: model.Class) -> None:
    made = subprocess.run([sys.executable, "-m", "apigen", "emit", "python-stub", "--class",
                           cls.name], cwd=ROOT / "capi", check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    kind = getattr({"cloudbackup": cloudbackup, "threeds": threeds}[cls.package], cls.name)
    for line in lines(cls, "python"):
        if line.startswith("def "):
            found = re.fullmatch(r"def (\w+)\((.*)\) -> (.+): \.\.\.", line)
            assert found, line
            name, arguments, result = found.groups()
            inner = ", ".join(["self", *filter(None, [arguments])])
            assert f"def {name}({inner}) -> {result}:" in made, line
            assert callable(getattr(kind, name))
        elif not line.startswith("object."):
            name = line.partition(":")[0].partition(".")[2]
            assert isinstance(getattr(kind, name), property), line


@each_class
def test_python_settings(cls: model.Class) -> None:
    """Each sample is run; one that names a value to be filled in, or a row that is not there yet,
    or one whose page says that it is not available, may fail, but never because the setting is
    unknown."""
    ran = 0
    unavailable = [item.name for item in cls.settings if item.effect == "unavailable"]
    with getattr({"cloudbackup": cloudbackup, "threeds": threeds}[cls.package], cls.name)() as one:
        for line in lines(cls, "python"):
            if not line.startswith("object."):
                continue
            ran += 1
            try:
                exec(line, {"object": one})
            except CofferError as error:
                allowed = {606} if "[0]" in line else set()
                allowed |= {713} if "..." in line or "[0]" in line else set()
                allowed |= {713} if any(f'"{item}' in line for item in unavailable) else set()
                assert error.code in allowed, f"{line}: {error.code} {error}"
    assert ran >= len(cls.settings)


@each_native
def test_java(cls: model.Class) -> None:
    """What stands alone in C and C++ is a type of both packages."""
    owners = LIBRARY.classes if cls.fields_of else [cls]
    for owner in owners:
        check_java(cls, "\n".join(emit_java.sources(LIBRARY, owner).values()))


def check_java(cls: model.Class, sources: str) -> None:
    for line in lines(cls, "java"):
        if line.startswith("new "):
            inside = line.removeprefix("new ")
            assert f"public {inside}" in sources, line
        elif not line.startswith(("//", "object.")):
            assert f"  public {line[:-1]} {{" in sources or f"  {line}\n" in sources, line


@each_native
def test_csharp(cls: model.Class) -> None:
    sources = "\n".join(emit_csharp.files(LIBRARY).values())
    for line in lines(cls, "csharp"):
        if line.startswith("new "):
            assert f"public {line.removeprefix('new ')}" in sources, line
        elif line.startswith("event "):
            assert f"public {line[:-1]} {{" in sources, line
        elif "{ get;" in line:
            kind, name = line.partition(" {")[0].split(" ")
            assert name.endswith(".Count") or \
                f"public {kind} {name.rpartition('.')[2]} {{" in sources, line
        elif not line.startswith("object."):
            assert f"public {line[:-1]} {{" in sources, line
