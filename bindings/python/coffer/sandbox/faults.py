"""Rules that make the server misbehave on purpose.

A rule is `{"name", "match", "fault", "times"}`. Every rule that matches a request acts, in
the order of the list; of those that replace the answer only the first does. Chance comes
from a seeded generator, so that a scenario plays the same way each time.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Protocol, TypeVar

_MATCH = {"method", "path", "kind", "mailbox", "itemId", "nth", "every", "probability",
          "afterRequests", "page", "inBatch"}

#: fault types and the members each takes besides `type`
TYPES: dict[str, set[str]] = {
    "latency": {"seconds", "where", "chunk"},
    "throttle": {"status", "code", "message", "retryAfter", "header", "gate"},
    "error": {"status", "code", "message", "form", "headers", "text"},
    "connection": {"how", "at"},
    "body": {"how", "size", "text", "base64", "depth"},
    "paging": {"how", "count", "url"},
    "mutate": {"ops", "when"},
    "auth": {"how", "claims"},
    "oauth": {"error", "number", "message", "status", "members", "retryAfter"},
    "redirect": {"status", "to", "url"},
    "id": {"how"},
    "item": {"item", "set", "remove"},
    "headers": {"set", "remove"},
}

HOW: dict[str, set[str]] = {
    "connection": {"reset", "reset-after-headers", "reset-mid-body", "close-mid-body",
                   "no-last-chunk", "length-short", "length-long", "close-idle", "hang",
                   "close-delimited"},
    "body": {"malformed", "wrong-types", "nested", "error-200", "empty", "duplicate-keys",
             "invalid-utf8", "bom", "gzip-corrupt", "gzip-truncated", "gzip-bomb",
             "gzip-undeclared", "html", "raw"},
    "paging": {"duplicate", "drop", "empty-page", "repeat", "cycle", "end", "foreign",
               "relative", "link"},
    "auth": {"expire", "unauthorized", "claims", "empty"},
    "id": {"ignore-prefer", "reject-slash", "swap-case"},
}


class RuleError(ValueError):
    """A rule that cannot be understood."""


@dataclass
class Seen:
    """What a request is, as far as rules look at it."""

    method: str
    target: str
    kind: str
    mailbox: str
    items: tuple[str, ...]
    page: int
    total: int
    in_batch: bool


def check_spec(spec: dict[str, Any], match: Collection[str], types: Mapping[str, Collection[str]],
               how: Mapping[str, Collection[str]]) -> None:
    """Refuses a rule, of either half of the sandbox, that says what nobody knows."""
    unknown = set(spec) - {"name", "match", "fault", "times"}
    if unknown:
        raise RuleError(f"unknown member of a rule: {sorted(unknown)[0]}")
    unknown = set(spec.get("match", {})) - set(match)
    if unknown:
        raise RuleError(f"unknown member of match: {sorted(unknown)[0]}")
    fault = spec["fault"]
    kind = fault.get("type")
    if kind not in types:
        raise RuleError(f"unknown type of fault: {kind}")
    unknown = set(fault) - set(types[kind]) - {"type"}
    if unknown:
        raise RuleError(f"unknown member of fault {kind}: {sorted(unknown)[0]}")
    if kind in how and fault.get("how") not in how[kind]:
        raise RuleError(f"{kind}: how must be one of {', '.join(sorted(how[kind]))}")


class AnyRule(Protocol):
    """What the rules of both halves have in common."""

    name: str
    match: dict[str, Any]
    fault: dict[str, Any]
    times: int | None
    matched: int
    acted: int


OneRule = TypeVar("OneRule", bound=AnyRule)


def acting(rules: Sequence[OneRule], applies: Callable[[OneRule], bool],
           note: Callable[[str], None]) -> list[dict[str, Any]]:
    """The faults of the rules that apply, in their order."""
    found = [rule for rule in rules if applies(rule)]
    for rule in found:
        note(rule.name)
    return [rule.fault for rule in found]


def listing(rules: Sequence[AnyRule]) -> list[dict[str, Any]]:
    """The rules as they were given, with how often each matched and acted."""
    return [{"name": r.name, "match": r.match, "fault": r.fault, "times": r.times,
             "matched": r.matched, "acted": r.acted} for r in rules]


class Rule:
    """One rule and how often it matched and acted."""

    def __init__(self, spec: dict[str, Any], number: int) -> None:
        check_spec(spec, _MATCH, TYPES, HOW)
        self.name = str(spec.get("name", f"rule-{number}"))
        self.match: dict[str, Any] = spec.get("match", {})
        self.fault: dict[str, Any] = spec["fault"]
        self.times: int | None = spec.get("times")
        self.matched = 0
        self.acted = 0
        self._path = re.compile(self.match["path"]) if "path" in self.match else None
        nth = self.match.get("nth")
        self._nth = None if nth is None else set(nth if isinstance(nth, list) else [nth])

    def applies(self, seen: Seen, rng: random.Random) -> bool:
        """Whether the rule acts on this request; counts what it sees."""
        m = self.match
        if self.times is not None and self.acted >= self.times:
            return False
        if "method" in m and seen.method != m["method"]:
            return False
        if "kind" in m and seen.kind not in (m["kind"] if isinstance(m["kind"], list)
                                             else [m["kind"]]):
            return False
        if "mailbox" in m and seen.mailbox != m["mailbox"]:
            return False
        if "inBatch" in m and seen.in_batch != bool(m["inBatch"]):
            return False
        if "page" in m and seen.page != m["page"]:
            return False
        if "itemId" in m:
            wanted = m["itemId"] if isinstance(m["itemId"], list) else [m["itemId"]]
            if not any(i in wanted for i in seen.items):
                return False
        if self._path is not None and not self._path.search(seen.target):
            return False
        if "afterRequests" in m and seen.total <= int(m["afterRequests"]):
            return False
        self.matched += 1
        if self._nth is not None and self.matched not in self._nth:
            return False
        if "every" in m and self.matched % int(m["every"]) != 0:
            return False
        if "probability" in m and rng.random() >= float(m["probability"]):
            return False
        self.acted += 1
        return True


class Faults:
    """The rules in force."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.rules: list[Rule] = []
        self.rng = random.Random(seed)
        #: Graph requests seen since the rules were set
        self.total = 0

    def set(self, specs: list[dict[str, Any]]) -> None:
        """Replaces the rules; counts and chance start again."""
        rules = [Rule(spec, number) for number, spec in enumerate(specs)]
        self.rules = rules
        self.rng = random.Random(self._seed)
        self.total = 0

    def hits(self, seen: Seen, note: Callable[[str], None]) -> list[dict[str, Any]]:
        """The faults that act on a request."""
        return acting(self.rules, lambda rule: rule.applies(seen, self.rng), note)

    def as_json(self) -> list[dict[str, Any]]:
        return listing(self.rules)
