"""Which second is "9:30" on the one working day on which the server's tests take place?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

MIDNIGHT: Final = int(datetime(2026, 6, 15, tzinfo=UTC).timestamp())


def at(clock_time: str) -> int:
    """Epoch seconds of "9:30", "09:30:15" or "26:00" (2:00 of the day after)."""
    hours, minutes, *seconds = (int(part) for part in clock_time.split(":"))
    return MIDNIGHT + hours * 3600 + minutes * 60 + sum(seconds)


def spoken(instant: int) -> str:
    hours, rest = divmod(instant - MIDNIGHT, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
