"""What becomes of entries, corrections and deletions that devices send, whatever else they knew?"""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from server.domain.messages import OutcomeKind, TimerStatus
from tests.server.company import Company, Person
from tests.server.daytime import at
from tests.server.device import Device, new_id
from tests.server.hand import Hand


@pytest.fixture
def anna(company: Company) -> Person:
    """It is 18:00; BP-1 ran from 9:00 to 12:00."""
    company.clock.advance(hours=10)
    company.set_budget("BP", 1000)
    device = company.anna.device()
    device.start("BP-1", "9:00")
    device.stop("12:00")
    device.sync()
    return company.anna


@pytest.fixture
def laptop(anna: Person) -> Device:
    return anna.device()


@pytest.fixture
def phone(anna: Person) -> Device:
    return anna.device()


def ids(anna: Person) -> tuple[str, str]:
    """Of the timer of BP-1, and of its claim."""
    [found] = anna.company.rows(
        "SELECT timer_id, claim_id FROM claims WHERE named_issue_id = ?", anna.company.issues["BP-1"]
    )
    return found[0], found[1]


def edit(device: Device, when: str, end: str | None = None, *, base: int = 1, **values: Any) -> None:
    timer_id, claim_id = ids(device.company.anna)
    stretches = [] if end is None else [{"claim_id": claim_id, "start": at("9:00"), "end": at(end)}]
    device.record("log.edit", when, timer_id=timer_id, base_rev=base, set=values, stretches=stretches)


def void(device: Device, when: str, base: int = 1) -> None:
    device.record("log.void", when, timer_id=ids(device.company.anna)[0], base_rev=base, reason="Twice")


def add(device: Device, key: str, start: str, end: str, **more: Any) -> str:
    timer_id = new_id()
    device.record(
        "log.add",
        "17:00",
        timer_id=timer_id,
        claim_id=new_id(),
        issue_id=device.company.issues.get(key, 999_999),
        start=at(start),
        end=at(end),
        **more,
    )
    return timer_id


# ---- cases of the journal


@pytest.mark.parametrize("first", ["laptop", "phone"])
def test_7_two_devices_correct_the_same_log(anna: Person, laptop: Device, phone: Device, first: str) -> None:
    edit(laptop, "15:00", "10:00", description="Hers")
    edit(phone, "16:00", "11:00", description="His")
    for device in (laptop, phone) if first == "laptop" else (phone, laptop):
        device.sync()
    assert anna.counted("BP-1") == ["9:00-11:00"]
    [item] = anna.attention()
    assert (item.code, item.action_id) == ("EDITED_TWICE", laptop.actions[0].action_id)
    log = anna.log("BP-1")
    assert (log.description, log.revision) == ("His", 3)
    assert [each.description for each in Hand(anna).look(log.id).edits] == ["Hers", "His"]
    Hand(anna).change(log.id, description="Both", revision=3)
    assert anna.attention() == []
    anna.company.check()


@pytest.mark.parametrize("first", ["laptop", "phone"])
def test_8_deleted_on_one_and_changed_later_on_the_other(
    anna: Person, laptop: Device, phone: Device, first: str
) -> None:
    void(laptop, "15:00")
    edit(phone, "16:00", "11:00")
    for device in (laptop, phone) if first == "laptop" else (phone, laptop):
        device.sync()
    assert anna.counted("BP-1") == []
    assert anna.held_seconds() == 2 * 3600
    [item] = anna.attention()
    assert (item.code, item.action_id) == ("VOID_VS_EDIT", phone.actions[0].action_id)
    assert anna.company.spent("BP") == 0
    anna.company.check()


@pytest.mark.parametrize("first", ["laptop", "phone"])
def test_a_deletion_wins_over_an_earlier_change(
    anna: Person, laptop: Device, phone: Device, first: str
) -> None:
    void(laptop, "16:00")
    edit(phone, "15:00", "11:00")
    for device in (laptop, phone) if first == "laptop" else (phone, laptop):
        device.sync()
    assert (anna.counted("BP-1"), anna.held_seconds(), anna.attention(), anna.logs()) == ([], 0, [], [])
    anna.company.check()


