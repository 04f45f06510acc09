"""Closing, the garbage collector, and objects that go while a run is under way."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path
from typing import Any

import pytest

from coffer import CofferError
from coffer.cloudbackup import Office365Backup


class Subclass(Office365Backup):
    """A Python subclass has a __dict__, which the native class has not."""


CLASSES = pytest.mark.parametrize("kind", [Office365Backup, Subclass])


class Watch:
    """Tells whether a thing has gone. The collector clears weak references before it tries to free,
    so a weak reference alone does not prove it."""

    def __init__(self, thing: object) -> None:
        self.reference, self.identity = weakref.ref(thing), id(thing)

    @property
    def gone(self) -> bool:
        gc.collect()
        left = [thing for thing in gc.get_objects()
                if isinstance(thing, Office365Backup) and id(thing) == self.identity]
        return self.reference() is None and not left


def test_every_member_of_a_closed_object_is_30001(backup: Office365Backup) -> None:
    backup.close()
    calls: list[Any] = [lambda name=name: getattr(backup, name)()
                        for name in dir(backup) if name.startswith("get_")]
    calls += [lambda name=name: getattr(backup, name)
              for name, member in vars(Office365Backup).items()
              if isinstance(member, property) and not name.startswith("on_")]
    calls += [backup.start_backup, backup.resume_backup, backup.do_events, backup.authorize,
              backup.abort_backup, lambda: backup.config("LogLevel"),
              lambda: setattr(backup, "on_log", print), lambda: setattr(backup, "data_folder", "x")]
    assert len(calls) > 200
    for call in calls:
        with pytest.raises(CofferError) as failure:
            call()
        assert failure.value.code == 30001


def test_closing_twice_does_nothing(backup: Office365Backup) -> None:
    backup.close()
    backup.close()


def test_the_context_manager_closes(backup: Office365Backup) -> None:
    with backup as same:
        assert same is backup
        assert backup.data_folder == ""
    with pytest.raises(CofferError):
        backup.data_folder
    with pytest.raises(ZeroDivisionError), Office365Backup() as other:
        1 / 0
    with pytest.raises(CofferError):
        other.data_folder


def test_an_init_that_forgets_its_base_is_a_type_error() -> None:
    class Forgetful(Office365Backup):
        def __init__(self) -> None:
            pass

    with pytest.raises(TypeError):
        Forgetful()


def test_a_subclass_keeps_its_own_attributes() -> None:
    class Counting(Office365Backup):
        def __init__(self) -> None:
            super().__init__()
            self.saved = 0
            self.on_after_message_backup = self.count

        def count(self, _: object) -> None:
            self.saved += 1

    with Counting() as counting:
        counting.data_folder = "x"
        assert (counting.saved, counting.get_data_folder()) == (0, "x")
        assert counting.on_after_message_backup == counting.count


@CLASSES
def test_an_object_goes_with_its_last_reference(kind: type[Office365Backup]) -> None:
    backup = kind()
    reference = weakref.ref(backup)
    gc.disable()
    try:
        del backup
        assert reference() is None
    finally:
        gc.enable()


@CLASSES
def test_a_cycle_through_a_bound_handler_is_collected(kind: type[Office365Backup]) -> None:
    class Application:
        def __init__(self) -> None:
            self.backup = kind()
            self.backup.on_log = self.handle

        def handle(self, _: object) -> None:
            pass

    application = Application()
    backup = Watch(application.backup)
    watch = Watch(application)
    del application
    assert watch.gone and backup.gone


@CLASSES
def test_a_cycle_through_a_closure_is_collected(kind: type[Office365Backup]) -> None:
    backup = kind()
    backup.on_end_backup = lambda event, held=backup: held.data_folder
    watch = Watch(backup)
    del backup
    assert watch.gone


def test_a_cycle_through_a_subclass_attribute_is_collected() -> None:
    backup = Subclass()
    backup.me = backup  # type: ignore[attr-defined]
    backup.on_error = lambda event, held=backup: held
    watch = Watch(backup)
    del backup
    assert watch.gone


def test_a_removed_handler_is_released(backup: Office365Backup) -> None:
    def handler(event: object) -> None:
        pass

    watch = Watch(handler)
    backup.on_log = handler
    assert backup.on_log is handler
    del handler
    assert not watch.gone
    backup.on_log = None
    assert backup.on_log is None
    assert watch.gone


def test_a_replaced_handler_is_released(backup: Office365Backup) -> None:
    first = [1]
    watch = Watch(handler := lambda event, kept=first: kept)
    backup.on_log = handler
    backup.on_log = print
    del handler
    assert watch.gone


def test_an_object_with_a_run_can_be_dropped(silent: Office365Backup) -> None:
    """The destructor aborts the run and waits for its thread; nothing is left behind."""
    backup = Office365Backup()
    backup.authorization, backup.data_folder = silent.authorization, silent.data_folder
    backup.config("GraphURL=" + silent.config("GraphURL"))
    backup.start_backup()
    threads = threading.active_count()
    watch = Watch(backup)
    del backup
    assert watch.gone
    assert threading.active_count() == threads
    silent.start_backup()  # the folder's lock is free again
    silent.abort_backup()


def test_a_cycle_with_a_run_is_collected(silent: Office365Backup) -> None:
    backup = Subclass()
    backup.authorization, backup.data_folder = silent.authorization, silent.data_folder
    backup.config("GraphURL=" + silent.config("GraphURL"))
    backup.on_before_message_backup = lambda event, held=backup: held
    backup.start_backup()
    watch = Watch(backup)
    del backup
    assert watch.gone


def test_a_cycle_that_only_the_object_can_break_is_collected() -> None:
    """Bound methods cannot be cleared by the collector; the object's handlers can."""
    class Handling(Office365Backup):
        def handle(self, _: object) -> None:
            pass

    for name in ("handle", "config"):
        backup = Handling()
        backup.on_log = getattr(backup, name)
        watch = Watch(backup)
        del backup
        assert watch.gone


def test_collections_in_another_thread_do_not_disturb(silent: Office365Backup,
                                                      tmp_path: Path) -> None:
    """Objects with runs go, which takes a while without the interpreter's lock, and meanwhile
    another thread collects and follows weak references without a pause."""
    stop = threading.Event()
    references: list[weakref.ref[Any]] = []
    watches: list[Watch] = []

    def collect() -> None:
        while not stop.is_set():
            gc.collect()
            for reference in list(references):
                reference()

    thread = threading.Thread(target=collect)
    thread.start()
    try:
        for number in range(30):
            backup = (Subclass if number % 2 else Office365Backup)()
            backup.authorization = silent.authorization
            backup.data_folder = str(tmp_path / str(number))
            backup.config("GraphURL=" + silent.config("GraphURL"))
            backup.on_log = lambda event: None
            references.append(weakref.ref(backup))
            watches.append(Watch(backup))
            backup.start_backup()
            del backup
    finally:
        stop.set()
        thread.join()
    assert all(watch.gone for watch in watches)
