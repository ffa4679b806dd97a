"""What becomes of time about which its own person decides?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from server.domain.errors import PeriodClosed
from server.domain.messages import (
    ClosePeriod,
    OutcomeKind,
    Role,
)
from server.services.time import periods
from tests.server.company import Person
from tests.server.daytime import at
from tests.server.decisions import decide, deleted, listed, settle, stopped_twice, too_long
from tests.server.device import Device

HOUR = 3600
X, Y = "BP-1", "BP-2"


def test_moved_to_another_issue_it_counts_there(anna: Person, a: Device) -> None:
    item = deleted(a, anna)
    decide(a, item.action_id, "move_issue", issue_id=anna.company.issues[Y])
    [result] = a.sync()
    assert result.outcome is OutcomeKind.APPLIED
    assert anna.counted(Y) == ["9:00-11:00"]
    assert anna.attention() == []
    assert anna.company.spent("BP") == 100
    anna.company.check()


def test_an_issue_on_which_one_may_not_work_cannot_be_chosen(anna: Person, a: Device) -> None:
    item = deleted(a, anna)
    decide(a, item.action_id, "move_issue", issue_id=anna.company.issues["WEB-1"])
    [result] = a.sync()
    assert (result.outcome, result.code) == (OutcomeKind.HELD, "NO_PERMISSION")
    assert [each.code for each in anna.attention()] == ["ISSUE_DELETED"]
    assert anna.logs()[0].issue_key == X


def test_discarded_it_is_neither_counted_nor_held(anna: Person, a: Device) -> None:
    item = deleted(a, anna)
    decide(a, item.action_id, "discard")
    a.sync()
    assert (anna.counted(X), anna.held_seconds(), anna.attention()) == ([], 0, [])
    anna.company.check()


@pytest.mark.parametrize(
    ("choice", "counted", "held"),
    [("count", ["9:00-10:00"], 0), ("discard", ["9:00-9:30"], 0)],
)
def test_the_held_tail(anna: Person, a: Device, choice: str, counted: list[str], held: int) -> None:
    item = stopped_twice(a, anna)
    decide(a, item.action_id, choice)
    a.sync()
    assert (anna.counted(X), anna.held_seconds(), anna.attention()) == (counted, held, [])
    anna.company.check()


def test_a_tail_that_would_be_too_long_counts_by_nobodys_word(anna: Person, a: Device) -> None:
    anna.company.clock.advance(hours=24)
    a.start(X, "9:00")
    a.sync()
    b = anna.device()
    b.take_over(a)
    b.stop("9:30")
    b.sync()
    a.stop("25:01")
    a.sync()
    [item] = anna.attention()
    assert item.choices == ["change_time", "ask_manager", "discard"]
    decide(a, item.action_id, "count", when="26:00")
    a.sync()
    assert anna.counted(X) == ["9:00-9:30"]
    assert [each.code for each in anna.attention()] == ["STOPPED_ELSEWHERE"]


def test_what_is_discarded_with_its_own_end_does_not_run_on(anna: Person, a: Device) -> None:
    item = too_long(a, anna)
    decide(a, item.action_id, "discard", when="30:00")
    a.sync()
    now = anna.snapshot()
    assert (now.active_timer, now.attention, anna.counted(X)) == (None, [], [])
    anna.company.check()


def test_what_is_changed_ends_where_it_is_said(anna: Person, a: Device) -> None:
    item = too_long(a, anna)
    assert (item.code, item.choices) == ("LONG", ["change_time", "ask_manager", "discard"])
    decide(a, item.action_id, "change_time", when="30:00", start=at("9:00"), end=at("17:00"))
    a.sync()
    assert (anna.counted(X), anna.held_seconds(), anna.attention()) == (["9:00-17:00"], 0, [])
    anna.company.check()


def test_what_was_kept_is_told_no_more(anna: Person, a: Device) -> None:
    b = anna.device()
    a.start(X, "9:00")
    a.stop("12:00")
    b.start(Y, "10:00")
    b.stop("11:00")
    a.sync()
    b.sync()
    [item] = anna.attention()
    decide(b, item.action_id, "keep")
    b.sync()
    assert anna.attention() == []
    b.start(Y, "13:00")
    b.stop("13:30")
    b.sync()
    assert anna.attention() == []
    assert anna.counted(X) == ["9:00-10:00", "11:00-12:00"]


def test_what_ended_where_the_other_began_is_told_no_more(anna: Person, a: Device) -> None:
    b = anna.device()
    a.start(X, "9:00")
    a.stop("12:00")
    b.start(Y, "10:00")
    b.stop("11:00")
    b.sync()
    a.sync()
    [item] = anna.attention()
    decide(a, item.action_id, "change_time", start=at("9:00"), end=at("10:00"))
    a.sync()
    assert (anna.counted(X), anna.attention()) == (["9:00-10:00"], [])


def test_a_doubt_goes_with_its_cause(anna: Person, a: Device) -> None:
    b = anna.device()
    a.start(X, "9:00")
    a.stop("12:00")
    b.start(Y, "10:00")
    timer_id = b.timer_id
    b.stop("11:00")
    a.sync()
    b.sync()
    assert [each.code for each in anna.attention()] == ["CONCURRENT"]
    b.record("log.void", "13:00", timer_id=timer_id, base_rev=1, reason="")
    b.sync()
    assert (anna.counted(X), anna.attention()) == (["9:00-12:00"], [])


def test_a_claim_is_told_of_by_all_that_lies_over_it(anna: Person, a: Device) -> None:
    """Also where what touches it now ended long after what made it doubtful."""
    b, c = anna.device(), anna.device()
    a.start(X, "9:00")
    a.stop("14:00")
    b.start(Y, "10:00")
    b.stop("11:00")
    a.sync()
    b.sync()
    c.start("BP-3", "13:30")
    c.stop("15:00")
    c.sync()
    assert [(each.code, each.issue_key) for each in anna.attention()] == [("CONCURRENT", X)]


@pytest.mark.parametrize(
    ("choice", "end", "words"), [("use_other", "11:00", "by a"), ("keep", "10:00", "by b")]
)
def test_of_two_corrections(anna: Person, a: Device, choice: str, end: str, words: str) -> None:
    a.start(X, "9:00")
    timer_id, claim_id = a.timer_id, a.claim_id
    a.stop("12:00")
    for said, until, when in (("by a", "11:00", "13:00"), ("by b", "10:00", "14:00")):
        stretch = {"claim_id": claim_id, "start": at("9:00"), "end": at(until), "is_void": False}
        a.record(
            "log.edit", when, timer_id=timer_id, base_rev=1, set={"description": said}, stretches=[stretch]
        )
    a.sync()
    [item] = anna.attention()
    decide(a, item.action_id, choice)
    a.sync()
    assert (anna.counted(X), anna.log(X).description) == ([f"9:00-{end}"], words)
    assert anna.attention() == []
    anna.company.check()


@pytest.mark.parametrize(("choice", "counted"), [("use_other", ["9:00-11:00"]), ("discard", [])])
def test_deleted_and_changed(anna: Person, a: Device, choice: str, counted: list[str]) -> None:
    a.start(X, "9:00")
    timer_id, claim_id = a.timer_id, a.claim_id
    a.stop("10:00")
    a.record("log.void", "13:00", timer_id=timer_id, base_rev=1, reason="")
    stretch = {"claim_id": claim_id, "start": at("9:00"), "end": at("11:00"), "is_void": False}
    a.record("log.edit", "14:00", timer_id=timer_id, base_rev=1, set={}, stretches=[stretch])
    a.sync()
    [item] = anna.attention()
    decide(a, item.action_id, choice)
    a.sync()
    assert (anna.counted(X), anna.held_seconds(), anna.attention()) == (counted, 0, [])
    anna.company.check()


def test_a_refused_action_is_an_item_until_it_is_discarded(anna: Person, a: Device) -> None:
    a.record("timer.start", "9:00", timer_id="nonsense")
    a.sync()
    [item] = anna.attention()
    assert (item.code, item.choices) == ("SCHEMA", ["discard"])
    decide(a, item.action_id, "discard")
    a.sync()
    assert anna.attention() == []


def test_asking_the_manager_leaves_it_where_it_is(anna: Person, a: Device, mona: Person) -> None:
    item = too_long(a, anna)
    decide(a, item.action_id, "ask_manager", when="29:30")
    a.sync()
    [asked] = anna.attention()
    assert asked.asked_at == at("29:30")
    [shown] = listed(mona).items
    assert (shown.user_name, shown.asked_at) == ("Anna", at("29:30"))


@pytest.mark.parametrize(
    ("choice", "counted"), [("keep", []), ("discard", []), ("change_time", ["9:00-17:00"])]
)
def test_a_timer_whose_device_is_silent(anna: Person, a: Device, choice: str, counted: list[str]) -> None:
    a.start(X, "9:00")
    a.sync()
    anna.company.clock.advance(hours=24 * 8)
    [item] = anna.attention()
    assert (item.code, item.choices) == ("DEVICE_SILENT", ["change_time", "keep", "discard"])
    span = {"start": at("9:00"), "end": at("17:00")} if choice == "change_time" else {}
    settle(anna, item.action_id, choice, **span)
    assert (anna.attention(), anna.counted(X)) == ([], counted)
    anna.company.check()


def test_in_a_closed_period_nothing_more_is_made_to_count(anna: Person, a: Device) -> None:
    item = stopped_twice(a, anna)
    boss = anna.company.hire("boss", [], Role.ADMIN)
    anna.company.clock.advance(hours=48)
    close_the_day(boss)
    with pytest.raises(PeriodClosed):
        settle(anna, item.action_id, "count")
    decide(a, item.action_id, "count", when="40:00")
    [result] = a.sync()
    assert (result.outcome, result.code) == (OutcomeKind.HELD, "PERIOD_CLOSED")
    assert anna.counted(X) == ["9:00-9:30"]
    assert [each.code for each in anna.attention()] == ["STOPPED_ELSEWHERE"]


def test_out_of_a_closed_period_it_counts_where_it_is_moved(anna: Person, a: Device) -> None:
    boss = anna.company.hire("boss", [], Role.ADMIN)
    anna.company.clock.advance(hours=24)
    close_the_day(boss)
    a.start(X, "9:00")
    a.stop("10:00")
    a.sync()
    [item] = anna.attention()
    assert item.code == "PERIOD_CLOSED"
    with pytest.raises(PeriodClosed):
        settle(anna, item.action_id, "change_time", start=at("9:00"), end=at("9:30"))
    settle(anna, item.action_id, "change_time", start=at("33:00"), end=at("34:00"))
    assert (anna.counted(X), anna.attention()) == (["33:00-34:00"], [])
    anna.company.check()


def test_who_sends_another_ones_id_hides_nothing(anna: Person, a: Device) -> None:
    item = too_long(a, anna)
    boss = anna.company.hire("boss", [], Role.ADMIN)
    anna.company.clock.advance(hours=1)
    ben = anna.company.ben.device()
    ben.record("timer.start", "9:00", action_id=item.action_id, timer_id="nonsense")
    ben.sync()
    assert sorted((each.user_name, each.code) for each in listed(boss).items) == [
        ("Anna", "LONG"),
        ("Ben", "WRONG_USER"),
    ]
    settle(boss, item.action_id, "accept")
    assert anna.counted(X) == ["9:00-29:00"]


def close_the_day(boss: Person) -> None:
    first = datetime.fromtimestamp(at("0:00"), UTC).date()
    now_ms = boss.company.clock.now_ms()
    boss.company.database.run(
        lambda conn: periods.close(conn, boss.principal, ClosePeriod(first, first), now_ms)
    )
