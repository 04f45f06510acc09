"""What a wheel holds, by the build's own plan for it; and pip's whole way, where it is asked for.

The plan takes seconds. The whole way builds the library anew, which takes minutes: it is taken when
COFFER_TEST_WHEEL is set.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from conftest import CLEAN, ROOT, tool

RUN = """
import sys, tempfile
import coffer
from coffer.cloudbackup import Office365Backup
from coffer.sandbox import Sandbox
ended = []
with (Sandbox(messages=12) as sandbox, Office365Backup() as backup,
      tempfile.TemporaryDirectory() as folder):
    backup.authorization = "Bearer " + sandbox.token
    backup.config("GraphURL=" + sandbox.graph_url)
    backup.data_folder = folder
    backup.on_end_backup = ended.append
    backup.start_backup()
    while not ended:
        backup.do_events()
    print(backup.config("MessagesSaved"), "saved")
loaded = {line.split()[-1] for line in open("/proc/self/maps") if "libcoffer" in line}
print(coffer.__file__, *loaded, sep="\\n")
"""


def setup_arguments() -> list[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return list(tomllib.load(file)["tool"]["meson-python"]["args"]["setup"])


def test_the_plan(tmp_path: Path) -> None:
    """Every file goes into the package, which has the library, the types and the sandbox."""
    native = tmp_path / "native.ini"
    native.write_text(f"[binaries]\npython = '{sys.executable}'\n", encoding="utf-8")
    build = tmp_path / "build"
    tool("meson", "setup", f"--native-file={native}", *setup_arguments(), str(build), str(ROOT))
    plan = json.loads((build / "meson-info" / "intro-install_plan.json").read_text())
    places = {row["destination"]: row["tag"] for part in plan.values() for row in part.values()}
    package = "{py_platlib}/coffer/"
    assert {place for place in places if not place.startswith(package)} == set()
    assert set(places.values()) == {"python-runtime", "runtime"}
    names = {place.removeprefix(package) for place in places}
    assert names >= {"libcoffer.so.1", "__init__.py", "py.typed", "_native.pyi", "demo.py",
                     "cloudbackup/__init__.py", "cloudbackup/__init__.pyi",
                     "threeds/__init__.py", "threeds/__init__.pyi"}
    sources = ROOT / "bindings" / "python" / "coffer" / "sandbox"
    wanted = {f"sandbox/{path.relative_to(sources)}" for path in sources.rglob("*")
              if path.is_file() and path.suffix != ".pyc" and path.name != "meson.build"}
    assert {name for name in names if name.startswith("sandbox/")} == wanted


def test_pip_install(tmp_path: Path) -> None:
    if importlib.util.find_spec("mesonpy") is None:
        pytest.skip("meson-python is not installed (Debian: python3-mesonpy)")
    if importlib.util.find_spec("pip") is None or importlib.util.find_spec("ensurepip") is None:
        pytest.skip("pip or venv is not installed (Debian: python3-pip, python3-venv)")
    if not os.environ.get("COFFER_TEST_WHEEL"):
        pytest.skip("builds the library anew, which takes minutes; set COFFER_TEST_WHEEL=1")
    # From a copy: builders write beside the sources.
    source = tmp_path / "source"
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
            (source / name).chmod((ROOT / name).stat().st_mode)
    tool(sys.executable, "-m", "venv", "--system-site-packages", str(tmp_path / "venv"))
    interpreter = str(tmp_path / "venv" / "bin" / "python")
    done = subprocess.run([interpreter, "-m", "pip", "install", "--no-index", "--no-deps",
                           "--no-build-isolation", str(source)], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=tmp_path,
                          env={**os.environ, "PYTHONPATH": ""})
    assert done.returncode == 0, done.stdout
    ran = tool(interpreter, "-c", RUN, env=CLEAN, cwd=tmp_path).stdout.splitlines()
    package = Path(ran[1]).parent
    assert ran[0] == "12 saved" and package.is_relative_to(tmp_path / "venv")
    assert ran[2:] == [str(package / "libcoffer.so.1")]
    module = next(package.glob("_native.*.so"))
    paths = re.findall(r"R(?:UN)?PATH.*\[(.*)\]", tool("readelf", "-d", str(module)).stdout)
    assert paths == ["$ORIGIN"]
    types = tool(interpreter, "-m", "mypy", "--strict", "-c",
                 "import coffer.cloudbackup as c\nreveal_type(c.Office365Backup().data_folder)",
                 env=CLEAN, cwd=tmp_path).stdout if importlib.util.find_spec("mypy") else "str"
    assert "str" in types
