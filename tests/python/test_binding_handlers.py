"""Handlers: who calls them, what they may do, what becomes of what they raise."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from coffer import CofferError
from coffer.cloudbackup import OAuthGrantTypes, Office365Backup
from coffer.sandbox import Sandbox

from journal import Journal, MakeBackup, RunBackup, loop


class Mine(Exception):
    pass


@pytest.mark.parametrize("error", [Mine("x"), CofferError(1, "x"), KeyboardInterrupt(),
                                   SystemExit(3)])
def test_what_a_handler_raises_comes_out_of_do_events_as_itself(
        silent: Office365Backup, error: BaseException) -> None:
    journal = Journal(silent).attach()

    def fail(event: object) -> None:
        raise error

    journal.answers["end_backup"] = fail
    silent.start_backup()
    silent.abort_backup()
    with pytest.raises(type(error)) as raised:
        loop(silent, lambda: journal.ended > 1)
    assert raised.value is error
    assert raised.traceback[-1].name == "fail"
    assert journal.ended == 1


def test_the_run_goes_on_after_a_handler_failed(make_backup: MakeBackup, sandbox: Sandbox) -> None:
    """The event keeps the answers it came with, no other event is lost."""
    backup = make_backup(sandbox)
    journal = Journal(backup).attach()

    def fail(event: Any) -> None:
        event.skip = True
        raise Mine

    journal.answers["before_message_backup"] = fail
    backup.start_backup()
    raised = 0
    while not journal.ended:
        try:
            backup.do_events()
        except Mine:
            raised += 1
    assert raised == len(journal.of("before_message_backup")) == backup.message_count == 20
    assert len(journal.of("after_message_backup")) == 20
    assert backup.config("MessagesSkipped") == "0"
    assert journal.ended == 1 and not journal.errors


def test_handlers_run_in_the_thread_of_do_events(make_backup: MakeBackup,
                                                 sandbox: Sandbox) -> None:
    backup = make_backup(sandbox)
    threads: set[int] = set()
    journal = Journal(backup).attach()
    for event in ("log", "before_message_backup", "message_backup", "end_backup"):
        journal.answers[event] = lambda _: threads.add(threading.get_ident())
    backup.start_backup()
    worker = threading.Thread(target=loop, args=(backup, lambda: journal.ended > 0))
    worker.start()
    worker.join()
    assert threads == {worker.ident}


def test_answers_reach_the_run(make_backup: MakeBackup, run: RunBackup, sandbox: Sandbox) -> None:
    backup = make_backup(sandbox)

    def skip_first_half(event: Any) -> None:
        assert event.skip is False
        event.skip = event.id in sorted(message["immutableId"] for message
                                        in sandbox.control.mailbox())[:10]
        assert event.skip in (True, False)

    journal = run(backup, before_message_backup=skip_first_half)
    assert backup.config("MessagesSkipped") == "10"
    assert len(journal.of("after_message_backup")) == 10


def test_an_answer_of_a_wrong_type_is_a_type_error(silent: Office365Backup, sandbox: Sandbox,
                                                   make_backup: MakeBackup) -> None:
    backup = make_backup(sandbox)
    raised: list[str] = []

    def wrong(event: Any) -> None:
        for name, value in (("skip", "no"), ("backup_file", None)):
            try:
                setattr(event, name, value)
            except TypeError as error:
                raised.append(str(error))
        with pytest.raises(AttributeError):
            event.subject = "x"
        backup.on_before_message_backup = None

    backup.on_before_message_backup = wrong
    done: list[object] = []
    backup.on_end_backup = done.append
    backup.start_backup()
    loop(backup, lambda: bool(done))
    assert raised == ["skip must be bool, not str", "backup_file must be str, not None"]


def test_event_objects_may_be_kept(make_backup: MakeBackup, sandbox: Sandbox) -> None:
    backup = make_backup(sandbox)
    kept: list[Any] = []
    done: list[object] = []
    backup.on_before_message_backup = kept.append
    backup.on_end_backup = done.append
    backup.start_backup()
    loop(backup, lambda: bool(done))
    backup.close()
    subjects = {event.subject for event in kept}
    assert len(kept) == 20 and subjects and all(event.id for event in kept)
    kept[0].skip = True  # a value like any other now
    assert kept[0].skip is True
    assert "subject=" in repr(kept[0])


def test_eml_is_read_while_the_handler_runs(make_backup: MakeBackup, sandbox: Sandbox) -> None:
    backup = make_backup(sandbox)
    kept: list[Any] = []
    read: dict[str, bytes] = {}
    elsewhere: list[BaseException] = []
    done: list[object] = []

    def handle(event: Any) -> None:
        kept.append(event)
        if len(kept) % 2:
            read[event.id] = event.eml
            return

        def from_another_thread() -> None:
            try:
                event.eml
            except CofferError as error:
                elsewhere.append(error)

        thread = threading.Thread(target=from_another_thread)
        thread.start()
        thread.join()

    backup.on_message_backup = handle
    backup.on_end_backup = done.append
    backup.start_backup()
    loop(backup, lambda: bool(done))
    bodies = {message["immutableId"]: sandbox.control.body(message["key"])
              for message in sandbox.control.mailbox()}
    assert len(kept) == 20 and len(read) == len(elsewhere) == 10
    for event in kept:
        if event.id in read:
            assert event.eml == read[event.id] == bodies[event.id]
        else:
            with pytest.raises(CofferError) as failure:
                event.eml
            assert failure.value.code == 30001


def test_a_handler_may_use_the_object(silent: Office365Backup) -> None:
    journal = Journal(silent).attach()
    seen: list[int] = []

    def use(event: object) -> None:
        assert silent.config("LogLevel") == "1"
        assert silent.get_message_count() == 0
        silent.config("LogLevel=2")
        for call in (silent.do_events, silent.start_backup, silent.resume_backup,
                     silent.authorize):
            with pytest.raises(CofferError) as failure:
                call()
            seen.append(failure.value.code)
        silent.on_log = None
        silent.abort_backup()

    journal.answers["end_backup"] = use
    silent.start_backup()
    silent.abort_backup()
    loop(silent, lambda: journal.ended > 0)
    assert seen == [30004] * 4
    assert silent.on_log is None


def test_a_handler_may_replace_and_remove_itself(make_backup: MakeBackup,
                                                 sandbox: Sandbox) -> None:
    backup = make_backup(sandbox)
    seen: list[str] = []
    done: list[object] = []

    def first(event: Any) -> None:
        backup.on_before_message_backup = second
        seen.append("first")

    def second(event: Any) -> None:
        backup.on_before_message_backup = None
        seen.append("second")

    backup.on_before_message_backup = first
    backup.on_end_backup = done.append
    backup.start_backup()
    loop(backup, lambda: bool(done))
    assert seen == ["first", "second"]
    assert backup.config("MessagesSaved") == "20"


def test_a_handler_may_close_the_object(silent: Office365Backup) -> None:
    """Closing takes effect when the call that fired the event returns."""
    ended: list[object] = []

    def close(event: object) -> None:
        silent.close()
        ended.append(event)

    silent.on_end_backup = close
    silent.start_backup()
    silent.abort_backup()
    loop(silent, lambda: bool(ended))
    with pytest.raises(CofferError) as failure:
        silent.do_events()
    assert failure.value.code == 30001


def test_do_events_lets_other_threads_run(backup: Office365Backup) -> None:
    """A thread that wakes each millisecond has many turns during one call that waits; the best of
    some calls is looked at: a busy machine gives it fewer."""
    stop = threading.Event()
    turns = most = 0

    def work() -> None:
        nonlocal turns
        while not stop.wait(0.001):
            turns += 1

    thread = threading.Thread(target=work)
    thread.start()
    for _ in range(100):
        before = turns
        backup.do_events()
        most = max(most, turns - before)
        if most > 5:
            break
    stop.set()
    thread.join()
    assert most > 5


def test_authorize_lets_other_threads_run_and_abort_it(backup: Office365Backup,
                                                       silent_server: str) -> None:
    backup.oauth_client_id, backup.oauth_client_secret = "client", "secret"
    backup.oauth_grant_type = OAuthGrantTypes.cogtClientCredentials
    backup.oauth_server_token_url = silent_server
    backup.config("Timeout=100")  # what ends it, with another code, should nobody else
    returned = threading.Event()

    def abort() -> None:
        while not returned.wait(0.05):
            backup.abort_backup()

    thread = threading.Thread(target=abort)
    thread.start()
    try:
        with pytest.raises(CofferError) as failure:
            backup.authorize()
    finally:
        returned.set()
        thread.join()
    assert failure.value.code == 301


def test_do_events_returns_soon_when_nothing_happens(backup: Office365Backup) -> None:
    fastest = 1e9
    for _ in range(50):  # the best is looked at: a busy machine delays any process
        begin = time.monotonic()
        backup.do_events()
        fastest = min(fastest, time.monotonic() - begin)
        if fastest < 0.2:
            break
    assert fastest < 0.2


def test_a_second_thread_is_refused_while_one_is_in_do_events(silent: Office365Backup) -> None:
    entered, leave = threading.Event(), threading.Event()

    def stay(event: object) -> None:
        entered.set()
        assert leave.wait(120)

    silent.on_end_backup = stay
    silent.start_backup()
    silent.abort_backup()
    worker = threading.Thread(target=loop, args=(silent, entered.is_set))
    worker.start()
    assert entered.wait(60)
    try:
        for call in (silent.do_events, silent.start_backup, silent.resume_backup):
            with pytest.raises(CofferError) as failure:
                call()
            assert failure.value.code == 143
        silent.abort_backup()
        assert silent.config("LogLevel") == "1"
    finally:
        leave.set()
        worker.join()


def test_closing_from_another_thread_ends_do_events(silent: Office365Backup) -> None:
    silent.start_backup()
    codes: list[int] = []

    def work() -> None:
        try:
            while True:
                silent.do_events()
        except CofferError as error:
            codes.append(error.code)

    worker = threading.Thread(target=work)
    worker.start()
    silent.close()
    worker.join(60)
    assert not worker.is_alive() and codes == [30001]


def test_two_objects_run_in_two_threads(start_sandbox: Callable[..., Sandbox],
                                        make_backup: MakeBackup, tmp_path: Any) -> None:
    journals, errors = [], []
    for number in range(2):
        backup = make_backup(start_sandbox(messages=15), data_folder=str(tmp_path / str(number)))
        journals.append(Journal(backup).attach())

    def work(journal: Journal) -> None:
        try:
            journal.backup.start_backup()
            loop(journal.backup, lambda: journal.ended > 0)
        except BaseException as error:
            errors.append(error)

    workers = [threading.Thread(target=work, args=(journal,)) for journal in journals]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not errors
    for journal in journals:
        assert len(journal.of("after_message_backup")) == 15 and journal.ended == 1
