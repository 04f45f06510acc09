"""Runs SWIG for C#: one C++ source, and C# sources in a folder that holds nothing else.

    run_swig.py SWIG INTERFACE OUTPUT FOLDER INCLUDE...

Which C# files SWIG makes is known only when it has run, so the build does not list them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    swig, interface, output, folder, *includes = arguments
    shutil.rmtree(folder, ignore_errors=True)
    Path(folder).mkdir(parents=True)
    return subprocess.run(
        [swig, "-c++", "-csharp", "-Wall", "-Werror", "-namespace", "Coffer.Interop", "-dllimport",
         "coffer_csharp", "-outdir", folder, *(f"-I{path}" for path in includes), "-o", output,
         interface], check=False).returncode


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
