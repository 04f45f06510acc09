"""Everything the server knows: one object per running sandbox."""

from __future__ import annotations

import random
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock
from .errors import GraphError, invalid_user
from .faults import Faults
from .limits import Limits
from .mailbox import Mailbox
from .metrics import Metrics
from .oauth import OAuthServer
from .tokens import TokenStore

_CACHE_BYTES = 96 * 1024 * 1024


@dataclass
class Knobs:
    """Behaviour on which the live service is not documented, or differs by tenant."""

    #: `parentFolderId eq 'inbox'`: empty, match or 400
    well_known_in_filter: str = "empty"
    #: what is compressed for clients that accept it: all, json or off
    gzip: str = "all"
    preference_applied: bool = True


class PageCache:
    """Listing pages as sent, for runs that ask for the same pages again."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[object, ...], tuple[bytes, bytes | None]] = OrderedDict()
        self._size = 0

    def get(self, key: tuple[object, ...]) -> tuple[bytes, bytes | None] | None:
        found = self._pages.get(key)
        if found is not None:
            self._pages.move_to_end(key)
        return found

    def put(self, key: tuple[object, ...], body: bytes, coded: bytes | None) -> None:
        old = self._pages.pop(key, None)
        if old is not None:
            self._size -= len(old[0]) + len(old[1] or b"")
        self._pages[key] = (body, coded)
        self._size += len(body) + len(coded or b"")
        while self._size > _CACHE_BYTES and self._pages:
            _, gone = self._pages.popitem(last=False)
            self._size -= len(gone[0]) + len(gone[1] or b"")


@dataclass
class World:
    """The state of one sandbox."""

    seed: int
    clock: Clock
    tokens: TokenStore
    oauth: OAuthServer
    limits: Limits
    faults: Faults
    metrics: Metrics = field(default_factory=Metrics)
    knobs: Knobs = field(default_factory=Knobs)
    pages: PageCache = field(default_factory=PageCache)
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    base: str = ""
    second: str = ""

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.oauth.oids = self.oid_of
        self.oauth.users = lambda: [b.user for b in self.mailboxes.values()]

    def add(self, box: Mailbox) -> None:
        """Adds or replaces a mailbox."""
        old = self.mailboxes.get(box.user.lower())
        if old is not None:
            box.version = old.version + 1  # pages of the former one must not be served
        self.mailboxes[box.user.lower()] = box

    def mailbox(self, user: str) -> Mailbox:
        """A mailbox by user principal name or object id."""
        box = self.mailboxes.get(user.lower())
        if box is not None:
            return box
        for box in self.mailboxes.values():
            if box.oid == user.lower():
                return box
        raise invalid_user(user)

    def oid_of(self, user: str) -> str:
        box = self.mailboxes.get(user.lower())
        return box.oid if box is not None else ""

    def new_id(self) -> str:
        """A request-id."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def owner_of(self, item: str) -> Mailbox | None:
        """The mailbox for which an item id was made."""
        for box in self.mailboxes.values():
            if box.ids.owns(item):
                return box
        return None


def build(seed: int, clock: Clock | None = None) -> World:
    """A sandbox without mailboxes."""
    clock = clock or Clock()
    tokens = TokenStore(clock)
    return World(seed, clock, tokens, OAuthServer(tokens), Limits(clock), Faults(seed))


def error_tuple(value: tuple[int, str, str]) -> GraphError:
    return GraphError(value[0], value[1], value[2])


JsonObject = dict[str, Any]
