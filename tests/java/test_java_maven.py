"""Installed by Maven, and used by a project of Maven that knows nothing else.

Plugins come from Debian's repository of them; nothing is fetched from the network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

import machine

PLUGINS = Path("/usr/share/maven-repo/org/apache/maven/plugins")
SETTINGS = """\
<settings>
  <localRepository>{folder}/repository</localRepository>
  <mirrors><mirror>
    <id>debian</id><mirrorOf>*</mirrorOf><url>file:///usr/share/maven-repo</url>
  </mirror></mirrors>
</settings>
"""
PROJECT = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example</groupId>
  <artifactId>example</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies><dependency>
    <groupId>coffer</groupId><artifactId>coffer</artifactId><version>{version}</version>
  </dependency></dependencies>
</project>
"""
PROGRAM = """\
import coffer.cloudbackup.Office365backup;

public final class Example {
  public static void main(String[] arguments) {
    try (Office365backup backup = new Office365backup()) {
      backup.setDataFolder("somewhere");
      System.out.println(Office365backup.getVersion() + " " + backup.getDataFolder());
    }
  }
}
"""


def plugin(name: str) -> str:
    """Its newest version, as Maven names a plugin."""
    versions = [path for path in (PLUGINS / f"maven-{name}-plugin").glob("[0-9]*")
                if any(path.glob("*.jar"))]
    if not versions:
        pytest.skip(f"Debian's libmaven-{name}-plugin-java is not installed")
    newest = max(versions, key=lambda path: [int(part) for part in path.name.split(".")])
    return f"org.apache.maven.plugins:maven-{name}-plugin:{newest.name}:"


def maven(folder: Path, *goals: str) -> None:
    program = shutil.which("mvn")
    if program is None:
        pytest.skip("maven is not installed")
    done = subprocess.run([program, "-B", "-q", "-s", str(folder / "settings.xml"), *goals],
                          cwd=folder, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_project_that_depends_on_it(tmp_path: Path) -> None:
    install, compile_goal = plugin("install"), plugin("compiler")
    version = os.environ["COFFER_VERSION"]
    (tmp_path / "settings.xml").write_text(SETTINGS.format(folder=tmp_path), encoding="utf-8")
    build = Path(machine.JAR).parent
    maven(tmp_path, install + "install-file", f"-Dfile={machine.JAR}",
          f"-Dsources={build}/coffer-sources.jar", f"-Djavadoc={build}/coffer-javadoc.jar")
    installed = tmp_path / "repository" / "coffer" / "coffer" / version
    for name in (f"coffer-{version}.jar", f"coffer-{version}.pom",
                 f"coffer-{version}-sources.jar", f"coffer-{version}-javadoc.jar"):
        assert (installed / name).is_file()
    sources = tmp_path / "src" / "main" / "java"
    sources.mkdir(parents=True)
    (tmp_path / "pom.xml").write_text(PROJECT.format(version=version), encoding="utf-8")
    (sources / "Example.java").write_text(PROGRAM, encoding="utf-8")
    maven(tmp_path, compile_goal + "compile")
    environment = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    path = f"{tmp_path}/target/classes:{installed}/coffer-{version}.jar"
    done = subprocess.run([os.environ["COFFER_JAVA"], "-cp", path, "Example"], text=True,
                          env=environment, capture_output=True, timeout=100, check=False)
    assert (done.stdout, done.stderr) == (f"{version} somewhere\n", "")


def classes(jar: Path | str) -> set[str]:
    with zipfile.ZipFile(jar) as found:
        return {name.rpartition(".")[0] for name in found.namelist()
                if name.endswith((".class", ".java")) and "$" not in name
                and "package-info" not in name}


def test_the_sources_are_those_of_the_classes() -> None:
    assert classes(Path(machine.JAR).parent / "coffer-sources.jar") == classes(machine.JAR)


def test_the_reference_has_the_public_classes_and_no_others() -> None:
    with zipfile.ZipFile(Path(machine.JAR).parent / "coffer-javadoc.jar") as jar:
        names = set(jar.namelist())
        page = jar.read("coffer/coffer/cloudbackup/Office365backup.html").decode()
    for member in ("getDataFolder()", "startBackup()", "setProxy(coffer.cloudbackup.Proxy)"):
        assert f'id="{member}"' in page, member
    assert "coffer/coffer/threeds/Client.html" in names
    assert not any("Native" in name or "/internal/" in name for name in names)
