"""Refusals as EMV names them, and JSON read as strictly as they ask for."""

from __future__ import annotations

import json
import re
from typing import Any, Iterable

VERSIONS = ("2.1.0", "2.2.0", "2.3.1")
UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")

#: errorDescription by errorCode (CORE231 table A.5)
DESCRIPTIONS = {
    "101": "Message received invalid", "102": "Message version not supported",
    "201": "Required element missing", "202": "Critical message extension not recognised",
    "203": "Format of one or more elements is invalid", "204": "Duplicate data element",
    "301": "Transaction ID not recognised", "302": "Data decryption failure",
    "305": "Transaction data not valid", "310": "Cryptographic algorithm not supported",
    "311": "Key identifier not recognised", "402": "Transaction timed out",
}


class Refusal(Exception):
    """A message that breaks the protocol: what the Erro about it says."""

    def __init__(self, code: str, detail: str, description: str = "") -> None:
        super().__init__(f"{code} {detail}")
        self.code, self.detail = code, detail
        self.description = description or DESCRIPTIONS.get(code, "Error")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Refusal("204", name)
        found[name] = value
    return found


def loads(text: str) -> Any:
    """JSON whose objects have each name once (204); anything else is 101."""
    def constant(name: str) -> Any:
        raise ValueError(name)
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=constant)
    except (ValueError, RecursionError):
        raise Refusal("101", "not JSON") from None


def require(message: dict[str, Any], names: Iterable[str]) -> None:
    """201 with all that are missing or null."""
    missing = [name for name in names if message.get(name) is None]
    if missing:
        raise Refusal("201", ",".join(missing))


def text_of(message: dict[str, Any], name: str, most: int, least: int = 1) -> str:
    """A text within its length in characters, else 203."""
    value = message[name]
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise Refusal("203", name)
    return value


def one_of(message: dict[str, Any], name: str, values: Iterable[Any]) -> None:
    """One of the values, of the same JSON type, else 203: True is not 1."""
    value = message[name]
    if not any(type(value) is type(v) and value == v for v in values):
        raise Refusal("203", name)


def check_ids(message: dict[str, Any], expected: dict[str, str]) -> None:
    """The ids of the transaction, without regard to case (301 with those that differ)."""
    for name in expected:
        if not UUID.match(text_of(message, name, 36, 36)):
            raise Refusal("203", name)
    wrong = [name for name, value in expected.items() if message[name].lower() != value.lower()]
    if wrong:
        raise Refusal("301", ",".join(wrong))


def check_extensions(message: dict[str, Any]) -> None:
    """CORE231 A.6: at most 10 of us, four members each; critical ones that nobody knows are 202."""
    value = message.get("messageExtension")
    if value is None and "messageExtension" not in message:
        return
    if not isinstance(value, list) or not 1 <= len(value) <= 10:
        raise Refusal("203", "messageExtension")
    critical = []
    for entry in value:
        if not isinstance(entry, dict):
            raise Refusal("203", "messageExtension")
        for name in ("name", "id", "criticalityIndicator", "data"):
            if name not in entry:
                raise Refusal("201", f"messageExtension.{name}")
        for name, kind in (("name", str), ("id", str), ("criticalityIndicator", bool),
                           ("data", dict)):
            if not isinstance(entry[name], kind) or kind is str and not 1 <= len(entry[name]) <= 64:
                raise Refusal("203", f"messageExtension.{name}")
        if len(json.dumps(entry["data"], separators=(",", ":"))) > 8059:
            raise Refusal("203", "messageExtension.data")
        if entry["criticalityIndicator"]:
            critical.append(str(entry["id"]))
    if critical:
        raise Refusal("202", ",".join(critical))
