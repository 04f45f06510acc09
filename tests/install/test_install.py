"""The installed library, used with nothing but what was installed: `meson install` into an empty
folder, pkg-config, a compiler.
"""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from conftest import BUILD, ROOT, Installed, tool

BACKUPS = [("COFFER_CC", "c99", "tests/capi/flow.c"),
           ("COFFER_CXX", "c++17", "bindings/cxx/examples/backup.cpp")]
PAYMENTS = [("COFFER_CC", "c99", "tests/capi/threeds_flow.c"),
            ("COFFER_CXX", "c++17", "bindings/cxx/examples/payment.cpp")]
each_backup = pytest.mark.parametrize("compiler, standard, source", BACKUPS, ids=["c", "cxx"])
each_payment = pytest.mark.parametrize("compiler, standard, source", PAYMENTS, ids=["c", "cxx"])

IN_PYTHON = """
import sys
from coffer.cloudbackup import Office365Backup
ended = []
with Office365Backup() as backup:
    backup.authorization = "Bearer " + sys.argv[2]
    backup.config("GraphURL=" + sys.argv[1])
    backup.data_folder = sys.argv[3]
    backup.on_end_backup = ended.append
    backup.start_backup()
    while not ended:
        backup.do_events()
    print(backup.config("MessagesSaved"), "saved")
"""


def saved(folder: Path) -> int:
    return len(list(folder.glob("*/*.eml")))


def readelf(path: Path) -> str:
    return tool("readelf", "--dynamic", str(path)).stdout


@each_backup
def test_a_backup(installed: Installed, sandbox: dict[str, Any], tmp_path: Path, compiler: str,
                  standard: str, source: str) -> None:
    program = installed.compile(compiler, standard, ROOT / source, tmp_path)
    command = [str(program), sandbox["graph_url"], sandbox["token"], sandbox["user"],
               str(tmp_path / "mail")]
    first = tool(*command, env=installed.environment())
    assert "12 messages, 12 saved" in first.stdout and saved(tmp_path / "mail") == 12
    second = tool(*command, env=installed.environment())
    assert second.stdout.count("unchanged: ") == 12 and "12 messages, 0 saved" in second.stdout
    command[2] = "no such token"
    refused = subprocess.run(command, env=installed.environment(), timeout=100, check=False,
                             text=True, capture_output=True)
    assert refused.returncode == 1 and re.search(r"error 707: .+", refused.stderr)


def authenticate(threeds: dict[str, Any], auth_request: str, card: str) -> str:
    """What a merchant's server does with the program's text."""
    body = json.dumps({"authRequest": auth_request, "cardNumber": threeds["cards"][card]}).encode()
    request = urllib.request.Request(threeds["server_url"], body,
                                     {"Content-Type": "application/json"})
    context = ssl.create_default_context(cafile=threeds["ca_file"])
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                         urllib.request.HTTPSHandler(context=context))
    with opener.open(request, timeout=60) as answer:
        return str(answer.read().decode()).replace("\n", " ")


def pay(program: Path, environment: dict[str, str], threeds: dict[str, Any], card: str,
        code: str) -> tuple[int, str, str]:
    """Return code, and what the program printed after the text for the server."""
    folder = program.parent
    (folder / "ds.pem").write_text(threeds["directory_server_cert"], encoding="ascii")
    (folder / "root.pem").write_text(threeds["acs_root_cert"], encoding="ascii")
    command = [str(program), "2.2.0", str(folder / "ds.pem"), threeds["directory_server_id"],
               threeds["directory_server_key_id"], str(folder / "root.pem"), threeds["ca_file"],
               code]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        answer = authenticate(threeds, process.stdout.readline(), card)
        output, errors = process.communicate(answer + "\n", timeout=60)
    return process.returncode, output, errors


@each_payment
def test_a_payment(installed: Installed, sandbox: dict[str, Any], tmp_path: Path, compiler: str,
                   standard: str, source: str) -> None:
    program = installed.compile(compiler, standard, ROOT / source, tmp_path)
    for card, code, end in (("text", "123456", "Y"), ("single", "123456", "Y"),
                            ("oob", "123456", "Y"), ("frictionless-Y", "", "Y"),
                            ("text", "000000", "N")):
        status, output, errors = pay(program, installed.environment(), sandbox["threeds"], card,
                                     code)
        assert output.endswith(f"transStatus {end}\n"), errors
        assert status == (0 if end == "Y" else 1)
        assert ("screen " in output) == (card != "frictionless-Y")
    wrong = sandbox["threeds"] | {"acs_root_cert": sandbox["threeds"]["directory_server_cert"]}
    status, output, errors = pay(program, installed.environment(), wrong, "text", "123456")
    assert status == 1 and output == "" and "error 602: " in errors


def test_the_python_package(installed: Installed, sandbox: dict[str, Any], tmp_path: Path) -> None:
    done = tool(sys.executable, "-c", IN_PYTHON, sandbox["graph_url"], sandbox["token"],
                str(tmp_path / "mail"), env=installed.environment(), cwd=tmp_path)
    assert done.stdout == "12 saved\n" and saved(tmp_path / "mail") == 12
    for name in ("cloudbackup/__init__.pyi", "threeds/__init__.pyi", "_native.pyi", "py.typed"):
        assert (installed.package / name).is_file()


def test_nothing_points_into_the_build_tree(installed: Installed) -> None:
    """Libraries are found where they were installed to, headers and flags likewise."""
    module = next(installed.package.glob("_native.*.so"))
    prefix = "/" + str(installed.libdir.relative_to(installed.destination))
    assert re.search(r"NEEDED.*\[libcoffer\.so\.1\]", readelf(module))
    assert re.findall(r"R(?:UN)?PATH.*\[(.*)\]", readelf(module)) == [prefix]
    library = installed.libdir / "libcoffer.so.1"
    assert re.search(r"SONAME.*\[libcoffer\.so\.1\]", readelf(library))
    assert "PATH" not in readelf(library)
    texts = [*installed.libdir.glob("pkgconfig/*.pc"), *installed.destination.rglob("coffer/*.h*")]
    assert len(texts) >= 11
    for path in texts:
        text = path.read_text(encoding="utf-8")
        assert str(BUILD) not in text and str(ROOT) not in text, path


def test_the_versions_agree(installed: Installed) -> None:
    version = tool("pkg-config", "--modversion", "coffer", env=installed.environment()).stdout
    header = next(installed.destination.rglob("coffer/version.h")).read_text(encoding="utf-8")
    assert f'#define COFFER_VERSION "{version.strip()}"' in header
    code = "import coffer; print(coffer.__version__)"
    assert tool(sys.executable, "-c", code, env=installed.environment()).stdout == version
