"""The description, a sample of one, and the tables of the manuals where they are at hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from apigen import model

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT.parent / "shared" / "spec" / "api"


@pytest.fixture(scope="session")
def library() -> model.Library:
    return model.load(ROOT / "capi" / "api")


@pytest.fixture(scope="session")
def backup(library: model.Library) -> model.Class:
    return library.class_named("Office365Backup")


@pytest.fixture()
def sample(tmp_path: Path) -> Path:
    """A copy of the sample description that a test may spoil."""
    folder = tmp_path / "api"
    shutil.copytree(Path(__file__).parent / "sample", folder,
                    ignore=shutil.ignore_patterns("*.h", "*.cpp"))
    return folder


def table(name: str) -> dict[str, Any]:
    path = TABLES / name
    if not path.exists():
        pytest.skip(f"{name}: the tables of the manuals are not beside the project")
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded
