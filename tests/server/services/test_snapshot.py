"""Does a device learn how things stand: the timer, today, what needs its user?"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from server.domain.messages import Amount, Rate, RateType
from server.services.time.snapshot import start_of_day
from tests.server.company import Company, Person
from tests.server.daytime import at

HOUR = 3600


@pytest.fixture
def anna(company: Company) -> Person:
    return company.anna


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


# ---- today


@pytest.mark.parametrize(
    ("now", "tz", "began"),
    [
        ("2026-06-15T12:00:00", "UTC", "2026-06-15T00:00:00"),
        ("2026-06-15T00:00:00", "UTC", "2026-06-15T00:00:00"),
        ("2026-06-14T23:59:59", "UTC", "2026-06-14T00:00:00"),
        ("2026-06-15T12:00:00", "Europe/Berlin", "2026-06-14T22:00:00"),
        ("2026-06-15T21:59:59", "Europe/Berlin", "2026-06-14T22:00:00"),
        ("2026-06-15T22:00:00", "Europe/Berlin", "2026-06-15T22:00:00"),
        ("2026-06-15T12:00:00", "Asia/Kathmandu", "2026-06-14T18:15:00"),
        ("2026-06-15T05:00:00", "America/Los_Angeles", "2026-06-14T07:00:00"),
        # the day on which summer time begins has 23 hours, that on which it ends 25
        ("2026-03-29T12:00:00", "Europe/Berlin", "2026-03-28T23:00:00"),
        ("2026-10-25T12:00:00", "Europe/Berlin", "2026-10-24T22:00:00"),
        ("2026-10-25T22:59:59", "Europe/Berlin", "2026-10-24T22:00:00"),
        # a day without midnight begins at one o'clock; one with two midnights at the first
        ("2018-11-04T12:00:00", "America/Sao_Paulo", "2018-11-04T03:00:00"),
        ("2026-11-01T12:00:00", "America/Havana", "2026-11-01T04:00:00"),
        # what the server does not know is UTC
        ("2026-06-15T12:00:00", "Mars/Olympus", "2026-06-15T00:00:00"),
        ("2026-06-15T12:00:00", "", "2026-06-15T00:00:00"),
        ("2026-06-15T12:00:00", "../../etc/passwd", "2026-06-15T00:00:00"),
        ("2026-06-15T12:00:00", "Europe", "2026-06-15T00:00:00"),
        ("2026-06-15T12:00:00", "UTC\0", "2026-06-15T00:00:00"),
        ("2026-06-15T12:00:00", "ü" * 64, "2026-06-15T00:00:00"),
    ],
)
def test_when_the_day_began(now: str, tz: str, began: str) -> None:
    assert start_of_day(utc(now), tz) == utc(began)


def test_today_is_what_lies_in_the_devices_day(anna: Person, company: Company) -> None:
    """In Kathmandu the 16th begins at 18:15 UTC."""
    company.clock.advance(hours=11)
    device = anna.device()
    device.start("BP-1", "17:15")
    device.stop("18:45")
    device.sync()
    assert anna.snapshot("UTC").today.counted_seconds == HOUR + HOUR // 2
    kathmandu = anna.snapshot("Asia/Kathmandu").today
    assert kathmandu.counted_seconds == HOUR // 2
    assert kathmandu.costs == [Amount("USD", Decimal(25))]


def test_what_runs_counts_up_to_now(anna: Person, company: Company) -> None:
    anna.start("BP-1")
    company.clock.advance(minutes=90)
    today = anna.snapshot().today
    assert (today.counted_seconds, today.costs) == (5400, [Amount("USD", Decimal(75))])
    company.clock.advance(hours=15)
    assert anna.snapshot().today.counted_seconds == HOUR // 2  # since midnight


def test_time_without_a_rate_has_no_price(company: Company) -> None:
    volunteer = company.hire("volunteer", ["BP"], hourly=None)
    volunteer.start("BP-1")
    company.clock.advance(hours=1)
    today = volunteer.snapshot().today
    assert (today.counted_seconds, today.costs) == (HOUR, [])


def test_a_timer_over_midnight_counts_on_both_days(anna: Person, company: Company) -> None:
    company.clock.advance(hours=15)
    anna.start("BP-1")
    company.clock.advance(hours=3)
    anna.stop()
    assert anna.snapshot().today.counted_seconds == 2 * HOUR
    assert anna.log("BP-1").duration_seconds == 3 * HOUR


def test_yesterdays_held_time_is_not_todays(anna: Person, company: Company) -> None:
    company.clock.advance(hours=18)  # 2:00 of the day after
    device = anna.device()
    device.start("WEB-1", "23:00")
    device.stop("25:00")
    device.sync()
    assert anna.held_seconds() == HOUR


def test_ahead_of_the_servers_clock_nothing_counts_yet(anna: Person, company: Company) -> None:
    device = anna.device()
    device.start("BP-1", "8:01")
    device.sync()
    assert anna.snapshot().today.counted_seconds == 0
    assert anna.status().elapsed_seconds == 0


# ---- the timer


def test_a_running_timer(anna: Person, company: Company) -> None:
    device = anna.device()
    device.start("BP-1", "8:00")
    device.sync()
    company.clock.advance(hours=1)
    timer = anna.snapshot().active_timer
    assert timer is not None
    assert (timer.timer_id, timer.claim_id, timer.device_id) == (
        device.timer_id,
        device.claim_id,
        device.device_id,
    )
    assert (timer.status, timer.started_at, timer.running_since) == ("running", at("8:00"), at("8:00"))
    assert (timer.closed_seconds, timer.paused_at, timer.hold_code) == (0, None, None)
    assert (timer.issue_key, timer.issue_summary, timer.project_id) == (
        "BP-1",
        "About BP-1",
        company.projects["BP"],
    )
    assert timer.rate == Rate(RateType.HOURLY, Decimal(50), "USD")
    assert timer.time_log_id == anna.log("BP-1").id


def test_a_paused_timer(anna: Person, company: Company) -> None:
    anna.start("BP-1")
    company.clock.advance(hours=1)
    anna.pause()
    company.clock.advance(hours=1)
    timer = anna.snapshot().active_timer
    assert timer is not None
    assert (timer.status, timer.paused_at, timer.closed_seconds) == ("paused", at("9:00"), HOUR)
    assert (timer.running_since, timer.claim_id, timer.device_id) == (None, None, None)


def test_a_resumed_timer_goes_on_from_what_it_has(anna: Person, company: Company) -> None:
    anna.start("BP-1")
    company.clock.advance(hours=1)
    anna.pause()
    company.clock.advance(hours=1)
    anna.resume()
    timer = anna.snapshot().active_timer
    assert timer is not None
    assert (timer.started_at, timer.running_since, timer.closed_seconds) == (at("8:00"), at("10:00"), HOUR)


def test_no_timer_and_no_rate(company: Company) -> None:
    snapshot = company.hire("volunteer", ["BP"], hourly=None).snapshot()
    assert (snapshot.active_timer, snapshot.rate, snapshot.attention, snapshot.recent_issue_ids) == (
        None,
        None,
        [],
        [],
    )


def test_a_stop_elsewhere_leaves_no_timer(anna: Person, company: Company) -> None:
    company.clock.advance(hours=10)
    one, other = anna.device(), anna.device()
    one.start("BP-1", "9:00")
    one.sync()
    other.take_over(one)
    other.stop("10:00")
    reply = other.push(other.request())
    assert reply.snapshot is not None
    assert reply.snapshot.active_timer is None


def test_work_elsewhere_after_a_pause_leaves_no_timer(anna: Person, company: Company) -> None:
    """BP-1 was paused at 9:30; what was done on another device since then is the latest that is known."""
    company.clock.advance(hours=10)
    one, other = anna.device(), anna.device()
    one.start("BP-1", "9:00")
    one.pause("9:30")
    one.sync()
    other.start("BP-2", "10:00")
    other.stop("11:00")
    other.sync()
    assert anna.snapshot().active_timer is None
    assert anna.log("BP-1").status == "paused"


# ---- what needs its user, and what was used last


def test_the_newest_trouble_comes_first(anna: Person, company: Company) -> None:
    device = anna.device()
    device.start("WEB-1", "7:00")
    device.stop("7:10")
    device.sync()
    company.clock.advance(minutes=1)
    device.record_body("timer.fly", {})
    device.sync()
    company.clock.advance(minutes=1)
    device.start("no such issue", "7:20")
    device.sync()
    found = [(item.code, item.since) for item in anna.attention()]
    assert found == [
        ("ISSUE_UNKNOWN", at("8:02")),
        ("UNKNOWN_KIND", at("8:01")),
        ("NO_PERMISSION", at("8:00")),
    ]
    assert company.ben.attention() == []


def test_recent_issues_latest_first_each_once(anna: Person, company: Company) -> None:
    for key in ("BP-1", "BP-2", "BP-1", "BP-3"):
        anna.start(key)
        company.clock.advance(minutes=1)
    assert anna.snapshot().recent_issue_ids == [company.issues[key] for key in ("BP-3", "BP-1", "BP-2")]


def test_ten_recent_issues_at_most(anna: Person, company: Company) -> None:
    company.issues["BP-11"] = company.add_issue(company.projects["BP"], "BP-11")
    for number in range(1, 12):
        anna.start(f"BP-{number}")
        company.clock.advance(minutes=1)
    assert anna.snapshot().recent_issue_ids == [company.issues[f"BP-{number}"] for number in range(11, 1, -1)]