def test_9_an_entry_over_what_was_tracked(anna: Person, laptop: Device) -> None:
    add(laptop, "BP-2", "10:00", "11:00", description="On the phone", is_billable=False)
    [result] = laptop.sync()
    assert result.outcome is OutcomeKind.APPLIED
    assert (anna.counted("BP-1"), anna.counted("BP-2")) == (["9:00-10:00", "11:00-12:00"], ["10:00-11:00"])
    log = anna.log("BP-2")
    assert (log.id, log.status, log.description, log.is_billable) == (
        result.time_log_id,
        TimerStatus.STOPPED,
        "On the phone",
        False,
    )
    anna.company.check()


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_corrections_may_come_before_what_they_correct(company: Company, order: tuple[int, ...]) -> None:
    company.clock.advance(hours=10)
    anna = company.anna
    timer_id, claim_id = new_id(), new_id()
    devices = [anna.device() for _ in range(4)]
    devices[0].record(
        "timer.start", "9:00", timer_id=timer_id, claim_id=claim_id, issue_id=company.issues["BP-1"]
    )
    devices[1].record("timer.stop", "12:00", timer_id=timer_id, claim_id=claim_id)
    devices[2].record(
        "log.edit",
        "13:00",
        timer_id=timer_id,
        base_rev=1,
        set={"issue_id": company.issues["BP-2"], "description": "Reviewed", "is_billable": False},
        stretches=[{"claim_id": claim_id, "start": at("9:30"), "end": at("10:30")}],
    )
    devices[3].record("log.edit", "14:00", timer_id=timer_id, base_rev=2, set={"description": "Rewrote"})
    for index in order:
        devices[index].sync()
        company.check()
    assert anna.counted("BP-2") == ["9:30-10:30"]
    log = anna.log("BP-2")
    assert (log.start_time, log.end_time, log.description, log.is_billable, log.revision) == (
        at("9:30"),
        at("10:30"),
        "Rewrote",
        False,
        3,
    )
    assert anna.attention() == []


# ---- what is held and what is refused


def test_an_entry_on_an_issue_that_takes_none_is_held(anna: Person, laptop: Device) -> None:
    for key, code in (("WEB-1", "NO_PERMISSION"), ("no such issue", "ISSUE_UNKNOWN")):
        add(laptop, key, "13:00", "14:00")
        [result] = laptop.sync()
        assert (result.outcome, result.code) == (OutcomeKind.HELD, code)
    assert anna.held_seconds() == 3600
    anna.company.check()


def test_held_time_counts_where_a_correction_moves_it(anna: Person, laptop: Device) -> None:
    timer_id = add(laptop, "WEB-1", "13:00", "14:00")
    laptop.sync()
    laptop.record(
        "log.edit", "17:30", timer_id=timer_id, base_rev=1, set={"issue_id": anna.company.issues["BP-3"]}
    )
    [result] = laptop.sync()
    assert (result.outcome, result.time_log_id) == (OutcomeKind.APPLIED, anna.log("BP-3").id)
    assert (anna.counted("BP-3"), anna.held_seconds(), anna.attention()) == (["13:00-14:00"], 0, [])
    anna.company.check()


def test_a_correction_that_cannot_be_taken_is_kept_and_shown(anna: Person, laptop: Device) -> None:
    edit(laptop, "15:00", "11:00", issue_id=anna.company.issues["WEB-1"])
    [result] = laptop.sync()
    assert (result.outcome, result.code) == (OutcomeKind.HELD, "NO_PERMISSION")
    assert anna.counted("BP-1") == ["9:00-12:00"]
    assert [item.code for item in anna.attention()] == ["NO_PERMISSION"]
    edit(laptop, "15:30", "18:02:01")
    assert [result.code for result in laptop.sync()] == ["FUTURE"]
    anna.company.check()


