"""Runs clang-tidy over the native sources of a build folder, as many at once as there are cores.

    tidy.py BUILD [SOURCE...]      all hand-written sources when none is named
"""

from __future__ import annotations

import concurrent.futures
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def compiled_sources(build: Path) -> list[Path]:
    """What the build compiles from the source tree; generated code follows its generator."""
    database = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    paths = {Path(entry["directory"], entry["file"]).resolve() for entry in database}
    wanted = [ROOT / name for name in ("cpp", "capi", "bindings", "tests")]
    return sorted(path for path in paths if any(folder in path.parents for folder in wanted))


def tidy(build: Path, source: Path) -> tuple[int, str]:
    command = ["clang-tidy", "--quiet", "--warnings-as-errors=*", "-p", str(build), str(source)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=False)
    return done.returncode, done.stdout


def main(arguments: list[str]) -> int:
    build = Path(arguments[0]).resolve()
    sources = [Path(name).resolve() for name in arguments[1:]] or compiled_sources(build)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for status, output in pool.map(lambda source: tidy(build, source), sources):
            failed += status != 0
            if output:
                print(output, end="", flush=True)
    print(f"{len(sources)} files looked at, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
