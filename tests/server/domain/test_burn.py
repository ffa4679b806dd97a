"""Is the pace that of the last worked days, and the day right on which the budget ends?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from server.domain.burn import IN_SIGHT, WORKED_DAYS, Pace, ends_on, pace

TODAY = date(2026, 6, 15)


def worked(*costs: str, every: int = 1) -> list[tuple[date, Decimal]]:
    """The latest first; the latest was yesterday."""
    return [(TODAY - timedelta(days=1 + n * every), Decimal(cost)) for n, cost in enumerate(costs)]


def test_without_a_worked_day_there_is_no_pace() -> None:
    assert pace([]) is None
    assert ends_on(Decimal(100), None, TODAY) is None


def test_only_the_latest_fourteen_count() -> None:
    found = pace(worked(*["10"] * 14, "1000"))
    assert found == Pace(TODAY - timedelta(days=14), WORKED_DAYS, Decimal(140))
    assert found.per_worked_day == 10


def test_a_worked_days_pace_is_rounded_half_up() -> None:
    found = pace(worked("0.0001", "0.0000"))
    assert found is not None
    assert found.per_worked_day == Decimal("0.0001")


def test_days_off_make_it_last_longer() -> None:
    daily, weekly = pace(worked("70", "70")), pace(worked("70", "70", every=7))
    assert ends_on(Decimal(140), daily, TODAY) == TODAY + timedelta(days=1)
    assert ends_on(Decimal(140), weekly, TODAY) == TODAY + timedelta(days=7)


def test_it_ends_in_the_course_of_a_day() -> None:
    found = pace(worked("10"))
    assert ends_on(Decimal("0.0001"), found, TODAY) == TODAY
    assert ends_on(Decimal(10), found, TODAY) == TODAY
    assert ends_on(Decimal("10.0001"), found, TODAY) == TODAY + timedelta(days=1)


def test_what_is_used_up_has_ended() -> None:
    assert ends_on(Decimal(0), None, TODAY) == TODAY
    assert ends_on(Decimal(-5), pace(worked("10")), TODAY) == TODAY


def test_far_away_is_not_in_sight() -> None:
    assert ends_on(Decimal(10**9), pace(worked("0.0001")), TODAY) is None
    assert ends_on(Decimal(10), pace(worked("0", "0")), TODAY) is None


@given(
    st.integers(1, 10**9),
    st.integers(1, 5),
    st.lists(st.integers(1, 10**7), min_size=1, max_size=20),
    st.integers(1, 4),
)
def test_on_every_day_before_it_something_is_left(
    left: int, places: int, costs: list[int], every: int
) -> None:
    money = Decimal(left).scaleb(-places)
    found = pace(worked(*(str(Decimal(cost).scaleb(-4)) for cost in costs), every=every))
    assert found is not None
    per_day = Fraction(found.used) / (TODAY - found.since).days
    day = ends_on(money, found, TODAY)
    if day is None:
        assert Fraction(money) - per_day * IN_SIGHT.days > 0
        return
    ahead = (day - TODAY).days
    assert Fraction(money) - per_day * ahead > 0
    assert Fraction(money) - per_day * (ahead + 1) <= 0
