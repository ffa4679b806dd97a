"""What counts, what is held, and what is asked when two devices of one person disagree: the twelve cases of sync.md 2.10.

Each goes through the real journal, in both orders of arrival, with the numbers of the table. The day's clock stands at
18:00, so that everything has happened when it arrives.
"""

from __future__ import annotations

from typing import Any

from tests.server.company import Person
from tests.server.daytime import at
from tests.server.device import Device, new_id
from tests.server.services.devices.arrival import Arrival, either_order

HOUR = 3600
X, Y, Z = "BP-1", "BP-2", "BP-3"


def told(person: Person) -> list[tuple[str, str | None]]:
    """Code and issue of each item."""
    return sorted((item.code, item.issue_key) for item in person.attention())


@either_order
def test_case_1_concurrent(anna: Person, a: Device, b: Device, arrive: Arrival) -> None:
    a.start(X, "9:00")
    b.start(Y, "10:00")
    b.stop("11:00")
    a.stop("12:00")
    arrive(a, b)
    assert anna.counted(X) == ["9:00-10:00", "11:00-12:00"]
    assert anna.counted(Y) == ["10:00-11:00"]
    assert (anna.snapshot().today.counted_seconds, anna.held_seconds()) == (3 * HOUR, 0)
    [item] = anna.attention()
    assert (item.code, item.issue_key, item.start, item.end) == ("CONCURRENT", X, at("9:00"), at("12:00"))
    assert item.choices == ["change_time", "keep"]
    assert item.other is not None
    assert [each.end for each in item.other.stretches] == [at("10:00")]
    anna.company.check()


@either_order
def test_case_2_ended_before_the_other_began(anna: Person, a: Device, b: Device, arrive: Arrival) -> None:
    a.start(X, "9:00")
    b.start(Y, "10:00")
    b.stop("11:00")
    a.stop("9:40")
    arrive(a, b)
    assert (anna.counted(X), anna.counted(Y)) == (["9:00-9:40"], ["10:00-11:00"])
    assert told(anna) == []


@either_order
def test_case_3_stopped_elsewhere(anna: Person, a: Device, b: Device, arrive: Arrival) -> None:
    a.start(X, "9:00")
    a.sync()
    b.take_over(a)
    b.stop("9:30")
    a.stop("17:00")
    arrive(a, b)
    assert anna.counted(X) == ["9:00-9:30"]
    assert anna.held_seconds() == 7 * HOUR + HOUR // 2
    assert anna.log(X).duration_seconds == HOUR // 2
    assert told(anna) == [("STOPPED_ELSEWHERE", X)]
    anna.company.check()


@either_order
def test_case_4_duplicate_claim(anna: Person, a: Device, b: Device, arrive: Arrival) -> None:
    for device in (a, b):
        device.start(X, "9:00")
        device.stop("10:00")
    arrive(a, b)
    assert anna.counted(X) == ["9:00-10:00"]
    assert sorted(log.duration_seconds for log in anna.logs()) == [0, HOUR]
    [item] = anna.attention()
    assert (item.code, item.choices) == ("DUPLICATE_CLAIM", ["keep", "discard"])
    shown = next(log for log in anna.logs() if log.id == item.time_log_id)
    assert shown.duration_seconds == 0
    assert anna.held_seconds() == 0
    anna.company.check()


@either_order
def test_case_5_concurrent_around(anna: Person, a: Device, b: Device, arrive: Arrival) -> None:
    b.start(Y, "8:30")
    a.start(X, "9:00")
    a.stop("10:00")
    b.stop("12:00")
    arrive(a, b)
    assert anna.counted(Y) == ["8:30-9:00", "10:00-12:00"]
    assert anna.counted(X) == ["9:00-10:00"]
    assert told(anna) == [("CONCURRENT", Y)]
    anna.company.check()


@either_order
def test_case_6_both_copies_stop(anna: Person, a: Device, arrive: Arrival) -> None:
    a.start(X, "9:00")
    a.sync()
    copy = a.copied()
    copy.become_new_device()
    a.stop("10:00")
    copy.stop("11:00")
    arrive(a, copy)
    assert anna.counted(X) == ["9:00-10:00"]
    assert anna.held_seconds() == HOUR
    assert told(anna) == [("STOPPED_ELSEWHERE", X)]


