"""Each sample of the manual of Office365Backup, and of the pages here, compiles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from drivers import CompileCsharp
import manuals

ROOT = Path(__file__).resolve().parents[2]
OBJECTS = ("component", "backup", "office365backup")

#: What is mended before: misprints of the manual, and a type that it takes from another class.
MENDED = (
    ("component.onMessageDelete", "component.OnMessageDelete"),
    ('"Messages skipped: " + component.MessageCount - messagesBackedUp',
     '"Messages skipped: " + (component.MessageCount - messagesBackedUp)'),
    ("TCPClientSSLProviders.", "SSLProviders."),
)
#: Comments of samples that the manual's text runs together with the code behind them.
COMMENTS = ("// Assuming successful authentication",
            "// Only backup messages created after July 01, 2023",
            "// Only backup messages created before July 31, 2023", "// 5 simultaneous connections",
            "//TLS 1.2", "// Force message to be backed up")
BEGIN = re.compile(r"(?:bool backupComplete|for \(int i = 0|"
                   rf"(?:{'|'.join(OBJECTS)})\.\w+(?:[.(]| \+?=))")


def code_of(line: str) -> str:
    """The sample in a line: from its first statement to the last bracket or semicolon."""
    begin = BEGIN.search(line)
    if begin is None:
        return ""
    text = line[begin.start():]
    for comment in COMMENTS:
        text = text.replace(comment, f"/* {comment[2:].strip()} */")
    for wrong, right in MENDED:
        text = text.replace(wrong, right)
    return text[:max(text.rfind(";"), text.rfind("}")) + 1]


def samples() -> list[str]:
    return [code for code in map(code_of, manuals.text("office365backup.txt").splitlines()) if code]


def program(number: int, code: str) -> str:
    # Prose that follows a sample in its line has no place in code.
    code = re.sub(r"; (?:The default value|Implicit|Example:).*", ";", code)
    declared = "\n".join(f"  internal static Office365Backup {name} = new Office365Backup();"
                         for name in OBJECTS)
    return (f"using System;\nusing Coffer.CloudBackup;\ninternal static class Sample{number} {{\n"
            f'  private const string CLIENT_ID = "", CLIENT_SECRET = "";\n{declared}\n'
            f"  internal static void Run() {{\n{code}\n  }}\n}}\n")


def test_the_samples_are_found() -> None:
    found = samples()
    text = "\n".join(found)
    assert len(found) == 12
    assert text.count("StartBackup()") == 4
    for wanted in ("OAuthClientProfiles.cocpApplication", "component.OnMessageError +=",
                   "SSLProviders.sslpInternal", "OAuthParamName[0]=myvar", "address eq",
                   '(component.MessageCount - messagesBackedUp)'):
        assert wanted in text


def test_each_sample_of_the_manual_compiles(compile_csharp: CompileCsharp,
                                            tmp_path: Path) -> None:
    files = []
    for number, code in enumerate(samples()):
        file = tmp_path / f"Sample{number}.cs"
        file.write_text(program(number, code), encoding="utf-8")
        files.append(file)
    # A sample shows how a value is read, and does nothing with it.
    assert compile_csharp(tmp_path / "Samples.dll", "--no-warn", "219", *files) == ""


def test_the_misprints_are_misprints(compile_csharp: CompileCsharp, tmp_path: Path) -> None:
    """Without the mending those samples do not compile: nothing is mended that need not be."""
    for wrong, right in MENDED:
        broken = [code.replace(right, wrong) for code in samples() if right in code]
        file = tmp_path / "Broken.cs"
        file.write_text(program(0, broken[-1]), encoding="utf-8")
        assert "error CS" in compile_csharp(tmp_path / "Broken.dll", file)


@pytest.mark.parametrize("page", ["bindings/csharp/README.md", "README.md"])
def test_the_samples_of_the_pages_compile(compile_csharp: CompileCsharp, tmp_path: Path,
                                          page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```csharp\n(.*?)```", text, re.DOTALL)
    assert blocks or page == "README.md"
    for number, block in enumerate(blocks):
        uses = "".join(re.findall(r"^using [\w.]+;\n", block, re.MULTILINE))
        body = block.replace(uses, "") if uses else block
        for line in uses.splitlines():
            body = body.replace(line + "\n", "")
        file = tmp_path / f"Page{number}.cs"
        file.write_text(f"{uses}internal static class Page{number} {{\n"
                        f"  internal static void Run() {{\n{body}\n  }}\n}}\n", encoding="utf-8")
        assert compile_csharp(tmp_path / f"Page{number}.dll", file) == ""
