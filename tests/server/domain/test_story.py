"""What does a timer's log say of it: status, end, latest pause and resume, and words?"""

from __future__ import annotations

from itertools import count, permutations

import pytest

from server.domain.claims import Claim
from server.domain.messages import ActionKind, TimerStatus
from server.domain.story import EndFact, Story, tell

_numbers = count()


def pause(at: int) -> EndFact:
    return EndFact(f"{next(_numbers):09}", ActionKind.PAUSE, at, None)


def stop(at: int, words: str | None = None) -> EndFact:
    return EndFact(f"{next(_numbers):09}", ActionKind.STOP, at, words)


def stretch(start: int, end: int | None = None) -> Claim:
    return Claim(f"claim at {start}", start, end, end)


def test_a_timer_that_runs() -> None:
    assert tell([stretch(10)], [], []) == Story(TimerStatus.RUNNING, None, None, None, None)


def test_a_timer_that_is_paused() -> None:
    assert tell([stretch(10, 20)], [], [pause(20)]) == Story(TimerStatus.PAUSED, None, 20, None, None)


def test_a_timer_that_was_resumed() -> None:
    again = stretch(30)
    assert tell([stretch(10, 20), again], [again], [pause(20)]) == Story(
        TimerStatus.RUNNING, None, 20, 30, None
    )


def test_a_timer_that_is_stopped() -> None:
    told = tell([stretch(10, 20)], [], [stop(20, "done")])
    assert told == Story(TimerStatus.STOPPED, 20, None, None, "done")


def test_a_paused_timer_that_is_stopped_ends_with_its_stop() -> None:
    told = tell([stretch(10, 20)], [], [pause(20), stop(50)])
    assert (told.status, told.end_time, told.paused_at) == (TimerStatus.STOPPED, 50, 20)


def test_at_the_same_second_a_stop_comes_after_a_pause() -> None:
    assert tell([stretch(10, 20)], [], [stop(20), pause(20)]).status is TimerStatus.STOPPED


def test_a_resume_after_a_stop_runs_again() -> None:
    again = stretch(60)
    told = tell([stretch(10, 20), again], [again], [stop(20)])
    assert (told.status, told.end_time) == (TimerStatus.RUNNING, None)


def test_the_end_is_the_first_stop_after_which_nothing_was_worked() -> None:
    again = stretch(60, 70)
    told = tell([stretch(10, 20), again], [again], [stop(20), stop(70), stop(90)])
    assert told.end_time == 70


def test_a_stop_on_another_device_does_not_move_the_end_of_what_counts() -> None:
    """Stopped at 30 there and at 90 here: the log ends at 30."""
    assert tell([Claim("a", 10, 30, 90)], [], [stop(30), stop(90)]).end_time == 30


def test_the_latest_words_stay() -> None:
    told = tell([stretch(10, 20)], [], [stop(20, "first"), stop(30, "second"), stop(40)])
    assert told.description == "second"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_facts_changes_nothing(order: tuple[int, ...]) -> None:
    ends = [pause(20), stop(40, "one"), stop(40, "two")]
    again = stretch(30, 40)
    claims = [stretch(10, 20), again]
    told = tell(claims[::-1], [again], [ends[index] for index in order])
    assert told == Story(TimerStatus.STOPPED, 40, 20, 30, "two")
