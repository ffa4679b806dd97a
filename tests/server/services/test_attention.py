"""What becomes of time about which somebody decides: by whom, in which order, and how often?"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from server.domain.errors import Conflict, Invalid, NotFound, PeriodClosed
from server.domain.messages import (
    Attention,
    AttentionPage,
    Choice,
    ClosePeriod,
    OutcomeKind,
    Role,
    Settle,
    SettleReply,
)
from server.services.time import attention, attention_settling, periods
from tests.server.company import Company, Person
from tests.server.daytime import at
from tests.server.device import Device, new_id

HOUR = 3600
X, Y = "BP-1", "BP-2"


@pytest.fixture
def anna(company: Company) -> Person:
    company.clock.advance(hours=10)
    company.set_budget("BP", 10_000)
    return company.anna


@pytest.fixture
def mona(anna: Person) -> Person:
    """Manages BP."""
    return anna.company.hire("mona", ["BP"], Role.MANAGER)


@pytest.fixture
def a(anna: Person) -> Device:
    return anna.device()


def settle(person: Person, action_id: str, choice: str, **more: Any) -> SettleReply:
    said = Settle(choice=Choice(choice), **more)
    now_ms = person.company.clock.now_ms()
    return person.company.database.run(
        lambda conn: attention_settling.settle(conn, person.principal, action_id, said, now_ms)
    )


def listed(person: Person, cursor: str | None = None, limit: int = 50) -> AttentionPage:
    now_ms = person.company.clock.now_ms()
    return person.company.database.read(
        lambda conn: attention.page(conn, person.principal, cursor, limit, now_ms)
    )


def decide(device: Device, ref: str, choice: str, when: str = "17:00", **more: Any) -> None:
    device.record("attention.resolve", when, ref=ref, choice=choice, **more)


def deleted(a: Device, person: Person) -> Attention:
    """Two hours on an issue that is not there any more."""
    a.start(X, "9:00")
    a.stop("11:00")
    person.company.delete_issue(X)
    a.sync()
    [item] = person.attention()
    return item


def stopped_twice(a: Device, person: Person) -> Attention:
    """Half an hour that counts, and half an hour after it."""
    a.start(X, "9:00")
    a.sync()
    b = person.device()
    b.take_over(a)
    b.stop("9:30")
    b.sync()
    a.stop("10:00")
    a.sync()
    [item] = person.attention()
    return item


def too_long(a: Device, person: Person) -> Attention:
    person.company.clock.advance(hours=24)
    a.start(X, "9:00")
    a.stop("29:00")
    a.sync()
    [item] = person.attention()
    return item


# ---- by its own person, from a device


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


# ---- in any order


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


# ---- managers


def test_a_manager_lets_it_count(anna: Person, a: Device, mona: Person) -> None:
    item = too_long(a, anna)
    assert "accept" not in item.choices
    reply = settle(mona, item.action_id, "accept")
    assert reply.item is None
    assert (anna.counted(X), anna.held_seconds(), anna.attention()) == (["9:00-29:00"], 0, [])
    assert anna.company.spent("BP") == 1000
    anna.company.check()


def test_a_manager_refuses_it(anna: Person, a: Device, mona: Person) -> None:
    item = too_long(a, anna)
    settle(mona, item.action_id, "refuse")
    assert (anna.counted(X), anna.held_seconds(), anna.attention()) == ([], 5 * HOUR, [])  # of today
    assert listed(mona).items == []


def test_what_a_manager_decides_stands_in_the_trail(anna: Person, a: Device, mona: Person) -> None:
    item = too_long(a, anna)
    settle(mona, item.action_id, "accept")
    [(action, actor, before, after)] = anna.company.rows(
        "SELECT action, actor_user_id, before_json, after_json FROM audit_entries WHERE subject_type = 'attention'"
    )
    assert (action, actor) == ("attention.settled", mona.principal.user_id)
    assert '"code":"LONG"' in before
    assert '"choice":"accept"' in after


def test_nobody_lets_their_own_time_count(anna: Person, mona: Person) -> None:
    device = mona.device()
    item = too_long(device, mona)
    assert item.choices == ["change_time", "ask_manager", "discard"]
    with pytest.raises(Conflict):
        settle(mona, item.action_id, "accept")
    decide(device, item.action_id, "accept", when="30:00")
    [result] = device.sync()
    assert result.outcome is OutcomeKind.REJECTED
    assert mona.counted(X) == []


def test_an_administrator_does(anna: Person) -> None:
    boss = anna.company.hire("boss", [], Role.ADMIN)
    item = too_long(boss.device(), boss)
    settle(boss, item.action_id, "accept")
    assert boss.counted(X) == ["9:00-29:00"]


def test_nobody_else_sees_or_settles_it(anna: Person, a: Device) -> None:
    item = too_long(a, anna)
    other = anna.company.hire("otto", ["WEB"], Role.MANAGER)
    for person in (anna.company.ben, other):
        assert listed(person).items == []
        with pytest.raises(NotFound):
            settle(person, item.action_id, "discard")
        device = person.device()
        decide(device, item.action_id, "discard", when="30:00")
        device.sync()
    assert [each.code for each in anna.attention()] == ["LONG"]


def test_a_manager_moves_it_only_where_they_manage(anna: Person, mona: Person) -> None:
    """Though Ben himself may work on WEB."""
    ben = anna.company.ben
    item = deleted(ben.device(), ben)
    with pytest.raises(Invalid):
        settle(mona, item.action_id, "move_issue", issue_id=anna.company.issues["WEB-1"])
    settle(mona, item.action_id, "move_issue", issue_id=anna.company.issues[Y])
    assert ben.counted(Y) == ["9:00-11:00"]


def test_a_manager_lets_work_of_a_new_member_count(anna: Person, mona: Person) -> None:
    """Who is no member yet has no log; they are made one first."""
    zoe = anna.company.hire("zoe", [])
    device = zoe.device()
    device.start(X, "9:00")
    device.stop("10:00")
    device.sync()
    [item] = zoe.attention()
    with pytest.raises(Invalid):
        settle(mona, item.action_id, "accept")
    anna.company.write(
        "INSERT INTO project_members (project_id, user_id, created_at) VALUES (?, ?, ?)",
        anna.company.projects["BP"],
        zoe.principal.user_id,
        0,
    )
    settle(mona, item.action_id, "accept")
    assert (zoe.counted(X), zoe.attention()) == (["9:00-10:00"], [])
    anna.company.check()


# ---- what is offered


def test_what_is_not_offered_is_refused(anna: Person, a: Device) -> None:
    item = too_long(a, anna)
    for choice in ("keep", "count", "use_other", "accept"):
        with pytest.raises(Conflict):
            settle(anna, item.action_id, choice)
    with pytest.raises(Invalid):
        settle(anna, item.action_id, "change_time")


def test_an_item_that_was_settled_is_not_there(anna: Person, a: Device) -> None:
    item = too_long(a, anna)
    settle(anna, item.action_id, "discard")
    with pytest.raises(NotFound):
        settle(anna, item.action_id, "discard")


def test_pages(anna: Person, a: Device) -> None:
    for _ in range(5):
        a.record("timer.start", "9:00", timer_id="nonsense")
        anna.company.clock.advance(seconds=1)
        a.sync()
    found, cursor = [], None
    while True:
        page = listed(anna, cursor, 2)
        found += [each.action_id for each in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert found == [each.action_id for each in reversed(a.actions)]


def test_a_cursor_that_no_page_gave_out(anna: Person) -> None:
    with pytest.raises(Invalid):
        listed(anna, "1.2")


def test_the_raw_copy_is_for_its_person_and_administrators(anna: Person, a: Device, mona: Person) -> None:
    wrong = a.record("timer.start", "9:00", timer_id="secret")
    a.sync()
    boss = anna.company.hire("boss", [], Role.ADMIN)
    for person, may in ((anna, True), (boss, True), (mona, False), (anna.company.ben, False)):
        if may:
            assert "secret" in raw_of(person, wrong.action_id)
        else:
            with pytest.raises(NotFound):
                raw_of(person, wrong.action_id)


def raw_of(person: Person, action_id: str) -> str:
    return person.company.database.read(lambda conn: attention.refused(conn, person.principal, action_id).raw)


def test_a_decision_about_nothing_waits(anna: Person, a: Device) -> None:
    decide(a, new_id(), "keep")
    [result] = a.sync()
    assert result.outcome is OutcomeKind.APPLIED
    assert result.detail is not None


@pytest.mark.parametrize(
    "said",
    [
        {"choice": "move_issue"},
        {"choice": "change_time", "start": at("9:00")},
        {"choice": "change_time", "start": at("9:00"), "end": at("9:00")},
        {"choice": "change_time", "start": 1, "end": at("9:00")},
        {"choice": "sing"},
        {"choice": "refuse"},
    ],
)
def test_what_makes_no_sense_is_rejected(anna: Person, a: Device, said: dict[str, Any]) -> None:
    a.record("attention.resolve", "17:00", ref=new_id(), **said)
    [result] = a.sync()
    assert result.outcome is OutcomeKind.REJECTED
