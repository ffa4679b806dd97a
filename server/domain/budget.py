"""How far is a budget used, and when will it be?

All amounts are whole ten-thousandths of the budget's currency ("units"), all instants whole epoch seconds. A timer that runs
costs what its log would cost if it stopped now, rounded as that is: so a stop never changes how far a budget is used.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from server.domain.messages import AlertType, BudgetStatus, Rate
from server.domain.money import EXCHANGE_PLACES, UNIT_SECONDS, from_units, to_units

PERCENT_PLACES: Final = 2
WHOLE: Final = Decimal(100)
LONG_AWAY: Final = 1000 * 366 * 86_400  # longer than anybody asks
_EXCHANGE_ONE: Final = 10**EXCHANGE_PLACES
_PERCENT_ONE: Final = 100 * 10**PERCENT_PLACES


@dataclass(frozen=True, slots=True)
class Meter:
    """A timer that runs on the budget.

    `closed`: seconds of its log before `since`. `logged`: units that the budget's sum has of that log already.
    `exchange`: how many 10^-8 of the budget's currency one of the rate's is; None when it is the same currency.
    """

    rate_units: int
    unit_seconds: int
    closed: int
    since: int
    logged: int
    exchange: int | None = None

    def adds(self, at: int) -> int:
        """What the budget's sum grows by if it stops at this second. Never less than at an earlier one."""
        seconds = self.closed + max(0, at - self.since)
        return self.converted(_rounded(seconds * self.rate_units, self.unit_seconds)) - self.logged

    @property
    def hourly(self) -> Decimal:
        """What an hour of it costs, in the budget's currency."""
        per_hour = self.rate_units * (3600 // self.unit_seconds)
        return from_units(self.converted(per_hour))

    def converted(self, units: int) -> int:
        return units if self.exchange is None else _rounded(units * self.exchange, _EXCHANGE_ONE)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Armed: the next crossing from below raises an alert of this generation."""

    alert_type: AlertType
    is_armed: bool
    generation: int


def meter(
    rate: Rate, closed: int, since: int, logged: Decimal, exchange_rate: Decimal | None = None
) -> Meter:
    """`logged`: what the log costs already, in the rate's currency."""
    made = Meter(
        to_units(rate.rate_amount),
        UNIT_SECONDS[rate.rate_type],
        closed,
        since,
        0,
        None if exchange_rate is None else to_units(exchange_rate, EXCHANGE_PLACES),
    )
    return replace(made, logged=made.converted(to_units(logged)))


def running(meters: Iterable[Meter], at: int) -> int:
    return sum(each.adds(at) for each in meters)


def limit(total_units: int, percent: Decimal) -> int:
    """The fewest units that are at least so many percent of the total."""
    return -(-total_units * to_units(percent, PERCENT_PLACES) // _PERCENT_ONE)


def crossing(spent: int, meters: Sequence[Meter], wanted: int, since: int, until: int) -> int | None:
    """The first second from `since` to `until` at which spent and running are `wanted` units; None when there is none."""

    def is_reached(at: int) -> bool:
        return spent + running(meters, at) >= wanted

    if not is_reached(until):
        return None
    return since + bisect_left(range(since, until), True, key=is_reached)


def seconds_left(used: Decimal, total: Decimal, per_hour: Decimal) -> int | None:
    """Whole seconds until all of it is used at this pace, rounded up, at most a thousand years; 0 when it is, None when nothing runs."""
    if used >= total:
        return 0
    if per_hour <= 0:
        return None
    numerator, denominator = ((total - used) * 3600).as_integer_ratio()
    pace, pace_unit = per_hour.as_integer_ratio()
    return min(LONG_AWAY, -(-numerator * pace_unit // (denominator * pace)))


def judge(threshold: Threshold, *, is_reached: bool) -> Threshold:
    """As it is from now on: disarmed by a crossing from below, and armed for the next generation from above."""
    if threshold.is_armed == is_reached:
        if is_reached:
            return replace(threshold, is_armed=False)
        return replace(threshold, is_armed=True, generation=threshold.generation + 1)
    return threshold


def status_of(*, is_used_up: bool, start_date: date | None, today: date) -> BudgetStatus:
    """Money that is gone is gone, also before the first day."""
    if is_used_up:
        return BudgetStatus.EXCEEDED
    if start_date is not None and today < start_date:
        return BudgetStatus.PLANNING
    return BudgetStatus.ACTIVE


def _rounded(numerator: int, denominator: int) -> int:
    """Half up; neither is negative."""
    return (2 * numerator + denominator) // (2 * denominator)
