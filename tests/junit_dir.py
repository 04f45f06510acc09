"""Runs one test of `meson test` with a report folder of its own; run_all.py collects the folders.

Called as `junit_dir.py COMMAND...`, the way meson calls a wrapper. The folder's name follows from
the command, so that run_all.py finds it from meson's log. doctest programs learn of it through
COFFER_JUNIT_DIR (tests/unit/main.cpp), pytest through its own variable.
"""

import hashlib
import os
import sys


def folder_of(command: list[str]) -> str:
    """The report folder of a test, relative to the folder of all reports."""
    return hashlib.sha256("\0".join(command).encode()).hexdigest()[:16]


def main() -> None:
    command = sys.argv[1:]
    folder = os.path.join(os.environ["COFFER_JUNIT_DIR"], folder_of(command))
    os.makedirs(folder, exist_ok=True)
    os.environ["COFFER_JUNIT_DIR"] = folder
    options = os.environ.get("PYTEST_ADDOPTS", "")
    os.environ["PYTEST_ADDOPTS"] = f"{options} --junitxml={folder}/pytest.xml".strip()
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
