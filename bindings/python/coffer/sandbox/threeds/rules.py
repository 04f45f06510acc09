"""Rules that make the 3-D Secure side misbehave on purpose.

The same form as the mail part's (`coffer.sandbox.faults`): `{"name", "match", "fault", "times"}`,
every matching rule acts, in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from ..faults import HOW as MAIL_HOW
from ..faults import acting, check_spec, listing
from .signed import KINDS as SIGNED

_MATCH = {"kind", "round", "card", "version", "enc", "nth"}

#: fault types and the members each takes besides `type`
TYPES: dict[str, set[str]] = {
    "signed": {"how"},
    "message": {"set", "remove", "duplicate", "text"},
    "jwe": {"how"},
    "counter": {"how", "value"},
    "erro": {"code", "detail", "description", "component", "set", "remove", "encrypted", "status"},
    "http": {"how", "status", "text", "contentType"},
    "redirect": {"status", "to", "url"},
    "latency": {"seconds", "where", "chunk"},
    "connection": {"how", "at"},
    "headers": {"set", "remove"},
}

HOW: dict[str, tuple[str, ...]] = {
    "signed": SIGNED,
    "jwe": ("bad-tag", "bad-ciphertext", "bad-aad", "other-key", "short-tag", "other-kid", "no-kid",
            "zip", "crit", "alg", "unknown-enc", "encrypted-key", "four-parts", "six-parts",
            "bad-base64", "padded-base64", "header-not-json", "duplicate-header", "short-iv",
            "random-iv", "other-enc", "clear", "bad-utf8", "white-space"),
    "counter": ("value", "start-at-1", "replay", "replay-jwe"),
    "http": ("html", "empty", "endless", "endless-json", "large", "deep", "text"),
    "connection": tuple(sorted(MAIL_HOW["connection"])),
}


@dataclass
class Seen:
    """What a request is, as far as rules look at it."""

    kind: str
    card: str = ""
    version: str = ""
    round: int = 0
    enc: str = ""


class Rule:
    """One rule and how often it matched and acted."""

    def __init__(self, spec: dict[str, Any], number: int) -> None:
        check_spec(spec, _MATCH, TYPES, HOW)
        self.name = str(spec.get("name", f"rule-{number}"))
        self.match: dict[str, Any] = dict(spec.get("match", {}))
        self.fault: dict[str, Any] = dict(spec["fault"])
        self.times: int | None = spec.get("times")
        self.matched = self.acted = 0
        #: of a request for the ARes or of a CReq, when the match does not say
        self.match.setdefault("kind", "areq" if self.fault["type"] == "signed" else "creq")

    def applies(self, seen: Seen) -> bool:
        """Whether the rule acts on this request; counts what it sees."""
        if self.times is not None and self.acted >= self.times:
            return False
        for name in ("kind", "card", "version", "round", "enc"):
            if name in self.match:
                wanted = self.match[name]
                if getattr(seen, name) not in (wanted if isinstance(wanted, list) else [wanted]):
                    return False
        self.matched += 1
        if "nth" in self.match:
            nth = self.match["nth"]
            if self.matched not in (nth if isinstance(nth, list) else [nth]):
                return False
        self.acted += 1
        return True


class Rules:
    """The rules in force."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def set(self, specs: list[dict[str, Any]]) -> None:
        self.rules = [Rule(spec, number) for number, spec in enumerate(specs)]

    def hits(self, seen: Seen, note: Callable[[str], None]) -> list[dict[str, Any]]:
        """The faults that act on a request."""
        return acting(self.rules, lambda rule: rule.applies(seen), note)

    def as_json(self) -> list[dict[str, Any]]:
        return listing(self.rules)


def of(faults: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [fault for fault in faults if fault["type"] == kind]
