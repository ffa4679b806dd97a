"""What becomes of logs that are deleted or split, and by whom may that be done?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.messages import ChangeLog, RateLevel, Role, TimerStatus
from tests.server.company import Company, Person
from tests.server.daytime import spoken
from tests.server.hand import Hand
from tests.server.services.editing.logged import tracked, wrong

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


@pytest.mark.parametrize("runs", [False, True])
def test_a_split_takes_nothing_from_another_log(anna: Person, hand: Hand, runs: bool) -> None:  # noqa: FBT001
    """What was entered lies in the first part, and something in the second."""
    anna.company.clock.advance(hours=-10)
    anna.start("BP-1")
    anna.company.clock.advance(hours=5)
    hand.add("BP-2", "9:00-10:00")
    hand.add("BP-2", "12:00-12:30")
    anna.company.clock.advance(hours=1)
    if not runs:
        anna.stop()
    hand.split(anna.log("BP-1").id, "11:00")
    hand.split(next(log for log in anna.logs() if log.issue_key == "BP-1").id, "8:30")
    if runs:
        anna.stop()
    assert anna.counted("BP-2") == ["9:00-10:00", "12:00-12:30"]
    assert [log.duration_seconds for log in anna.logs() if log.issue_key == "BP-1"] == [1800, 5400, 9000]
    anna.company.check()


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
