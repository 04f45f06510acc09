"""What the scenarios ask of a DataFolder and of a mailbox."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Set as AbstractSet
from pathlib import Path

from coffer.sandbox import Sandbox

USER = "alex@sandbox.example"


def saved_files(folder: Path) -> dict[str, bytes]:
    """Name -> content of every .eml file below DataFolder that has its final name."""
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.eml"))
            if ".meta" not in path.parts}


def file_name(message_id: str) -> str:
    return hashlib.sha1(message_id.encode()).hexdigest() + ".eml"


FIELD = re.compile(rb"X-NS-Backup: v=1;(?:\r\n)? id=[^;\r\n]*;(?:\r\n)? modified=[^;\r\n]*;(?:\r\n)? "
                   rb"mailbox=[^;\r\n]*;(?:\r\n)? ids=(?:im)?mutable\r\n")


def without_first_field(content: bytes) -> bytes:
    """The message as sent: everything after our field."""
    field = FIELD.match(content)
    assert field is not None, content[:300]
    return content[field.end():]


def check_mirror(sandbox: Sandbox, folder: Path, user: str = USER, *,
                 missing: AbstractSet[str] = frozenset(), mutable: bool = False) -> None:
    """The files are the mailbox: same ids, same octets; nothing half-written anywhere."""
    expected = {file_name(message["id" if mutable else "immutableId"]): message["sha256"]
                for message in sandbox.control.mailbox(user)
                if message["immutableId"] not in missing}
    found = {name: hashlib.sha256(without_first_field(content)).hexdigest()
             for name, content in saved_files(folder).items()}
    assert found == expected
    assert list((folder / ".meta" / "tmp").iterdir()) == []


def sums(backup: object) -> dict[str, int]:
    names = ("Listed", "Saved", "Unchanged", "Skipped", "Gone", "Failed", "Pending", "Deleted")
    return {name.lower(): int(backup.config("Messages" + name)) for name in names}  # type: ignore[attr-defined]
