"""`python -m coffer.demo`: backs up a sample mailbox twice, then pays twice, all on this machine.

It starts a sandbox (coffer.sandbox) on a free port, signs in on its page as a browser would, backs
its sample mailbox up into a folder with progress on the terminal, lets a few messages arrive and
change, and backs up again with the refresh token: the second run fetches only those. Then it makes two card payments with 3-D Secure (coffer.demo_payment). The
sandbox ends with this program, however that ends.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

from coffer import CofferError, demo_payment
from coffer.cloudbackup import (Office365Backup, Office365BackupEndBackupEventParams,
                                Office365BackupErrorEventParams)
from coffer.sandbox import Sandbox

INITIALIZATION = 1  # of the setting Phase
INTERRUPTED = 130  # what a shell reports after Ctrl-C


class Progress:
    """A bar on a terminal; elsewhere one line for each tenth of the mailbox."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._tenth = 0
        if sys.stdout.isatty():
            from tqdm import tqdm
            self._bar = tqdm(unit=" messages", file=sys.stdout, dynamic_ncols=True)

    def show(self, done: int, listed: int, final: bool) -> None:
        """`listed` grows until it is final: when the mailbox has been listed."""
        if self._bar is not None:
            self._bar.total = listed
            self._bar.n = done
            self._bar.refresh()
        elif final and listed and done * 10 // listed > self._tenth:
            self._tenth = done * 10 // listed
            print(f"  {self._tenth * 10:3d} %  {done} of {listed} messages", flush=True)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def number(backup: Office365Backup, name: str) -> int:
    """One of the counters of a run."""
    return int(backup.config(name))


def wait_for_end(backup: Office365Backup) -> list[str]:
    """Serves a run that was started until it has ended; returns the errors it reported."""
    ended = False
    errors: list[str] = []

    def on_end_backup(event: Office365BackupEndBackupEventParams) -> None:
        nonlocal ended
        ended = True

    def on_error(event: Office365BackupErrorEventParams) -> None:
        errors.append(f"{event.description} (error {event.error_code})")

    backup.on_end_backup = on_end_backup
    backup.on_error = on_error
    progress = Progress()
    try:
        while not ended:
            backup.do_events()
            listed = number(backup, "MessagesListed")
            done = listed - number(backup, "MessagesPending")
            progress.show(done, listed, final=number(backup, "Phase") != INITIALIZATION)
    finally:
        progress.close()
    return errors


def sign_in(sandbox: Sandbox, backup: Office365Backup, refresh_token: str) -> None:
    """Once with the sandbox's page, where a program presses the button; then without a page."""
    if not refresh_token:
        sandbox.sign_in(backup)
        print("  signed in on the sandbox's page (authorization code, PKCE)")
        return
    backup.oauth_client_id = sandbox.public_client_id
    backup.oauth_server_token_url = sandbox.token_url
    backup.oauth_refresh_token = refresh_token
    backup.authorize()
    print("  signed in with the refresh token; nobody was asked")


def run(sandbox: Sandbox, folder: Path, refresh_token: str = "") -> tuple[bool, str]:
    """Backs up once and prints the sums; whether nothing is missing, and the refresh token."""
    with Office365Backup() as backup:
        backup.data_folder = str(folder)
        sign_in(sandbox, backup, refresh_token)
        backup.config(f"GraphURL={sandbox.graph_url}")
        backup.config(f"UserId={sandbox.user}")
        start = time.monotonic()
        backup.start_backup()
        errors = wait_for_end(backup)
        seconds = time.monotonic() - start
        for name in ("Listed", "Saved", "Unchanged", "Failed"):
            print(f"  {name.lower():10} {number(backup, 'Messages' + name):12,}")
        print(f"  {'bytes':10} {number(backup, 'BytesSaved'):12,}")
        print(f"  {'requests':10} {number(backup, 'RequestsSent'):12,}")
        print(f"  {'seconds':10} {seconds:12.1f}")
        for index in range(min(number(backup, "MessagesFailed"), 5)):
            print("  failed:", backup.config(f"FailedMessage[{index}]"))
        for text in errors:
            print("  error:", text)
        complete = not errors and number(backup, "MessagesFailed") == 0
        return complete, backup.oauth_refresh_token


def let_time_pass(sandbox: Sandbox) -> None:
    """What happens in a mailbox between two backups."""
    sandbox.control.mutate(
        {"op": "touch", "index": 0}, {"op": "touch", "index": 1},
        *({"op": "add", "message": {"subject": f"News of the day, part {part}"}}
          for part in (1, 2, 3)))


def make_room(folder: Path) -> None:
    """Removes what an earlier demonstration left: its sandbox is gone, and with it the mailbox."""
    if not folder.exists():
        return
    origin = folder / ".meta" / "backup.json"
    if not origin.is_file() or "http://127.0.0.1:" not in origin.read_text(encoding="utf-8"):
        sys.exit(f"{folder} exists and is not from an earlier demonstration; "
                 "move it away or name another with --folder")
    print(f"Removing {folder}, left by an earlier demonstration.")
    shutil.rmtree(folder)


def end_politely(number_of_signal: int, frame: FrameType | None) -> None:
    """Makes a plain kill run all clean-up, as Ctrl-C does; Ctrl-C too where it was ignored."""
    raise KeyboardInterrupt


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m coffer.demo",
                                     description="Backs up a sample mailbox twice, and pays "
                                                 "with two sample cards.")
    parser.add_argument("--folder", type=Path, default=Path("demo-backup"),
                        help="where the messages go (default: %(default)s)")
    parser.add_argument("--messages", type=int, default=2000, help="how large the mailbox is")
    arguments = parser.parse_args()
    folder = arguments.folder.absolute()

    for number_of_signal in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number_of_signal, end_politely)
    try:
        make_room(folder)
        with Sandbox(messages=arguments.messages, sizes="small", threeds=True) as sandbox:
            print(f"A sandbox serves the mailbox {sandbox.user} at {sandbox.graph_url}.")
            print("\nFirst run: everything is new.")
            complete, refresh_token = run(sandbox, folder)
            let_time_pass(sandbox)
            print("\nSecond run: meanwhile three messages arrived and two were changed.")
            complete = run(sandbox, folder, refresh_token)[0] and complete
            complete = demo_payment.run(sandbox) and complete
    except KeyboardInterrupt:
        print("\nInterrupted; what was saved is complete.", file=sys.stderr)
        return INTERRUPTED
    except CofferError as error:
        print(f"error {error.code}: {error.message}", file=sys.stderr)
        return 1
    print(f"The messages are in {folder}, one .eml file each, in a folder for each month:")
    for name in sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))[:3]:
        print(f"  {name}/  {sum(1 for _ in (folder / name).iterdir())} messages")
    print("  …")
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
