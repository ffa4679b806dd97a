"""Which instants does the server take for granted, and has every hold its words?"""

from __future__ import annotations

import pytest

from server.domain.holds import HOLD_WORDS, Hold, time_hold

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
    assert time_hold(NOW + seconds_from_now, NOW) is hold


@pytest.mark.parametrize("hold", Hold)
def test_every_hold_is_explained(hold: Hold) -> None:
    words = HOLD_WORDS[hold]
    assert words.endswith(".")
    assert "!" not in words
