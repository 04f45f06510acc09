"""Runs of a backup as tests see them: a loop that cannot hang, a journal of all events."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from coffer.cloudbackup import Office365Backup
from coffer.sandbox import Sandbox

LONGEST_RUN = 120.0  # seconds of real time; a run that takes longer hangs

EVENTS = tuple(sorted(name.removeprefix("on_") for name in dir(Office365Backup)
                      if name.startswith("on_")))


def give(component: Any, values: dict[str, Any]) -> None:
    """Sets properties by name; what is no property is a setting."""
    for name, value in values.items():
        if hasattr(type(component), name):
            setattr(component, name, value)
        else:
            component.config(f"{name}={value}")


@dataclass(frozen=True)
class Entry:
    """One event as its handler saw it, before it answered. Lazy fields are not read."""

    event: str
    fields: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.fields[name]
        except KeyError:
            raise AttributeError(name) from None


LAZY = {"eml"}


def fields_of(params: object) -> dict[str, Any]:
    kind = type(params)
    return {name: getattr(params, name) for name in vars(kind)
            if isinstance(getattr(kind, name), property) and name not in LAZY}


@dataclass
class Journal:
    """All events of an object, in order; answers come from functions by the event's name.

    journal.answers["message_backup"] = lambda event: setattr(event, "skip", True)
    """

    backup: Office365Backup
    entries: list[Entry] = field(default_factory=list)
    answers: dict[str, Callable[[Any], object]] = field(default_factory=dict)

    def attach(self, events: tuple[str, ...] = EVENTS) -> Journal:
        for event in events:
            setattr(self.backup, f"on_{event}", self._handler(event))
        return self

    def _handler(self, event: str) -> Callable[[Any], None]:
        def handle(params: Any) -> None:
            self.entries.append(Entry(event, fields_of(params)))
            answer = self.answers.get(event)
            if answer is not None:
                answer(params)
        return handle

    def of(self, event: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.event == event]

    def names(self, *without: str) -> list[str]:
        return [entry.event for entry in self.entries if entry.event not in without]

    @property
    def ended(self) -> int:
        return len(self.of("end_backup"))

    @property
    def log(self) -> str:
        return "\n".join(entry.message for entry in self.of("log"))

    @property
    def errors(self) -> list[int]:
        return [entry.error_code for entry in self.of("error")]


def loop(backup: Office365Backup, done: Callable[[], bool]) -> None:
    """Calls do_events until done; a hang becomes a failure."""
    end = time.monotonic() + LONGEST_RUN
    while not done():
        assert time.monotonic() < end, "the run does not end"
        backup.do_events()


class MakeBackup(Protocol):
    def __call__(self, sandbox: Sandbox | None = None, **properties: Any) -> Office365Backup: ...


class RunBackup(Protocol):
    def __call__(self, backup: Office365Backup, *, resume: bool = False,
                 **answers: Callable[[Any], object]) -> Journal: ...
