"""Each rule of the description, broken once in a copy of the sample: one line says what and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from apigen import check, model


def problems(folder: Path) -> list[str]:
    try:
        return check.check(model.load(folder))
    except model.DescriptionError as error:
        return [str(error)]


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, "the sample no longer has what this test spoils"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_sample_and_the_description_satisfy_all_rules(sample: Path,
                                                          library: model.Library) -> None:
    assert problems(sample) == []
    assert check.check(library) == []


DEVICE = [
    # what is spoilt, how, and what the problem's line must contain
    ('doc = "Its title."', 'doc = ""', "Title: doc: missing"),
    ('doc = "Its title."', 'doc = "Its\\ntitle."', "Title: doc: must be one line"),
    ('doc = "Its title."', 'note = "Its title."', "Title: note: unknown key"),
    ('type = "string"\nline = true', 'type = "text"', "Title: type: unknown type text"),
    ('type = "string"\nline = true', 'type = "int32"\nline = true', "Title: line: only for text"),
    ('type = "string"\nline = true', 'type = "string"\nwords = ["a", "b"]',
     "Title: words: only for a text, whose default is one of them"),
    ('type = "string"\nline = true', 'type = "string"\nform = "a date"',
     "Title: form: only for a text with on_set"),
    ('read_only = ["Subject"]', 'read_only = ["Place"]',
     "Spare: read_only: Key has no field Place"),
    ('type = "enum:Colors"', 'type = "enum:Sizes"', "Color: type: unknown enum Sizes"),
    ('default = "1"\nunavailable_values', 'default = "9"\nunavailable_values',
     "Color: default: 9 is no value of Colors"),
    ('reason = "it is no longer made"\n', "", "unavailable_values: needs an enum and a reason"),
    ("range = [0, 3]", "range = [3, 0]", "KeyCount: range: must be [min, max]"),
    ("range = [0, 3]", "range = [1, 3]", "KeyCount: default: '0' does not fit"),
    ('item = "Key"\n', "", "Keys: count: a list needs count and item"),
    ('count = "KeyCount"', 'count = "Title"', "Keys.Store: count: must name an int32 property"),
    ('type = "type:Key"\naccess = "ro"', 'type = "type:Lock"', "Master: type: unknown type Lock"),
    ('fields = ["Store", "Subject"]', 'fields = ["Place"]', "Spare: fields: Key has no field Place"),
    ('defaults = { Store = "other" }', 'defaults = { Place = "other" }',
     "Spare: defaults: Key has no field Place"),
    ('access = "ro"\ncomputed', 'access = "no"\ncomputed', "Total: access: must be rw or ro"),
    ('since = "0.2"', 'since = "0.3"', "Later: since: unknown version 0.3"),
    ('state = "draft"', 'state = "new"', "Secret: state: unknown new"),
    ('kind = "action"', 'kind = "slow"', "Mix: kind: unknown slow"),
    ('errors = ["BUSY"]', 'errors = ["IDLE"]', "Mix: errors: unknown error IDLE"),
    ('returns = "int64"', 'returns = "long"', "CountUp: returns: unknown type long"),
    ('name = "by", type = "int64"', 'name = "by", type = "long"', "CountUp(by): type"),
    ("decision = true", "decision = false", "Ask: decision: must say"),
    ("lazy = true", 'lazy = true, dir = "inout"', "Ask.Body: lazy: only for bytes"),
    ('dir = "inout", doc = "The answer."', 'dir = "out", doc = "The answer."',
     "Ask.Answer: dir: must be in or inout"),
    ('name = "Sure"', 'name = "Size"', "Ask: fields: size stands twice"),
    ('count = "ParamCount"', 'count = "Old"', "Param: count: must name an int32 setting"),
    ('words = ["1", "4"]', 'words = ["2", "4"]', "Kind: default: '1' is none of words"),
    ('alias = "Color"', 'alias = "Colour"', "Kind: alias: must name a property"),
    ('default = "1"\nwords', 'default = "4"\nwords', "Kind: default: differs from that of Color"),
    ('effect = "none"', 'effect = "nothing"', "Old: effect: unknown nothing"),
    ('effect = "none"\nreason = "nothing listens to it"', 'effect = "none"', "Old: reason: missing"),
    ('effect = "none"\n', "", "Old: reason: only where"),
    ('name = "Old"', 'name = "paramcount"', "paramcount: name: two settings"),
    ('item = "Color"', 'item = "Colour"', "deviation: item: unknown Colour"),
    ('name = "Toggle"', 'name = "Title"', "title: name: two items in C or Python"),
    ('name = "Toggle"', 'name = "GetTitle"', "get_title: name: two items in C or Python"),
    ('uses = ["common"]', 'uses = ["rare"]', "Device: uses: unknown group rare"),
    ('section = "Device"\n', "", "ParamCount: section: missing"),
    ("indexed = true", 'indexed = "yes"', "Param: indexed: must be true or false"),
]


@pytest.mark.parametrize("old, new, line", DEVICE, ids=[row[2] for row in DEVICE])
def test_a_rule_of_the_class(sample: Path, old: str, new: str, line: str) -> None:
    edit(sample, "device.toml", old, new)
    found = problems(sample)
    assert any(line in problem for problem in found), found


@pytest.mark.parametrize("file, old, new, line", [
    ("errors.toml", "code = 606", "code = 143", "error 143: code: stands twice"),
    ("errors.toml", 'name = "INDEX"', 'name = "BUSY"', "error BUSY: name: stands twice"),
    ("errors.toml", 'text = "busy"', 'text = ""', "error 143: text: missing"),
    ("errors.toml", 'name = "BUSY"', 'name = "BUSY"\nclasses = ["Ship"]', "unknown class Ship"),
    ("errors.toml", "code = 143", 'code = "143"', "BUSY: code: must be a number"),
    ("errors.toml", 'text = "busy"', "", "BUSY: text: missing"),
    ("types.toml", 'prefix = "col"', 'prefix = "hue"', "Colors.colRed: name: must begin with hue"),
    ("types.toml", "value = 4", "value = 1", "Colors: value: 1 stands twice"),
    ("types.toml", 'name = "colBlue"', 'name = "colRed"', "enums: name: COFFER_COL_RED stands twice"),
    ("types.toml", 'bytes_variant_of = "Store"', 'bytes_variant_of = "Shop"',
     "Key.StoreB: bytes_variant_of: must name a field of bytes"),
    ("types.toml", 'doc = "Red."', 'doc = ""', "Colors.colRed: doc: missing"),
    ("library.toml", 'versions = ["0.1", "0.2"]', "versions = []", "library: versions: missing"),
    ("library.toml", 'version = "0.2.0"', 'version = "0.3.0"', "library: version: must belong"),
    ("shared.toml", 'section = "Common"\n', 'colour = "red"\n', "common: colour: unknown key"),
    ("shared.toml", "[[group]]", "[[group", "shared.toml: "),
])
def test_a_rule_of_the_rest(sample: Path, file: str, old: str, new: str, line: str) -> None:
    edit(sample, file, old, new)
    found = problems(sample)
    assert any(line in problem for problem in found), found


def test_two_events_of_one_name(sample: Path) -> None:
    with (sample / "device.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[event]]\nname = "Log"\ndoc = "Again."\n')
    assert any("Log: name: two events" in problem for problem in problems(sample))


def test_c_has_one_space_of_names(sample: Path) -> None:
    """An event's type and a method's function."""
    edit(sample, "device.toml", 'name = "Toggle"', 'name = "Log"')
    found = problems(sample)
    assert any("coffer_sample_device_log: name: two items in C" in line for line in found), found


def test_a_description_without_a_library_is_none(sample: Path) -> None:
    (sample / "library.toml").unlink()
    assert any("library.toml: missing" in problem for problem in problems(sample))
