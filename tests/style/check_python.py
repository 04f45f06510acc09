"""Reads all Python of the project with pyflakes, and with mypy what the build made importable.

    check_python.py SOURCE_ROOT BUILD_ROOT
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

FOLDERS = ["capi", "bindings", "tests"]
TYPED = ["capi/apigen", "tests/run_all.py", "tests/junit_dir.py", "tests/style", "tests/docs"]


def run(module: str, arguments: list[str], folder: Path) -> int:
    print(f"{module}: {len(arguments)} arguments", flush=True)
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=folder, check=False).returncode


def main(source_root: str, build_root: str) -> int:
    missing = [name for name in ("pyflakes", "mypy") if importlib.util.find_spec(name) is None]
    if missing:
        print("not installed: " + ", ".join(missing))
        return 77
    root = Path(source_root).resolve()
    sources = sorted(str(path.relative_to(root)) for folder in FOLDERS
                     for path in (root / folder).rglob("*.py"))
    package = Path(build_root).resolve() / "bindings" / "python"
    typed = [str(root / name) for name in TYPED if (root / name).exists()]
    options = ["--strict", "--ignore-missing-imports", "--scripts-are-modules",
               "--no-error-summary", "--cache-dir", f"{build_root}/mypy-cache"]
    status = run("pyflakes", sources, root)
    status |= run("mypy", [*options, "-p", "coffer"], package)
    status |= run("mypy", [*options, *typed], package)
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
