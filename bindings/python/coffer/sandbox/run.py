"""Runs one program against a sandbox of its own: `python -m coffer.sandbox.run PROGRAM ARGUMENT...`

Words such as {graph_url} in the arguments are replaced by what the sandbox is called by; the names
are printed by --names. GRAPH_URL and GRAPH_TOKEN are set. With --pay CARD the sandbox is also the
merchant of a card payment: the first line that the program prints with a JSON object in it is
taken to the 3DS Server, and the answer is the first line of the program's standard input.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

from .client import Sandbox
from .threeds.client import ThreeDS

PEM = ("directory_server_cert", "acs_root_cert")
PLAIN = ("directory_server_id", "directory_server_key_id")


def described(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    """What stands for the names: addresses, ids, and the names of files."""
    found = {name: str(sandbox.config[name]) for name in ("graph_url", "token", "user")}
    ready = folder / "sandbox.json"
    ready.write_text(json.dumps(sandbox.config), encoding="utf-8")
    found["ready_file"] = str(ready)
    side = sandbox.threeds.config
    for name in PEM:
        file = folder / f"{name}.pem"
        file.write_text(side[name], encoding="ascii")
        found[name] = str(file)
    found |= {name: str(side[name]) for name in PLAIN}
    found["ca"] = str(side["ca_file"])
    lines = (f"{name} {found[name]}\n" for name in (*PEM, *PLAIN, "ca"))
    file = folder / "payment.conf"
    file.write_text("".join(lines), encoding="utf-8")
    return found | {"configuration": str(file)}


def replaced(word: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        word = word.replace("{" + name + "}", value)
    return word


def hand_on(keyboard: IO[bytes], program: IO[bytes]) -> None:
    """What is typed goes to the program, until either ends."""
    try:
        for line in keyboard:
            program.write(line)
            program.flush()
        program.close()
    except OSError:
        pass  # the program has ended


def pay(command: list[str], side: ThreeDS, card: str) -> int:
    """The exit status of the program, which has been told what the 3DS Server answers."""
    # No buffers: what the program prints is shown as it comes.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          bufsize=0) as process:
        assert process.stdin is not None and process.stdout is not None
        for line in process.stdout:
            text = line.decode()
            if "{" not in text:
                print(text, end="", flush=True)
                continue
            answer = side.authenticate(text[text.index("{"):].strip(), card)
            process.stdin.write(" ".join(answer.splitlines()).encode() + b"\n")
            process.stdin.flush()
            break
        threading.Thread(target=hand_on, args=(sys.stdin.buffer, process.stdin),
                         daemon=True).start()
        while shown := os.read(process.stdout.fileno(), 4096):
            sys.stdout.buffer.write(shown)
            sys.stdout.flush()
        return process.wait()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m coffer.sandbox.run",
                                     description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("--messages", type=int, default=20, help="messages of the mailbox")
    parser.add_argument("--pay", metavar="CARD", help="text, single, oob, frictionless-Y, …")
    parser.add_argument("--names", action="store_true", help="print the names and their values")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="PROGRAM ARGUMENT...")
    options = parser.parse_args(arguments)
    if not options.command and not options.names:
        parser.error("name a program")
    with (tempfile.TemporaryDirectory() as folder,
          Sandbox(messages=options.messages, threeds=True) as sandbox):
        names = described(sandbox, Path(folder))
        if options.names:
            print("\n".join(f"{{{name}}} {value}" for name, value in names.items()))
            return 0
        os.environ |= {"GRAPH_URL": sandbox.graph_url, "GRAPH_TOKEN": sandbox.token}
        command = [replaced(word, names) for word in options.command]
        if options.pay:
            return pay(command, sandbox.threeds, options.pay)
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
