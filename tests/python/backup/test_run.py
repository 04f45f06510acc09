"""Runs in which nothing goes wrong: what is saved, what is asked for, what is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coffer.sandbox import Sandbox
from helpers import USER, check_mirror, file_name, saved_files, sums
from journal import Journal, MakeBackup, RunBackup

Start = Callable[..., Sandbox]


def test_first_run_saves_the_mailbox(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                     tmp_path: Path) -> None:
    backup = make_backup(sandbox, MessagePageSize=7)
    sandbox.control.reset_metrics()
    journal = run(backup)
    assert journal.errors == []
    check_mirror(sandbox, tmp_path / "data")
    assert sums(backup) == {"listed": 20, "saved": 20, "unchanged": 0, "skipped": 0, "gone": 0,
                            "failed": 0, "pending": 0, "deleted": 0}
    assert backup.message_count == 20
    metrics = sandbox.control.metrics()
    assert metrics["by_kind"] == {"list": 3, "value": 20}
    assert int(backup.config("RequestsSent")) == 23
    assert metrics["throttled"] == metrics["early_requests"] == 0
    assert metrics["without_prefer"] == metrics["without_client_request_id"] == 0
    assert journal.entries[-1].event == "end_backup"
    assert backup.config("Phase") == "0"


def test_events_of_each_message_in_order(sandbox: Sandbox, make_backup: MakeBackup,
                                         run: RunBackup) -> None:
    journal = run(make_backup(sandbox))
    of_message: dict[str, list[str]] = {}
    for entry in journal.entries:
        if "id" in entry.fields:
            of_message.setdefault(entry.id, []).append(entry.event)
    assert len(of_message) == 20
    assert all(events == ["before_message_backup", "message_backup", "after_message_backup"]
               for events in of_message.values())


def test_a_message_is_counted_before_it_is_told(sandbox: Sandbox, make_backup: MakeBackup,
                                                run: RunBackup) -> None:
    backup = make_backup(sandbox)
    told: list[int] = []

    def after(_: Any) -> None:
        told.append(1)
        assert int(backup.config("MessagesSaved")) >= len(told)

    run(backup, after_message_backup=after)
    assert len(told) == 20


def test_event_fields(start_sandbox: Start, make_backup: MakeBackup, run: RunBackup,
                      tmp_path: Path) -> None:
    body = b"Subject: Hi\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n"
    sandbox = start_sandbox()
    sandbox.control.load({"user": USER, "messages": [{
        "subject": "Hi \u00e9", "from": "\u00c5sa Berg <asa@example.com>",
        "to": ["b@example.com", "Team, The <team@example.com>"], "cc": [], "bcc": ["x@example.com"],
        "createdDateTime": "2024-02-29T23:59:59Z", "receivedDateTime": "2024-02-29T23:59:58Z",
        "sentDateTime": "2024-02-29T23:59:57Z", "hasAttachments": True, "bodyText": body.decode()}]})
    backup = make_backup(sandbox)
    seen: list[bytes] = []
    journal = run(backup, message_backup=lambda event: seen.append(event.eml))
    before = journal.of("before_message_backup")[0]
    assert before.subject == "Hi \u00e9"
    assert before.from_ == "\u00c5sa Berg <asa@example.com>"
    assert before.sent_to == 'b@example.com, "Team, The" <team@example.com>'
    assert (before.cc, before.bcc) == ("", "x@example.com")
    assert before.created_date_time == "2024-02-29T23:59:59Z"
    assert before.received_date_time == "2024-02-29T23:59:58Z"
    assert before.sent_date_time == "2024-02-29T23:59:57Z"
    assert before.has_attachments is True
    assert before.body_content_type == ""
    assert before.skip is False
    assert before.backup_file == str(tmp_path / "data" / "2024-02" / file_name(before.id))
    assert journal.of("message_backup")[0].body_content_type == "html"
    assert seen == [body]


def test_second_run_fetches_nothing(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                    tmp_path: Path) -> None:
    run(make_backup(sandbox))
    sandbox.control.reset_metrics()
    backup = make_backup(sandbox)
    journal = run(backup)
    assert sandbox.control.metrics()["by_kind"] == {"list": 1}
    assert sums(backup)["unchanged"] == 20
    assert all(entry.skip for entry in journal.of("before_message_backup"))
    assert journal.of("message_backup") == []


def test_modified_added_and_removed_files_are_fetched(sandbox: Sandbox, make_backup: MakeBackup,
                                                      run: RunBackup, tmp_path: Path) -> None:
    run(make_backup(sandbox))
    sandbox.control.mutate(op="modify", mailbox=USER, index=3, set={"bodyText": "Subject: n\r\n\r\nnew"})
    sandbox.control.mutate(op="add", mailbox=USER, message={"subject": "fresh", "bodyText": "A: b\r\n\r\n."})
    next((tmp_path / "data").rglob("*.eml")).unlink()
    backup = make_backup(sandbox)
    run(backup)
    counted = sums(backup)
    assert counted["listed"] == 21
    assert counted["saved"] in (2, 3)  # the removed file may be the modified one
    check_mirror(sandbox, tmp_path / "data")


@pytest.mark.parametrize("immutable", [True, False])
def test_moved_messages(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup, tmp_path: Path,
                        immutable: bool) -> None:
    run(make_backup(sandbox, ImmutableIds=immutable))
    sandbox.control.mutate(op="move", mailbox=USER, index=2, folder="archive")
    backup = make_backup(sandbox, ImmutableIds=immutable)
    run(backup)
    # An immutable id stays; a mutable one is a new message to whoever only sees ids. Neither loses
    # a file.
    assert len(saved_files(tmp_path / "data")) == (20 if immutable else 21)
    assert sums(backup)["listed"] == 20


def test_the_other_kind_of_id_is_refused(sandbox: Sandbox, make_backup: MakeBackup,
                                         run: RunBackup, tmp_path: Path) -> None:
    from coffer import CofferError

    run(make_backup(sandbox))
    with pytest.raises(CofferError) as caught:
        make_backup(sandbox, ImmutableIds=False).start_backup()
    assert caught.value.code == 716
    assert len(saved_files(tmp_path / "data")) == 20


@pytest.mark.parametrize(("start", "end", "kept"), [
    ("2024/02/29", "2024/02/29", {"a", "b"}),
    ("2024/03/01", "", {"c"}),
    ("", "2024/02/28", {"z"}),
    ("", "", {"z", "a", "b", "c"}),
])
def test_dates_are_whole_utc_days_and_inclusive(start_sandbox: Start, make_backup: MakeBackup,
                                                run: RunBackup, start: str, end: str,
                                                kept: set[str]) -> None:
    sandbox = start_sandbox()
    sandbox.control.load({"user": USER, "messages": [
        {"subject": "z", "createdDateTime": "2024-02-28T23:59:59Z"},
        {"subject": "a", "createdDateTime": "2024-02-29T00:00:00Z"},
        {"subject": "b", "createdDateTime": "2024-02-29T23:59:59Z"},
        {"subject": "c", "createdDateTime": "2024-03-01T00:00:00Z"}]})
    journal = run(make_backup(sandbox, start_date=start, end_date=end))
    assert {entry.subject for entry in journal.of("before_message_backup")} == kept


@pytest.mark.parametrize(("text", "kept"), [
    ("parentFolderId eq 'Inbox'", {"in", "in from ann"}),
    ("address eq 'ann@example.com'", {"in from ann", "sent from ann"}),
    ("parentFolderId eq 'Inbox' and address eq 'ann@example.com'", {"in from ann"}),
    ("parentFolderId eq 'Sent Items' or subject eq 'in'", {"in", "sent from ann"}),
])
def test_the_manuals_filters(start_sandbox: Start, make_backup: MakeBackup, run: RunBackup,
                             text: str, kept: set[str]) -> None:
    sandbox = start_sandbox()
    sandbox.control.load({"user": USER, "messages": [
        {"subject": "in", "from": "bob@example.com", "folder": "inbox"},
        {"subject": "in from ann", "from": "ann@example.com", "folder": "inbox"},
        {"subject": "sent from ann", "from": "ann@example.com", "folder": "sentitems"}]})
    sandbox.control.reset_metrics()
    backup = make_backup(sandbox, filter=text)
    journal = run(backup)
    assert journal.errors == []
    assert {entry.subject for entry in journal.of("before_message_backup")} == kept
    assert sandbox.control.metrics()["by_kind"].get("folder", 0) == text.count("parentFolderId")


def test_handlers_skip_and_redirect(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                    tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "first.eml"
    count = iter(range(100))

    def before(event: Any) -> None:
        number = next(count)
        if number == 0:
            event.backup_file = str(target)
        event.skip = number in (1, 2)

    backup = make_backup(sandbox)
    run(backup, before_message_backup=before)
    assert sums(backup)["skipped"] == 2
    assert sums(backup)["saved"] == 18
    assert target.read_bytes().startswith(b"X-NS-Backup: v=1;")
    # The next run knows where it is, and fetches only what was skipped.
    again = make_backup(sandbox)
    run(again)
    assert sums(again) == {"listed": 20, "saved": 2, "unchanged": 18, "skipped": 0, "gone": 0,
                           "failed": 0, "pending": 0, "deleted": 0}
    assert target.exists()


def test_skip_cleared_fetches_an_unchanged_message(sandbox: Sandbox, make_backup: MakeBackup,
                                                   run: RunBackup) -> None:
    run(make_backup(sandbox))
    backup = make_backup(sandbox)
    run(backup, before_message_backup=lambda event: setattr(event, "skip", False))
    assert sums(backup)["saved"] == 20


def test_eight_connections_are_at_most_four_at_the_service(start_sandbox: Start,
                                                           make_backup: MakeBackup,
                                                           run: RunBackup) -> None:
    sandbox = start_sandbox(messages=60)
    sandbox.control.set_faults([{"match": {"kind": "value", "nth": [1, 2, 3, 4]},
                                 "fault": {"type": "latency", "seconds": 2}}])
    sandbox.control.reset_metrics()
    backup = make_backup(sandbox, max_connections=8)
    run(backup)
    metrics = sandbox.control.metrics()
    assert metrics["max_concurrency"][USER] == 4
    assert metrics["throttled"] == 0
    assert sums(backup)["saved"] == 60


def test_client_credentials_and_a_shared_mailbox(start_sandbox: Start, make_backup: MakeBackup,
                                                 run: RunBackup, tmp_path: Path) -> None:
    sandbox = start_sandbox()
    backup = make_backup(data_folder=str(tmp_path / "data"), GraphURL=sandbox.graph_url,
                         UserId="shared@sandbox.example", oauth_grant_type=3,
                         oauth_client_id=sandbox.client_id,
                         oauth_client_secret=sandbox.client_secret,
                         oauth_server_token_url=sandbox.token_url,
                         oauth_authorization_scope="https://graph.microsoft.com/.default")
    backup.authorize()
    assert backup.oauth_access_token
    assert backup.authorization == ""
    sandbox.control.reset_metrics()
    journal = run(backup)
    assert journal.errors == []
    assert sums(backup)["saved"] == 300
    assert sandbox.control.metrics()["by_kind"].get("token", 0) == 0
    check_mirror(sandbox, tmp_path / "data", "shared@sandbox.example")


def test_a_folder_of_mails_passes_through_octet_for_octet(start_sandbox: Start,
                                                          make_backup: MakeBackup,
                                                          run: RunBackup, tmp_path: Path) -> None:
    corpus = Path(__file__).resolve().parents[4] / "shared" / "testdata" / "mail"
    if not corpus.is_dir():
        pytest.skip("no folder of real mails beside the project")
    sandbox = start_sandbox(mail=str(corpus))
    backup = make_backup(sandbox)
    journal = run(backup)
    assert journal.errors == []
    counted = sums(backup)
    assert counted["listed"] > 100
    empty = {m["immutableId"] for m in sandbox.control.mailbox(USER) if m["size"] == 0}
    assert counted["failed"] == len(empty)
    check_mirror(sandbox, tmp_path / "data", missing=empty)


def test_a_handler_that_fails_has_answered_nothing(sandbox: Sandbox, make_backup: MakeBackup,
                                                   run: RunBackup, tmp_path: Path) -> None:
    backup = make_backup(sandbox)
    journal = Journal(backup).attach()
    failures: list[str] = []

    def before(event: Any) -> None:
        event.skip = True
        raise LookupError(event.id)

    backup.on_before_message_backup = before
    backup.start_backup()
    while not journal.ended:
        try:
            backup.do_events()
        except LookupError as error:
            failures.append(str(error))
    assert len(failures) == 20
    assert sums(backup)["saved"] == 20
    check_mirror(sandbox, tmp_path / "data")


def test_a_large_message_streams(start_sandbox: Start, tmp_path: Path) -> None:
    """In a process of its own, whose peak of memory shows whether the message went through it."""
    import subprocess
    import sys

    sandbox = start_sandbox()
    sandbox.control.load({"user": USER, "messages": [{"subject": "large", "size": 150 << 20}]})
    program = """if True:
        import sys
        from coffer.cloudbackup import Office365Backup
        backup, ended = Office365Backup(), []
        backup.data_folder, backup.authorization = sys.argv[1], sys.argv[3]
        backup.config("GraphURL=" + sys.argv[2])
        backup.on_end_backup = lambda event: ended.append(1)
        backup.on_message_backup = lambda event: None
        backup.start_backup()
        while not ended:
            backup.do_events()
        status = open("/proc/self/status").read()  # ru_maxrss begins with what the parent had
        print(backup.config("MessagesSaved"), backup.config("BytesSaved"),
              status.split("VmHWM:")[1].split()[0])
    """
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "data"),
                           sandbox.graph_url, sandbox.authorization],
                          capture_output=True, text=True, timeout=120, check=True)
    saved, octets, peak = map(int, done.stdout.split())
    assert (saved, octets) == (1, 150 << 20)
    assert peak < 75 << 10  # KiB; half of the message
    check_mirror(sandbox, tmp_path / "data")
