"""Signals, the end of the interpreter, and forks: in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

HEAD = """
import collections, os, signal, sys, threading, time
from coffer import CofferError
from coffer.cloudbackup import Office365Backup

def busy(folder="data"):
    backup = Office365Backup()
    backup.authorization = "Bearer none"
    backup.data_folder = os.path.join(sys.argv[2], folder)
    backup.config("GraphURL=" + sys.argv[1])
    backup.start_backup()
    return backup
"""


def start(code: str, server: str, folder: Path, first: str = "") -> subprocess.Popen[str]:
    program = textwrap.dedent(first) + HEAD + textwrap.dedent(code)
    return subprocess.Popen([sys.executable, "-c", program, server, str(folder)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    try:
        output, errors = process.communicate(timeout=100)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return process.returncode, output, errors


# How often a program ends while a run is under way; a thousand take minutes.
REPETITIONS = int(os.environ.get("COFFER_REPETITIONS", "4"))


def ends_well(code: str, server: str, folder: Path) -> None:
    """Some at a time, since what could go wrong here is a race."""
    for first in range(0, REPETITIONS, 4):
        for process in [start(code, server, folder / str(number))
                        for number in range(first, min(first + 4, REPETITIONS))]:
            assert finish(process) == (0, "", "")


def interrupt(process: subprocess.Popen[str]) -> float:
    """Seconds from the signal until the process says that it has noticed."""
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    late = threading.Timer(60, process.kill)  # one that does not notice ends all the same
    late.start()
    line = process.stdout.readline()
    late.cancel()
    seconds = time.monotonic() - begin
    assert line == "interrupted\n"
    return seconds


@pytest.mark.parametrize("make, loop", [
    ("Office365Backup()", "while True: backup.do_events()"),
    ("busy()", "while True: backup.do_events()"),
    # a loop without bytecode, which only do_events itself can end
    ("busy()", "collections.deque(iter(backup.do_events, 'never'), maxlen=0)"),
])
def test_ctrl_c_ends_a_loop_of_do_events(silent_server: str, tmp_path: Path, make: str,
                                         loop: str) -> None:
    """The best of some tries is looked at: a busy machine delays any process."""
    fastest = 1e9
    for number in range(50):
        process = start(f"""
            backup = {make}
            try:
                print("ready", flush=True)
                {loop}
            except KeyboardInterrupt:
                print("interrupted", flush=True)
            """, silent_server, tmp_path / str(number))
        fastest = min(fastest, interrupt(process))
        status, _, errors = finish(process)
        assert (status, errors) == (0, "")
        if fastest < 0.2:
            return
    assert fastest < 0.2


def test_ctrl_c_ends_a_waiting_authorize(silent_server: str, tmp_path: Path) -> None:
    process = start("""
        backup = Office365Backup()
        backup.oauth_client_id, backup.oauth_client_secret = "client", "secret"
        backup.oauth_grant_type = 3
        backup.oauth_server_token_url = sys.argv[1]
        backup.config("Timeout=0")
        try:
            print("ready", flush=True)
            backup.authorize()
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        """, silent_server, tmp_path)
    assert interrupt(process) < 60  # nothing else would end it
    assert finish(process) == (0, "", "")


def test_ctrl_c_in_a_single_do_events_is_not_lost(silent_server: str, tmp_path: Path) -> None:
    process = start("""
        backup = Office365Backup()
        def soon():
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        inside = threading.Thread(target=soon)
        try:
            inside.start()
            while inside.is_alive():
                backup.do_events()
            backup.do_events()
            print("missed")
        except KeyboardInterrupt:
            print("interrupted")
        inside.join()
        """, silent_server, tmp_path)
    assert finish(process) == (0, "interrupted\n", "")


def test_an_object_may_be_closed_while_its_handler_runs(silent_server: str,
                                                        tmp_path: Path) -> None:
    """close() waits for the handler, which needs the interpreter's lock to return."""
    process = start("""
        entered, seen = threading.Event(), []
        def handle(event):
            entered.set()
            for _ in range(100):
                time.sleep(0.001)
            seen.append("returned")
        backup = busy()
        backup.on_end_backup = handle
        backup.abort_backup()
        def work():
            try:
                while True:
                    backup.do_events()
            except CofferError as error:
                seen.append(str(error.code))
        thread = threading.Thread(target=work)
        thread.start()
        entered.wait()
        backup.close()
        seen.append("closed")
        thread.join()
        print(*seen)
        """, silent_server, tmp_path)
    status, output, errors = finish(process)
    assert (status, errors) == (0, "")
    assert output.split()[0] == "returned"
    assert sorted(output.split()) == ["30001", "closed", "returned"]


