"""Does the server count money exactly, for any duration and any rate?

The answers come from rational numbers and from the rule: seconds times rate, rounded once, half up, to four places.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

from hypothesis import assume, given
from hypothesis import strategies as st

from server.domain.messages import Rate, RateType
from server.domain.money import UNITS, cost, from_units, percent, to_units

SECONDS_PER = {RateType.HOURLY: 3600, RateType.MINUTELY: 60, RateType.SECONDLY: 1}
HALF_A_UNIT = Fraction(1, 2 * UNITS)

amounts = st.integers(0, 10**10 - 1).map(lambda units: Decimal(units).scaleb(-4))
kinds = st.sampled_from(RateType)
rates = st.builds(Rate, kinds, amounts, st.just("USD"))
durations = st.integers(0, 10**9)
money = st.integers(-(10**14) + 1, 10**14 - 1)


@given(durations, rates)
def test_it_is_the_rational_number_rounded_half_up_once(seconds: int, rate: Rate) -> None:
    exact = Fraction(rate.rate_amount) * seconds / SECONDS_PER[rate.rate_type]
    assert Fraction(cost(seconds, rate)) == Fraction(floor(exact * UNITS + Fraction(1, 2)), UNITS)


@given(durations, durations, rates)
def test_more_time_never_costs_less(some: int, more: int, rate: Rate) -> None:
    assert cost(some, rate) <= cost(some + more, rate)


@given(durations, kinds, amounts, amounts)
def test_a_higher_rate_never_costs_less(seconds: int, kind: RateType, one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert cost(seconds, Rate(kind, low, "USD")) <= cost(seconds, Rate(kind, high, "USD"))


@given(st.lists(durations, min_size=1, max_size=20), rates)
def test_parts_differ_from_the_whole_by_half_a_unit_each_at_most(parts: list[int], rate: Rate) -> None:
    apart = sum((Fraction(cost(part, rate)) for part in parts), Fraction())
    together = Fraction(cost(sum(parts), rate))
    assert abs(apart - together) <= HALF_A_UNIT * (len(parts) + 1)


@given(st.lists(durations, max_size=20), amounts)
def test_at_a_rate_by_the_second_parts_add_up_exactly(parts: list[int], amount: Decimal) -> None:
    rate = Rate(RateType.SECONDLY, amount, "USD")
    assert sum((cost(part, rate) for part in parts), Decimal(0)) == cost(sum(parts), rate)


@given(durations, rates)
def test_it_has_four_places(seconds: int, rate: Rate) -> None:
    assert cost(seconds, rate).as_tuple().exponent == -4


@given(money)
def test_an_amount_comes_back_from_its_units(units: int) -> None:
    assert to_units(from_units(units)) == units


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_units_come_back_from_an_amount(amount: Decimal) -> None:
    assert from_units(to_units(amount)) == amount


@given(amounts, amounts)
def test_percent_is_rounded_down_to_two_places(part: Decimal, whole: Decimal) -> None:
    assume(whole > 0)
    exact = Fraction(part) * 100 / Fraction(whole)
    assume(exact < 10**12)
    assert percent(part, whole) == Decimal(floor(exact * 100)).scaleb(-2)
