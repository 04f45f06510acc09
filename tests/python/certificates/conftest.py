"""The stores are made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coffer.cloudbackup import Office365Backup
from coffer.threeds import Client

import stores


@pytest.fixture(scope="session")
def every_store(tmp_path_factory: pytest.TempPathFactory) -> list[stores.Store]:
    return stores.every_store(tmp_path_factory.mktemp("stores"))


@pytest.fixture(params=[Office365Backup, Client], ids=lambda cls: cls.__name__)
def component(request: pytest.FixtureRequest) -> Iterator[Office365Backup | Client]:
    made = request.param()
    yield made
    made.close()
