"""What a call costs in Java beside the C interface's own cost; prints a table, asserts nothing.

    calls.py CALLS_PROGRAM

The event is Error, which a call that fails fires: its cost is the difference of two rows.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import machine

ROWS = ("get_text", "set_text", "get_number", "failing_call", "failing_call_heard")


def measured(command: list[str]) -> dict[str, float]:
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {name: float(value) for name, value in
            (line.split(" ") for line in output.splitlines())}


def main(program: str) -> int:
    begun = re.search(r'"""\n(.*?)"""', machine.source("Begun"), re.DOTALL)
    assert begun is not None
    certificate = "\n".join(line.strip() for line in begun.group(1).splitlines()) + "\n"
    c = measured([program, certificate])
    # Not machine.command: -Xcheck:jni costs more than what is measured here.
    java = measured([os.environ["COFFER_JAVA"], "-cp",
                     os.pathsep.join([machine.JAR, machine.PROGRAMS]), "Calls"])
    for rows in (c, java):
        rows["event"] = rows["failing_call_heard"] - rows["failing_call"]
    print(f"load average {os.getloadavg()[0]:.1f}; nanoseconds of the processor, best of five rounds")
    for name in (*ROWS, "event"):
        print(f"{name:20} C {c[name]:8.0f}  Java {java[name]:8.0f}  x {java[name] / c[name]:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
