"""The server's clock: real time plus an offset that a test may advance."""

from __future__ import annotations

import time
from email.utils import formatdate


class Clock:
    """Wall time plus an offset, so that expiry and long waits need no waiting."""

    def __init__(self) -> None:
        self.offset = 0.0
        self.date_skew = 0.0

    def now(self) -> float:
        """Seconds since the epoch, as the server sees them."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Moves the clock; negative values move it back."""
        self.offset += seconds

    def http_date(self, delta: float = 0.0) -> str:
        """An IMF-fixdate (RFC 9110, 5.6.7), `delta` seconds from now."""
        return formatdate(self.now() + self.date_skew + delta, usegmt=True)


def iso(seconds: float) -> str:
    """A Graph DateTimeOffset: always UTC, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
