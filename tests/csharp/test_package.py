"""The package: what is in it, and a project that uses nothing else, built and run offline."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from drivers import LIBRARY

PROJECT = """\
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net$(BundledNETCoreAppTargetFrameworkVersion)</TargetFramework>
    <UseAppHost>false</UseAppHost>
    <RestoreSources>{source}</RestoreSources>
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


def test_a_project_that_uses_it(package: Path, tmp_path: Path) -> None:
    (tmp_path / "app.csproj").write_text(
        PROJECT.format(source=package.parent, packages=tmp_path / "packages",
                       version=LIBRARY.version), encoding="utf-8")
    (tmp_path / "Program.cs").write_text(PROGRAM, encoding="utf-8")
    dotnet = os.environ["COFFER_CSHARP_RUN"].split("|")[0]
    environment = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
    environment |= {"DOTNET_CLI_HOME": str(tmp_path), "DOTNET_NOLOGO": "1",
                    "DOTNET_CLI_TELEMETRY_OPTOUT": "1", "MSBUILDDISABLENODEREUSE": "1",
                    "DOTNET_SKIP_FIRST_TIME_EXPERIENCE": "1"}
    built = subprocess.run([dotnet, "build", "--output", "out", "-p:UseSharedCompilation=false"],
                           cwd=tmp_path, env=environment, capture_output=True, text=True,
                           timeout=240, check=False)
    assert built.returncode == 0, built.stdout
    done = subprocess.run([dotnet, "exec", "out/app.dll"], cwd=tmp_path, env=environment,
                          capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == (f"{LIBRARY.version} somewhere\n", "")
