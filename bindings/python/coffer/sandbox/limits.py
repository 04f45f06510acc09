"""Throttling as Exchange Online does it: per application and mailbox.

Two bounds hold at once: requests in flight, and requests per window, the refused ones
included (Graph: "Outlook service limits"). A refusal opens a period in which the caller
is expected to stay away; coming back earlier extends it and is counted.

What counts as earlier: a request on a connection over which the refusal was delivered, a
repetition of the refused request, or any request later than `grace` after the refusal.
Requests of other workers that crossed the refusal on the wire are not held against the
client.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from .clock import Clock
from .errors import GraphError, throttled


@dataclass
class Gate:
    """A period that was announced by Retry-After."""

    until: float = 0.0
    issued: float = 0.0
    seconds: float = 0.0
    enforced: bool = True
    connections: set[int] = field(default_factory=set)
    targets: set[str] = field(default_factory=set)


@dataclass
class Lane:
    """The budget of one application in one mailbox."""

    in_flight: int = 0
    highest: int = 0
    early: int = 0
    refused: int = 0
    times: deque[float] = field(default_factory=deque)
    gate: Gate = field(default_factory=Gate)


class Limits:
    """All budgets."""

    def __init__(self, clock: Clock, concurrency: int = 4, rate: int = 10_000,
                 window: float = 600.0, enabled: bool = True) -> None:
        self.clock = clock
        self.concurrency = concurrency
        self.rate = rate
        self.window = window
        self.enabled = enabled
        #: Retry-After of a refusal for concurrency
        self.retry_after = 1
        self.grace = 0.25
        self.lanes: dict[tuple[str, str], Lane] = {}

    def lane(self, app: str, mailbox: str) -> Lane:
        return self.lanes.setdefault((app, mailbox), Lane())

    def open_gate(self, lane: Lane, seconds: float, connection: int, target: str,
                  enforced: bool) -> None:
        """Remembers a Retry-After that is about to be sent."""
        now = self.clock.now()
        gate = lane.gate
        if now >= gate.until:
            gate.connections.clear()
            gate.targets.clear()
            gate.enforced = False
        gate.until = max(gate.until, now + seconds)
        gate.issued, gate.seconds = now, seconds
        gate.enforced = gate.enforced or enforced
        gate.connections.add(connection)
        gate.targets.add(target)

    def is_early(self, lane: Lane, connection: int, target: str) -> bool:
        """Whether a request comes back before the time it was told."""
        gate = lane.gate
        now = self.clock.now()
        # a clock that a client rounds down by a tick is not an offence
        return now < gate.until - 0.01 and (
            connection in gate.connections or target in gate.targets
            or now > gate.issued + self.grace)

    def arrive(self, lane: Lane, connection: int, target: str, slots: int = 1,
               count: int = 1) -> int:
        """Admits a request or raises 429. Returns the places taken; `leave` gives them back.

        A batch asks for several places and may get fewer, but at least one.
        """
        now = self.clock.now()
        early = self.is_early(lane, connection, target)
        if early:
            lane.early += 1
        if self.enabled:
            times = lane.times
            while times and times[0] <= now - self.window:
                times.popleft()
            for _ in range(count):
                times.append(now)
            if early and lane.gate.enforced:
                raise self._refuse(lane, connection, target, lane.gate.seconds,
                                   "Application is over its MailboxConcurrency limit.")
            if len(times) > self.rate:
                wait = times[len(times) - self.rate] + self.window - now
                raise self._refuse(lane, connection, target, math.ceil(max(1.0, wait)),
                                   "Application is over its RequestRate limit.")
            free = self.concurrency - lane.in_flight
            if free <= 0:
                # an attempt over the limit counts as seen, so that tests notice it
                lane.highest = max(lane.highest, lane.in_flight + 1)
                raise self._refuse(lane, connection, target, self.retry_after,
                                   "Application is over its MailboxConcurrency limit.")
            if slots > free:
                lane.highest = max(lane.highest, lane.in_flight + slots)
                slots = free
        lane.in_flight += slots
        lane.highest = max(lane.highest, lane.in_flight)
        return slots

    def leave(self, lane: Lane, slots: int = 1) -> None:
        lane.in_flight -= slots

    def _refuse(self, lane: Lane, connection: int, target: str, seconds: float,
                message: str) -> GraphError:
        lane.refused += 1
        self.open_gate(lane, seconds, connection, target, True)
        return throttled(str(math.ceil(seconds)), message)

    def reset_counts(self) -> None:
        """Forgets what was measured, not what is in flight."""
        for lane in self.lanes.values():
            lane.highest = lane.in_flight
            lane.early = lane.refused = 0
