"""What does this much time cost?

Pure integers; the server's rule is the same: rate in ten-thousandths, one rounding, half up, to four places.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from app.core.timer import Rate, RateType

PLACES: Final = 4
UNITS: Final = 10**PLACES
UNIT_SECONDS: Final = {RateType.HOURLY: 3600, RateType.MINUTELY: 60, RateType.SECONDLY: 1}


def is_exact(amount: Decimal) -> bool:
    """Whether it is a whole number of ten-thousandths, which every rate is."""
    return amount * UNITS % 1 == 0


def cost(seconds: int, rate: Rate) -> Decimal:
    """Cost of `seconds` at `rate`, with four places. ValueError for a rate with more than four places."""
    numerator, denominator = rate.amount.as_integer_ratio()
    amount_units, rest = divmod(numerator * UNITS, denominator)
    if rest:
        raise ValueError(f"a rate has at most {PLACES} places: {rate.amount}")
    unit_seconds = UNIT_SECONDS[rate.rate_type]
    cost_units = (2 * seconds * amount_units + unit_seconds) // (2 * unit_seconds)
    return Decimal(f"{cost_units}E-{PLACES}")
