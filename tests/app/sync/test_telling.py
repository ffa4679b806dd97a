"""Does no number go back without a word of why, and is nothing said that somebody knows?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core import gestures
from app.core.notices import Notice, NoticeKind, Reason
from app.core.snapshot import Held
from app.core.timer import Timer
from app.store.records import Settled
from app.sync.clerk import do
from app.sync.desk import Desk
from app.sync.events import Settle
from tests.app.sync.pieces import RATE, answer, snapshot
from tests.fakes.clock import FakeClock
from tests.fakes.desk import LOGIN


def settle(desk: Desk, timer: Timer | None, today: int, as_of: int, *attention: Held) -> None:
    head = desk.outbox.head()
    results = tuple(Settled(seq, "applied") for seq in range(desk.outbox.acked_seq + 1, head.seq + 1))
    shown = snapshot(timer, today_seconds=today, as_of=as_of, attention=attention)
    do(desk, Settle(replace(answer(results=results, snapshot=shown), head=head)))


def works(desk: Desk, clock: FakeClock) -> Timer:
    """Ten minutes that the server knows of."""
    settle(desk, None, 0, clock.now())
    desk.record(gestures.start(None, LOGIN, clock.reading(), desk.new_id, RATE))
    clock.advance(minutes=10)
    assert desk.timer is not None
    settle(desk, desk.timer, 600, clock.now())
    return desk.timer


def test_a_stop_elsewhere_is_said(desk: Desk, clock: FakeClock, told: list[Notice]) -> None:
    works(desk, clock)
    clock.advance(minutes=1)
    settle(desk, None, 660, clock.now())
    assert told == [Notice(NoticeKind.STOPPED_ELSEWHERE, {"issue_key": "BP-123"})]


HELD = Held("a", "LATE", "too late", 7, None)


@pytest.mark.parametrize(
    ("attention", "reason"),
    [((), Reason.CORRECTED), ((HELD,), Reason.HELD), ((replace(HELD, code="TRIMMED"),), Reason.TRIMMED)],
)
def test_less_of_today_is_said_with_its_reason(
    desk: Desk, clock: FakeClock, told: list[Notice], attention: tuple[Held, ...], reason: Reason
) -> None:
    timer = works(desk, clock)
    clock.advance(minutes=1)
    settle(desk, timer, 360, clock.now(), *attention)
    assert told == [Notice(NoticeKind.LOWERED, {"seconds": 300, "reason": reason})]
    settle(desk, timer, 360, clock.now(), *attention)
    assert len(told) == 1


def test_a_timer_that_goes_back_is_said(desk: Desk, clock: FakeClock, told: list[Notice]) -> None:
    timer = works(desk, clock)
    assert timer.running_since is not None
    moved = replace(timer, running_since=timer.running_since + 120, hold_code="LATE")
    settle(desk, moved, 600, clock.now())
    assert told == [Notice(NoticeKind.LOWERED, {"seconds": 120, "reason": Reason.HELD})]


def test_a_second_of_rounding_a_new_day_and_what_the_person_did_are_not(
    desk: Desk, clock: FakeClock, told: list[Notice]
) -> None:
    timer = works(desk, clock)
    settle(desk, timer, 599, clock.now())
    clock.advance(hours=24)
    settle(desk, timer, 3600, clock.now())
    desk.record(gestures.stop(desk.timer, clock.reading(), desk.new_id))
    settle(desk, None, 3600, clock.now())
    assert told == []


def test_what_was_told_of_an_action_is_not_told_twice(
    desk: Desk, clock: FakeClock, told: list[Notice]
) -> None:
    timer = works(desk, clock)
    desk.record(gestures.stop(timer, clock.reading(), desk.new_id))
    [stop] = desk.outbox.unsent()
    held = Settled(stop.seq, "held", code="LATE", detail="too late", action_id=stop.action_id)
    shown = snapshot(None, today_seconds=0, as_of=clock.now(), attention=(HELD,))
    do(desk, Settle(replace(answer(results=(held,), snapshot=shown), head=desk.outbox.head())))
    assert [each.kind for each in told] == [NoticeKind.HELD]
