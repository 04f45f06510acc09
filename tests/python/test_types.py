"""What type checkers are told: the stub is the module; the examples and typical uses pass."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import coffer

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(coffer.__file__).parent

pytest.importorskip("mypy", reason="mypy is not installed")

# What pybind11 adds and no stub can say: the metaclass, and an __init__ that only raises.
NOT_IN_STUBS = r"""
coffer\.(cloudbackup|_native)\.Office365Backup
coffer\.cloudbackup\.Office365Backup\w+EventParams
coffer\.cloudbackup\.Office365Backup\w+EventParams\.__init__
coffer\.(threeds|_native)\.Client
coffer\.threeds\.Client\w+EventParams
coffer\.threeds\.Client\w+EventParams\.__init__
"""


def run(module: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ, MYPYPATH=str(PACKAGE.parent))
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=folder,
                          env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


def test_the_stub_is_the_module(tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    allowed.write_text(NOT_IN_STUBS)
    done = run("mypy.stubtest", "--concise", "--ignore-unused-allowlist", "--allowlist",
               str(allowed), "coffer._native", "coffer._error", "coffer.cloudbackup",
               "coffer.threeds", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_examples_are_strictly_typed(cache: Path) -> None:
    examples = sorted(str(path) for path in (ROOT / "bindings/python/examples").glob("*.py"))
    assert examples
    done = run("mypy", "--strict", f"--cache-dir={cache}", "--scripts-are-modules", *examples,
               folder=cache)
    assert done.returncode == 0, done.stdout


def test_mistakes_are_found_and_what_the_reference_promises_passes(cache: Path) -> None:
    right = ["b.data_folder = 'x'", "b.set_ssl_cert_store('x')", "b.ssl_cert_store = b'x'",
             "b.on_log = lambda e: print(e.message)", "b.on_log = None", "b.on_error = print",
             "b.ssl_provider = SSLProviders.sslpPlatform", "n: int = b.message_count",
             "with Office365Backup() as same: same.do_events()",
             "c.message_version = '2.3.1'", "c.directory_server_cert_store = b'x'",
             "c.acs_root_cert_count = 1", "c.set_acs_root_cert_encoded(0, b'x')",
             "label: str = c.get_challenge_select_info_name(0)", "c.oob_continuation_indicator = True",
             "c.directory_server_cert_store_type = CertStoreTypes.cstPEMKeyFile",
             "c.add_device_param('C001', 'Android', 2, 1)", "body: str = c.get_auth_request()",
             "c.on_data_packet_in = lambda e: print(len(e.data_packet))"]
    wrong = {"b.data_folder = 5": "Incompatible types", "b.message_count = 5": "read-only",
             "b.datafolder = 'x'": "has no attribute", "b.on_log = 5": "Incompatible types",
             "b.on_log = lambda e: e.id": "has no attribute", "b.config(5)": "incompatible type",
             "text: str = b.max_connections": "Incompatible types",
             "c.acs_root_cert_encoded": "has no attribute", "c.acsui_type = 5": "read-only",
             "c.set_acs_root_cert_encoded(b'x')": "incompatible type",
             "c.add_extension('i', 'n', 'true', '{}')": "incompatible type"}
    lines = ["from coffer.cloudbackup import Office365Backup, SSLProviders",
             "from coffer.threeds import CertStoreTypes, Client",
             "b = Office365Backup()", "c = Client()", *right, *wrong]
    (cache / "program.py").write_text("\n".join(lines) + "\n")
    done = run("mypy", "--strict", f"--cache-dir={cache}", "program.py", folder=cache)
    found = {int(number): text for number, text in
             re.findall(r"^program\.py:(\d+): error: (.*)$", done.stdout, re.M)}
    first = len(lines) - len(wrong) + 1
    assert sorted(found) == list(range(first, len(lines) + 1)), done.stdout
    for number, message in zip(sorted(found), wrong.values()):
        assert message in found[number]
