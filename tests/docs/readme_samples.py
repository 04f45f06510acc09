"""Takes the Python and C samples out of a page and runs them as printed, against a sandbox.

    readme_samples.py PAGE BUILD_ROOT CC...

A sandbox that runs already is used when GRAPH_URL and GRAPH_TOKEN are set.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

MESSAGES = 12
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def samples(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    found = [body for kind, body in FENCE.findall(text) if kind == language]
    if not found:
        sys.exit(f"{page}: no sample in {language}")
    return found


def run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Runs a sample in a folder of its own; returns what it printed."""
    print("+", shlex.join(command), flush=True)
    done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    print(done.stdout, end="", flush=True)
    if done.returncode != 0:
        sys.exit(f"exit status {done.returncode}")
    return done.stdout


def check(folder: Path, printed: str) -> None:
    """A sample has saved the whole mailbox and said so."""
    saved = len(list((folder / "mailbox").glob("*/*.eml")))
    if saved == 0 or f"{saved}" not in printed:
        sys.exit(f"{saved} files saved, but it printed: {printed}")


def main(page: str, build_root: str, *compiler: str) -> None:
    build = Path(build_root).resolve()
    environment = dict(os.environ, PYTHONPATH=str(build / "bindings" / "python"),
                       PKG_CONFIG_PATH=str(build / "meson-uninstalled"),
                       LD_LIBRARY_PATH=str(build / "capi"))
    with ExitStack() as stack:
        if "GRAPH_URL" not in os.environ or "GRAPH_TOKEN" not in os.environ:
            from coffer.sandbox import Sandbox
            sandbox = stack.enter_context(Sandbox(messages=MESSAGES))
            environment |= {"GRAPH_URL": sandbox.graph_url, "GRAPH_TOKEN": sandbox.token}
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))

        for number, text in enumerate(samples(Path(page), "python")):
            folder = root / f"python{number}"
            folder.mkdir()
            (folder / "sample.py").write_text(text, encoding="utf-8")
            check(folder, run([sys.executable, "sample.py"], folder, environment))

        flags = run(["pkg-config", "--cflags", "--libs", "coffer"], root, environment).split()
        for number, text in enumerate(samples(Path(page), "c")):
            folder = root / f"c{number}"
            folder.mkdir()
            (folder / "backup.c").write_text(text, encoding="utf-8")
            run([*compiler, "-Wall", "-Wextra", "-Werror", "backup.c", *flags], folder, environment)
            check(folder, run(["./a.out"], folder, environment))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
