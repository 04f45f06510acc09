"""The Sync phase: what is deleted, and everything that keeps a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from coffer.sandbox import Sandbox
from helpers import USER, check_mirror, file_name, saved_files, sums
from journal import MakeBackup, RunBackup


def test_deleted_messages_are_deleted_here(sandbox: Sandbox, make_backup: MakeBackup,
                                           run: RunBackup, tmp_path: Path) -> None:
    run(make_backup(sandbox))
    for _ in range(3):
        sandbox.control.mutate(op="delete", mailbox=USER, index=0)
    sandbox.control.reset_metrics()
    backup = make_backup(sandbox, sync_deletes=True)
    journal = run(backup)
    assert journal.errors == []
    assert len(journal.of("message_delete")) == 3
    assert sums(backup)["deleted"] == 3
    assert sandbox.control.metrics()["by_kind"] == {"list": 1, "batch": 1, "get": 3} or \
        sandbox.control.metrics()["by_kind"]["batch"] == 1
    check_mirror(sandbox, tmp_path / "data")


def test_without_sync_deletes_nothing_is(sandbox: Sandbox, make_backup: MakeBackup,
                                         run: RunBackup, tmp_path: Path) -> None:
    run(make_backup(sandbox))
    sandbox.control.mutate(op="delete", mailbox=USER, index=0)
    run(make_backup(sandbox))
    assert len(saved_files(tmp_path / "data")) == 20


def test_a_filtered_listing_deletes_nothing_that_exists(sandbox: Sandbox, make_backup: MakeBackup,
                                                        run: RunBackup, tmp_path: Path) -> None:
    run(make_backup(sandbox))
    backup = make_backup(sandbox, sync_deletes=True, filter="subject eq 'no such subject'")
    journal = run(backup)
    assert journal.errors == []
    assert sums(backup)["listed"] == 0
    assert len(saved_files(tmp_path / "data")) == 20


def test_a_mailbox_that_is_gone_deletes_nothing(sandbox: Sandbox, make_backup: MakeBackup,
                                                run: RunBackup, tmp_path: Path) -> None:
    run(make_backup(sandbox))
    for code in ("ResourceNotFound", "MailboxNotEnabledForRESTAPI", "ErrorInvalidUser"):
        sandbox.control.set_faults([
            {"match": {"kind": "get", "inBatch": True},
             "fault": {"type": "error", "status": 404, "code": code}}])
        run(make_backup(sandbox, sync_deletes=True, filter="subject eq 'none'"))
        assert len(saved_files(tmp_path / "data")) == 20


def test_a_handler_keeps_a_file(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                tmp_path: Path) -> None:
    run(make_backup(sandbox))
    sandbox.control.mutate(op="delete", mailbox=USER, index=0)
    backup = make_backup(sandbox, sync_deletes=True)
    journal = run(backup, message_delete=lambda event: setattr(event, "skip", True))
    assert len(journal.of("message_delete")) == 1
    assert len(saved_files(tmp_path / "data")) == 20


def test_throttled_checks_are_asked_again(sandbox: Sandbox, make_backup: MakeBackup,
                                          run: RunBackup, tmp_path: Path) -> None:
    run(make_backup(sandbox))
    sandbox.control.mutate(op="delete", mailbox=USER, index=0)
    sandbox.control.set_faults([{"match": {"inBatch": True}, "times": 1,
                                 "fault": {"type": "throttle", "retryAfter": 1}}])
    backup = make_backup(sandbox, sync_deletes=True, RetryInterval=0)
    assert run(backup).errors == []
    assert sums(backup)["deleted"] == 1


@pytest.mark.parametrize("status", [500, 503])
def test_checks_that_fail_end_the_deleting(sandbox: Sandbox, make_backup: MakeBackup,
                                           run: RunBackup, tmp_path: Path, status: int) -> None:
    run(make_backup(sandbox))
    sandbox.control.mutate(op="delete", mailbox=USER, index=0)
    sandbox.control.set_faults([{"match": {"inBatch": True},
                                 "fault": {"type": "error", "status": status}}])
    backup = make_backup(sandbox, sync_deletes=True, RetryInterval=0, MaxRetryCount=2)
    assert run(backup).errors == [705]
    assert len(saved_files(tmp_path / "data")) == 20


def test_mutable_ids_that_moved_keep_their_files(sandbox: Sandbox, make_backup: MakeBackup,
                                                 run: RunBackup, tmp_path: Path) -> None:
    run(make_backup(sandbox, ImmutableIds=False))
    sandbox.control.mutate(op="move", mailbox=USER, index=0, folder="archive")
    sandbox.control.mutate(op="delete", mailbox=USER, index=5)
    backup = make_backup(sandbox, ImmutableIds=False, sync_deletes=True)
    journal = run(backup)
    assert journal.errors == []
    assert sums(backup)["deleted"] == 1
    assert len(saved_files(tmp_path / "data")) == 20  # the moved one twice, the deleted one no more


def test_a_file_that_is_not_ours_stays(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                       tmp_path: Path) -> None:
    run(make_backup(sandbox))
    gone = sandbox.control.mailbox(USER)[0]
    sandbox.control.mutate(op="delete", mailbox=USER, id=gone["immutableId"])
    path = next((tmp_path / "data").rglob(file_name(gone["immutableId"])))
    size = path.stat().st_size
    path.write_bytes(b"Subject: somebody's own\r\n\r\n".ljust(size, b"."))
    backup = make_backup(sandbox, sync_deletes=True)
    journal = run(backup)
    assert path.exists()
    assert [error.error_code for error in journal.of("message_error")] == [711]
