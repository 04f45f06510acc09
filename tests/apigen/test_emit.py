"""What the emitters make: the same bytes each time, and only what the description says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from apigen import __main__ as program
from apigen import cpp_text, emit_capi, emit_digest, model

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("what, name", [
    (what, name) for what in sorted(program.OUTPUTS)
    for name in (("Office365Backup", "Client") if program.OUTPUTS[what][2] else (None,))])
def test_two_runs_give_identical_bytes(what: str, name: str | None) -> None:
    """In two processes, so that the order of sets and hashes cannot hide."""
    made = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "capi"), "PYTHONHASHSEED": seed}
        of_class = [] if name is None else ["--class", name]
        made.append(subprocess.run([sys.executable, "-m", "apigen", "emit", what, *of_class],
                                   env=environment, check=True, stdout=subprocess.PIPE).stdout)
    assert made[0] == made[1]
    assert len(made[0]) > 100


def test_no_emitter_is_longer_than_300_lines() -> None:
    for path in (ROOT / "capi" / "apigen").glob("emit_*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path.name


def test_every_file_of_the_description_makes_the_build_rerun() -> None:
    build = (ROOT / "capi" / "apigen" / "meson.build").read_text(encoding="utf-8")
    for path in (ROOT / "capi" / "api").glob("*.toml"):
        assert f"'../api/{path.name}'" in build
    for path in (ROOT / "capi" / "apigen").glob("*.py"):
        assert f"'{path.name}'" in build, path.name


def test_a_broken_description_stops_the_generator(sample: Path,
                                                  capsys: pytest.CaptureFixture[str]) -> None:
    path = sample / "device.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('doc = "Its title."', 'doc = ""'),
                    encoding="utf-8")
    assert program.main(["check", "--api", str(sample)]) == 1
    assert program.main(["emit", "c-header", "--api", str(sample)]) == 1
    captured = capsys.readouterr()
    assert "Device: Title: doc: missing" in captured.err
    assert captured.out == ""


def test_every_function_has_a_version_node_and_stands_in_the_map(sample: Path) -> None:
    library = model.load(sample)
    text = emit_capi.export_map(library)
    assert text.count("local: *;") == 1
    older, newer = text.split("COFFER_0.2 {")
    assert "coffer_sample_device_set_later;" in newer
    assert newer.rstrip().endswith("} COFFER_0.1;")
    assert "coffer_sample_device_get_title;" in older
    assert "secret" not in text  # a draft
    for function in emit_capi.functions(library):
        assert f"    {function.name};" in text


def test_the_digest_names_everything(library: model.Library) -> None:
    text = emit_digest.digest(library)
    for function in emit_capi.functions(library):
        assert f"{function.name}(" in text
    for cls in library.classes:
        for setting in cls.settings:
            assert f"\nsetting {setting.name}" in text
        for event in cls.events:
            assert f"\nevent {event.name}(" in text
    for error in library.errors:
        assert f"\nerror {error.code} {error.name}" in text


@pytest.mark.parametrize("text, literal", [
    ("plain", '"plain"'), ('a"b\\', '"a\\"b\\\\"'), ("a\nb\r\t", '"a\\nb\\r\\t"'),
    ("ä", '"\\303\\244"'), ("\x01" + "2", '"\\0012"'), ("??/", '"\\?\\?/"'),
])
def test_texts_become_literals(text: str, literal: str) -> None:
    assert cpp_text.quoted(text) == literal


def test_declarations_stay_within_the_line() -> None:
    library = model.load(ROOT / "capi" / "api")
    header = emit_capi.header(library, library.class_named("Office365Backup"))
    longest = max(header.splitlines(), key=len)
    assert len(longest) <= 130, longest  # one long typedef cannot be broken
