"""Item and folder identifiers in the shapes Exchange Online uses.

A message has two names: a mutable one (152 characters, `AAMk…=`) that changes when the
message moves, and an immutable one (72 characters, `AAkA…`) chosen by
`Prefer: IdType="ImmutableId"` (Graph: "Get immutable identifiers for Outlook resources").
The number of the item is part of the text, so that a mailbox of a million messages can be
looked up without a table of a million names. Two properties of real names that break
clients are kept: some contain `/` and `+`, and some differ in the case of a letter only.
"""

from __future__ import annotations

import base64
import hashlib
import re

MUTABLE_LENGTH = 152
IMMUTABLE_LENGTH = 72
#: one name in this many uses the classic base64 alphabet with `/` and `+`
SLASH_EVERY = 5
#: one name in this many differs from its predecessor's in the case of one letter only
TWIN_EVERY = 500

_TO_SLASH = str.maketrans("-_", "+/")
_FROM_SLASH = str.maketrans("+/", "-_")
_SHAPE = re.compile(r"[A-Za-z0-9+/_=-]+\Z")


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii")


class IdMaker:
    """Makes and reads the identifiers of one mailbox."""

    def __init__(self, mailbox: str, seed: int, variants: bool = True) -> None:
        self._name = f"{seed}:{mailbox}".encode()
        digest = hashlib.sha512(self._name).digest()
        self._mask = int.from_bytes(digest[40:45], "big")
        self._salt = digest[45:61]
        # a run common to the mailbox; `-_` makes sure that the classic alphabet shows
        common = _text(digest[:39] + digest[20:39] + digest[1:18])
        self._long = "AAMkAG" + common[:91] + "-_"
        self._short = "AAkALg" + common[:39] + "-_"
        self._variants = variants

    def _twin(self, key: int) -> bool:
        return self._variants and key % TWIN_EVERY == TWIN_EVERY // 2

    def _item(self, key: int) -> str:
        """24 letters: the number, masked, and a check."""
        check = hashlib.blake2b(key.to_bytes(5, "big"), digest_size=13, key=self._salt).digest()
        return _text((key ^ self._mask).to_bytes(5, "big") + check)

    def _make(self, head: str, tail: str, key: int) -> str:
        twin = self._twin(key)
        source = key - 1 if twin else key
        text = head + ("B" if twin else "b") + self._item(source) + tail
        if self._variants and source % SLASH_EVERY == 3:
            text = text.translate(_TO_SLASH)
        return text

    def mutable(self, key: int, folder: str, generation: int) -> str:
        """The name that changes with the folder; `generation` counts the moves."""
        place = hashlib.blake2b(f"{folder}:{generation}".encode(), digest_size=15,
                                key=self._salt).digest()
        tail = _text(place) + "AAAAAAA="
        return self._make(self._long, tail, key)

    def immutable(self, key: int) -> str:
        """The name that survives moves."""
        return self._make(self._short, "", key)

    def folder(self, name: str) -> str:
        """A folder's name: constant, of the mutable shape, shorter."""
        return self._long[:80] + _text(hashlib.sha256(self._name + name.encode()).digest()[:24]) + "AAA="

    def owns(self, text: str) -> bool:
        """Whether a name was made for this mailbox (whichever form, whichever item)."""
        plain = text.translate(_FROM_SLASH)
        return plain.startswith(self._long[:80]) or plain.startswith(self._short[:40])

    def key_of(self, text: str) -> int | None:
        """The item number inside a name; the caller compares the whole name afterwards."""
        plain = text.translate(_FROM_SLASH)
        if plain.startswith("AAMk") and len(plain) == MUTABLE_LENGTH:
            item, mark = plain[-52:-28], plain[-53]
        elif plain.startswith("AAkA") and len(plain) == IMMUTABLE_LENGTH:
            item, mark = plain[-24:], plain[-25]
        else:
            return None
        try:
            key = int.from_bytes(base64.urlsafe_b64decode(item)[:5], "big") ^ self._mask
        except ValueError:
            return None
        return key + 1 if mark == "B" else key


def well_formed(text: str) -> bool:
    """Whether a text could be an identifier at all; if not the answer is 400, not 404."""
    return len(text) >= 24 and _SHAPE.match(text) is not None
