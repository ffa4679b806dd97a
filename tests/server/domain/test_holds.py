"""Which instants does the server take for granted, and has every hold its words?"""

from __future__ import annotations

import pytest

from server.domain.holds import Hold, Limits, time_hold, words

NOW = 1_780_000_000
DAY = 86_400


@pytest.mark.parametrize(
    ("seconds_from_now", "hold"),
    [
        (0, None),
        (120, None),
        (121, Hold.FUTURE),
        (DAY, Hold.FUTURE),
        (-35 * DAY, None),
        (-35 * DAY - 1, Hold.LATE),
    ],
)
def test_two_minutes_ahead_and_five_weeks_back(seconds_from_now: int, hold: Hold | None) -> None:
    assert time_hold(NOW + seconds_from_now, NOW, Limits()) is hold


@pytest.mark.parametrize("hold", Hold)
def test_every_hold_is_explained(hold: Hold) -> None:
    said = words(hold, Limits())
    assert said.endswith(".")
    assert not set("!{}") & set(said)


def test_other_limits() -> None:
    limits = Limits(long_hours=10, late_days=7)
    assert time_hold(NOW - 7 * DAY, NOW, limits) is None
    assert time_hold(NOW - 7 * DAY - 1, NOW, limits) is Hold.LATE
    assert "7 days" in words(Hold.LATE, limits)
    assert "10 hours" in words(Hold.LONG, limits)
