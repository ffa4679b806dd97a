"""What becomes of time that is entered by hand?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from server.domain.errors import Invalid, Locked
from server.domain.messages import TimerStatus
from tests.server.company import Person
from tests.server.daytime import spoken
from tests.server.hand import Hand
from tests.server.services.editing.logged import tracked, wrong


def test_time_is_entered(anna: Person, hand: Hand) -> None:
    written = hand.add("BP-1", "9:00-10:30", description="On the phone", is_billable=False)
    log = written.log
    assert (log.status, spoken(log.start_time), spoken(log.end_time or 0)) == ("stopped", "9:00", "10:30")
    assert (log.duration_seconds, log.total_cost, log.currency) == (5400, Decimal(75), "USD")
    assert (log.description, log.is_billable, log.revision, log.is_deleted) == (
        "On the phone",
        False,
        1,
        False,
    )
    assert (written.trimmed_seconds, written.overlaps) == (0, [])
    assert anna.counted("BP-1") == ["9:00-10:30"]
    assert anna.company.spent("BP") == 75
    assert anna.snapshot().active_timer is None
    anna.company.check()


@pytest.mark.parametrize(
    ("stretch", "fields"),
    [
        ("10:00-10:00", {"end_time"}),
        ("10:00-9:00", {"end_time"}),
        ("17:00-18:02:01", {"end_time"}),
        ("1:00-17:00:01", {"end_time"}),
    ],
)
def test_what_cannot_be(anna: Person, hand: Hand, stretch: str, fields: set[str]) -> None:
    with pytest.raises(Invalid) as failure:
        hand.add("BP-1", stretch)
    assert wrong(failure) == fields


def test_nothing_lies_before_the_year_2000(hand: Hand) -> None:
    log_id = hand.add("BP-1", "9:00-10:00").log.id
    with pytest.raises(Invalid) as failure:
        hand.change(log_id, start="-300000:00", end="-299999:00")
    assert wrong(failure) == {"start_time"}


def test_two_minutes_ahead_and_sixteen_hours_are_taken(hand: Hand) -> None:
    assert hand.add("BP-1", "17:00-18:02").log.duration_seconds == 3720
    assert hand.add("BP-2", "1:00-17:00").log.duration_seconds == 16 * 3600


@pytest.mark.parametrize("issue", ["WEB-1", "no such issue"])
def test_an_issue_that_is_not_ones_own_is_none(hand: Hand, issue: str) -> None:
    with pytest.raises(Invalid) as failure:
        hand.add(issue, "9:00-10:00")
    assert wrong(failure) == {"issue_id"}
    assert "no such issue" in failure.value.errors[0].message


def test_a_deleted_issue_and_a_project_that_is_not_the_issues(anna: Person, hand: Hand) -> None:
    anna.company.delete_issue("BP-2")
    with pytest.raises(Invalid) as failure:
        hand.add("BP-2", "9:00-10:00")
    assert wrong(failure) == {"issue_id"}
    with pytest.raises(Invalid) as failure:
        hand.add("BP-1", "9:00-10:00", project_id=anna.company.projects["WEB"])
    assert wrong(failure) == {"project_id"}
    assert anna.logs() == []


def test_a_locked_budget_takes_nothing_from_its_lock_on(anna: Person, hand: Hand) -> None:
    anna.company.lock_budget("BP", "9:00")
    with pytest.raises(Locked):
        hand.add("BP-1", "9:00-10:00")
    assert hand.add("BP-1", "8:00-9:00").log.duration_seconds == 3600


def test_what_was_entered_owns_its_time(anna: Person, hand: Hand) -> None:
    """Case 9 of the journal."""
    log_id = tracked(anna, "8:00-12:00")
    written = hand.add("BP-2", "9:00-10:00")
    assert [(each.time_log_id, each.issue_key, each.seconds) for each in written.overlaps] == [
        (log_id, "BP-1", 3600)
    ]
    assert anna.counted("BP-1") == ["8:00-9:00", "10:00-12:00"]
    assert anna.counted("BP-2") == ["9:00-10:00"]
    assert hand.look(log_id).trimmed_seconds == 3600
    anna.company.check()


def test_of_two_entries_the_later_one_owns_the_time(anna: Person, hand: Hand) -> None:
    first = hand.add("BP-1", "9:00-11:00").log.id
    anna.company.clock.advance(seconds=1)
    second = hand.add("BP-2", "10:00-12:00").log.id
    assert (anna.counted("BP-1"), anna.counted("BP-2")) == (["9:00-10:00"], ["10:00-12:00"])
    anna.company.clock.advance(seconds=1)
    written = hand.change(first, end="11:30")
    assert written.overlaps[0].time_log_id == second
    assert (anna.counted("BP-1"), anna.counted("BP-2")) == (["9:00-11:30"], ["11:30-12:00"])
    anna.company.check()


def test_an_entry_under_a_running_timer(anna: Person, hand: Hand) -> None:
    device = anna.device()
    device.start("BP-1", "8:00")
    device.sync()
    hand.add("BP-2", "9:00-10:00")
    timer = anna.snapshot().active_timer
    assert timer is not None
    assert timer.issue_key == "BP-1"
    assert anna.status().elapsed_seconds == 9 * 3600
    device.stop("12:00")
    device.sync()
    assert anna.counted("BP-1") == ["8:00-9:00", "10:00-12:00"]
    anna.company.check()


def test_an_entry_does_not_end_a_pause(anna: Person, hand: Hand) -> None:
    device = anna.device()
    device.start("BP-1", "8:00")
    device.pause("9:00")
    device.sync()
    hand.add("BP-2", "10:00-11:00")
    assert anna.status().status is TimerStatus.PAUSED
    anna.resume()
    assert anna.status().issue_key == "BP-1"
    anna.company.check()
