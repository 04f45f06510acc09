"""Takes the Python and C samples out of a page and runs them as printed, against a sandbox; then
its blocks of commands that run each language's examples.

    readme_samples.py PAGE BUILD_ROOT LANGUAGES CC...

LANGUAGES are those that were built, as the blocks' first lines name them, with commas between.

A sandbox that runs already is used when GRAPH_URL and GRAPH_TOKEN are set; it has to approve every
sign-in, and CLIENT_ID, AUTH_URL and the like are then needed too.
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


def browser(folder: Path) -> None:
    """What the samples start as the desktop's opener: it goes where it is sent."""
    program = folder / "xdg-open"
    program.write_text(f"#!{sys.executable}\nimport sys, urllib.request as web\n"
                       "web.build_opener(web.ProxyHandler({})).open(sys.argv[1], timeout=30)\n")
    program.chmod(0o755)


def check(text: str, folder: Path, printed: str) -> None:
    """A sample has paid, or signed in, or saved the whole mailbox, and said so."""
    if "coffer.threeds" in text:
        if "transStatus Y" not in printed.splitlines():
            sys.exit(f"nothing was paid; it printed: {printed}")
        return
    if "authorize()" in text:
        if re.search(r"^Signed in (as|for|with the code) \S+", printed, re.MULTILINE) is None:
            sys.exit(f"nobody signed in; it printed: {printed}")
        return
    saved = len(list((folder / "mailbox").glob("*/*.eml")))
    if saved == 0 or f"{saved}" not in printed:
        sys.exit(f"{saved} files saved, but it printed: {printed}")


def example_blocks(page: Path, build: Path, built: list[str], above: Path) -> None:
    """As printed, in a folder from which the sources and the build look as from the project's."""
    root = above / "examples"
    root.mkdir()
    source = page.resolve().parent
    for name, target in (("build", build), ("bindings", source / "bindings"),
                         ("tests", source / "tests")):
        (root / name).symlink_to(target)
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("PYTHONPATH", "LD_LIBRARY_PATH")}
    # Debian's interpreter, whose packages the sandbox needs, and none of the user's tools.
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    blocks = [text for text in samples(page, "sh") if "coffer.sandbox.run" in text]
    languages = {text.splitlines()[0].removeprefix("# "): text for text in blocks}
    if sorted(languages) != ["C", "C#", "C++", "Java"]:
        sys.exit(f"the page runs the examples of {sorted(languages)}")
    for name, text in languages.items():
        if name not in built:
            print(f"{name} is left out: it was not built", flush=True)
            continue
        print("+", text, flush=True)
        done = subprocess.run(["sh", "-e", "-c", text], cwd=root, env=environment, timeout=100,
                              input="123456\n", stdout=subprocess.PIPE, text=True, check=False)
        print(done.stdout, end="", flush=True)
        folder = root / f"mailbox-{name.lower().replace('+', 'x').replace('#', 'sharp')}"
        saved = len(list(folder.glob("*/*.eml")))
        paid = re.search(r"^(.* > )?transStatus:? Y$", done.stdout, re.MULTILINE)
        if done.returncode != 0 or saved != 20 or paid is None:
            sys.exit(f"{name}: exit status {done.returncode}, {saved} messages saved, "
                     f"{'paid' if paid else 'not paid'}")


def main(page: str, build_root: str, languages: str, *compiler: str) -> None:
    build = Path(build_root).resolve()
    environment = dict(os.environ, PYTHONPATH=str(build / "bindings" / "python"),
                       PKG_CONFIG_PATH=str(build / "meson-uninstalled"),
                       LD_LIBRARY_PATH=str(build / "capi"))
    with ExitStack() as stack:
        if "GRAPH_URL" not in os.environ or "GRAPH_TOKEN" not in os.environ:
            from coffer.sandbox import Sandbox
            sandbox = stack.enter_context(Sandbox(messages=MESSAGES))
            sandbox.control.knobs(signIn="approve", deviceSignIn="approve")
            environment |= {
                "GRAPH_URL": sandbox.graph_url, "GRAPH_TOKEN": sandbox.token,
                "CLIENT_ID": sandbox.public_client_id, "AUTH_URL": sandbox.auth_url,
                "TOKEN_URL": sandbox.token_url, "DAEMON_ID": sandbox.client_id,
                "DAEMON_SECRET": sandbox.client_secret, "MAILBOX": sandbox.user}
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        browser(root)
        environment["PATH"] = f"{root}:{environment['PATH']}"

        for number, text in enumerate(samples(Path(page), "python")):
            folder = root / f"python{number}"
            folder.mkdir()
            (folder / "sample.py").write_text(text, encoding="utf-8")
            check(text, folder, run([sys.executable, "sample.py"], folder, environment))

        flags = run(["pkg-config", "--cflags", "--libs", "coffer"], root, environment).split()
        for number, text in enumerate(samples(Path(page), "c")):
            folder = root / f"c{number}"
            folder.mkdir()
            (folder / "backup.c").write_text(text, encoding="utf-8")
            run([*compiler, "-Wall", "-Wextra", "-Werror", "backup.c", *flags], folder, environment)
            check(text, folder, run(["./a.out"], folder, environment))
        example_blocks(Path(page), build, languages.split(","), root)


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
