"""What becomes of logged time that is changed by hand, and of a timer that runs meanwhile?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from server.domain.errors import Conflict, Invalid, Stale
from server.domain.messages import RateLevel, TimerStatus
from server.services.counting.correcting import MOST
from tests.server.company import Company, Person
from tests.server.daytime import at, spoken
from tests.server.hand import Hand
from tests.server.services.editing.logged import tracked, wrong

# ---- changed


def test_start_and_end_are_moved(anna: Person, hand: Hand) -> None:
    log_id = tracked(anna, "9:00-12:00")
    written = hand.change(log_id, start="8:30", end="11:00")
    assert anna.counted("BP-1") == ["8:30-11:00"]
    assert (spoken(written.log.start_time), spoken(written.log.end_time or 0)) == ("8:30", "11:00")
    assert (written.log.revision, written.log.total_cost) == (2, Decimal(125))
    assert anna.company.spent("BP") == 125
    assert anna.attention() == []
    anna.company.check()


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({"start": "8:00"}, ["8:00-10:00", "11:00-12:00", "13:00-14:00"]),
        ({"start": "9:30"}, ["9:30-10:00", "11:00-12:00", "13:00-14:00"]),
        ({"start": "11:30"}, ["11:30-12:00", "13:00-14:00"]),
        ({"start": "12:30"}, ["12:30-14:00"]),
        ({"end": "15:00"}, ["9:00-10:00", "11:00-12:00", "13:00-15:00"]),
        ({"end": "13:30"}, ["9:00-10:00", "11:00-12:00", "13:00-13:30"]),
        ({"end": "12:30"}, ["9:00-10:00", "11:00-12:30"]),
        ({"end": "11:00"}, ["9:00-11:00"]),
        ({"start": "9:15", "end": "9:30"}, ["9:15-9:30"]),
        ({"start": "11:15", "end": "11:45"}, ["11:15-11:45"]),
    ],
)
def test_the_start_of_the_first_stretch_and_the_end_of_the_last(
    anna: Person, hand: Hand, changes: dict[str, str], counted: list[str]
) -> None:
    log_id = tracked(anna, "9:00-10:00", "11:00-12:00", "13:00-14:00")
    log = hand.change(log_id, **changes).log
    assert anna.counted("BP-1") == counted
    assert spoken(log.start_time) == counted[0].split("-")[0]
    assert spoken(log.end_time or 0) == counted[-1].split("-")[1]
    assert anna.held_seconds() == 0
    anna.company.check()


def test_a_log_that_moves_as_a_whole(anna: Person, hand: Hand) -> None:
    log_id = tracked(anna, "9:00-10:00", "11:00-12:00")
    log = hand.change(log_id, start="13:00", end="14:00").log
    assert (anna.counted("BP-1"), log.duration_seconds) == (["13:00-14:00"], 3600)
    hand.change(log_id, start="9:15", end="9:45")
    assert anna.counted("BP-1") == ["9:15-9:45"]
    anna.company.check()


@pytest.mark.parametrize("change", [{"start": "12:00"}, {"end": "9:00"}, {"start": "11:00", "end": "11:00"}])
def test_a_log_that_would_end_before_it_begins(anna: Person, hand: Hand, change: dict[str, str]) -> None:
    log_id = tracked(anna, "9:00-10:00", "11:00-12:00")
    with pytest.raises(Invalid) as failure:
        hand.change(log_id, **change)
    assert wrong(failure) == {"end_time"}


def test_a_stop_after_the_corrected_end_is_nothing_to_decide(anna: Person, hand: Hand) -> None:
    device = anna.device()
    device.start("BP-1", "9:00")
    device.sync()
    other = anna.device()
    other.take_over(device)
    other.stop("10:00")
    other.sync()
    hand.change(anna.log("BP-1").id, end="11:00")
    device.stop("12:00")
    device.sync()
    assert anna.counted("BP-1") == ["9:00-11:00"]
    assert (anna.held_seconds(), anna.attention()) == (0, [])


def test_time_that_was_too_long_counts_when_its_end_was_put_right(anna: Person, hand: Hand) -> None:
    anna.company.clock.advance(hours=12)
    log_id = tracked(anna, "9:00-26:00")
    assert [item.code for item in anna.attention()] == ["LONG"]
    hand.change(log_id, end="17:00")
    assert anna.counted("BP-1") == ["9:00-17:00"]
    assert anna.attention() == []
    anna.company.check()


def test_time_on_a_deleted_issue_counts_on_another_one(anna: Person, hand: Hand) -> None:
    anna.company.delete_issue("BP-1")
    log_id = tracked(anna, "9:00-10:00")
    assert [item.code for item in anna.attention()] == ["ISSUE_DELETED"]
    hand.change(log_id, issue="BP-2")
    assert anna.counted("BP-2") == ["9:00-10:00"]
    assert anna.attention() == []
    anna.company.check()


def test_description_and_billable(anna: Person, hand: Hand) -> None:
    log_id = tracked(anna, "9:00-10:00")
    hand.change(log_id, description="Reviewed", is_billable=False)
    log = hand.change(log_id).log
    assert (log.description, log.is_billable, log.revision, log.duration_seconds) == (
        "Reviewed",
        False,
        2,
        3600,
    )
    assert hand.change(log_id, description=None).log.description is None
    anna.company.check()


def test_the_description_that_was_given_last_counts(anna: Person, hand: Hand) -> None:
    anna.start("BP-1")
    log_id = anna.log("BP-1").id
    hand.change(log_id, description="First")
    anna.company.clock.advance(hours=1)
    anna.stop("Second")
    assert anna.log("BP-1").description == "Second"
    hand.change(log_id, description="Third")
    assert anna.log("BP-1").description == "Third"


def test_a_log_moves_with_its_cost_and_takes_the_rate_from_there(anna: Person, company: Company) -> None:
    ben = company.hire("bea", ["BP", "WEB"], hourly=Decimal(30))
    hand = Hand(ben)
    log_id = tracked(ben, "9:00-10:00")
    company.agree(RateLevel.PROJECT, "80", date(2026, 1, 1), project="WEB")
    log = hand.change(log_id, issue="WEB-1").log
    assert (log.project_id, log.issue_key, log.total_cost) == (company.projects["WEB"], "WEB-1", Decimal(80))
    assert [company.spent("BP"), company.spent("WEB")] == [0, 80]
    company.check()


def test_nothing_else_gives_a_log_another_rate(anna: Person, hand: Hand, company: Company) -> None:
    log_id = tracked(anna, "9:00-10:00")
    company.agree(RateLevel.PROJECT, "80", date(2026, 1, 1), project="BP")
    assert hand.change(log_id, start="8:00", issue="BP-2", description="x").log.total_cost == 100
    company.check()


def test_another_day_has_its_own_rate(anna: Person, hand: Hand, company: Company) -> None:
    log_id = tracked(anna, "9:00-10:00")
    company.agree(RateLevel.PROJECT, "80", date(2026, 1, 1), project="BP")
    log = hand.change(log_id, start="-1:00", end="0:30").log
    assert log.total_cost == 120
    company.check()


def test_a_stale_change_gets_the_log_as_it_is(anna: Person, hand: Hand) -> None:
    log_id = tracked(anna, "9:00-10:00")
    hand.change(log_id, description="First", revision=1)
    for attempt in (hand.change, hand.delete):
        with pytest.raises(Stale) as failure:
            attempt(log_id, revision=1)
        assert (failure.value.current.description, failure.value.current.revision) == ("First", 2)
    assert hand.change(log_id, description="Second", revision=2).log.revision == 3


# ---- a timer that runs


def test_a_running_timers_start_issue_and_words(anna: Person, hand: Hand) -> None:
    device = anna.device()
    device.start("BP-1", "17:00")
    device.sync()
    log_id = anna.log("BP-1").id
    hand.change(log_id, start="16:30", issue="BP-2", description="x")
    status = anna.status()
    assert (status.issue_key, status.elapsed_seconds, status.started_at) == ("BP-2", 5400, at("16:30"))
    assert anna.snapshot().active_timer is not None
    device.stop("18:00")
    device.sync()
    assert anna.counted("BP-2") == ["16:30-18:00"]
    anna.company.check()


def test_its_end_is_made_by_stopping_it(anna: Person, hand: Hand) -> None:
    anna.start("BP-1")
    with pytest.raises(Invalid) as failure:
        hand.change(anna.log("BP-1").id, end="17:00")
    assert wrong(failure) == {"end_time"}


def test_a_correction_makes_no_other_timer_the_running_one(anna: Person, hand: Hand) -> None:
    for key, when in (("BP-1", "8:00"), ("BP-2", "11:00")):
        device = anna.device()
        device.start(key, when)
        device.sync()
    hand.change(anna.log("BP-1").id, start="7:00")
    assert anna.status().issue_key == "BP-2"
    assert anna.counted("BP-1") == ["7:00-11:00"]
    anna.company.check()


@pytest.mark.parametrize("stretches", [["8:00"], ["8:00-9:00", "9:30"]])
def test_a_timer_of_a_lost_device_gets_its_end(anna: Person, hand: Hand, stretches: list[str]) -> None:
    """What its user runs now is another one."""
    device = anna.device()
    device.start("BP-1", "8:00")
    if len(stretches) > 1:
        device.pause("9:00")
        device.resume("9:30")
    device.sync()
    other = anna.device()
    other.start("BP-2", "11:00")
    other.sync()
    log = hand.change(anna.log("BP-1").id, end="10:00").log
    assert (log.status, spoken(log.end_time or 0)) == (TimerStatus.STOPPED, "10:00")
    assert anna.counted("BP-1")[-1].endswith("10:00")
    assert anna.status().issue_key == "BP-2"
    anna.company.check()


def test_a_running_timer_that_is_deleted_is_gone(anna: Person, hand: Hand) -> None:
    device = anna.device()
    device.start("BP-1", "17:00")
    device.sync()
    hand.delete(anna.log("BP-1").id)
    assert anna.status().status is TimerStatus.STOPPED
    device.stop("18:00")
    device.sync()
    assert (anna.held_seconds(), anna.logs(), anna.attention()) == (0, [], [])
    anna.company.check()


def test_what_a_device_records_after_the_deletion_is_kept(anna: Person, hand: Hand) -> None:
    device = anna.device()
    device.start("BP-1", "17:00")
    device.sync()
    hand.delete(anna.log("BP-1").id)
    anna.company.clock.advance(hours=3)
    device.stop("20:00")
    device.sync()
    assert anna.counted("BP-1") == []
    assert anna.held_seconds() == 2 * 3600
    assert [item.code for item in anna.attention()] == ["VOID_VS_EDIT"]
    anna.company.check()


def test_a_paused_timer_that_is_deleted_is_gone(anna: Person, hand: Hand) -> None:
    anna.start("BP-1")
    anna.company.clock.advance(hours=1)
    anna.pause()
    hand.delete(anna.log("BP-1").id)
    assert anna.status().status is TimerStatus.STOPPED
    anna.company.check()


def test_a_log_is_not_corrected_without_end(anna: Person, hand: Hand) -> None:
    """Each correction is read again with the next one. It can always be deleted."""
    log = hand.add("BP-1", "9:00-10:00").log
    device = anna.device()
    names: dict[str, Any] = {"timer_id": log.timer_id, "base_rev": 1}
    for number in range(MOST):
        device.record("log.edit", "17:00", **names, set={"description": f"{number}"})
        if number % 200 == 0:
            device.sync()
    device.sync()
    with pytest.raises(Conflict, match="500 times"):
        hand.change(log.id, is_billable=False)
    hand.delete(log.id)
