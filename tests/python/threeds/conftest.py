"""Fixtures: clients that are closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from coffer.threeds import Client
from coffer.sandbox import ThreeDS

from payer import Journal, set_up

MakeClient = Callable[..., Client]


@pytest.fixture
def make_client(side: ThreeDS) -> Iterator[MakeClient]:
    """Clients ready to pay; arguments as of payer.set_up."""
    made: list[Client] = []

    def make(*arguments: Any, **options: Any) -> Client:
        client = Client()
        made.append(client)
        return set_up(client, side, *arguments, **options)

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: MakeClient) -> Client:
    """2.2.0, A128CBC-HS256, RSA key of the directory server."""
    return make_client()


@pytest.fixture
def journal(client: Client) -> Journal:
    return Journal().attach(client)
