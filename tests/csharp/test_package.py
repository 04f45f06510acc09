"""The package: what is in it, and a project that uses nothing else, built and run offline."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from drivers import LIBRARY

PROJECT_FILE = Path(__file__).resolve().parents[2] / "bindings" / "csharp" / "Coffer.csproj"
PROJECT = """\
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>{framework}</TargetFramework>
    <UseAppHost>false</UseAppHost>
    <{sources}>{source}</{sources}>
    <RestorePackagesPath>{packages}</RestorePackagesPath>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="Coffer" Version="{version}" /></ItemGroup>
</Project>
"""
PROGRAM = """\
using System;
using Coffer.CloudBackup;
using var backup = new Office365Backup();
backup.DataFolder = "somewhere";
Console.WriteLine(Office365Backup.Version + " " + backup.DataFolder);
"""


@pytest.fixture
def package() -> Path:
    return Path(os.environ["COFFER_CSHARP_BUILD"]) / f"Coffer.{LIBRARY.version}.nupkg"


def test_contents(package: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        names = archive.namelist()
        nuspec = archive.read("Coffer.nuspec").decode()
    for wanted in ("runtimes/linux-x64/native/libcoffer.so.1",
                   "runtimes/linux-x64/native/libcoffer_csharp.so", "README.md"):
        assert wanted in names
    assert [name.rpartition("/")[2] for name in names if name.startswith("lib/")] == [
        "Coffer.dll", "Coffer.xml"]
    assert f"<version>{LIBRARY.version}</version>" in nuspec
    assert "Apache-2.0" in nuspec


def environment_of(folder: Path) -> dict[str, str]:
    """The SDK writes below the folder, and nothing helps it to find libraries."""
    kept = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
    return kept | {"DOTNET_CLI_HOME": str(folder), "DOTNET_NOLOGO": "1",
                   "DOTNET_CLI_TELEMETRY_OPTOUT": "1", "MSBUILDDISABLENODEREUSE": "1",
                   "DOTNET_SKIP_FIRST_TIME_EXPERIENCE": "1"}


def dotnet(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = os.environ["COFFER_CSHARP_RUN"].split("|")[0]
    return subprocess.run([program, *arguments], cwd=folder, env=environment_of(folder),
                          capture_output=True, text=True, timeout=240, check=False)


def use(source: Path, folder: Path, framework: str, sources: str) -> None:
    """Builds a project for the framework that refers to the package in `source`, and runs it."""
    (folder / "app.csproj").write_text(
        PROJECT.format(source=source, sources=sources, packages=folder / "packages",
                       version=LIBRARY.version, framework=framework), encoding="utf-8")
    (folder / "Program.cs").write_text(PROGRAM, encoding="utf-8")
    built = dotnet(folder, "build", "--output", "out", "-p:UseSharedCompilation=false")
    assert built.returncode == 0, built.stdout
    done = dotnet(folder, "exec", "--roll-forward", "LatestMajor", "out/app.dll")
    assert (done.stdout, done.stderr) == (f"{LIBRARY.version} somewhere\n", "")


def test_a_project_that_uses_it(package: Path, tmp_path: Path) -> None:
    """Offline: the folder of the package is the only source."""
    use(package.parent, tmp_path, "net$(BundledNETCoreAppTargetFrameworkVersion)",
        "RestoreSources")


def test_a_package_for_net_8(package: Path, tmp_path: Path) -> None:
    """Made as the README says, from a copy of what the build made."""
    if not os.environ.get("COFFER_TEST_NET8"):
        pytest.skip("fetches the reference assemblies of .NET 8; set COFFER_TEST_NET8=1")
    build, made, app = tmp_path / "build", tmp_path / "made", tmp_path / "app"
    app.mkdir()
    shutil.copytree(package.parent, build, ignore=shutil.ignore_patterns("obj", "bin", "*.p"))
    done = dotnet(tmp_path, "pack", str(PROJECT_FILE), "-p:CofferFramework=net8.0",
                  f"-p:CofferBuild={build}", f"-p:CofferVersion={LIBRARY.version}",
                  "-p:UseSharedCompilation=false", "--output", str(made))
    assert done.returncode == 0, done.stdout
    with zipfile.ZipFile(made / package.name) as archive:
        assert "lib/net8.0/Coffer.dll" in archive.namelist()
    use(made, app, "net8.0", "RestoreAdditionalProjectSources")
