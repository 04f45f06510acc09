"""One backup from C++, Python, Java and C#: what each language adds to the processor's work.

    languages.py --cxx PROGRAM [--java COMMAND] [--csharp COMMAND] [--messages N] [--rounds N]

The same mailbox from one nginx over TLS, the same handlers (BeforeMessageBackup, MessageBackup,
AfterMessageBackup, MessageError, Error, EndBackup; no log). The languages take turns, each round
in another order. Counted is the user and system time of the whole process, less that of an empty
run of it, which starts the machine, makes the component and sets everything but starts no backup;
the medians of both are printed. Commands are written with `|` between their words.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from local_nginx import Nginx
from mailbox import entry, sizes, write_messages, write_pages
from places import load, working_folder

PYTHON = Path(__file__).with_name("languages") / "backup_run.py"
CONNECTIONS = 4
TARGET = 1.10
EMPTY_RUNS = 5


class Mailbox:
    """A mailbox behind nginx, and what programs of all languages do with it."""

    def __init__(self, root: Path, nginx: Nginx, messages: int) -> None:
        self.root, self.nginx, self.messages = root, nginx, messages
        self.turn = 0
        items = [entry(number) for number in range(messages)]
        subjects = sum(len(f"Re: figures of week {item.number} and what follows from them")
                       for item in items)
        characters = 3 * sum(len(item.id) for item in items) + subjects
        self.expected = f"{messages} {messages} {messages} 0 {characters}"

    def run(self, command: list[str], what: str) -> tuple[float, float]:
        """Seconds of the processor that the process used: its own, and the system's for it."""
        self.turn += 1
        folder = self.root / f"run{self.turn}"
        os.sync()
        process = subprocess.Popen(
            [*command, self.nginx.url, str(self.nginx.certificate), str(folder),
             str(CONNECTIONS), what], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        told = process.stdout.read().strip()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wanted = self.expected if what == "run" else "0 0 0 0 0"
        if process.returncode or told != wanted:
            sys.exit(f"{command} ended with {process.returncode} and told {told!r}, not {wanted!r}")
        if what == "run" and len(list(folder.glob("*/*.eml"))) != self.messages:
            sys.exit(f"{folder} does not hold the mailbox")
        return used.ru_utime, used.ru_stime


def micros(seconds: list[float], messages: int) -> float:
    return statistics.median(seconds) / messages * 1e6


def measure(mailbox: Mailbox, commands: dict[str, list[str]], rounds: int) -> None:
    names = list(commands)
    empty = {}
    for name, command in commands.items():
        runs = [mailbox.run(command, "empty") for _ in range(EMPTY_RUNS)]
        empty[name] = [statistics.median(column) for column in zip(*runs, strict=True)]
    mailbox.run(commands["C++"], "run")  # not counted: warms the caches of the disk
    user: dict[str, list[float]] = defaultdict(list)
    system: dict[str, list[float]] = defaultdict(list)
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            used = mailbox.run(commands[name], "run")
            user[name].append(used[0] - empty[name][0])
            system[name].append(used[1] - empty[name][1])
        print(f"round {turn + 1}: " + ", ".join(
            f"{name} {user[name][-1]:.2f} + {system[name][-1]:.2f} s" for name in names)
            + f"; {load()}", flush=True)
    both = {name: [mine + systems for mine, systems in zip(user[name], system[name], strict=True)]
            for name in names}
    for name in names:
        ratios = [mine / base for mine, base in zip(both[name], both["C++"], strict=True)]
        ratio = statistics.median(ratios)
        print(f"{name:7} {micros(user[name], mailbox.messages):4.0f} + "
              f"{micros(system[name], mailbox.messages):4.0f} us CPU a message; start-up "
              f"{sum(empty[name]):.2f} s; ratio to C++ {ratio:.2f} (rounds {min(ratios):.2f} to "
              f"{max(ratios):.2f}; target {TARGET:.2f}{'' if ratio <= TARGET else ', MISSED'})",
              flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cxx", required=True, help="BUILD/tests/benchmarks/backup_run")
    parser.add_argument("--java", help="java|-cp|JAR:CLASSES|BackupRun")
    parser.add_argument("--csharp", help="dotnet|exec|BUILD/tests/benchmarks/BackupRun.dll")
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="on a disk")
    options = parser.parse_args()
    commands = {"C++": [options.cxx], "Python": [sys.executable, str(PYTHON)]}
    for name, command in (("Java", options.java), ("C#", options.csharp)):
        if command:
            commands[name] = command.split("|")
        else:
            print(f"{name} is left out: it was not built")
    expected = sum(sizes(options.messages))
    needed = expected * (2 + len(commands) * options.rounds)
    with working_folder(options.folder, needed) as root:
        write_messages(root / "messages", options.messages)
        with Nginx(root, messages=True) as nginx:
            write_pages(root / "pages", options.messages, nginx.url)
            print(f"{options.messages} messages, {expected / 1e6:.0f} MB, {CONNECTIONS} "
                  f"connections, {options.rounds} rounds; {load()}", flush=True)
            measure(Mailbox(root, nginx, options.messages), commands, options.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
