"""Aborted, killed and contested runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest

from coffer import CofferError
from coffer.cloudbackup import Office365Backup
from coffer.sandbox import Sandbox
from helpers import USER, check_mirror, saved_files, sums
from journal import Journal, MakeBackup, RunBackup, loop

CHILD = textwrap.dedent("""
    import os, signal, sys
    from coffer.cloudbackup import Office365Backup
    folder, url, token, kill_after = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    backup = Office365Backup()
    backup.data_folder, backup.authorization = folder, token
    backup.config("GraphURL=" + url)
    saved, ended = [], []
    def after(event):
        saved.append(event.id)
        print(event.id, flush=True)
        if len(saved) == kill_after:
            os.kill(os.getpid(), signal.SIGKILL)
    backup.on_after_message_backup = after
    backup.on_end_backup = lambda event: ended.append(1)
    (backup.resume_backup if len(sys.argv) > 5 else backup.start_backup)()
    while not ended:
        backup.do_events()
    print("listed", backup.config("MessagesListed"), backup.config("MessagesSaved"))
""")


def child(sandbox: Sandbox, folder: Path, kill_after: int,
          *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), sandbox.graph_url, sandbox.authorization,
         str(kill_after), *more], capture_output=True, text=True, timeout=120, check=False)


def keep_unfinished(sandbox: Sandbox, nth: int = 20) -> None:
    """The answer to the nth request for a message never comes. What a handler hears of saved
    messages comes when all others may be saved already; with this the run is still under way."""
    sandbox.control.set_faults([{"match": {"kind": "value", "nth": nth},
                                 "fault": {"type": "connection", "how": "hang"}}])


@pytest.mark.parametrize("kill_after", [1, 7, 19])
def test_a_killed_run_leaves_whole_files_and_is_resumed(sandbox: Sandbox, tmp_path: Path,
                                                        kill_after: int) -> None:
    folder = tmp_path / "data"
    keep_unfinished(sandbox)
    killed = child(sandbox, folder, kill_after)
    assert killed.returncode == -signal.SIGKILL
    told = killed.stdout.split()
    bodies = {m["immutableId"]: m["sha256"] for m in sandbox.control.mailbox(USER)}
    import hashlib
    from helpers import file_name, without_first_field
    files = saved_files(folder)
    # AfterMessageBackup means durable: whatever was told is there, and whatever is there is whole.
    assert all(file_name(message) in files for message in told)
    by_name = {file_name(message): digest for message, digest in bodies.items()}
    for name, content in files.items():
        assert hashlib.sha256(without_first_field(content)).hexdigest() == by_name[name]
    sandbox.control.set_faults([])
    sandbox.control.reset_metrics()
    resumed = child(sandbox, folder, 0, "resume")
    assert resumed.returncode == 0, resumed.stderr
    assert sandbox.control.metrics()["by_kind"].get("value", 0) <= 20 - kill_after
    check_mirror(sandbox, folder)


@pytest.mark.parametrize("event", ["before_message_backup", "message_backup",
                                   "after_message_backup", "log"])
def test_abort_in_a_handler_then_resume(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                        tmp_path: Path, event: str) -> None:
    keep_unfinished(sandbox)
    backup = make_backup(sandbox)
    journal = run(backup, **{event: lambda _: backup.abort_backup()})
    assert journal.ended == 1
    assert journal.errors == []
    assert sums(backup)["saved"] < 20
    sandbox.control.set_faults([])
    again = make_backup(sandbox)
    resumed = run(again, resume=True)
    assert resumed.errors == []
    counted = sums(again)
    assert counted["listed"] == 20
    assert again.message_count == 20
    assert counted["saved"] + counted["unchanged"] == 20
    # What the aborted run had saved is not offered again.
    told = {entry.id for entry in journal.of("after_message_backup")}
    offered = {entry.id for entry in resumed.of("before_message_backup")}
    assert not told & offered
    check_mirror(sandbox, tmp_path / "data")


def test_what_a_handler_skipped_is_not_offered_again(sandbox: Sandbox, make_backup: MakeBackup,
                                                     run: RunBackup) -> None:
    backup = make_backup(sandbox)
    skipped: list[str] = []

    def before(event: Any) -> None:
        if len(skipped) < 3:
            skipped.append(event.id)
            event.skip = True

    keep_unfinished(sandbox, 17)
    run(backup, before_message_backup=before, after_message_backup=lambda _: backup.abort_backup())
    assert len(skipped) == 3
    sandbox.control.set_faults([])
    again = make_backup(sandbox)
    resumed = run(again, resume=True)
    assert not set(skipped) & {entry.id for entry in resumed.of("before_message_backup")}
    fresh = make_backup(sandbox)
    assert set(skipped) <= {entry.id for entry in run(fresh).of("before_message_backup")}


def test_nothing_to_resume(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup) -> None:
    backup = make_backup(sandbox)
    with pytest.raises(CofferError) as caught:
        backup.resume_backup()
    assert caught.value.code == 712
    run(backup)
    with pytest.raises(CofferError) as caught:
        make_backup(sandbox).resume_backup()
    assert caught.value.code == 712


def test_two_objects_on_one_folder(sandbox: Sandbox, make_backup: MakeBackup,
                                   silent: Office365Backup, tmp_path: Path) -> None:
    journal = Journal(silent).attach()
    silent.start_backup()
    other = make_backup(sandbox)
    with pytest.raises(CofferError) as caught:
        other.start_backup()
    assert caught.value.code == 702
    assert str(os.getpid()) in caught.value.message
    silent.abort_backup()
    loop(silent, lambda: journal.ended > 0)
    other.start_backup()
    other.abort_backup()


def test_two_processes_on_one_folder(sandbox: Sandbox, silent: Office365Backup,
                                     tmp_path: Path) -> None:
    journal = Journal(silent).attach()
    silent.start_backup()
    refused = child(sandbox, tmp_path / "data", 0)
    assert refused.returncode == 1
    assert "702" in refused.stderr or "holds" in refused.stderr or "another" in refused.stderr
    silent.abort_backup()
    loop(silent, lambda: journal.ended > 0)


def test_another_mailbox_is_716(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                tmp_path: Path) -> None:
    run(make_backup(sandbox))
    journal = run(make_backup(sandbox, UserId="shared@sandbox.example"))
    assert journal.errors == [716]
    assert len(saved_files(tmp_path / "data")) == 20


def test_abort_from_another_thread_while_a_handler_never_returns(
        sandbox: Sandbox, make_backup: MakeBackup, tmp_path: Path) -> None:
    backup = make_backup(sandbox)
    entered, leave = threading.Event(), threading.Event()

    def stay(_: Any) -> None:
        entered.set()
        leave.wait(120)

    backup.on_before_message_backup = stay
    ended: list[int] = []
    backup.on_end_backup = lambda _: ended.append(1)
    backup.start_backup()
    thread = threading.Thread(target=lambda: loop(backup, lambda: bool(ended)))
    thread.start()
    assert entered.wait(60)
    backup.abort_backup()
    # The run ends and gives the folder free although the handler is still inside.
    other = make_backup(sandbox)
    import time
    end = time.monotonic() + 60
    while True:
        try:
            other.start_backup()
            break
        except CofferError as error:
            assert error.code == 702
            assert time.monotonic() < end
    other.abort_backup()
    leave.set()
    thread.join(60)
    assert ended == [1]


def test_index_lost_damaged_or_newer(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                     tmp_path: Path) -> None:
    run(make_backup(sandbox))
    index = tmp_path / "data" / ".meta" / "index.db"
    for content in (None, b"", b"garbage" * 1000, index.read_bytes()[:5000]):
        for name in index.parent.glob("index.db*"):
            name.unlink()
        if content is not None:
            index.write_bytes(content)
        sandbox.control.reset_metrics()
        backup = make_backup(sandbox)
        assert run(backup).errors == []
        assert sums(backup)["unchanged"] == 20
        assert sandbox.control.metrics()["by_kind"] == {"list": 1}


def test_use_index_false(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                         tmp_path: Path) -> None:
    run(make_backup(sandbox, UseIndex=False))
    assert not (tmp_path / "data" / ".meta" / "index.db").exists()
    backup = make_backup(sandbox, UseIndex=False, VerifyWrites=True)
    run(backup)
    assert sums(backup)["unchanged"] == 20
