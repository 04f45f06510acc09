"""The example in C against the sandbox: what it saves, prints and returns."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SANDBOX = ROOT / "bindings" / "python" / "coffer" / "sandbox"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[dict[str, Any]]:
    command = [sys.executable, str(SANDBOX), "--ready-stdout", "--watch-stdin", "--quiet",
               "--messages", "12", "--sizes", "tiny"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        line = process.stdout.readline()
        if not line:
            pytest.skip("the sandbox does not start: it needs python3-aiohttp")
        loaded: dict[str, Any] = json.loads(line)
        yield loaded
        process.stdin.close()
        process.wait(30)


def flow(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([os.environ["COFFER_FLOW"], *arguments], text=True, timeout=120,
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def saved(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.eml") if ".meta" not in path.parts)


def test_a_backup_and_a_second_run(sandbox: dict[str, Any], tmp_path: Path) -> None:
    arguments = [sandbox["graph_url"], sandbox["token"], sandbox["user"], str(tmp_path / "data")]
    first = flow(*arguments)
    assert first.returncode == 0, first.stderr
    files = saved(tmp_path / "data")
    assert len(files) == 12
    assert all(re.fullmatch(r"(\d{4}-\d{2}|undated)/[0-9a-f]{40}\.eml",
                            "/".join(path.parts[-2:])) for path in files)
    assert all(path.read_bytes().startswith(b"X-NS-Backup: v=1;") for path in files)
    assert first.stdout.count("fetched: ") == 12
    assert "12 messages, 12 saved, 0 failed" in first.stdout
    second = flow(*arguments)
    assert second.returncode == 0, second.stderr
    assert second.stdout.count("unchanged: ") == 12
    assert "12 messages, 0 saved, 0 failed" in second.stdout
    assert "MessagesUnchanged: 12" in second.stdout


def test_errors_are_printed_and_returned(sandbox: dict[str, Any], tmp_path: Path) -> None:
    refused = flow(sandbox["graph_url"], "no such token", sandbox["user"], str(tmp_path / "data"))
    assert refused.returncode == 1
    assert re.search(r"error 707: .+", refused.stderr)
    assert "no such token" not in refused.stderr
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    blocked = flow(sandbox["graph_url"], sandbox["token"], sandbox["user"], str(tmp_path / "file"))
    assert blocked.returncode == 1
    assert re.search(r"StartBackup: error 701: .+", blocked.stderr)
    wrong = flow("ftp://example.org", sandbox["token"], sandbox["user"], str(tmp_path / "data"))
    assert re.search(r"GraphURL=: error 713: .+", wrong.stderr)
    assert flow().returncode == 2
