"""Every wrong input ends in a documented code and a sentence that helps."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from coffer import CofferError
from coffer.cloudbackup import Office365Backup
from coffer.sandbox import Sandbox
from helpers import saved_files, sums
from journal import Journal, MakeBackup, RunBackup, loop


def code_of(call: Any, *arguments: Any) -> int:
    with pytest.raises(CofferError) as caught:
        call(*arguments)
    assert len(caught.value.message) > 20
    assert "\n" not in caught.value.message
    return caught.value.code


def test_data_folder(sandbox: Sandbox, make_backup: MakeBackup, tmp_path: Path) -> None:
    assert code_of(make_backup(sandbox, data_folder="").start_backup) == 701
    plain = tmp_path / "file"
    plain.write_text("x")
    assert code_of(make_backup(sandbox, data_folder=str(plain)).start_backup) == 701
    assert code_of(make_backup(sandbox, data_folder="/proc/nothing/here").start_backup) == 701
    assert code_of(make_backup(sandbox, data_folder=str(plain / "below")).start_backup) == 701


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only(sandbox: Sandbox, make_backup: MakeBackup,
                                    tmp_path: Path) -> None:
    folder = tmp_path / "readonly"
    folder.mkdir(mode=0o500)
    assert code_of(make_backup(sandbox, data_folder=str(folder)).start_backup) == 701


@pytest.mark.parametrize("date", ["2023-07-01", "2023/7/1", "2023/13/01", "2023/02/29", "x", "2023/07/01 ",
                                  "0000/01/01", "99999/01/01"])
def test_dates(sandbox: Sandbox, make_backup: MakeBackup, date: str) -> None:
    assert code_of(make_backup(sandbox, start_date=date).start_backup) == 703
    assert code_of(make_backup(sandbox, end_date=date).start_backup) == 703


def test_reversed_dates(sandbox: Sandbox, make_backup: MakeBackup) -> None:
    backup = make_backup(sandbox, start_date="2023/07/02", end_date="2023/07/01")
    assert code_of(backup.start_backup) == 703


def test_no_token(sandbox: Sandbox, make_backup: MakeBackup) -> None:
    backup = make_backup(sandbox, authorization="")
    assert code_of(backup.start_backup) == 707
    assert code_of(backup.authorize) == 707


@pytest.mark.parametrize("setting", [
    "MessagePageSize=0", "MessagePageSize=5000", "RetryInterval=-1", "MaxRetryCount=-1",
    "MessagePageSize=many", "MessagePageSize=", "GraphURL=nonsense", "GraphURL=ftp://x/",
    "GraphURL=http://graph.example/v1.0", "GraphURL=https://u:p@graph.example/v1.0",
    "GraphURL=https://graph.example/v1.0?x=1", "GraphURL=", "GraphURL=https://",
    "ImmutableIds=maybe", "HTTPVersion=3.0", "LogLevel=9", "OtherHeaders=no colon",
    "OtherHeaders=A: b\nC: d", "UserAgent=a\r\nB: c", "LocalPort=70000", "Phase=2",
    "MessagesSaved=1", "FollowRedirects=7",
])
def test_values_that_do_not_fit(backup: Office365Backup, setting: str) -> None:
    name = setting.split("=")[0]
    before = backup.config(name)
    assert code_of(backup.config, setting) == 713
    assert backup.config(name) == before


def test_unknown_settings(backup: Office365Backup) -> None:
    for text in ("NoSuchSetting", "NoSuchSetting=1", "", "=", "=1", "MessagePageSize[0]"):
        assert code_of(backup.config, text) in (713, 714)
    assert code_of(backup.config, "NoSuchSetting") == 714


def test_properties(backup: Office365Backup) -> None:
    with pytest.raises(CofferError) as caught:
        backup.max_connections = 0
    assert caught.value.code == 713
    with pytest.raises(CofferError):
        backup.authorization = "Bearer a\r\nX: y"
    with pytest.raises(CofferError):
        backup.proxy_port = 65536


def test_settings_that_set_others(backup: Office365Backup) -> None:
    assert backup.config("TCPKeepAlive") == "False"
    backup.config("KeepAliveTime=1000")
    assert backup.config("TCPKeepAlive") == "True"
    backup.firewall_type = 2
    assert backup.firewall_port == 1080
    backup.proxy_user, backup.proxy_password = "ann", "secret"
    backup.proxy_auth_scheme = 3
    assert (backup.proxy_user, backup.proxy_password) == ("", "")


def test_locked_while_a_run_is_active(silent: Office365Backup) -> None:
    journal = Journal(silent).attach()
    silent.start_backup()
    assert code_of(setattr, silent, "data_folder", "/tmp") == 143
    assert code_of(silent.config, "GraphURL=https://graph.microsoft.com/v1.0") == 143
    assert code_of(silent.start_backup) == 143
    silent.config("LogLevel=2")
    silent.abort_backup()
    loop(silent, lambda: journal.ended > 0)
    silent.data_folder = "/tmp"


def test_damaged_records_of_the_folder(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                       tmp_path: Path) -> None:
    run(make_backup(sandbox))
    record = tmp_path / "data" / ".meta" / "backup.json"
    good = record.read_bytes()
    for content in (b"", b"{", b"[]", b'{"version":99}', b"\xff\xfe" * 10, b"0" * 100000):
        record.write_bytes(content)
        assert code_of(make_backup(sandbox).start_backup) in (701, 716)
        assert len(saved_files(tmp_path / "data")) == 20
    record.write_bytes(good)
    (tmp_path / "data" / ".meta" / "run.json").write_bytes(b"{{{{")
    assert run(make_backup(sandbox)).errors == []


@pytest.mark.parametrize("what", ["link", "file", "fifo"])
def test_something_in_the_way_of_a_month_folder(sandbox: Sandbox, make_backup: MakeBackup,
                                                run: RunBackup, tmp_path: Path, what: str) -> None:
    folder = tmp_path / "data"
    run(make_backup(sandbox))
    month = next(path for path in folder.iterdir() if path.name[0] == "2")
    count = len(list(month.glob("*.eml")))
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.rmtree(month)
    if what == "link":
        month.symlink_to(outside)
    elif what == "file":
        month.write_text("in the way")
    else:
        os.mkfifo(month)
    backup = make_backup(sandbox)
    journal = run(backup)
    assert journal.errors == []
    errors = journal.of("message_error")
    assert [error.error_code for error in errors] == [711] * count
    assert all(str(month) in error.error_message for error in errors)
    assert sums(backup)["failed"] == count
    assert list(outside.iterdir()) == []


def test_files_and_folders_are_for_their_owner_alone(sandbox: Sandbox, make_backup: MakeBackup,
                                                     run: RunBackup, tmp_path: Path) -> None:
    run(make_backup(sandbox))
    for path in (tmp_path / "data").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_folder_that_vanishes(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                tmp_path: Path) -> None:
    folder = tmp_path / "data"
    seen: list[int] = []

    def before(_: Any) -> None:
        seen.append(1)
        if len(seen) == 3:
            shutil.rmtree(folder, ignore_errors=True)  # races with the run, on purpose

    backup = make_backup(sandbox)
    journal = run(backup, before_message_backup=before)
    assert journal.ended == 1
    codes = {error.error_code for error in journal.of("message_error")} | set(journal.errors)
    assert codes and codes <= {701, 711}


def test_two_messages_to_one_file(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                  tmp_path: Path) -> None:
    target = str(tmp_path / "data" / "same.eml")
    backup = make_backup(sandbox)
    journal = run(backup, before_message_backup=lambda e: setattr(e, "backup_file", target))
    assert sums(backup)["saved"] == 1
    assert sums(backup)["failed"] == 19
    assert {error.error_code for error in journal.of("message_error")} == {711}


def test_a_file_that_is_not_ours_is_not_replaced(sandbox: Sandbox, make_backup: MakeBackup,
                                                 run: RunBackup, tmp_path: Path) -> None:
    target = tmp_path / "mine.txt"
    target.write_text("precious")
    first: list[int] = []

    def before(event: Any) -> None:
        if not first:
            first.append(1)
            event.backup_file = str(target)

    journal = run(make_backup(sandbox), before_message_backup=before)
    assert [error.error_code for error in journal.of("message_error")] == [711]
    assert target.read_text() == "precious"


def test_an_endless_reply_is_refused(sandbox: Sandbox, make_backup: MakeBackup,
                                     run: RunBackup) -> None:
    sandbox.control.set_faults([{"match": {"kind": "list"}, "fault": {
        "type": "body", "how": "gzip-bomb", "size": 300_000_000}}])
    journal = run(make_backup(sandbox, RetryInterval=0, MaxRetryCount=0))
    assert len(journal.errors) == 1
    assert journal.errors[0] in (705, 706)
