"""One mailbox: folders, messages, their order and their changes.

Messages that a generator describes are made on demand; only changed and added ones are
kept. The order (newest first, as the service lists without `$orderby`) is an array of item
numbers, so that positions shift on each change as they do on the live service.
"""

from __future__ import annotations

import hashlib
import uuid
from array import array
from collections import OrderedDict
from dataclasses import replace
from typing import Any, Callable, Iterable, Iterator, Sequence

from . import mime
from .errors import folder_not_found, foreign_item, item_not_found, malformed_id
from .ids import IdMaker, well_formed
from .model import NAMES, WELL_KNOWN, Folder, Message
from .synth import Synth

Predicate = Callable[[Message], bool]

_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
_CACHED_MESSAGES = 4096
_CACHED_VIEWS = 12


class Mailbox:
    """The mail of one user."""

    def __init__(self, user: str, seed: int, synth: Synth | None = None, locale: str = "en",
                 shared_with: Iterable[str] = (), hidden_every: int = 6,
                 id_variants: bool = True) -> None:
        self.user = user
        self.oid = str(uuid.uuid5(_NAMESPACE, f"{seed}:{user}"))
        self.ids = IdMaker(user, seed, id_variants)
        self.synth = synth
        self.shared_with = set(shared_with)
        #: one hidden non-message item among this many positions; 0: none (Graph: "Paging")
        self.hidden_every = hidden_every
        self.version = 0
        #: an error that the whole mailbox answers, e.g. MailboxNotEnabledForRESTAPI
        self.error: tuple[int, str, str] | None = None
        self.folders: dict[str, Folder] = {}
        self._base = synth.count if synth else 0
        self._next = self._base
        self._changed: dict[int, Message] = {}
        self._deleted: set[int] = set()
        self._order = array("l", range(self._base - 1, -1, -1))
        self._outside: set[int] = set()
        self._overrides: dict[str, int] = {}
        self._cache: OrderedDict[int, Message] = OrderedDict()
        self._views: OrderedDict[tuple[object, ...], Sequence[int]] = OrderedDict()
        names = NAMES.get(locale, NAMES["en"])
        for key, name in names.items():
            parent = "" if key in ("msgfolderroot", "recoverableitemsdeletions") else "msgfolderroot"
            self.folders[key] = Folder(key, self.ids.folder(key), name, parent,
                                       outside=key == "recoverableitemsdeletions")

    # -- folders ---------------------------------------------------------------------------

    def add_folder(self, path: str, hidden: bool = False) -> Folder:
        """Makes a folder, and those above it; `path` begins with a well-known name or is at the top."""
        head, _, name = path.rpartition("/")
        if path in self.folders:
            return self.folders[path]
        parent = self.folder_ref(head).key if head else "msgfolderroot"
        key = f"{parent}/{name}" if head else name
        if key not in self.folders:
            self.folders[key] = Folder(key, self.ids.folder(key), name, parent, hidden)
            self.version += 1
        return self.folders[key]

    def folder_ref(self, ref: str) -> Folder:
        """A folder by well-known name, id or path; a path that does not exist is made."""
        folder = self.find_folder(ref)
        return folder if folder is not None else self.add_folder(ref)

    def find_folder(self, ref: str) -> Folder | None:
        """A folder by well-known name (any case), id or path."""
        folder = self.folders.get(ref)
        if folder is not None:
            return folder
        lower = ref.lower()
        if lower in WELL_KNOWN:
            return self.folders.get(lower)
        for folder in self.folders.values():
            if folder.id == ref:
                return folder
        return None

    def folder_in_path(self, ref: str) -> Folder:
        """The folder named in a request path: id or well-known name, never a display name."""
        if ref.lower() in WELL_KNOWN:
            folder = self.folders.get(ref.lower())
            if folder is not None:
                return folder
            raise folder_not_found()
        for folder in self.folders.values():
            if folder.id == ref:
                return folder
        raise folder_not_found() if well_formed(ref) else malformed_id()

    def children(self, parent: str) -> list[Folder]:
        return [f for f in self.folders.values() if f.parent == parent]

    def remove_folder(self, ref: str) -> None:
        """Removes a folder with everything in it."""
        folder = self.folder_ref(ref)
        for child in self.children(folder.key):
            self.remove_folder(child.key)
        for key in list(self.view(folder.key)):
            self.delete(key)
        del self.folders[folder.key]
        self.version += 1

    # -- messages --------------------------------------------------------------------------

    def message(self, key: int) -> Message:
        """A message by number; raises 404 when it is gone."""
        found = self._changed.get(key)
        if found is not None:
            return found
        if key < 0 or key >= self._base or key in self._deleted or self.synth is None:
            raise item_not_found()
        cached = self._cache.get(key)
        if cached is None:
            cached = self.synth.message(key)
            self._cache[key] = cached
            if len(self._cache) > _CACHED_MESSAGES:
                self._cache.popitem(last=False)
        return cached

    def folder_of(self, key: int) -> str:
        """The folder key of a message, cheaply."""
        found = self._changed.get(key)
        if found is not None:
            return found.folder
        return self.synth.folder(key) if self.synth else ""

    def id_of(self, message: Message, immutable: bool) -> str:
        if immutable:
            return message.immutable_override or self.ids.immutable(message.key)
        return message.id_override or self.ids.mutable(message.key, message.folder,
                                                       message.generation)

    def find(self, text: str) -> Message:
        """The message an id names, in either form; compared octet by octet."""
        key = self._overrides.get(text)
        if key is not None:
            message = self.message(key)
            if text in (self.id_of(message, True), self.id_of(message, False)):
                return message
            raise item_not_found()
        if not well_formed(text):
            raise malformed_id()
        key = self.ids.key_of(text)
        if key is None or not self.ids.owns(text):
            raise foreign_item(text) if text.startswith(("AAMk", "AAkA")) else malformed_id()
        message = self.message(key)
        if text not in (self.id_of(message, True), self.id_of(message, False)):
            raise item_not_found()
        return message

    def change_key(self, message: Message) -> str:
        """A value that differs after each write."""
        return f"CQAAABYAAAD{message.key:08X}{message.generation:02X}{message.version:03X}"

    def __len__(self) -> int:
        return len(self._order)

    def keys(self) -> Sequence[int]:
        """All item numbers, newest first."""
        return self._order

    def _slot(self, message: Message) -> int:
        """Where a message belongs in the order (newest first)."""
        wanted = (message.received or message.created or 0, message.key)
        low, high = 0, len(self._order)
        while low < high:
            middle = (low + high) // 2
            other = self.message(self._order[middle])
            if (other.received or other.created or 0, other.key) > wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def add(self, message: Message) -> Message:
        """Stores a new message (its key is assigned here)."""
        message.key = self._next
        self._next += 1
        message.folder = self.folder_ref(message.folder or "inbox").key
        self._changed[message.key] = message
        self._order.insert(self._slot(message), message.key)
        self._note(message)
        self.version += 1
        return message

    def _note(self, message: Message) -> None:
        for text in (message.id_override, message.immutable_override):
            if text:
                self._overrides[text] = message.key
        if self.folders[message.folder].outside:
            self._outside.add(message.key)
        else:
            self._outside.discard(message.key)

    def replace(self, key: int, **fields: Any) -> Message:
        """Writes fields of a message; the change key moves on."""
        old = self.message(key)
        new = replace(old, version=old.version + 1, **fields)
        if "folder" in fields:
            new.folder = self.folder_ref(new.folder).key
        if (new.received, new.created) != (old.received, old.created):
            self._order.remove(key)
            self._changed[key] = new
            self._order.insert(self._slot(new), key)
        self._changed[key] = new
        self._cache.pop(key, None)
        self._note(new)
        self.version += 1
        return new

    def move(self, key: int, folder: str, now: int) -> Message:
        """Moves a message: the mutable id changes, the immutable one stays."""
        old = self.message(key)
        return self.replace(key, folder=folder, generation=old.generation + 1, id_override="",
                            modified=max(now, (old.modified or 0) + 1))

    def delete(self, key: int) -> None:
        """Removes a message for good."""
        self.message(key)
        self._changed.pop(key, None)
        self._cache.pop(key, None)
        self._deleted.add(key)
        self._outside.discard(key)
        self._order.remove(key)
        self.version += 1

    # -- views -----------------------------------------------------------------------------

    def view(self, folder: str | None, predicate: Predicate | None = None, name: str = "",
             order: tuple[tuple[str, bool], ...] = (),
             getter: Callable[[str], Callable[[Message], Any]] | None = None) -> Sequence[int]:
        """Item numbers of a listing. `name` stands for the predicate in the cache."""
        if folder is None and predicate is None and not order and not self._outside:
            return self._order
        wanted = (self.version, folder, name, order)
        found = self._views.get(wanted)
        if found is not None:
            self._views.move_to_end(wanted)
            return found
        keys: Iterable[int] = self._order
        if folder is not None:
            keys = (k for k in keys if self.folder_of(k) == folder)
        elif self._outside:
            keys = (k for k in keys if k not in self._outside)
        if predicate is not None:
            test = predicate
            keys = (k for k in keys if test(self.message(k)))
        result: Sequence[int] = array("l", keys)
        if order and getter is not None:
            result = list(result)
            for path, descending in reversed(order):
                get = getter(path)
                result.sort(key=lambda k: _sortable(get(self.message(k))), reverse=descending)
        self._views[wanted] = result
        if len(self._views) > _CACHED_VIEWS:
            self._views.popitem(last=False)
        return result

    def position(self, rank: int) -> int:
        """The underlying position of the message of that rank, hidden items included."""
        every = self.hidden_every
        return rank if every < 2 else rank + rank // (every - 1)

    def rank(self, position: int) -> int:
        """The rank of the first message at or after an underlying position."""
        every = self.hidden_every
        return position if every < 2 else position - position // every

    # -- bodies ----------------------------------------------------------------------------

    def body(self, message: Message) -> Iterator[bytes]:
        return mime.body(message)

    def digest(self, message: Message) -> tuple[str, int]:
        """SHA-256 and length of what `$value` serves."""
        sha, size = hashlib.sha256(), 0
        for piece in self.body(message):
            sha.update(piece)
            size += len(piece)
        return sha.hexdigest(), size


def _sortable(value: Any) -> tuple[int, Any]:
    return (0, "") if value is None else (1, value)
