"""What a call costs in each language beside the C interface's own cost.

    calls.py --c PROGRAM --cxx PROGRAM [--java COMMAND] [--csharp COMMAND]

Rows: a text property read and written, a number read, and one event BeforeMessageBackup, whose
handler reads Id and turns Skip round: the run lists MESSAGES messages and fetches none. Counted is
the processor's time of the calling thread, the best of five rounds; the engine works in others.
Commands are written with `|` between their words.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from local_nginx import Nginx
from mailbox import write_pages
from places import load, working_folder

PYTHON = Path(__file__).with_name("languages") / "calls_run.py"
ROWS = ("get_text", "set_text", "get_number", "event")


def measured(command: list[str], *place: str) -> dict[str, float]:
    done = subprocess.run([*command, *place], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
    lines = (line.split(" ") for line in done.stdout.splitlines())
    return {name: float(value) for name, value in lines}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--c", required=True)
    parser.add_argument("--cxx", required=True)
    parser.add_argument("--java", help="java|-cp|JAR:CLASSES|CallsRun")
    parser.add_argument("--csharp", help="dotnet|exec|BUILD/tests/benchmarks/CallsRun.dll")
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="on a disk")
    options = parser.parse_args()
    commands = {"C": [options.c], "C++": [options.cxx], "Python": [sys.executable, str(PYTHON)]}
    for name, command in (("Java", options.java), ("C#", options.csharp)):
        if command:
            commands[name] = command.split("|")
        else:
            print(f"{name} is left out: it was not built")
    with working_folder(options.folder, options.messages * 2000) as root:
        with Nginx(root) as nginx:
            write_pages(root / "pages", options.messages, nginx.url)
            costs = {name: measured(command, nginx.url, str(nginx.certificate), str(root),
                                    str(options.messages))
                     for name, command in commands.items()}
    print(f"nanoseconds of the processor, and how many times those of C; {load()}")
    print(f"{'':12}" + "".join(f"{name:>16}" for name in commands))
    for row in ROWS:
        cells = (f"{mine[row]:9.0f} x{mine[row] / costs['C'][row]:5.1f}" for mine in costs.values())
        print(f"{row:12}" + "".join(cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
