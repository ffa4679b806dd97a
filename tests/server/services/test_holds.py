"""Is time that the server must not count kept, shown, and counted by nobody?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from server.domain.messages import OutcomeKind, Role
from tests.server.company import Company, Person
from tests.server.device import Device

HOUR = 3600


@pytest.fixture
def anna(company: Company) -> Person:
    company.clock.advance(hours=10)
    company.set_budget("BP", 1000)
    return company.anna


@pytest.fixture
def device(anna: Person) -> Device:
    return anna.device()


def unknown_issue(device: Device) -> str:
    return "no such issue"


def deleted_issue(device: Device) -> str:
    device.company.delete_issue("BP-1")
    return "BP-1"


def foreign_project(device: Device) -> str:
    return "WEB-1"


def locked_budget(device: Device) -> str:
    device.company.lock_budget("BP", "9:00")
    return "BP-1"


reasons = pytest.mark.parametrize(
    ("prepare", "code", "named"),
    [
        (unknown_issue, "ISSUE_UNKNOWN", None),
        (deleted_issue, "ISSUE_DELETED", "BP-1"),
        (foreign_project, "NO_PERMISSION", None),
        (locked_budget, "BUDGET_LOCKED", "BP-1"),
    ],
)
Prepare = Callable[[Device], str]


@reasons
def test_time_on_an_issue_that_takes_none(
    anna: Person, device: Device, prepare: Prepare, code: str, named: str | None
) -> None:
    device.start(prepare(device), "9:00")
    device.stop("10:30")
    started, stopped = device.sync()
    assert (started.outcome, started.code) == (OutcomeKind.HELD, code)
    assert started.detail
    assert (stopped.outcome, stopped.code) == (OutcomeKind.APPLIED, None)
    today = anna.snapshot().today
    assert (today.counted_seconds, today.held_seconds, today.costs) == (0, HOUR + HOUR // 2, [])
    [item] = anna.attention()
    assert (item.action_id, item.code, item.issue_key) == (device.actions[0].action_id, code, named)
    assert anna.company.spent("BP") == 0
    anna.company.check()


@reasons
def test_such_a_timer_is_shown_while_it_runs(
    anna: Person, device: Device, prepare: Prepare, code: str, named: str | None
) -> None:
    device.start(prepare(device), "17:00")
    device.sync()
    timer = anna.snapshot().active_timer
    assert timer is not None
    assert (timer.hold_code, timer.closed_seconds) == (code, 0)
    assert anna.company.budget("BP").percent == 0
    assert timer.issue_summary == ("About BP-1" if named else "")


def test_an_issue_of_a_project_one_is_no_member_of_stays_unnamed(anna: Person, device: Device) -> None:
    device.start("WEB-1", "17:00")
    device.sync()
    timer = anna.snapshot().active_timer
    assert timer is not None
    assert timer.issue_key == f"#{anna.company.issues['WEB-1']}"
    assert anna.logs() == []


def test_a_lock_holds_what_starts_from_then_on(anna: Person, device: Device) -> None:
    anna.company.lock_budget("BP", "10:00")
    device.start("BP-1", "9:59:59")
    device.start("BP-2", "10:00")
    device.stop("11:00")
    assert [result.code for result in device.sync()] == [None, None, "BUDGET_LOCKED", None]
    assert anna.counted("BP-1") == ["9:59:59-10:00"]
    assert anna.counted("BP-2") == []


def test_an_administrator_works_everywhere(anna: Person) -> None:
    boss = anna.company.hire("boss", [], Role.ADMIN)
    device = boss.device()
    device.start("WEB-1", "9:00")
    device.stop("10:00")
    device.sync()
    assert boss.counted("WEB-1") == ["9:00-10:00"]


# ---- a clock that is ahead, and time that comes late


def test_two_minutes_ahead_are_taken(anna: Person, device: Device) -> None:
    device.start("BP-1", "18:02")
    [result] = device.sync()
    assert result.outcome is OutcomeKind.APPLIED


def test_more_is_held_as_future(anna: Person, device: Device) -> None:
    device.start("BP-1", "18:02:01")
    device.stop("19:00")
    started, _ = device.sync()
    assert (started.outcome, started.code) == (OutcomeKind.HELD, "FUTURE")
    anna.company.clock.advance(hours=3)
    assert anna.snapshot().today.counted_seconds == 0
    assert anna.held_seconds() == 3600 - 121


def test_an_end_in_the_future_holds_its_time(anna: Person, device: Device) -> None:
    device.start("BP-1", "17:00")
    device.stop("19:00")
    started, stopped = device.sync()
    assert (started.outcome, stopped.outcome, stopped.code) == (
        OutcomeKind.APPLIED,
        OutcomeKind.HELD,
        "FUTURE",
    )
    assert anna.counted("BP-1") == []
    [item] = anna.attention()
    assert (item.action_id, item.code) == (device.actions[1].action_id, "FUTURE")
    anna.company.check()


def test_five_weeks_are_not_late(anna: Person, device: Device) -> None:
    device.start("BP-1", "9:00")
    device.stop("10:00")
    anna.company.clock.advance(hours=35 * 24 - 9)
    assert [result.outcome for result in device.sync()] == 2 * [OutcomeKind.APPLIED]
    assert anna.counted("BP-1") == ["9:00-10:00"]


def test_more_is_held_as_late(anna: Person, device: Device) -> None:
    device.start("BP-1", "9:00")
    device.stop("10:00")
    anna.company.clock.advance(hours=35 * 24 - 9, seconds=1)
    started, stopped = device.sync()
    assert (started.outcome, started.code) == (OutcomeKind.HELD, "LATE")
    assert stopped.outcome is OutcomeKind.APPLIED
    assert anna.counted("BP-1") == []
    assert [item.code for item in anna.attention()] == ["LATE"]


def test_sixteen_hours_at_once_are_counted(anna: Person, device: Device) -> None:
    anna.company.clock.advance(hours=12)
    device.start("BP-1", "9:00")
    device.stop("25:00")
    device.sync()
    assert anna.counted("BP-1") == ["9:00-25:00"]


def test_a_second_more_is_held_as_long(anna: Person, device: Device) -> None:
    anna.company.clock.advance(hours=12)
    device.start("BP-1", "9:00")
    device.stop("25:00:01")
    _, stopped = device.sync()
    assert (stopped.outcome, stopped.code) == (OutcomeKind.HELD, "LONG")
    assert anna.counted("BP-1") == []
    assert anna.log("BP-1").status == "stopped"
    [item] = anna.attention()
    assert (item.action_id, item.code, item.issue_key) == (device.actions[1].action_id, "LONG", "BP-1")
    anna.company.check()


def set_limits(company: Company, long_hours: int, late_days: int) -> None:
    company.write(
        "UPDATE time_tracking_settings SET long_limit_hours = ?, late_limit_days = ?", long_hours, late_days
    )


def test_the_organisation_says_what_is_too_long(anna: Person, device: Device) -> None:
    set_limits(anna.company, 8, 35)
    device.start("BP-1", "9:00")
    device.stop("17:00")
    device.start("BP-2", "9:00")
    device.stop("17:00:01")
    *_, stopped = device.sync()
    assert anna.counted("BP-1") == ["9:00-17:00"]
    assert (stopped.code, stopped.detail) == (
        "LONG",
        "This is longer than 8 hours without a break. The time is kept; correct its end.",
    )
    assert [item.detail for item in anna.attention()] == [stopped.detail]


def test_and_what_is_too_late(anna: Person, device: Device) -> None:
    set_limits(anna.company, 16, 2)
    device.start("BP-1", "9:00")
    anna.company.clock.advance(hours=2 * 24 - 9, seconds=1)
    [started] = device.sync()
    assert (started.code, started.detail) == (
        "LATE",
        "This is more than 2 days old. The time is kept; ask your manager to add it.",
    )


def test_an_earlier_stop_elsewhere_frees_it_again(anna: Person, device: Device) -> None:
    """Held as too long until the stop at 10:00 arrives, which was made before."""
    anna.company.clock.advance(hours=12)
    device.start("BP-1", "9:00")
    device.sync()
    other = anna.device()
    other.take_over(device)
    device.stop("26:00")
    device.sync()
    other.stop("10:00")
    other.sync()
    assert anna.counted("BP-1") == ["9:00-10:00"]
    assert [item.code for item in anna.attention()] == ["STOPPED_ELSEWHERE"]
    anna.company.check()


def test_held_time_does_not_end_what_runs(anna: Person, device: Device) -> None:
    other = anna.device()
    device.start("BP-1", "9:00")
    device.sync()
    other.start("WEB-1", "10:00")
    other.stop("11:00")
    other.sync()
    device.stop("12:00")
    device.sync()
    assert anna.counted("BP-1") == ["9:00-12:00"]
    assert anna.held_seconds() == 0


# ---- a stop always counts as one


@pytest.mark.parametrize("happens", ["issue deleted", "budget locked", "no member any more"])
def test_what_started_in_order_counts_to_its_stop(anna: Person, device: Device, happens: str) -> None:
    device.start("BP-1", "9:00")
    device.sync()
    company = anna.company
    match happens:
        case "issue deleted":
            company.delete_issue("BP-1")
        case "budget locked":
            company.lock_budget("BP", "9:30")
        case _:
            company.remove_member("BP", anna)
    device.stop("10:00")
    [stopped] = device.sync()
    assert stopped.outcome is OutcomeKind.APPLIED
    assert anna.counted("BP-1") == ["9:00-10:00"]
    assert company.spent("BP") == 50
    company.check()