def test_an_entry_that_is_too_long_is_held(anna: Person, laptop: Device) -> None:
    add(laptop, "BP-2", "0:00", "16:00:01")
    laptop.sync()
    assert anna.counted("BP-2") == []
    assert [item.code for item in anna.attention()] == ["LONG"]
    anna.company.check()


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("13:00", "13:00", "END_BEFORE_START"),
        ("14:00", "13:00", "END_BEFORE_START"),
        ("-300000:00", "9:00", "SCHEMA"),
    ],
)
def test_an_entry_that_cannot_be(anna: Person, laptop: Device, start: str, end: str, code: str) -> None:
    add(laptop, "BP-2", start, end)
    [result] = laptop.sync()
    assert (result.outcome, result.code) == (OutcomeKind.REJECTED, code)
    assert len(anna.logs()) == 1


def test_somebody_elses_log(anna: Person, company: Company) -> None:
    device = company.ben.device()
    edit(device, "15:00", "10:00")
    void(device, "15:00")
    assert [result.code for result in device.sync()] == 2 * ["WRONG_USER"]
    assert anna.counted("BP-1") == ["9:00-12:00"]
    assert anna.log("BP-1").revision == 1


def test_ids_that_are_taken(anna: Person, laptop: Device) -> None:
    timer_id, claim_id = ids(anna)
    entry: dict[str, Any] = {
        "issue_id": anna.company.issues["BP-2"],
        "start": at("13:00"),
        "end": at("14:00"),
    }
    fresh = new_id()
    laptop.record("log.add", "17:00", timer_id=timer_id, claim_id=new_id(), **entry)
    laptop.record("log.add", "17:00", timer_id=new_id(), claim_id=claim_id, **entry)
    more = [{"claim_id": fresh, "start": at("14:00"), "end": at("15:00")}]
    laptop.record("log.add", "17:00", timer_id=new_id(), claim_id=fresh, more=more, **entry)
    other = add(laptop, "BP-2", "13:00", "14:00")
    laptop.record(
        "log.edit",
        "17:00",
        timer_id=other,
        base_rev=1,
        stretches=[{"claim_id": claim_id, "start": at("9:00"), "end": at("9:30")}],
    )
    assert [result.code for result in laptop.sync()] == ["ID_REUSE", "ID_REUSE", "ID_REUSE", None, "SCHEMA"]
    assert anna.counted("BP-1") == ["9:00-12:00"]
    anna.company.check()


def test_an_entry_with_a_pause(anna: Person, laptop: Device) -> None:
    more = [{"claim_id": new_id(), "start": at("15:00"), "end": at("16:00")}]
    add(laptop, "BP-2", "13:00", "14:00", more=more)
    laptop.sync()
    assert anna.counted("BP-2") == ["13:00-14:00", "15:00-16:00"]
    log = anna.log("BP-2")
    assert (log.duration_seconds, log.end_time) == (7200, at("16:00"))
    anna.company.check()


def test_what_devices_correct_is_in_the_trail(anna: Person, laptop: Device) -> None:
    add(laptop, "BP-2", "13:00", "14:00")
    edit(laptop, "17:00", "11:00")
    laptop.sync()
    void(laptop, "17:30", base=2)
    laptop.sync()
    laptop.sync_and_lose_the_reply()
    found = anna.company.rows(
        "SELECT action, actor_user_id, before_json, after_json FROM audit_entries"
        " WHERE subject_type = 'time_log' ORDER BY seq"
    )
    assert sorted(action for action, *_ in found[:2]) == ["log.added", "log.edited"]
    assert found[2][0] == "log.deleted"
    assert {actor for _, actor, _, _ in found} == {anna.principal.user_id}
    assert '"total_cost":"100.0000"' in found[2][2]
    assert len(found) == 3
