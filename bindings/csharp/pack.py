"""Makes the package for NuGet, with the native libraries in runtimes/linux-x64/native.

    pack.py DOTNET PROJECT BUILD VERSION LIBCOFFER

BUILD is the folder of the assembly. Works offline: the project needs no other package.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def copy_native(build: Path, libcoffer: Path) -> None:
    folder = build / "pack" / "native"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copyfile(build / "libcoffer_csharp.so", folder / "libcoffer_csharp.so")
    # Under the name by which the other one asks for it.
    shutil.copyfile(libcoffer, folder / "libcoffer.so.1")
    strip = shutil.which("strip")
    if strip:
        subprocess.run([strip, "--strip-unneeded", *folder.iterdir()], check=True)


def main(arguments: list[str]) -> int:
    dotnet, project, build, version, libcoffer = arguments
    copy_native(Path(build), Path(libcoffer))
    environment = os.environ | {
        "DOTNET_CLI_HOME": str(Path(build) / "pack"), "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
        "DOTNET_NOLOGO": "1", "DOTNET_SKIP_FIRST_TIME_EXPERIENCE": "1",
        "MSBUILDDISABLENODEREUSE": "1"}
    return subprocess.run(
        [dotnet, "pack", project, "--configuration", "Release", "--output", build,
         "--verbosity", "quiet", f"-p:CofferBuild={build}", f"-p:CofferVersion={version}",
         "-p:UseSharedCompilation=false"], env=environment, check=False).returncode


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
