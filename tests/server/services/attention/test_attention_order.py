"""Does it matter in which order, and how often, decisions come?"""

from __future__ import annotations

from itertools import permutations

import pytest

from server.domain.messages import (
    OutcomeKind,
)
from tests.server.company import Person
from tests.server.daytime import at
from tests.server.decisions import decide, stopped_twice
from tests.server.device import Device

HOUR = 3600
X, Y = "BP-1", "BP-2"
UNKNOWN = "NOWHERE-1"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_decision_may_come_before_what_it_decides(anna: Person, a: Device, order: tuple[int, ...]) -> None:
    """Start, stop and decision each come from a device of their own."""
    devices = [a, anna.device(), anna.device()]
    a.start(X, "9:00")
    devices[1].take_over(a)
    devices[1].stop("11:00")
    anna.company.delete_issue(X)
    decide(devices[2], a.actions[0].action_id, "move_issue", issue_id=anna.company.issues[Y])
    for index in order:
        devices[index].sync()
    assert (anna.counted(Y), anna.held_seconds(), anna.attention()) == (["9:00-11:00"], 0, [])
    anna.company.check()


def test_a_decision_about_a_refused_action_may_come_before_it(anna: Person, a: Device) -> None:
    b = anna.device()
    wrong = a.record("timer.start", "9:00", timer_id="nonsense")
    decide(b, wrong.action_id, "discard")
    b.sync()
    a.sync()
    assert anna.attention() == []


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_decisions_the_later_one_counts(anna: Person, a: Device, first: int) -> None:
    item = stopped_twice(a, anna)
    b = anna.device()
    decide(a, item.action_id, "count", when="12:00")
    decide(b, item.action_id, "change_time", when="13:00", start=at("9:00"), end=at("9:45"))
    for device in ((a, b), (b, a))[first]:
        device.sync()
    assert (anna.counted(X), anna.held_seconds(), anna.attention()) == (["9:00-9:45"], 0, [])
    anna.company.check()


@pytest.mark.parametrize("first", [0, 1])
def test_an_earlier_correction_gives_way_to_a_later_decision(anna: Person, a: Device, first: int) -> None:
    item = stopped_twice(a, anna)
    b = anna.device()
    decide(a, item.action_id, "change_time", when="12:00", start=at("9:00"), end=at("9:45"))
    decide(b, item.action_id, "count", when="13:00")
    for device in ((a, b), (b, a))[first]:
        device.sync()
    assert (anna.counted(X), anna.attention()) == (["9:00-10:00"], [])
    anna.company.check()


def test_a_decision_that_is_sent_twice_is_one(anna: Person, a: Device) -> None:
    item = stopped_twice(a, anna)
    decide(a, item.action_id, "count")
    a.sync_and_lose_the_reply()
    [result] = a.sync()
    assert (result.outcome, result.of) == (OutcomeKind.DUPLICATE, OutcomeKind.APPLIED)
    assert anna.counted(X) == ["9:00-10:00"]


def test_a_later_decision_takes_a_move_back(anna: Person, a: Device) -> None:
    """Its log is again on the issue that was started."""
    a.start(X, "9:00")
    a.stop("10:00")
    started = a.actions[0].action_id
    decide(a, started, "move_issue", issue_id=anna.company.issues[Y])
    a.sync()
    assert anna.counted(Y) == ["9:00-10:00"]
    decide(a, started, "keep")
    a.sync()
    assert (anna.counted(X), anna.counted(Y)) == (["9:00-10:00"], [])
    anna.company.check()


@pytest.mark.parametrize("is_end_first", [False, True], ids=["the start is known", "the end comes first"])
def test_a_decision_about_an_end_that_lies_before_its_start(
    anna: Person, a: Device, *, is_end_first: bool
) -> None:
    """It counts, whether the server knew the start when that end came or not."""
    b = anna.device()
    a.start(X, "9:00")
    b.take_over(a)
    stop = b.record("timer.stop", "8:00", timer_id=b.timer_id, claim_id=b.claim_id, cause="user")
    decide(b, stop.action_id, "move_issue", issue_id=anna.company.issues[Y])
    for device in (b, a) if is_end_first else (a, b):
        device.sync()
    a.stop("10:00")
    a.sync()
    assert (anna.counted(X), anna.counted(Y)) == ([], ["9:00-10:00"])
    anna.company.check()


def test_a_move_that_was_taken_back_leaves_no_log(anna: Person, a: Device) -> None:
    """Of an issue that nobody knows there never was one."""
    a.start(UNKNOWN, "9:00")
    a.stop("10:00")
    started = a.actions[0].action_id
    decide(a, started, "move_issue", issue_id=anna.company.issues[Y])
    a.sync()
    assert anna.counted(Y) == ["9:00-10:00"]
    decide(a, started, "ask_manager")
    decide(a, started, "keep")
    a.sync()
    assert anna.logs() == []
    anna.company.check()
