"""What do rates, amounts and percentages come to, by example?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from server.domain.messages import Rate, RateType
from server.domain.money import ZERO, cost, from_units, percent, to_units

HOURLY, MINUTELY, SECONDLY = RateType.HOURLY, RateType.MINUTELY, RateType.SECONDLY


@pytest.mark.parametrize(
    ("seconds", "rate_type", "amount", "expected"),
    [
        (3600, HOURLY, "50", "50.0000"),
        (4328, HOURLY, "50", "60.1111"),
        (1, HOURLY, "0.01", "0.0000"),
        (17, HOURLY, "0.01", "0.0000"),
        (18, HOURLY, "0.01", "0.0001"),  # 0.00005: half goes up
        (54, HOURLY, "0.01", "0.0002"),  # 0.00015, and not down to the even 0.0001
        (90, MINUTELY, "0.5", "0.7500"),
        (15, MINUTELY, "0.0002", "0.0001"),  # 0.00005
        (7, SECONDLY, "0.0001", "0.0007"),
        (86_400, SECONDLY, "999999.9999", "86399999991.3600"),
        (0, HOURLY, "999999.9999", "0.0000"),
        (3600, HOURLY, "0", "0.0000"),
    ],
)
def test_the_cost_of_time(seconds: int, rate_type: RateType, amount: str, expected: str) -> None:
    assert str(cost(seconds, Rate(rate_type, Decimal(amount), "USD"))) == expected


def test_time_without_a_rate_costs_nothing() -> None:
    assert cost(3600, None) == ZERO


def test_no_time_is_less_than_none() -> None:
    with pytest.raises(ValueError, match="never negative"):
        cost(-1, Rate(HOURLY, Decimal(50), "USD"))


@pytest.mark.parametrize("amount", ["0.00001", "1.23456", "-0.00005", "1E-5"])
def test_more_than_four_places_are_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="more than 4 places"):
        to_units(Decimal(amount))


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        to_units(Decimal(amount))
    with pytest.raises(ValueError, match="not an amount"):
        cost(1, Rate(HOURLY, Decimal(amount), "USD"))


@pytest.mark.parametrize(
    ("amount", "units"),
    [
        ("0", 0),
        ("1", 10_000),
        ("-1.5", -15_000),
        ("0.0001", 1),
        ("1.230000000", 12_300),
        ("1E+3", 10_000_000),
    ],
)
def test_units_are_ten_thousandths(amount: str, units: int) -> None:
    assert to_units(Decimal(amount)) == units
    assert from_units(units) == Decimal(amount)


def test_units_of_another_number_of_places() -> None:
    assert to_units(Decimal("80.25"), 2) == 8025
    assert str(from_units(8025, 2)) == "80.25"
    with pytest.raises(ValueError, match="more than 2 places"):
        to_units(Decimal("80.255"), 2)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [("50", "200", "25.00"), ("1", "3", "33.33"), ("2", "3", "66.66"), ("0.125", "1000", "0.01"), ("300", "200", "150.00")],
)  # fmt: skip
def test_percent(part: str, whole: str, expected: str) -> None:
    assert str(percent(Decimal(part), Decimal(whole))) == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [("79.9992", "79.99"), ("99.9999", "99.99"), ("100", "100.00"), ("100.0001", "100.00")],
)
def test_a_percent_is_one_that_was_reached(part: str, expected: str) -> None:
    assert str(percent(Decimal(part), Decimal(100))) == expected


@pytest.mark.parametrize("whole", ["0", "-5"])
def test_nothing_has_no_percent(whole: str) -> None:
    assert percent(Decimal(1), Decimal(whole)) is None
