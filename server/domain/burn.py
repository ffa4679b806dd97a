"""How fast is money used, and on which day is there none left?

The pace is that of the latest worked days, spread over the calendar days since the first of them: so weekends and days off
are in it as they were, and a project on which nobody works any more slows down by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from server.domain.money import from_units, to_units

WORKED_DAYS: Final = 14
IN_SIGHT: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Pace:
    """`used` since the day `since`, on so many worked days; today is not in it."""

    since: date
    worked_days: int
    used: Decimal

    @property
    def per_worked_day(self) -> Decimal:
        """Rounded half up to four places."""
        twice = 2 * to_units(self.used)
        return from_units((twice + self.worked_days) // (2 * self.worked_days))


def pace(worked: Sequence[tuple[date, Decimal]]) -> Pace | None:
    """Of days on which money was used, none of them today, latest first; None when there are none."""
    latest = worked[:WORKED_DAYS]
    if not latest:
        return None
    return Pace(latest[-1][0], len(latest), sum((cost for _, cost in latest), Decimal(0)))


def ends_on(left: Decimal, found: Pace | None, today: date) -> date | None:
    """The day in whose course nothing is left; None when that is not in sight. `left` may have any number of places."""
    if left <= 0:
        return today
    if found is None or found.used <= 0:
        return None
    numerator, denominator = left.as_integer_ratio()
    span = (today - found.since).days
    # Rounded up: what lasts for exactly two days is used up in the course of the second.
    days = -(-numerator * span * 10**4 // (denominator * to_units(found.used)))
    ahead = timedelta(days=days - 1) if days <= IN_SIGHT.days else None
    return None if ahead is None else today + ahead
