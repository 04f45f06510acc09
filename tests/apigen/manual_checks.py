"""Loops that the descriptions of both classes are compared by with the tables of their manuals."""

from __future__ import annotations

from typing import Any

from apigen import model

INTEGERS = {"int32", "int64"}
Rows = list[dict[str, Any]]


def deviating(cls: model.Class) -> set[str]:
    return {item for deviation in cls.deviations for item in deviation.items}


def same_type(mine: str, printed: str) -> bool:
    return mine in INTEGERS if printed == "int" else mine == printed


def printed_default(row: dict[str, Any]) -> str | None:
    text = row.get("effective_default") or row.get("default")
    return None if text is None else str(text).strip('"')


def check_events(cls: model.Class, rows: Rows) -> None:
    for event, row in zip(cls.events, rows, strict=True):
        assert event.java_listener == row["java_listener_method"]
        assert [field.name for field in event.fields] == [p["name"] for p in row["params"]]
        for field, param in zip(event.fields, row["params"], strict=True):
            assert same_type(field.type, param["type"]), f"{event.name}.{field.name}"
            assert field.inout == (param["access"] == "rw"), f"{event.name}.{field.name}"


def check_settings(cls: model.Class, rows: Rows) -> None:
    mine = {setting.name: setting for setting in cls.settings}
    assert {name for name, setting in mine.items() if not setting.added} == {
        row["name"] for row in rows}
    known, other_defaults = deviating(cls), set()
    for row in rows:
        setting = mine[row["name"]]
        assert setting.section == row["section"], setting.name
        assert setting.indexed == bool(row.get("indexed")), setting.name
        assert same_type(setting.type, row["type"]), setting.name
        access = row.get("access") or row.get("access_implied") or "rw"
        assert setting.access == access, setting.name
        default = printed_default(row)
        if default is not None and default.lower() != setting.default.lower():
            other_defaults.add(setting.name)
        if row.get("allowed_values") and setting.words:
            values = {str(value["value"]) for value in row["allowed_values"]}
            assert values == set(setting.words) - {""} or setting.name in known, setting.name
    assert other_defaults == cls.other_defaults & set(mine)
