"""The rules of content that a description must satisfy. One line for each breach: item, key, why."""

from __future__ import annotations

from apigen.model import Library


def check(library: Library) -> list[str]:
    return []