def test_the_interpreter_may_end_during_a_run(silent_server: str, tmp_path: Path) -> None:
    ends_well("""
        backup = busy()
        backup.on_log = lambda event: None
        backup.do_events()
        """, silent_server, tmp_path)


def test_it_may_end_while_a_cycle_holds_the_object(silent_server: str, tmp_path: Path) -> None:
    ends_well("""
        class Application:
            def __init__(self):
                self.backup = busy()
                self.backup.on_end_backup = self.ended
            def ended(self, event):
                print("ended")
        import builtins
        builtins.keep = Application()
        """, silent_server, tmp_path)


def test_it_may_end_while_a_daemon_thread_waits(silent_server: str, tmp_path: Path) -> None:
    ends_well("""
        objects = [busy(str(number)) for number in range(4)]
        inside = threading.Barrier(len(objects) + 1)
        def work(backup):
            backup.on_log = lambda event: time.perf_counter()
            backup.config("LogLevel=3")
            inside.wait()
            while True:
                backup.do_events()
        for backup in objects:
            threading.Thread(target=work, args=(backup,), daemon=True).start()
        inside.wait()
        """, silent_server, tmp_path)


@pytest.mark.parametrize("number", range(10))
def test_it_may_end_while_daemon_threads_make_objects(silent_server: str, tmp_path: Path,
                                                      number: int) -> None:
    """Ten times, since what could go wrong here is a race."""
    process = start("""
        started = threading.Event()
        def work():
            while True:
                with Office365Backup() as backup:
                    backup.abort_backup()
                started.set()
        for _ in range(3):
            threading.Thread(target=work, daemon=True).start()
        started.wait()
        """, silent_server, tmp_path)
    assert finish(process) == (0, "", "")


def test_objects_of_an_ending_interpreter_are_closed(silent_server: str, tmp_path: Path) -> None:
    """What was registered with atexit before the library runs after the library's own end."""
    process = start("backup = busy()", silent_server, tmp_path, first="""
        import atexit
        def late():
            for call in (lambda: backup.do_events(), Office365Backup):
                try:
                    call()
                except CofferError as error:
                    print(error.code)
        atexit.register(late)
        """)
    assert finish(process) == (0, "30001\n30001\n", "")


def test_sys_exit_in_a_handler_ends_the_program(silent_server: str, tmp_path: Path) -> None:
    process = start("""
        backup = busy()
        backup.on_end_backup = lambda event: sys.exit(7)
        backup.abort_backup()
        while True:
            backup.do_events()
        """, silent_server, tmp_path)
    assert finish(process) == (7, "", "")


def test_the_child_of_a_fork_leaves_the_parents_run_alone(silent_server: str,
                                                          tmp_path: Path) -> None:
    process = start("""
        backup = busy()
        thread = threading.Thread(target=backup.do_events)
        thread.start()
        child = os.fork()
        if child == 0:
            sys.exit(5)
        thread.join()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        try:
            busy()
        except CofferError as error:
            print(error.code)  # the run goes on and holds its folder
        """, silent_server, tmp_path)
    assert finish(process) == (0, "5\n702\n", "")
