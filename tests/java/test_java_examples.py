"""The examples, run as a reader would run them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import machine
from coffer.sandbox import Sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(threeds=True) as sandbox:
        yield sandbox


@pytest.fixture
def described(running: Sandbox, tmp_path: Path) -> str:
    """What `python -m coffer.sandbox --ready-file` writes."""
    file = tmp_path / "sandbox.json"
    file.write_text(json.dumps(running.config), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("card, typed", [
    ("text", "123456\n"), ("single", "mail\n"), ("oob", "\n"), ("html", "123456\n"),
    ("text", "wrong\n123456\n"), ("frictionless-Y", "")])
def test_a_payment(described: str, card: str, typed: str) -> None:
    status, output = machine.run("Payment", described, card, typed=typed)
    assert status == 0 and output.endswith("transStatus: Y\n"), output


def test_a_payment_that_is_refused(described: str) -> None:
    status, output = machine.run("Payment", described, typed="1\n2\n3\n")
    assert status == 1 and output.endswith("transStatus: N\n"), output


def test_backup(running: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPH_TOKEN", running.token)
    monkeypatch.setenv("GRAPH_URL", running.graph_url)
    folder = tmp_path / "mail"
    status, output = machine.run("Backup", str(folder))
    assert (status, output.splitlines()[-1]) == (0, "20 of 20 saved")
    assert len(list(folder.glob("*/*.eml"))) == 20
    assert machine.run("Backup", str(folder)) == (0, "")
    status, output = machine.run("Backup", str(folder), "2020/31/12", "2021/01/01")
    assert status == 1 and "(703)" in output
    monkeypatch.setenv("GRAPH_TOKEN", "wrong")
    status, output = machine.run("Backup", str(folder))
    assert status == 1 and "(707)" in output
    assert "GRAPH_TOKEN" in os.environ and machine.run("Backup")[0] == 2
