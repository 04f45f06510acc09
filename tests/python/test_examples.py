"""The examples, run as a reader would run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coffer.sandbox import Sandbox

EXAMPLES = Path(__file__).resolve().parents[2] / "bindings" / "python" / "examples"


def run(sandbox: Sandbox, *arguments: str, token: str = "") -> tuple[int, str]:
    environment = dict(os.environ, GRAPH_TOKEN=token or sandbox.token, GRAPH_URL=sandbox.graph_url)
    done = subprocess.run([sys.executable, str(EXAMPLES / "backup.py"), *arguments],
                          env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def pay(typed: str, *arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, str(EXAMPLES / "challenge.py"), *arguments], input=typed,
                          capture_output=True, text=True, timeout=100, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.mark.parametrize("card, typed", [
    ("text", "123456\n"), ("single", "mail\n"), ("oob", "\n"), ("html", "123456\n"),
    ("text", "wrong\n123456\n"), ("frictionless-Y", "")])
def test_a_payment(card: str, typed: str) -> None:
    status, output = pay(typed, card)
    assert status == 0, output
    assert output.endswith("transStatus: Y\n")


def test_a_payment_that_is_refused() -> None:
    status, output = pay("1\n2\n3\n")
    assert status == 1 and output.endswith("transStatus: N\n")
    status, output = pay("", "frictionless-N")
    assert status == 1 and "transStatus: N" in output


def test_backup(sandbox: Sandbox, tmp_path: Path) -> None:
    status, output = run(sandbox, str(tmp_path / "mail"))
    assert status == 0 and "20 of 20 saved" in output
    assert len(list((tmp_path / "mail").glob("*/*.eml"))) == 20
    status, output = run(sandbox, str(tmp_path / "mail"))
    assert status == 0 and "saved" not in output


def test_backup_with_what_cannot_be_done(sandbox: Sandbox, tmp_path: Path) -> None:
    assert run(sandbox)[0] == 2
    status, output = run(sandbox, str(tmp_path / "mail"), "2020/31/12", "2021/01/01")
    assert status == 1 and "703" in output
    status, output = run(sandbox, str(tmp_path / "mail"), token="wrong")
    assert status == 1 and "707" in output
