"""The examples, compiled and run as a reader would."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from coffer.sandbox import Sandbox, ThreeDS

EXAMPLES = Path(__file__).resolve().parents[2] / "bindings" / "csharp" / "examples"
Make = Callable[[Path, Path], list[str]]


@pytest.fixture(scope="session")
def backup_program(make_program: Make, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return make_program(EXAMPLES / "Backup.cs", tmp_path_factory.mktemp("backup"))


@pytest.fixture(scope="session")
def payment_program(make_program: Make, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return make_program(EXAMPLES / "Payment.cs", tmp_path_factory.mktemp("payment"))


def back_up(program: list[str], sandbox: Sandbox, *arguments: str,
            token: str = "") -> tuple[int, str]:
    environment = dict(os.environ, GRAPH_TOKEN=token or sandbox.token, GRAPH_URL=sandbox.graph_url)
    done = subprocess.run([*program, *arguments], env=environment, capture_output=True, text=True,
                          timeout=100, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_backup(backup_program: list[str], sandbox: Sandbox, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    assert back_up(backup_program, sandbox, str(folder)) == (0, "20 of 20 messages saved\n")
    assert len(list(folder.glob("*/*.eml"))) == 20
    assert back_up(backup_program, sandbox, str(folder)) == (0, "0 of 20 messages saved\n")


def test_a_backup_that_cannot_be_done(backup_program: list[str], sandbox: Sandbox,
                                      tmp_path: Path) -> None:
    folder = str(tmp_path / "mail")
    assert back_up(backup_program, sandbox)[0] == 2
    status, output = back_up(backup_program, sandbox, folder, "2020/31/12", "2021/01/01")
    assert status == 1 and "703" in output
    status, output = back_up(backup_program, sandbox, folder, token="wrong")
    assert status == 1 and "707" in output


def configuration(side: ThreeDS, folder: Path) -> Path:
    (folder / "ds.pem").write_text(side.directory_server_cert, encoding="ascii")
    (folder / "root.pem").write_text(side.acs_root_cert, encoding="ascii")
    file = folder / "payment.conf"
    file.write_text(f"directory_server_id {side.directory_server_id}\n"
                    f"directory_server_key_id {side.directory_server_key_id}\n"
                    f"directory_server_cert {folder / 'ds.pem'}\n"
                    f"acs_root_cert {folder / 'root.pem'}\nca {side.ca_file}\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("card, typed, result", [
    ("text", ["123456"], "Y"), ("text", ["wrong", "123456"], "Y"), ("single", ["mail"], "Y"),
    ("oob", [""], "Y"), ("html", ["123456"], "Y"), ("frictionless-Y", [], "Y"),
    ("text", ["1", "2", "3"], "N")])
def test_a_payment(payment_program: list[str], side: ThreeDS, tmp_path: Path, card: str,
                   typed: list[str], result: str) -> None:
    command = [*payment_program, str(configuration(side, tmp_path))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as pay:
        assert pay.stdin and pay.stdout
        head, _, request = pay.stdout.readline().partition(": ")
        assert head == "3DS Server"
        answer = side.authenticate(request, card)
        output, _ = pay.communicate("\n".join([answer, *typed]) + "\n", timeout=100)
    assert output.splitlines()[-1] == f"transStatus: {result}"
    assert pay.returncode == (0 if result == "Y" else 1)
