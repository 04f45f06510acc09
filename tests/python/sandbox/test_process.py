"""The command line: what it prints, the file it writes, how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import coffer.sandbox

PACKAGE = str(Path(coffer.sandbox.__file__).parent)


def test_settings_and_clean_end(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    scenario = tmp_path / "scenario.json"
    scenario.write_text(json.dumps({
        "mailboxes": [{"user": "x@sandbox.example", "messages": [{"subject": "one"}]}],
        "rules": [{"fault": {"type": "error"}, "times": 1}], "knobs": {"mailboxConcurrency": 2}}))
    process = subprocess.Popen(
        [sys.executable, PACKAGE, "--messages", "3", "--huge", "3", "--ready-file", str(ready),
         "--tls", "--scenario", str(scenario)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if line.startswith("# CA certificate"):
            break
    config = json.loads(ready.read_text())
    assert config["pid"] == process.pid and config["users"]["x@sandbox.example"]["messages"] == 1
    for text in (f'backup.config("GraphURL={config["graph_url"]}")',
                 f'backup.authorization = "Bearer {config["token"]}"',
                 'backup.config("UserId=alex@sandbox.example")', config["ca_file"],
                 config["token_url"], config["client_secret"], config["tenant"]):
        assert text in printed
    assert Path(config["ca_file"]).read_text().startswith("-----BEGIN CERTIFICATE-----")
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    process.stdout.close()
    assert not ready.exists() and not Path(config["ca_file"]).exists()


def test_ends_with_its_parent() -> None:
    process = subprocess.Popen([sys.executable, PACKAGE, "--messages", "1", "--huge", "1",
                                "--ready-stdout", "--watch-stdin"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    assert json.loads(process.stdout.readline())["pid"] == process.pid
    process.stdin.close()
    assert process.wait(60) == 0
    process.stdout.close()


def test_mistakes_on_the_command_line() -> None:
    for wrong in (["--rate-limit", "x"], ["--mail", "/does/not/exist"], ["--nonsense"]):
        done = subprocess.run([sys.executable, PACKAGE, *wrong], capture_output=True, check=False)
        assert done.returncode == 2 and done.stderr
