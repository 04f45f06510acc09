"""The payment in C against the sandbox: what it prints and returns."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SANDBOX = ROOT / "bindings" / "python" / "coffer" / "sandbox"


@pytest.fixture(scope="module")
def threeds() -> Iterator[dict[str, Any]]:
    command = [sys.executable, str(SANDBOX), "--ready-stdout", "--watch-stdin", "--quiet",
               "--messages", "1", "--sizes", "tiny", "--3ds=on"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        line = process.stdout.readline()
        if not line:
            pytest.skip("the sandbox does not start: it needs python3-aiohttp and jwcrypto")
        loaded: dict[str, Any] = json.loads(line)["threeds"]
        yield loaded
        process.stdin.close()
        process.wait(30)


def authenticate(threeds: dict[str, Any], auth_request: str, card: str) -> str:
    """What a merchant's server does with the program's text."""
    body = json.dumps({"authRequest": auth_request, "cardNumber": threeds["cards"][card]}).encode()
    request = urllib.request.Request(threeds["server_url"], body,
                                     {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=threeds["ca_file"])))
    with opener.open(request, timeout=60) as answer:
        return str(answer.read().decode())


def pay(threeds: dict[str, Any], folder: Path, card: str, version: str = "2.2.0",
        code: str = "123456", key: str = "") -> tuple[int, str, str]:
    """Runs the program; its return code, and what it printed after the text for the server."""
    (folder / "ds.pem").write_text(threeds[f"directory_server_{key}cert"], encoding="ascii")
    (folder / "root.pem").write_text(threeds["acs_root_cert"], encoding="ascii")
    command = [os.environ["COFFER_THREEDS_FLOW"], version, str(folder / "ds.pem"),
               threeds["directory_server_id"], threeds[f"directory_server_{key}key_id"],
               str(folder / "root.pem"), threeds["ca_file"], code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        answer = authenticate(threeds, process.stdout.readline(), card)
        output, errors = process.communicate(answer.replace("\n", " ") + "\n", timeout=60)
    return process.returncode, output, errors


def run(threeds: dict[str, Any], version: str, *, certificate: Path | None = None,
        answer: str = "") -> subprocess.CompletedProcess[str]:
    """The program with a certificate (the CA's own will do) and an answer that is none."""
    ca_file = threeds["ca_file"]
    return subprocess.run([os.environ["COFFER_THREEDS_FLOW"], version, str(certificate or ca_file),
                           "A000000003", "key", ca_file, ca_file, "1"], input=answer + "\n",
                          capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("version", ["2.1.0", "2.2.0", "2.3.1"])
@pytest.mark.parametrize("card", ["frictionless-Y", "text", "single", "oob", "multi-step"])
@pytest.mark.parametrize("key", ["", "ec_"])
def test_a_payment(threeds: dict[str, Any], tmp_path: Path, card: str, version: str,
                   key: str) -> None:
    status, output, errors = pay(threeds, tmp_path, card, version, key=key)
    assert status == 0, errors
    assert output.endswith("transStatus Y\n")
    assert ("screen " in output) == (card != "frictionless-Y")
    assert ("choice: " in output) == (card in ("single", "multi-step"))
    assert "log Info: " in errors and "log AReq: " in errors and "event: " not in errors
    assert "123456" not in errors  # masked


def test_a_payment_that_is_denied(threeds: dict[str, Any], tmp_path: Path) -> None:
    status, output, _ = pay(threeds, tmp_path, "text", code="000000")
    assert status == 1
    assert output.count("screen 1") == 3 and output.endswith("transStatus N\n")


def test_errors_are_printed_and_returned(threeds: dict[str, Any], tmp_path: Path) -> None:
    wrong = dict(threeds, acs_root_cert=threeds["directory_server_cert"])
    status, output, errors = pay(wrong, tmp_path, "text")
    assert status == 1 and output == ""
    assert "CheckAuthResponse: error 602: " in errors
    process = run(threeds, "2.2.0", answer="no answer")
    assert process.returncode == 1
    assert "CheckAuthResponse: error 604: " in process.stderr
    assert "event: error 604" in process.stderr
    (tmp_path / "ds.pem").write_text("no certificate", encoding="ascii")
    process = run(threeds, "2.2.0", certificate=tmp_path / "ds.pem")
    assert process.returncode == 1 and process.stdout == ""
    assert "GetAuthRequest: error 271: " in process.stderr
    process = run(threeds, "2.0.0")
    assert process.returncode == 1 and "MessageVersion: error 713: " in process.stderr