@either_order
def test_case_7_edited_twice(anna: Person, a: Device, b: Device, arrive: Arrival) -> None:
    timer_id, claim_id = tracked(a, "9:00", "12:00")
    edit(a, timer_id, "13:00", "by a", claim_id, "11:00")
    edit(b, timer_id, "14:00", "by b", claim_id, "10:00")
    arrive(a, b)
    assert anna.counted(X) == ["9:00-10:00"]
    assert anna.log(X).description == "by b"
    [item] = anna.attention()
    assert (item.code, item.choices) == ("EDITED_TWICE", ["use_other", "keep"])
    assert item.other is not None
    assert (item.other.description, [each.end for each in item.other.stretches]) == ("by a", [at("11:00")])


@either_order
def test_case_8_deleted_and_edited_afterwards(anna: Person, a: Device, b: Device, arrive: Arrival) -> None:
    timer_id, claim_id = tracked(a, "9:00", "10:00")
    a.record("log.void", "13:00", timer_id=timer_id, base_rev=1, reason="a mistake")
    edit(b, timer_id, "14:00", "by b", claim_id, "11:00")
    arrive(a, b)
    assert anna.counted(X) == []
    assert anna.held_seconds() == 2 * HOUR
    [item] = anna.attention()
    assert (item.code, item.choices) == ("VOID_VS_EDIT", ["use_other", "ask_manager", "discard"])
    assert item.other is not None
    assert item.other.description == "by b"


@either_order
def test_case_9_trimmed_by_hand(anna: Person, a: Device, b: Device, arrive: Arrival) -> None:
    a.start(X, "8:00")
    a.stop("12:00")
    add(b, anna.company.issues[Y], "9:00", "10:00")
    arrive(a, b)
    assert anna.counted(Y) == ["9:00-10:00"]
    assert anna.counted(X) == ["8:00-9:00", "10:00-12:00"]
    assert told(anna) == [("TRIMMED", X)]


@either_order
def test_case_9_a_minute_is_not_worth_a_word(anna: Person, a: Device, b: Device, arrive: Arrival) -> None:
    a.start(X, "8:00")
    a.stop("12:00")
    add(b, anna.company.issues[Y], "9:00", "9:01")
    arrive(a, b)
    assert anna.counted(Y) == ["9:00-9:01"]
    assert told(anna) == []


@either_order
def test_case_10_orphan(anna: Person, a: Device, b: Device, arrive: Arrival) -> None:
    a.start(X, "9:00")
    b.take_over(a)
    b.stop("10:00")
    arrive(a, b)
    assert anna.counted(X) == ["9:00-10:00"]
    assert told(anna) == []
    anna.company.check()


@either_order
def test_case_11_issue_deleted(anna: Person, a: Device, b: Device, arrive: Arrival) -> None:
    a.start(X, "9:00")
    b.take_over(a)
    b.stop("10:00")
    anna.company.delete_issue(X)
    arrive(a, b)
    assert (anna.counted(X), anna.held_seconds()) == ([], HOUR)
    [item] = anna.attention()
    assert (item.code, item.choices) == ("ISSUE_DELETED", ["move_issue", "ask_manager", "discard"])


@either_order
def test_case_12_silent(anna: Person, a: Device, b: Device, arrive: Arrival) -> None:
    """Until the later start; a week after its last sign its person is asked."""
    a.start(X, "9:00")
    b.start(Y, "17:00")
    arrive(a, b)
    assert anna.counted(X) == ["9:00-17:00"]
    anna.company.clock.advance(hours=7 * 24)
    b.beat()
    assert told(anna) == []
    anna.company.clock.advance(seconds=1)
    assert told(anna) == [("DEVICE_SILENT", X)]
    a.beat()
    assert told(anna) == []


def tracked(device: Device, start: str, end: str) -> tuple[str, str]:
    """Timer and claim, known to the server."""
    device.start(X, start)
    timer_id, claim_id = device.timer_id or "", device.claim_id or ""
    device.stop(end)
    device.sync()
    return timer_id, claim_id


def edit(device: Device, timer_id: str, when: str, words: str, claim_id: str, end: str) -> None:
    stretch = {"claim_id": claim_id, "start": at("9:00"), "end": at(end), "is_void": False}
    said: dict[str, Any] = {
        "timer_id": timer_id,
        "base_rev": 1,
        "set": {"description": words},
        "stretches": [stretch],
    }
    device.record("log.edit", when, **said)


def add(device: Device, issue_id: int, start: str, end: str) -> None:
    device.record(
        "log.add",
        "17:00",
        timer_id=new_id(),
        claim_id=new_id(),
        issue_id=issue_id,
        start=at(start),
        end=at(end),
    )
