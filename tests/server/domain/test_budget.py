"""When is a budget used up, and which thresholds are armed?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from server.domain.budget import (
    LONG_AWAY,
    Meter,
    Threshold,
    crossing,
    judge,
    limit,
    meter,
    running,
    seconds_left,
    status_of,
)
from server.domain.messages import AlertType, BudgetStatus, Rate, RateType

HOURLY_36 = Meter(rate_units=360_000, unit_seconds=3600, closed=0, since=100, logged=0)  # 0.01 a second


def test_a_meter_adds_what_its_log_will_cost() -> None:
    assert HOURLY_36.adds(100) == 0
    assert HOURLY_36.adds(110) == 1000
    assert HOURLY_36.adds(90) == 0


def test_what_is_logged_already_is_not_added_again() -> None:
    began = meter(Rate(RateType.MINUTELY, Decimal("0.6"), "USD"), 50, 100, Decimal("0.5"))
    assert began.adds(100) == 0
    assert began.adds(110) == 1000


def test_another_currency_is_converted_and_rounded_as_the_log_will_be() -> None:
    euro = meter(Rate(RateType.HOURLY, Decimal("0.18"), "EUR"), 0, 100, Decimal(0), Decimal("1.5"))
    assert euro.adds(101) == 2  # 0.00005 is 0.0001 euros, and 1.5 of them 0.00015
    assert euro.hourly == Decimal("0.2700")


def test_the_limit_is_the_first_amount_that_is_enough() -> None:
    assert limit(10_000, Decimal(80)) == 8000
    assert limit(10_001, Decimal(80)) == 8001
    assert limit(3, Decimal("33.33")) == 1


def test_the_second_of_a_crossing() -> None:
    assert crossing(0, [HOURLY_36], 1000, 100, 1000) == 110
    assert crossing(0, [HOURLY_36], 1001, 100, 1000) == 111
    assert crossing(1000, [HOURLY_36], 1000, 100, 1000) == 100
    assert crossing(0, [HOURLY_36], 1000, 100, 109) is None
    assert crossing(0, [HOURLY_36], 1000, 100, 110) == 110
    assert crossing(0, [], 1, 0, 1000) is None


def test_one_that_begins_later_counts_from_there() -> None:
    later = Meter(rate_units=360_000, unit_seconds=3600, closed=0, since=105, logged=0)
    assert crossing(0, [HOURLY_36, later], 1000, 100, 1000) == 108
    assert running([HOURLY_36, later], 108) == 1100


@pytest.mark.parametrize(
    ("armed", "is_reached", "after"),
    [
        (True, False, (True, 3)),
        (True, True, (False, 3)),
        (False, True, (False, 3)),
        (False, False, (True, 4)),
    ],
)
def test_a_threshold(armed: bool, is_reached: bool, after: tuple[bool, int]) -> None:  # noqa: FBT001
    found = judge(Threshold(AlertType.WARNING, armed, 3), is_reached=is_reached)
    assert (found.is_armed, found.generation) == after


def test_the_status() -> None:
    monday, tuesday = date(2026, 6, 15), date(2026, 6, 16)
    assert status_of(is_used_up=False, start_date=None, today=monday) is BudgetStatus.ACTIVE
    assert status_of(is_used_up=False, start_date=tuesday, today=monday) is BudgetStatus.PLANNING
    assert status_of(is_used_up=False, start_date=tuesday, today=tuesday) is BudgetStatus.ACTIVE
    assert status_of(is_used_up=True, start_date=tuesday, today=monday) is BudgetStatus.EXCEEDED


def test_how_long_it_lasts() -> None:
    assert seconds_left(Decimal(50), Decimal(100), Decimal(50)) == 3600
    assert seconds_left(Decimal("99.9999"), Decimal(100), Decimal(50)) == 1
    assert seconds_left(Decimal(100), Decimal(100), Decimal(0)) == 0
    assert seconds_left(Decimal(50), Decimal(100), Decimal(0)) is None
    assert seconds_left(Decimal(0), Decimal(10**10), Decimal("0.0001")) == LONG_AWAY
