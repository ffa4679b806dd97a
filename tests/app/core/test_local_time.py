"""Is every time of day one second, asked about, or refused?"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.local_time import FIRST, SECOND, MachineZone, day_of, read, second_of, start_of_day
from app.errors import NotATime, TimeSkipped, TimeTwice

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = date(2026, 3, 29)
AUTUMN = date(2026, 10, 25)


@pytest.mark.parametrize(
    ("typed", "second"),
    [("09:00", 1_774_767_600), ("9:00:05", 1_774_767_605), ("2026-03-28 09:00", 1_774_684_800)],
)
def test_a_usual_time(typed: str, second: int) -> None:
    assert second_of(read(typed, SPRING), BERLIN) == second


@pytest.mark.parametrize("fold", [None, FIRST, SECOND])
def test_a_time_that_the_clock_left_out(fold: int | None) -> None:
    with pytest.raises(TimeSkipped, match="02:30"):
        second_of(read("02:30", SPRING), BERLIN, fold)


def test_a_time_that_the_clock_showed_twice() -> None:
    local = read("02:30", AUTUMN)
    with pytest.raises(TimeTwice, match="02:30"):
        second_of(local, BERLIN)
    assert second_of(local, BERLIN, SECOND) - second_of(local, BERLIN, FIRST) == 3600


def test_a_fold_says_nothing_about_other_times() -> None:
    local = read("09:00", AUTUMN)
    assert second_of(local, BERLIN, SECOND) == second_of(local, BERLIN)


@pytest.mark.parametrize(
    "typed",
    ["", "9", "24:00", "09:60", "2026-02-30 09:00", "09:00 tomorrow", "\N{ARABIC-INDIC DIGIT ZERO}9:00"],
)
def test_what_is_no_time(typed: str) -> None:
    with pytest.raises(NotATime):
        read(typed, SPRING)


def test_a_day_begins_where_the_zone_says() -> None:
    assert start_of_day(AUTUMN, BERLIN) == 1_792_879_200
    assert day_of(1_792_879_199, BERLIN) == date(2026, 10, 24)
    assert day_of(1_792_879_200, BERLIN) == AUTUMN


@given(st.integers(946_684_800, 4_000_000_000))
def test_what_the_clock_shows_is_one_of_the_seconds_it_means(at: int) -> None:
    shown = f"{day_of(at, BERLIN)} " + _clock(at)
    meant = {second_of(read(shown, SPRING), BERLIN, fold) for fold in (FIRST, SECOND)}
    assert at in meant


@given(st.integers(0, 4_000_000_000))
def test_the_machines_zone_goes_there_and_back(at: int) -> None:
    zone = MachineZone()
    assert at - 86_400 < start_of_day(day_of(at, zone), zone) <= at + 3600


def _clock(at: int) -> str:
    return datetime.fromtimestamp(at, BERLIN).strftime("%H:%M:%S")
