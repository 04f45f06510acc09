"""The manuals and their tables, which are not part of the source tree."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "spec"


def text(path: str) -> str:
    """What that file of the manuals' folder holds; where there is none the test is skipped."""
    for folder in (os.environ.get("COFFER_SPEC", ""), BESIDE):
        file = Path(folder, path)
        if folder and file.exists():
            return file.read_text(encoding="utf-8")
    pytest.skip("the manuals are not on this machine (COFFER_SPEC names their folder)")


def tables(cls: str) -> dict[str, Any]:
    """Of the class with that name."""
    found: dict[str, Any] = json.loads(text(f"api/{cls.lower()}.json"))
    return found
