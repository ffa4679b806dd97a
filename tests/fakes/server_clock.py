"""How does a test move the server's time?"""

from __future__ import annotations


class FakeClock:
    """Stands still until it is told to advance."""

    def __init__(self, start_ms: int) -> None:
        self._now_ms = start_ms

    def now_ms(self) -> int:
        return self._now_ms

    def advance(self, *, millis: int = 0, seconds: int = 0, minutes: int = 0, hours: int = 0) -> None:
        self._now_ms += millis + 1000 * (seconds + 60 * minutes + 3600 * hours)
