"""Who else may see and settle what needs somebody, and what are they offered?"""

from __future__ import annotations

from typing import Any

import pytest

from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.messages import (
    OutcomeKind,
    Role,
)
from server.services.time import attention
from tests.server.company import Person
from tests.server.daytime import at
from tests.server.decisions import decide, deleted, listed, settle, too_long
from tests.server.device import Device, new_id

HOUR = 3600
X, Y = "BP-1", "BP-2"


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
