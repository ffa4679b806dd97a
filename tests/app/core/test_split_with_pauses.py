"""Is a log that was paused at once divided so that the server takes both parts?"""

from __future__ import annotations

import pytest

from app.core.editing import split_log
from app.core.gestures import Gesture
from app.core.logbook import LogStatus, OwnLog, Stretch
from app.errors import OutsideLog
from tests.fakes.clock import START, FakeClock
from tests.fakes.desk import LOGIN, numbered_ids

STRETCHES = (Stretch("a", START, START + 600), Stretch("b", START + 900, START + 900))
WORKED_AGAIN = Stretch("c", START + 1200, START + 1800)


def split(at: int, *stretches: Stretch) -> Gesture:
    ends = [each.end for each in stretches if each.end is not None]
    log = OwnLog("t", 1, 1, LOGIN, LogStatus.STOPPED, START, max(ends), 600, stretches=stretches)
    clock = FakeClock(start=START + 3600)
    return split_log(None, log, at, (), clock.reading(), numbered_ids())


def test_a_stretch_without_a_second_becomes_no_part_of_the_new_log() -> None:
    new = split(START + 700, *STRETCHES, WORKED_AGAIN).drafts[1].body
    assert (new["start"], new["end"], new["more"]) == (START + 1200, START + 1800, [])


def test_nothing_is_left_to_divide_where_only_such_a_stretch_follows() -> None:
    with pytest.raises(OutsideLog):
        split(START + 700, *STRETCHES)
