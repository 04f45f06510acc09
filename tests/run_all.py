"""Runs `meson test` in one or more build folders and counts test cases, not programs.

    run_all.py BUILD[:SUITE[,SUITE...]] ...

What the chosen tests need and is not built yet is built first. doctest and pytest leave JUnit
files; a test that leaves none counts as one case. Each skip is printed with its reason. The last
line reads `N passed, N failed, N skipped`. With CI set, a skip that allowed-skips.txt does not list
counts as failed.
"""

from __future__ import annotations

import fnmatch
import json
import os
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Iterator

import junit_dir

HERE = Path(__file__).resolve().parent
MOST_LINES = 25  # of one failure


@dataclass(frozen=True)
class Case:
    name: str
    outcome: str  # passed, failed or skipped
    reason: str = ""


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def one_line(text: str) -> str:
    return " ".join(text.split())


def failure_text(troubles: list[ElementTree.Element]) -> str:
    """What doctest says only in its report; pytest has printed its own already, and longer."""
    texts = [trouble.text or trouble.get("message") or "" for trouble in troubles]
    lines = "\n".join(texts).strip().splitlines()
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f"({len(lines) - MOST_LINES} more lines)"]
    return "\n    ".join(lines)


def suite_and_name(name: str) -> str:
    """`coffer:unit / text` and `coffer:unit / unit/text`, as meson's log has them: `unit/text`."""
    scope, slash, rest = name.partition(" / ")
    suite = scope.partition(":")[2]
    if not slash:
        return name
    return rest if not suite or rest.startswith(f"{suite}/") else f"{suite}/{rest}"


def junit_cases(test: str, path: Path) -> Iterator[Case]:
    """The cases of one JUnit file, under the name of the meson test that wrote it."""
    for element in ElementTree.parse(path).iter("testcase"):
        scope = element.get("classname", "") if path.name == "pytest.xml" else ""
        name = "::".join(part for part in (test, scope, element.get("name", "")) if part)
        skipped = element.find("skipped")
        troubles = element.findall("failure") + element.findall("error")
        if troubles:
            yield Case(name, "failed", failure_text(troubles))
        elif skipped is not None:
            yield Case(name, "skipped", one_line(skipped.get("message") or skipped.text or ""))
        else:
            yield Case(name, "passed")


def test_cases(entry: dict[str, Any], reports: Path) -> list[Case]:
    """The cases of one line of meson's log."""
    name = suite_and_name(entry["name"])
    result = entry["result"]
    # What meson ran is the wrapper (interpreter and script), then the test's own command.
    folder = reports / junit_dir.folder_of(entry["command"][2:]) if entry["command"] else reports
    files = sorted(folder.glob("*.xml"))
    try:
        cases = [case for path in files for case in junit_cases(name, path)]
    except ElementTree.ParseError as error:
        return [Case(name, "failed", f"unreadable report: {error}")]

    if result == "SKIP":
        output = last_line(entry.get("stdout", "")) or last_line(entry.get("stderr", ""))
        return cases or [Case(name, "skipped", output)]
    if result in ("OK", "EXPECTEDFAIL"):
        if files and not cases:
            return [Case(name, "failed", "ran no test case")]
        return cases or [Case(name, "passed")]
    # A program may also fail after its cases: a leak, a crash at exit, a time-out.
    if not any(case.outcome == "failed" for case in cases):
        cases.append(Case(name, "failed", f"{result}, exit status {entry['returncode']}"))
    return cases


def run_build(build: Path, suites: list[str]) -> list[Case]:
    reports = build / "junit"
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir(parents=True)
    log = build / "meson-logs" / f"testlog-{Path(sys.executable).name}.json"
    log.unlink(missing_ok=True)
    wrapper = shlex.join([sys.executable, str(HERE / "junit_dir.py")])
    # The limits are for tests that hang; sanitizers and a busy machine take their time.
    command = ["meson", "test", "-C", str(build), "--print-errorlogs",
               "--timeout-multiplier", "5", "--wrapper", wrapper]
    for suite in suites:
        command += ["--suite", suite]
    environment = dict(os.environ, COFFER_JUNIT_DIR=str(reports))
    status = subprocess.run(command, stdin=subprocess.DEVNULL, env=environment, check=False)
    if not log.exists():
        return [Case("meson test", "failed", f"exit status {status.returncode}, no log")]
    cases: list[Case] = []
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            cases += test_cases(json.loads(line), reports)
    if status.returncode != 0 and not any(case.outcome == "failed" for case in cases):
        cases.append(Case("meson test", "failed", f"exit status {status.returncode}"))
    return cases


def read_allowed(path: Path) -> list[str]:
    """The patterns of allowed-skips.txt; each line is `PATTERN | reason`."""
    patterns = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        pattern, bar, reason = (part.strip() for part in line.partition("|"))
        if not pattern or not bar or not reason:
            sys.exit(f"{path}:{number}: expected `PATTERN | reason`")
        patterns.append(pattern)
    return patterns


def judge_skips(cases: list[Case], allowed: list[str]) -> list[Case]:
    """A skip without a line in the list becomes a failure."""
    judged = []
    for case in cases:
        listed = any(fnmatch.fnmatchcase(case.name, pattern) for pattern in allowed)
        if case.outcome == "skipped" and not listed:
            case = Case(case.name, "failed", f"skip not in allowed-skips.txt: {case.reason}")
        judged.append(case)
    return judged


def main(arguments: list[str]) -> int:
    if not arguments:
        sys.exit(__doc__)
    allowed = read_allowed(HERE / "allowed-skips.txt")
    cases: list[Case] = []
    for argument in arguments:
        folder, _, suites = argument.partition(":")
        build = Path(folder).resolve()
        found = run_build(build, [suite for suite in suites.split(",") if suite])
        if os.environ.get("CI"):
            found = judge_skips(found, allowed)
        if len(arguments) > 1:
            found = [replace(case, name=f"{build.name}/{case.name}") for case in found]
        cases += found

    print()
    for case in cases:
        if case.outcome != "passed":
            word = {"failed": "FAIL", "skipped": "SKIP"}[case.outcome]
            print(f"{word} {case.name}" + (f": {case.reason}" if case.reason else ""))
    counts = {outcome: sum(case.outcome == outcome for case in cases)
              for outcome in ("passed", "failed", "skipped")}
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()), flush=True)
    return 0 if counts["failed"] == 0 and counts["passed"] > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
