"""Fixture: an authority that tells what is revoked; who connects is found beside this folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
for folder in ("settings", "threeds", ""):  # recorder and case, payer, journal
    sys.path.append(str(HERE.parent / folder))

from revoking import RevokingAuthority  # noqa: E402


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[RevokingAuthority]:
    with RevokingAuthority(tmp_path) as made:
        yield made
