"""The table is complete: a row for each setting of each class, and none besides."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import coffer
import manuals
from table import BOTH, CLOSED, DEVIATIONS, SECTIONS, Row, all_rows

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "capi"))

from apigen import model  # noqa: E402

CLASSES = {described.name: described for described in model.load(ROOT / "capi" / "api").classes}
of_each = pytest.mark.parametrize("of", BOTH)


def rows(of: str) -> dict[str, Row]:
    return {row.name: row for row in all_rows() if row.of == of}


@of_each
def test_each_setting_has_its_row(of: str) -> None:
    names = [row.name for row in all_rows() if row.of == of]
    assert len(names) == len(set(names)), "two rows for one setting"
    described = {setting.name for setting in CLASSES[of].settings}
    assert set(names) == described


@of_each
def test_nothing_is_unavailable(of: str) -> None:
    found = {setting.name for setting in CLASSES[of].settings if setting.effect == "unavailable"}
    assert found == set()


@of_each
def test_only_the_closed_list_is_without_effect(of: str) -> None:
    described = {setting.name for setting in CLASSES[of].settings if setting.effect == "none"}
    stated = {row.name for row in rows(of).values() if row.without_effect}
    assert stated == described
    assert described <= CLOSED
    assert CLOSED & {setting.name for setting in CLASSES[of].settings} == described


@of_each
def test_defaults_are_those_of_the_description(of: str) -> None:
    described = {setting.name: setting for setting in CLASSES[of].settings}
    for name, row in rows(of).items():
        setting = described[name]
        leaf = CLASSES[of].property_named(setting.alias) if setting.alias else None
        default = leaf.default if leaf is not None else setting.default
        own = row.default.replace("{version}", coffer.__version__)
        assert row.read_only or own == default, name
        assert row.read_only == (setting.access == "ro"), name
        assert bool(row.index) == setting.indexed, name


@of_each
def test_defaults_are_those_of_the_manual(of: str) -> None:
    known = rows(of)
    for printed in manuals.tables(of)["configs"]:
        name, default = printed["name"], printed["default"]
        if name not in known or default is None:
            continue
        same = known[name].default.lower() == default.strip('"').lower()
        assert same == ((of, name) not in DEVIATIONS), name


@of_each
def test_each_setting_of_the_manual_has_its_row(of: str) -> None:
    names = {name.lower() for name in rows(of)}
    printed = {entry["name"].lower() for entry in manuals.tables(of)["configs"]}
    assert len(printed) == {"Office365Backup": 132, "Client": 76}[of]
    assert printed - names == set()


def test_each_file_of_rows_is_a_test() -> None:
    listed = (Path(__file__).parent / "meson.build").read_text()
    assert [name for name in SECTIONS if f"'{name}'" not in listed] == []
