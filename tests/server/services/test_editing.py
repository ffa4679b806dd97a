"""What becomes of logged time that is entered, changed, deleted and split by hand?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from server.domain.errors import Conflict, Forbidden, Invalid, Locked, NotFound, Stale
from server.domain.messages import ChangeLog, RateLevel, Role, TimerStatus
from tests.server.company import Company, Person
from tests.server.daytime import at, spoken
from tests.server.hand import Hand


@pytest.fixture
def anna(company: Company) -> Person:
    """It is 18:00."""
    company.clock.advance(hours=10)
    company.set_budget("BP", 1000)
    company.set_budget("WEB", 1000)
    return company.anna


@pytest.fixture
def hand(anna: Person) -> Hand:
    return Hand(anna)


@pytest.fixture
def boss(anna: Person) -> Hand:
    """A manager of BP."""
    return Hand(anna.company.hire("boss", ["BP"], Role.MANAGER))


def tracked(anna: Person, *stretches: str, key: str = "BP-1") -> int:
    """A log with pauses between its stretches; its id."""
    device = anna.device()
    first, *more = [each.split("-") for each in stretches]
    device.start(key, first[0])
    end = first[1]
    for start, until in more:
        device.pause(end)
        device.resume(start)
        end = until
    device.stop(end)
    device.sync()
    return anna.log(key).id


def wrong(failure: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {error.field for error in failure.value.errors}


# ---- entered by hand


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


# ---- deleted


def test_what_was_deleted_counts_no_more_and_is_kept(anna: Person, hand: Hand) -> None:
    under = tracked(anna, "8:00-12:00")
    log_id = hand.add("BP-2", "9:00-10:00").log.id
    log = hand.delete(log_id, reason="Twice").log
    assert [log.is_deleted, log.duration_seconds, log.total_cost] == [True, 0, 0]
    assert [each.id for each in anna.logs()] == [under]
    assert anna.counted("BP-1") == ["8:00-12:00"]
    assert anna.held_seconds() == 0
    assert [(each.way, each.reason) for each in hand.look(log_id).edits] == [("add", None), ("void", "Twice")]
    with pytest.raises(Conflict):
        hand.change(log_id, description="x")
    anna.company.check()


# ---- split


def test_a_split_keeps_each_second_and_the_rate(anna: Person, hand: Hand, company: Company) -> None:
    log_id = tracked(anna, "9:00-10:00", "11:00-12:00")
    company.agree(RateLevel.PROJECT, "80", date(2026, 1, 1), project="BP")
    parts = hand.split(log_id, "11:20:01")
    assert parts.first.id == log_id
    assert (parts.first.duration_seconds, parts.second.duration_seconds) == (4801, 2399)
    assert (parts.first.total_cost, parts.second.total_cost) == (Decimal("66.6806"), Decimal("33.3194"))
    assert anna.counted("BP-1") == ["9:00-10:00", "11:00-11:20:01", "11:20:01-12:00"]
    company.check()


def test_a_split_in_a_pause(anna: Person, hand: Hand) -> None:
    log_id = tracked(anna, "9:00-10:00", "11:00-12:00", "13:00-14:00")
    parts = hand.split(log_id, "10:30")
    assert (spoken(parts.first.end_time or 0), spoken(parts.second.start_time)) == ("10:00", "11:00")
    assert anna.counted("BP-1") == ["9:00-10:00", "11:00-12:00", "13:00-14:00"]
    again = hand.split(parts.second.id, "13:30")
    assert (again.first.duration_seconds, again.second.duration_seconds) == (5400, 1800)
    anna.company.check()


@pytest.mark.parametrize("when", ["9:00", "12:00", "8:00", "13:00"])
def test_a_split_outside(anna: Person, hand: Hand, when: str) -> None:
    log_id = tracked(anna, "9:00-12:00")
    with pytest.raises(Invalid) as failure:
        hand.split(log_id, when)
    assert wrong(failure) == {"at"}


def test_a_running_timer_goes_on_after_a_split(anna: Person, hand: Hand) -> None:
    device = anna.device()
    device.start("BP-1", "16:00")
    device.sync()
    running = anna.log("BP-1").id
    parts = hand.split(running, "17:00")
    assert (parts.second.id, parts.first.status) == (running, TimerStatus.STOPPED)
    assert anna.status().elapsed_seconds == 3600
    device.stop("18:00")
    device.sync()
    assert anna.counted("BP-1") == ["16:00-17:00", "17:00-18:00"]
    anna.company.check()


# ---- whose time


def test_a_manager_works_on_the_time_of_their_project(anna: Person, boss: Hand, company: Company) -> None:
    log_id = tracked(anna, "9:00-10:00")
    written = boss.change(log_id, end="9:30")
    assert written.log.user_id == anna.principal.user_id
    added = boss.add("BP-2", "14:00-15:00", user_id=anna.principal.user_id).log
    assert [added.user_id, added.total_cost] == [anna.principal.user_id, 50]
    boss.split(added.id, "14:30")
    boss.delete(added.id)
    assert [(each.author, each.way) for each in boss.look(log_id).edits] == [("Boss", "edit")]
    company.check()


def test_not_into_a_project_that_they_do_not_manage(company: Company, anna: Person, boss: Hand) -> None:
    log_id = tracked(company.ben, "9:00-10:00")
    with pytest.raises(Invalid, match="Correct what is named"):
        boss.change(log_id, issue="WEB-1")
    with pytest.raises(Invalid, match="Correct what is named"):
        boss.add("WEB-1", "9:00-10:00", user_id=company.ben.principal.user_id)


def test_other_peoples_time(company: Company, anna: Person, hand: Hand) -> None:
    """Who knows the project hears that it is not theirs; who does not, hears nothing."""
    in_bp, in_web = tracked(company.ben, "9:00-10:00"), tracked(company.ben, "10:00-11:00", key="WEB-1")
    attempts: list[Any] = [hand.look, hand.delete, hand.change, lambda log_id: hand.split(log_id, "9:30")]
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt(in_bp)
        with pytest.raises(NotFound):
            attempt(in_web)
        with pytest.raises(NotFound):
            attempt(999_999)
    with pytest.raises(Forbidden):
        hand.add("BP-1", "9:00-10:00", user_id=company.ben.principal.user_id)


def test_an_administrator_works_on_all(company: Company, anna: Person) -> None:
    root = Hand(company.hire("root", [], Role.ADMIN))
    log_id = tracked(company.ben, "9:00-10:00", key="WEB-1")
    assert root.change(log_id, end="11:00").log.duration_seconds == 7200
    company.check()


def test_every_change_is_in_the_trail(anna: Person, hand: Hand, boss: Hand) -> None:
    log_id = hand.add("BP-1", "9:00-11:00").log.id
    boss.change(log_id, end="10:30")
    hand.split(log_id, "10:00")
    hand.delete(log_id)
    found = anna.company.rows(
        "SELECT action, actor_user_id, before_json, after_json FROM audit_entries WHERE subject_type = 'time_log'"
        " ORDER BY seq"
    )
    me, manager = anna.principal.user_id, boss.person.principal.user_id
    assert [(action, actor) for action, actor, _, _ in found] == [
        ("log.added", me),
        ("log.edited", manager),
        ("log.split", me),
        ("log.added", me),
        ("log.deleted", me),
    ]
    assert '"total_cost":"100.0000"' in found[1][2]
    assert '"total_cost":"75.0000"' in found[1][3]


def test_what_says_nothing_new_is_no_change(anna: Person, hand: Hand) -> None:
    log = hand.add("BP-1", "9:00-10:00").log
    same = ChangeLog(log.start_time, log.end_time or 0, log.issue_id, log.description, log.is_billable)
    assert hand.change(log.id, **{name: getattr(same, name) for name in same.__struct_fields__}).log == log


# ---- by somebody who has left


def test_whoever_has_left_a_project_changes_no_sums_of_it(anna: Person, hand: Hand, boss: Hand) -> None:
    log = hand.add("BP-1", "9:00-10:00").log
    anna.company.remove_member("BP", anna)
    tries: list[Callable[[], object]] = [
        lambda: hand.change(log.id, end="17:00"),
        lambda: hand.change(log.id, is_billable=False),
        lambda: hand.split(log.id, "9:30"),
        lambda: hand.delete(log.id),
        lambda: hand.add("BP-1", "11:00-12:00"),
    ]
    for each in tries:
        with pytest.raises(Invalid) as refusal:
            each()
        assert wrong(refusal) == {"issue_id"}
    assert anna.log("BP-1") == log
    assert boss.change(log.id, end="11:00").log.duration_seconds == 2 * 3600


def test_nor_from_a_device(anna: Person, hand: Hand) -> None:
    log = hand.add("BP-1", "9:00-10:00").log
    anna.company.remove_member("BP", anna)
    device = anna.device()
    names: dict[str, Any] = {"timer_id": log.timer_id, "base_rev": log.revision}
    device.record("log.edit", "17:00", **names, set={"is_billable": False})
    device.record("log.void", "17:30", **names)
    device.sync()
    after = anna.log("BP-1")
    assert (after.is_billable, after.is_deleted, after.duration_seconds) == (True, False, 3600)
    assert {item.code for item in anna.attention()} == {"NO_PERMISSION"}
