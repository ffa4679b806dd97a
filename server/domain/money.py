"""What does this much time cost, to the last place?

No float and no rounding on the way: a rate is a whole number of ten-thousandths, and a cost is rounded once, half up,
to four places.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Final

from server.domain.messages import Rate, RateType

PLACES: Final = 4
UNITS: Final = 10**PLACES
UNIT_SECONDS: Final = {RateType.HOURLY: 3600, RateType.MINUTELY: 60, RateType.SECONDLY: 1}
ZERO: Final = Decimal("0.0000")
COST_LIMIT: Final = 10**18  # units of a column that holds a cost: DECIMAL(18,4)
EXCHANGE_PLACES: Final = 8
LONGEST: Final = 40  # digits before the point, or after it, in anything that can be an amount
_CENT_OF_PERCENT: Final = Decimal("0.01")


def to_units(amount: Decimal, places: int = PLACES) -> int:
    """`amount` as a whole number of 10^-places. ValueError when it has more places than that, or is not a number."""
    if not amount.is_finite():
        raise ValueError(f"not an amount of money: {amount}")
    if not amount:
        return 0
    if (
        _last_place(amount) < -LONGEST or amount.adjusted() > LONGEST
    ):  # as a fraction it would fill the memory
        raise ValueError(f"too large, or more than {places} places")
    numerator, denominator = amount.as_integer_ratio()
    one: int = 10**places
    units, rest = divmod(numerator * one, denominator)
    if rest:
        raise ValueError(f"more than {places} places: {amount}")
    return units


def from_units(units: int, places: int = PLACES) -> Decimal:
    return Decimal(f"{units}E-{places}")


def cost(seconds: int, rate: Rate | None) -> Decimal:
    """Cost of `seconds` at `rate`; without a rate time costs nothing. ValueError for negative seconds."""
    if seconds < 0:
        raise ValueError("time is never negative")
    if rate is None:
        return ZERO
    unit_seconds = UNIT_SECONDS[rate.rate_type]
    twice = 2 * seconds * to_units(rate.rate_amount)
    return from_units((twice + unit_seconds) // (2 * unit_seconds))


def converted(amount: Decimal, exchange_rate: Decimal) -> Decimal | None:
    """`amount` in another currency, rounded once, half up, to four places; None where no column holds so much."""
    one = 10**EXCHANGE_PLACES
    twice = 2 * to_units(amount) * to_units(exchange_rate, EXCHANGE_PLACES)
    units = (twice + one) // (2 * one)
    return from_units(units) if units < COST_LIMIT else None


def is_amount(amount: Decimal, digits: int, places: int = PLACES) -> bool:
    """More than nothing, and what DECIMAL(digits, places) holds exactly."""
    try:
        return 0 < to_units(amount, places) < int(10**digits)
    except ValueError:
        return False


def written(amount: Decimal) -> str:
    """The same text for the same amount: without places that say nothing."""
    return f"{amount.normalize():f}"


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """How many percent of `whole` have been reached by `part`, to two places; None when the whole is nothing.

    Never rounded up: what is not used up is not 100 percent.
    """
    if whole <= 0:
        return None
    return (part * 100 / whole).quantize(_CENT_OF_PERCENT, ROUND_DOWN)


def _last_place(amount: Decimal) -> int:
    """-4: of ten-thousandths."""
    place = amount.as_tuple().exponent
    return place if isinstance(place, int) else 0  # the type has letters for what is not finite
