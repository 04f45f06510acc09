"""Each row: its default, its valid value and what that does, its invalid values."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

import coffer
from authority import Authority
from case import Case
from coffer.cloudbackup import Office365Backup
from coffer.sandbox import ThreeDS
from coffer.threeds import Client
from table import BACKUP, Row, all_rows, rows_of

MADE: dict[str, Callable[[], Any]] = {BACKUP: Office365Backup, "Client": Client}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    section = metafunc.config.getoption("--rows")
    rows = rows_of(section) if section else all_rows()
    metafunc.parametrize("row", rows, ids=[row.id for row in rows])


def fresh(row: Row) -> Any:
    made = MADE[row.of]()
    for text in row.before:
        made.config(text)
    return made


def test_values(row: Row) -> None:
    """As new it reads its default; what is refused leaves the value as it was."""
    with closing(fresh(row)) as made:
        stated = row.default.replace("{version}", coffer.__version__)
        default = row.reads if row.reads is not None else stated
        if row.read_only and row.index:
            with pytest.raises(coffer.CofferError) as none:
                made.config(row.name + row.index)  # sized by what happened: nothing yet
            assert none.value.code == 606
        else:
            assert made.config(row.name + row.index) == default
        for text in ("1",) if row.read_only else row.invalid:
            with pytest.raises(coffer.CofferError) as failure:
                made.config(row.assigned(text))
            assert failure.value.code == (606 if row.read_only and row.index else row.code), text
            # A setting that is a property's second name is called by the property's.
            assert row.name.lower() in failure.value.message.replace(".", "").lower()
            if not row.read_only:
                assert made.config(row.name + row.index) == default, text


def test_effect(row: Row, tmp_path: Path, stack: ExitStack, authority: Authority,
                side_as_new: Callable[[], ThreeDS]) -> None:
    """What a peer, the kernel or the file system saw of it."""
    case = Case(row, tmp_path, stack, authority, side_as_new)
    if row.effect is not None:
        row.effect(case)
        return
    with closing(fresh(row)) as made:
        assert made.config(row.assigned(row.value)) == row.value
    # Everything else is as without it: what is asked for, and that it comes to its end.
    plain, with_it = case.server(), case.server()
    before, after = case.connect(plain, plain=True), case.connect(with_it)
    assert before.errors == after.errors == []
    assert [r.line for r in before.requests] == [r.line for r in after.requests] != []
    assert before.headers("User-Agent") == after.headers("User-Agent")
