"""One scenario, two languages: a component in this process, and one in a program in C#.

Names are those of C#: `Firewall.Port`, `OnMessageBackup`, `StartBackup`; the driver of Python
spells them as Python does.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from coffer import CofferError, cloudbackup, threeds

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "capi"))

from apigen import model, names  # noqa: E402

LIBRARY = model.load(Path(__file__).resolve().parents[2] / "capi" / "api")
LONGEST_RUN = 120.0
LAZY = {"Eml"}


class RunTest(Protocol):
    def __call__(self, *arguments: str, status: int = 0) -> str: ...


class CompileCsharp(Protocol):
    def __call__(self, output: Path, *arguments: str | Path) -> str: ...


class Failure(Exception):
    """What a component threw: kind, code, text."""

    def __init__(self, kind: str, code: int, text: str) -> None:
        super().__init__(f"{kind} {code}: {text}")
        self.kind, self.code, self.text = kind, code, text


class Driver(Protocol):
    def new(self, name: str) -> None: ...
    def get(self, path: str) -> Any: ...
    def set(self, path: str, value: object) -> None: ...
    def call(self, method: str, *arguments: object) -> Any: ...
    def answer(self, event: str, field: str, value: object, *, once: bool = False) -> None: ...
    def do(self, event: str, method: str, *, once: bool = False) -> None: ...
    def fail(self, event: str, text: str) -> None: ...
    def loop(self) -> None: ...
    def journal(self) -> list[Any]: ...
    def close(self) -> None: ...


def as_text(value: object) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


class Remote:
    """Drives the program in C#, a line a command."""

    def __init__(self, program: list[str]) -> None:
        self.process = subprocess.Popen([*program, "remote"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, *words: str) -> Any:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(" ".join(quote(word, safe="") for word in words) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the program in C# has ended"
        if line.startswith("!"):
            raise Failure(*json.loads(line[1:]))
        return json.loads(line)

    def new(self, name: str) -> None:
        package = "CloudBackup" if name == "Office365Backup" else "ThreeDS"
        self.ask("new", f"Coffer.{package}.{name}")

    def get(self, path: str) -> Any:
        return self.ask("get", path)

    def set(self, path: str, value: object) -> None:
        self.ask("set", path, as_text(value))

    def call(self, method: str, *arguments: object) -> Any:
        return self.ask("call", method, *(as_text(value) for value in arguments))

    def answer(self, event: str, field: str, value: object, *, once: bool = False) -> None:
        self.ask("answer", event, field, as_text(value), "once" if once else "always")

    def do(self, event: str, method: str, *, once: bool = False) -> None:
        self.ask("do", event, method, "once" if once else "always")

    def fail(self, event: str, text: str) -> None:
        self.ask("throw", event, text)

    def loop(self) -> None:
        self.ask("loop")

    def journal(self) -> list[Any]:
        entries: list[Any] = self.ask("journal")
        return entries

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        assert self.process.wait(60) == 0


class Local:
    """Drives the Python package by the names of C#."""

    def __init__(self) -> None:
        self.component: Any = None
        self.described: model.Class = LIBRARY.classes[0]
        self.entries: list[Any] = []
        self.rules: list[tuple[str, bool, Any]] = []

    def new(self, name: str) -> None:
        self.close()
        self.described = LIBRARY.class_named(name)
        self.component = (cloudbackup if name == "Office365Backup" else threeds).__dict__[name]()
        self.entries, self.rules = [], []
        for event in self.described.events:
            setattr(self.component, names.python_event(event.name), self.handler(event))

    def handler(self, event: model.Event) -> Any:
        name = "On" + event.name

        def handle(params: Any) -> None:
            values = {field.name: getattr(params, names.python(field.name))
                      for field in event.fields if field.name not in LAZY}
            self.entries.append([name, {key: as_text(value) if isinstance(value, bytes) else value
                                        for key, value in values.items()}])
            for rule in list(self.rules):
                if rule[0] == name:
                    if rule[1]:
                        self.rules.remove(rule)
                    rule[2](params)
        return handle

    def spelled(self, path: str) -> tuple[str, list[int]]:
        """ACSRootCerts[0].EncodedB -> acs_root_cert_encoded, [0]; Extensions.Count -> …count."""
        head, _, tail = path.partition(".")
        name, _, index = head.rstrip("]").partition("[")
        group = next((one for one in self.described.groups if one.name == name), None)
        if group is None:
            return names.snake(path), []
        if tail == "Count":
            return names.snake(str(group.count)), []
        leaf = next(one for one in group.leaves if one.leaf == tail)
        if leaf.bytes_variant_of:
            leaf = next(one for one in group.leaves if one.name == leaf.bytes_variant_of)
        return leaf.snake, [int(index)] if index else []

    def guarded(self, call: Any, *arguments: Any) -> Any:
        try:
            return call(*arguments)
        except CofferError as error:
            raise Failure("CofferException", error.code, error.message) from error
        except RuntimeError as error:
            raise Failure("InvalidOperationException", 0, str(error)) from error

    def get(self, path: str) -> Any:
        name, index = self.spelled(path)
        value = self.guarded(getattr(self.component, f"get_{name}"), *index)
        return as_text(value) if isinstance(value, bytes) else value

    def set(self, path: str, value: object) -> None:
        name, index = self.spelled(path)
        self.guarded(getattr(self.component, f"set_{name}"), *index, value)

    def call(self, method: str, *arguments: object) -> Any:
        return self.guarded(getattr(self.component, names.snake(method)), *arguments)

    def answer(self, event: str, field: str, value: object, *, once: bool = False) -> None:
        self.rules.append((event, once, lambda params: setattr(params, names.python(field), value)))

    def do(self, event: str, method: str, *, once: bool = False) -> None:
        self.rules.append((event, once, lambda _: self.call(method)))

    def fail(self, event: str, text: str) -> None:
        def throw(_: Any) -> None:
            raise RuntimeError(text)
        self.rules.append((event, True, throw))

    def loop(self) -> None:
        end = time.monotonic() + LONGEST_RUN
        while not any(entry[0] == "OnEndBackup" for entry in self.entries):
            assert time.monotonic() < end, "the run does not end"
            self.guarded(self.component.do_events)

    def journal(self) -> list[Any]:
        entries, self.entries = self.entries, []
        return entries

    def close(self) -> None:
        if self.component is not None:
            self.component.close()
