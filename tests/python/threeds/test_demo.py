"""The demonstration's payments, with a terminal and without."""

from __future__ import annotations

import json
import os
import pty
import ssl
import subprocess
import urllib.request
import sys

import pytest

from coffer import demo_payment
from coffer.sandbox import Sandbox, ThreeDS
from coffer.sandbox.cli import settings
from coffer.threeds import Client
from payer import Json, finish

PROGRAM = ("from coffer import demo_payment; from coffer.sandbox import Sandbox\n"
           "with Sandbox(messages=1, huge=1, threeds=True) as s: print(demo_payment.run(s))")


def test_without_a_terminal(paying_sandbox: Sandbox, side: ThreeDS,
                            capsys: pytest.CaptureFixture[str],
                            monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull, encoding="ascii") as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        assert demo_payment.run(paying_sandbox)
    printed = capsys.readouterr().out
    assert '"challengeDataEntry":"******"' in "".join(printed.split())
    assert printed.count("transStatus Y: authenticated") == 2
    assert [t["status"] for t in side.transactions()] == ["Y", "Y"]


def test_on_a_terminal() -> None:
    """A wrong code, then the right one, typed; then what an empty line does."""
    parent, child = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=child,
                               stdout=subprocess.PIPE, text=True)
    os.close(child)
    os.write(parent, b"000000\n\n123456\n")
    printed, _ = process.communicate(timeout=120)
    os.close(parent)
    assert process.returncode == 0 and printed.rstrip().endswith("True")
    assert printed.count("That was not right") >= 2
    assert "000000" not in printed


def test_the_end_of_input_cancels(side: ThreeDS, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(prompt: str) -> str:
        raise EOFError
    monkeypatch.setattr("builtins.input", ended)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    with Client() as client:
        demo_payment.set_up(client, side)
        demo_payment.ask_for_code(client)
        assert client.challenge_cancellation_indicator == "01"


def test_settings_to_paste(paying_sandbox: Sandbox, side: ThreeDS) -> None:
    """What the sandbox prints at its start is enough for a payment."""
    printed = settings(paying_sandbox.config)
    names: Json = {}
    exec(printed[printed.index("from coffer.threeds import Client"):], names)
    client = names["client"]
    assert isinstance(client, Client)
    number = next(line.split()[1] for line in printed.splitlines() if line.endswith("  text"))
    assert side.server_url in printed
    context = ssl.create_default_context(cafile=side.ca_file)
    body = json.dumps({"authRequest": client.get_auth_request(), "cardNumber": number}).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                         urllib.request.HTTPSHandler(context=context))
    with opener.open(side.server_url, body) as answer:
        client.check_auth_response(answer.read().decode())
    client.send_challenge_request()
    assert finish(client) == 1 and client.transaction_status == "Y"
    client.close()
