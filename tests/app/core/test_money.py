"""Does the app count money exactly as the rule says?"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import cost
from app.core.timer import Rate, RateType

SECONDS_PER = {RateType.HOURLY: 3600, RateType.MINUTELY: 60, RateType.SECONDLY: 1}

amounts = st.integers(0, 10**10 - 1).map(lambda units: Decimal(units).scaleb(-4))
rates = st.builds(Rate, st.sampled_from(RateType), amounts, st.just("USD"))
durations = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("seconds", "rate_type", "amount", "expected"),
    [
        (3600, RateType.HOURLY, "50", "50.0000"),
        (4328, RateType.HOURLY, "50", "60.1111"),
        (90, RateType.MINUTELY, "0.5", "0.7500"),
        (7, RateType.SECONDLY, "0.0001", "0.0007"),
        (18, RateType.HOURLY, "0.01", "0.0001"),  # 0.00005 is rounded up
        (17, RateType.HOURLY, "0.01", "0.0000"),
        (0, RateType.HOURLY, "999999.9999", "0.0000"),
    ],
)
def test_examples(seconds: int, rate_type: RateType, amount: str, expected: str) -> None:
    assert str(cost(seconds, Rate(rate_type, Decimal(amount), "USD"))) == expected


@given(durations, rates)
def test_the_cost_is_the_rational_number_rounded_half_up_once(seconds: int, rate: Rate) -> None:
    exact = Fraction(rate.amount) * seconds / SECONDS_PER[rate.rate_type]
    assert Fraction(cost(seconds, rate)) == Fraction(floor(exact * 10_000 + Fraction(1, 2)), 10_000)


@given(durations, durations, rates)
def test_more_time_never_costs_less(some: int, more: int, rate: Rate) -> None:
    assert cost(some, rate) <= cost(some + more, rate)


@given(durations, rates)
def test_a_cost_has_four_places(seconds: int, rate: Rate) -> None:
    assert cost(seconds, rate).as_tuple().exponent == -4


def test_a_rate_with_five_places_is_no_rate() -> None:
    with pytest.raises(ValueError, match="at most 4 places"):
        cost(1, Rate(RateType.HOURLY, Decimal("0.00001"), "USD"))
