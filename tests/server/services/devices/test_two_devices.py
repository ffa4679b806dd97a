"""What counts while two devices of one person disagree? (The cases of sync.md 2.10, by their numbers; how they end is in `test_conflicts`.)

The day's clock stands at 18:00, so that everything has happened when it arrives.
"""

from __future__ import annotations

from itertools import permutations

import pytest

from server.domain.messages import OutcomeKind
from tests.server.company import Person
from tests.server.device import Device
from tests.server.services.devices.arrival import Arrival, either_order

HOUR = 3600
X, Y = "BP-1", "BP-2"


def test_2_the_provisional_part_is_withdrawn(anna: Person, a: Device, b: Device) -> None:
    a.start(X, "9:00")
    a.sync()
    b.start(Y, "10:00")
    b.sync()
    assert anna.counted(X) == ["9:00-10:00"]
    a.stop("9:40")
    a.sync()
    assert anna.counted(X) == ["9:00-9:40"]
    anna.company.check()


def test_3_the_later_stop_hears_that_it_was_stopped_elsewhere(anna: Person, a: Device, b: Device) -> None:
    a.start(X, "9:00")
    a.sync()
    b.take_over(a)
    b.stop("9:30")
    b.sync()
    a.stop("17:00")
    [result] = a.sync()
    assert (result.outcome, result.code) == (OutcomeKind.HELD, "STOPPED_ELSEWHERE")


def test_5_a_timer_that_was_covered_goes_on_afterwards(anna: Person, a: Device, b: Device) -> None:
    b.start(Y, "8:30")
    b.sync()
    a.start(X, "9:00")
    a.stop("10:00")
    a.sync()
    now = anna.snapshot()
    assert now.active_timer is not None
    assert now.active_timer.issue_key == Y
    assert (now.active_timer.closed_seconds, now.active_timer.running_since) == (
        HOUR // 2,
        a.actions[1].body["t"]["wall"],
    )
    b.stop("12:00")
    b.sync()
    assert anna.counted(Y) == ["8:30-9:00", "10:00-12:00"]
    assert anna.counted(X) == ["9:00-10:00"]
    anna.company.check()


def test_10_a_stop_that_arrives_before_its_start(anna: Person, a: Device, b: Device) -> None:
    a.start(X, "9:00")
    b.take_over(a)
    b.stop("10:00")
    [early] = b.sync()
    assert early.outcome is OutcomeKind.APPLIED
    assert early.detail is not None
    assert anna.counted(X) == []
    a.sync()
    assert anna.counted(X) == ["9:00-10:00"]
    assert anna.log(X).status == "stopped"
    assert anna.snapshot().active_timer is None
    anna.company.check()


def test_10_a_resume_that_arrives_before_its_start(anna: Person, a: Device, b: Device) -> None:
    a.start(X, "9:00")
    a.pause("9:30")
    b.take_over(a)
    b.resume("10:00")
    b.sync()
    assert anna.snapshot().active_timer is None
    assert anna.attention() == []
    a.sync()
    b.stop("11:00")
    b.sync()
    assert anna.counted(X) == ["9:00-9:30", "10:00-11:00"]
    anna.company.check()


def test_11_work_on_an_issue_that_was_deleted_is_held(anna: Person, a: Device) -> None:
    a.start(X, "9:00")
    a.stop("10:00")
    anna.company.delete_issue(X)
    started, stopped = a.sync()
    assert (started.outcome, started.code) == (OutcomeKind.HELD, "ISSUE_DELETED")
    assert stopped.outcome is OutcomeKind.APPLIED
    assert anna.counted(X) == []
    assert anna.held_seconds() == HOUR
    [item] = anna.attention()
    assert (item.code, item.issue_key) == ("ISSUE_DELETED", X)
    anna.company.check()


def test_two_starts_at_the_same_instant_end_in_one_timer(anna: Person, a: Device, b: Device) -> None:
    a.start(X, "17:00")
    b.start(Y, "17:00")
    a.sync()
    b.sync()
    assert anna.company.rows("SELECT count(*) FROM active_timers") == [(1,)]
    now = anna.snapshot().active_timer
    assert now is not None
    assert now.claim_id == max(a.claim_id or "", b.claim_id or "")
    a.stop("17:30")
    b.stop("17:30")
    a.sync()
    b.sync()
    assert anna.counted(X) + anna.counted(Y) == ["17:00-17:30"]
    anna.company.check()


def test_a_stretch_whose_interruption_turns_out_empty_is_one_again(
    anna: Person, a: Device, b: Device
) -> None:
    c = anna.device()
    a.start(X, "9:00")
    a.stop("11:00")
    a.sync()
    b.start(Y, "10:00")
    b.sync()
    c.start("BP-3", "10:30")
    c.stop("10:45")
    c.sync()
    assert anna.counted(Y) == ["10:00-10:30"]
    b.stop("10:00")
    b.sync()
    assert anna.counted(X) == ["9:00-10:30", "10:45-11:00"]
    anna.company.check()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_three_devices_in_any_order(anna: Person, order: tuple[int, ...]) -> None:
    devices = [anna.device() for _ in range(3)]
    for device, key, start, stop in zip(
        devices, (X, Y, "BP-3"), ("9:00", "9:30", "10:00"), ("12:00", "11:00", "10:15"), strict=True
    ):
        device.start(key, start)
        device.stop(stop)
    for index in order:
        devices[index].sync()
    assert anna.counted(X) == ["9:00-9:30", "11:00-12:00"]
    assert anna.counted(Y) == ["9:30-10:00", "10:15-11:00"]
    assert anna.counted("BP-3") == ["10:00-10:15"]
    anna.company.check()


@either_order
def test_12_a_device_that_is_lost_counts_no_days(anna: Person, a: Device, b: Device, arrive: Arrival) -> None:
    """Sixteen hours are as long as a stretch of work may be; what its own end says later, counts."""
    anna.company.clock.advance(hours=30)
    anna.company.set_budget("BP", 10_000)
    a.start(X, "9:00")
    b.start(Y, "25:00:01")
    arrive(a, b)
    assert anna.counted(X) == []
    assert anna.company.spent("BP") == 0
    a.stop("17:00")
    a.sync()
    assert anna.counted(X) == ["9:00-17:00"]
    assert anna.company.spent("BP") == 400
    anna.company.check()


@either_order
def test_12_a_device_that_is_lost_counts_until_the_next_start(
    anna: Person, a: Device, b: Device, arrive: Arrival
) -> None:
    anna.company.clock.advance(hours=30)
    a.start(X, "9:00")
    b.start(Y, "25:00")
    arrive(a, b)
    assert anna.counted(X) == ["9:00-25:00"]
    anna.company.check()
