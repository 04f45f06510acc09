"""Programs that were built against the last release run with this library: abidiff finds no change
of what they use. What was added since is no change.

    abidiff.py LIBRARY SOURCE_ROOT WORK_FOLDER

The last release is the newest tag v* that HEAD descends from. Its library is built from its sources
as they stand in git, once, in WORK_FOLDER. Without abidiff, git or such a tag the test is skipped.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

SKIPPED = 77


def run(*command: str, folder: Path | None = None) -> str:
    print("+", *command, flush=True)
    return subprocess.run(command, cwd=folder, check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def last_release(root: Path) -> str | None:
    """The tag, or None where there is none."""
    done = subprocess.run(["git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"],
                          cwd=root, check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    return done.stdout.strip() if done.returncode == 0 else None


def library_of(build: Path) -> Path:
    targets = json.loads(run("meson", "introspect", "--targets", str(build)))
    return Path(next(target["filename"][0] for target in targets
                     if target["name"] == "coffer" and target["type"] == "shared library"))


def build_release(tag: str, root: Path, work: Path) -> Path:
    """The library of a tag, with debug information, which tells abidiff the types."""
    commit = run("git", "rev-parse", f"{tag}^{{commit}}", folder=root).strip()
    source, build = work / commit / "source", work / commit / "build"
    if not (build / "build.ninja").exists():
        shutil.rmtree(work / commit, ignore_errors=True)
        source.mkdir(parents=True)
        archive = work / commit / "source.tar"
        run("git", "archive", "-o", str(archive), commit, folder=root)
        run("tar", "-xf", str(archive), "-C", str(source))
        run("meson", "setup", "--buildtype=debugoptimized", "-Dtests=false", str(build),
            str(source))
    library = library_of(build)
    run("ninja", "-C", str(build), str(library.relative_to(build)))
    return library


def main(library: str, source_root: str, work_folder: str) -> int:
    root = Path(source_root)
    for tool in ("abidiff", "git"):
        if shutil.which(tool) is None:
            print(f"{tool} is not installed (Debian: abigail-tools, git)")
            return SKIPPED
    tag = last_release(root)
    if tag is None:
        print("no release is tagged: there is no tag v* that HEAD descends from")
        return SKIPPED
    released = build_release(tag, root, Path(work_folder))
    # 1 and 2: abidiff failed; 4: something changed; 8: certainly incompatible.
    done = subprocess.run(["abidiff", "--no-added-syms", str(released), library], check=False)
    if done.returncode != 0:
        print(f"what programs built with {tag} use has changed; capi/README.md, Versioning, says "
              "how to do without")
    return 1 if done.returncode else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
