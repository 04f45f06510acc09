"""Compiles C# with the compiler that is there, from sources alone: no package is fetched.

    compile.py (--dotnet DOTNET | --mcs MCS) --out FILE [--doc FILE] [--root FOLDER] [--exe]
               [--nullable] [--no-warn NUMBER]... [--copy] [--reference FILE]...
               SOURCE...

A SOURCE that is a folder stands for its *.cs. With dotnet it is the SDK's compiler against the
SDK's own reference assemblies, and FILE.runtimeconfig.json tells `dotnet` how to run a program;
with mcs it is Mono's.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path


def version_of(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text.split("-")[0]))


def newest_sdk(dotnet: str) -> Path:
    """The newest SDK's folder; --list-sdks prints `10.0.401 [/usr/share/dotnet/sdk]`."""
    listed = subprocess.run([dotnet, "--list-sdks"], capture_output=True, text=True, check=True)
    rows = [line.split(" ", 1) for line in listed.stdout.splitlines() if line.strip()]
    if not rows:
        sys.exit(f"compile.py: {dotnet} has a runtime, but no SDK; install one, or mono-mcs")
    version, folder = max(rows, key=lambda row: version_of(row[0]))
    return Path(folder.strip().strip("[]")) / version


def newest_references(sdk: Path) -> tuple[str, list[Path]]:
    """The framework's name as a target (net10.0) and its reference assemblies."""
    packs = sdk.parents[1] / "packs" / "Microsoft.NETCore.App.Ref"
    folders = sorted(packs.glob("*/ref/net*"), key=lambda path: version_of(path.parents[1].name))
    if not folders:
        sys.exit(f"compile.py: no reference assemblies in {packs}; the SDK is not complete")
    return folders[-1].name, sorted(folders[-1].glob("*.dll"))


def dotnet_command(dotnet: str) -> tuple[list[str], str]:
    sdk = newest_sdk(dotnet)
    target, references = newest_references(sdk)
    command = [dotnet, "exec", str(sdk / "Roslyn" / "bincore" / "csc.dll"), "-nologo", "-noconfig",
               "-langversion:latest", "-deterministic+", "-debug:embedded", "-optimize+",
               "-nostdlib+"]
    return command + [f"-reference:{path}" for path in references], target


def mcs_command(mcs: str) -> list[str]:
    return [mcs, "-nologo", "-langversion:7", "-optimize+", "-debug-"]


def write_runtime_config(program: Path, target: str) -> None:
    """Any runtime from that of the reference assemblies on."""
    framework = {"name": "Microsoft.NETCore.App", "version": target.removeprefix("net") + ".0"}
    options = {"tfm": target, "framework": framework, "rollForward": "LatestMajor"}
    text = json.dumps({"runtimeOptions": options}, indent=2) + "\n"
    program.with_suffix(".runtimeconfig.json").write_text(text, encoding="utf-8")


def sources(given: list[Path]) -> list[str]:
    found: list[Path] = []
    for path in given:
        found += sorted(path.glob("*.cs")) if path.is_dir() else [path]
    return [str(path) for path in found]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="compile.py")
    compilers = parser.add_mutually_exclusive_group(required=True)
    compilers.add_argument("--dotnet")
    compilers.add_argument("--mcs")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--doc", type=Path)
    parser.add_argument("--root", type=Path, help="what stack traces show as coffer/")
    parser.add_argument("--exe", action="store_true")
    parser.add_argument("--copy", action="store_true",
                        help="copy the references to where a program looks for them: beside it")
    parser.add_argument("--no-warn", action="append", default=[], metavar="NUMBER")
    parser.add_argument("--nullable", action="store_true",
                        help="check references for null, where the compiler can")
    parser.add_argument("--reference", type=Path, action="append", default=[])
    parser.add_argument("source", type=Path, nargs="+")
    options = parser.parse_args(arguments)
    target = ""
    if options.dotnet:
        command, target = dotnet_command(options.dotnet)
    else:
        command = mcs_command(options.mcs)
    command += ["-warnaserror+", "-unsafe+", f"-target:{'exe' if options.exe else 'library'}",
                f"-out:{options.out}"]
    if options.doc:
        command.append(f"-doc:{options.doc}")
    if options.nullable and options.dotnet:
        command.append("-nullable:enable")
    if options.no_warn:
        command.append("-nowarn:" + ",".join(options.no_warn))
    if options.root and options.dotnet:
        command.append(f"-pathmap:{options.root}=coffer,{options.out.parent.resolve()}=coffer")
    command += [f"-reference:{path}" for path in options.reference]
    status = subprocess.run(command + sources(options.source), check=False).returncode
    if status == 0 and options.copy:
        for path in options.reference:
            shutil.copyfile(path, options.out.parent / path.name)
    if status == 0 and options.exe and target:
        write_runtime_config(options.out, target)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
