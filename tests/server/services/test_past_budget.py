"""Does what is billable end exactly with the budget, where the project wants it so?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from server.domain.messages import AtLimit
from server.services import audit
from tests.server.company import Company, Person
from tests.server.hand import Hand


@pytest.fixture
def limited(company: Company) -> Company:
    """100 dollars, of which Anna and Ben use 50 an hour each."""
    company.set_budget("BP", 100, at_limit=AtLimit.NON_BILLABLE)
    return company


def told(person: Person) -> list[tuple[str, int, Decimal, bool]]:
    """Issue, seconds, cost and whether it is billable, oldest start first."""
    return [(log.issue_key, log.duration_seconds, log.total_cost, log.is_billable) for log in person.logs()]


def test_a_log_that_crosses_is_divided(limited: Company) -> None:
    limited.anna.start("BP-1")
    limited.clock.advance(hours=3)
    reply = limited.anna.stop("All of it")
    assert reply.elapsed_seconds == 3 * 3600
    assert told(limited.anna) == [
        ("BP-1", 2 * 3600, Decimal(100), True),
        ("BP-1", 3600, Decimal(50), False),
    ]
    assert {log.description for log in limited.anna.logs()} == {"All of it"}
    assert limited.anna.counted("BP-1") == ["8:00-10:00", "10:00-11:00"]
    assert limited.spent("BP") == 150
    limited.check()


def test_the_last_second_that_fits(limited: Company) -> None:
    """A second costs 0.0138…: 7200 of them are the budget, and 7201 are too much."""
    limited.anna.start("BP-1")
    limited.clock.advance(seconds=7201)
    limited.anna.stop()
    assert told(limited.anna) == [
        ("BP-1", 7200, Decimal(100), True),
        ("BP-1", 1, Decimal("0.0139"), False),
    ]


def test_what_fits_stays_whole(limited: Company) -> None:
    limited.anna.start("BP-1")
    limited.clock.advance(hours=2)
    limited.anna.stop()
    assert told(limited.anna) == [("BP-1", 7200, Decimal(100), True)]


def test_what_begins_later_is_not_billable(limited: Company) -> None:
    limited.anna.start("BP-1")
    limited.clock.advance(hours=3)
    limited.anna.stop()
    limited.ben.start("BP-2")
    limited.clock.advance(hours=1)
    limited.ben.stop()
    assert told(limited.ben) == [("BP-2", 3600, Decimal(50), False)]
    limited.check()


def test_a_switch_ends_the_log_too(limited: Company) -> None:
    limited.anna.start("BP-1")
    limited.clock.advance(hours=3)
    limited.anna.start("BP-2")
    assert told(limited.anna)[:2] == [
        ("BP-1", 7200, Decimal(100), True),
        ("BP-1", 3600, Decimal(50), False),
    ]
    assert limited.anna.status().issue_key == "BP-2"


def test_pauses_are_left_out(limited: Company) -> None:
    limited.anna.start("BP-1")
    for _ in range(3):
        limited.clock.advance(minutes=50)
        limited.anna.pause()
        limited.clock.advance(minutes=10)
        limited.anna.resume()
    limited.anna.stop()
    assert told(limited.anna) == [
        ("BP-1", 7200, Decimal(100), True),
        ("BP-1", 1800, Decimal(25), False),
    ]
    assert limited.anna.counted("BP-1") == ["8:00-8:50", "9:00-9:50", "10:00-10:20", "10:20-10:50"]


def test_the_stop_of_a_paused_timer_ends_it(limited: Company) -> None:
    limited.anna.start("BP-1")
    limited.clock.advance(hours=3)
    limited.anna.pause()
    assert told(limited.anna) == [("BP-1", 3 * 3600, Decimal(150), True)]
    limited.anna.stop()
    assert [is_billable for *_, is_billable in told(limited.anna)] == [True, False]


def test_what_was_entered_by_hand_keeps_its_time(limited: Company) -> None:
    """An hour in the middle costs 50 dollars too, and is what is left over."""
    limited.anna.start("BP-1")
    limited.clock.advance(hours=4)
    Hand(limited.anna).add("BP-2", "9:00-10:00", is_billable=False)
    limited.clock.advance(hours=1)
    limited.anna.stop()
    assert limited.anna.counted("BP-2") == ["9:00-10:00"]
    assert [(log.duration_seconds, log.is_billable) for log in limited.anna.logs()] == [
        (3600, True),
        (3600, False),
        (3 * 3600, False),
    ]
    limited.check()


def test_two_at_once_share_what_is_left(limited: Company) -> None:
    limited.anna.start("BP-1")
    limited.ben.start("BP-2")
    limited.clock.advance(minutes=90)
    limited.anna.stop()
    limited.clock.advance(minutes=30)
    limited.ben.stop()
    billable = [
        log.total_cost for person in (limited.anna, limited.ben) for log in person.logs() if log.is_billable
    ]
    assert sum(billable) == 100
    assert limited.spent("BP") == 175
    limited.check()


def test_what_a_device_tells_late_is_divided_too(limited: Company) -> None:
    """The earlier log is paid first, in whatever batch they come; once more changes nothing."""
    limited.clock.advance(hours=10)
    device = limited.anna.device()
    device.start("BP-1", "9:00")
    device.stop("10:30")
    device.start("BP-2", "11:00")
    device.stop("12:00")
    device.sync()
    expected = [
        ("BP-1", 5400, Decimal(75), True),
        ("BP-2", 1800, Decimal(25), True),
        ("BP-2", 1800, Decimal(25), False),
    ]
    assert told(limited.anna) == expected
    copied = device.copied()
    copied.become_new_device()
    copied.sync()
    assert told(limited.anna) == expected
    limited.check()


def test_a_late_stop_divides_nothing_again(limited: Company) -> None:
    limited.clock.advance(hours=10)
    first, second = limited.anna.device(), limited.anna.device()
    first.start("BP-1", "9:00")
    first.sync()
    second.take_over(first)
    first.stop("12:00")
    first.sync()
    before = told(limited.anna)
    second.stop("12:30")
    second.sync()
    assert told(limited.anna) == before


def test_what_a_person_decided_stays(limited: Company) -> None:
    limited.anna.start("BP-1")
    limited.clock.advance(hours=3)
    limited.anna.stop()
    later = limited.anna.logs()[1]
    Hand(limited.anna).change(later.id, is_billable=True)
    limited.anna.start("BP-2")
    limited.anna.stop()
    assert limited.anna.logs()[1].is_billable


def test_a_log_that_was_corrected_while_it_ran(limited: Company) -> None:
    limited.anna.start("BP-1")
    limited.clock.advance(hours=1)
    Hand(limited.anna).change(limited.anna.log("BP-1").id, start="7:30", description="Since half past seven")
    limited.clock.advance(hours=2)
    limited.anna.stop()
    assert told(limited.anna) == [("BP-1", 7200, Decimal(100), True), ("BP-1", 5400, Decimal(75), False)]
    assert limited.anna.counted("BP-1") == ["7:30-9:30", "9:30-11:00"]
    limited.check()


def test_time_that_is_not_billable_anyway(limited: Company) -> None:
    limited.anna.start("BP-1")
    Hand(limited.anna).change(limited.anna.log("BP-1").id, is_billable=False)
    limited.clock.advance(hours=3)
    limited.anna.stop()
    assert told(limited.anna) == [("BP-1", 3 * 3600, Decimal(150), False)]


def test_a_locked_budget_and_a_closed_project_refuse_no_stop(limited: Company) -> None:
    limited.anna.start("BP-1")
    limited.clock.advance(hours=3)
    limited.lock_budget("BP", "9:00")
    limited.remove_member("BP", limited.anna)
    limited.anna.stop()
    assert [is_billable for *_, is_billable in told(limited.anna)] == [True, False]
    limited.check()


@pytest.mark.parametrize("policy", [AtLimit.INFORM, AtLimit.ASK])
def test_other_policies_divide_nothing(company: Company, policy: AtLimit) -> None:
    company.set_budget("BP", 100, at_limit=policy)
    company.anna.start("BP-1")
    company.clock.advance(hours=3)
    company.anna.stop()
    assert told(company.anna) == [("BP-1", 3 * 3600, Decimal(150), True)]


def test_it_stands_in_the_trail_in_the_servers_name(limited: Company) -> None:
    limited.anna.start("BP-1")
    limited.clock.advance(hours=3)
    limited.anna.stop()
    limited.ben.start("BP-2")
    limited.clock.advance(hours=1)
    limited.ben.stop()
    trail = limited.rows("SELECT action, actor_user_id FROM audit_entries ORDER BY seq")
    assert trail == [("log.split", None), ("log.added", None), ("log.edited", None)]
    assert limited.database.read(audit.broken_at) is None
