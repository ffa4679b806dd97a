"""Does the status say what runs, what it costs, and when to look again?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from server.domain.messages import RateLevel, RateType, TimerStatus
from tests.server.company import Company, Person
from tests.server.daytime import at


@pytest.fixture
def anna(company: Company) -> Person:
    return company.anna


def test_status_of_nothing(anna: Person) -> None:
    now = anna.status()
    assert (now.status, now.time_log_id, now.server_time) == (TimerStatus.STOPPED, None, at("8:00"))


def test_status_while_it_runs(anna: Person, company: Company) -> None:
    company.set_budget("BP", 200)
    log_id = anna.start("BP-1").time_log_id
    company.clock.advance(minutes=90)
    now = anna.status()
    assert (now.status, now.time_log_id, now.server_time) == (TimerStatus.RUNNING, log_id, at("9:30"))
    assert (now.issue_id, now.issue_key, now.issue_summary) == (company.issues["BP-1"], "BP-1", "About BP-1")
    assert (now.project_id, now.started_at, now.paused_at) == (company.projects["BP"], at("8:00"), None)
    assert (now.elapsed_seconds, now.cost, now.currency) == (5400, Decimal(75), "USD")
    assert (now.rate_type, now.rate_amount) == (RateType.HOURLY, Decimal(50))
    assert now.budget_percent == Decimal("37.50")


def test_the_budget_is_as_used_as_its_page_says(anna: Person, company: Company) -> None:
    """Also with timers that are converted, by another unit, ahead of time, or of nobody who is paid."""
    company.set_exchange("EUR", "USD", "1.1", date(2026, 1, 1))
    company.set_budget("BP", 700)
    eva = company.hire("eva", ["BP"], hourly=None)
    company.agree(RateLevel.USER, "60", date(2026, 1, 1), person=eva, currency="EUR")
    company.hire("volunteer", ["BP"], hourly=None).start("BP-1")
    seen = []
    for person in (anna, company.ben, eva):
        person.start("BP-1")
        company.clock.advance(minutes=7, seconds=1)
        seen.append(anna.status().budget_percent)
        assert seen[-1] == company.budget("BP").percent
        anna.pause()
        anna.resume()  # what its log costs from now on counts once
    assert len(set(seen)) == len(seen)


def test_status_while_it_is_paused(anna: Person, company: Company) -> None:
    anna.start("BP-1")
    company.clock.advance(hours=1)
    anna.pause()
    company.clock.advance(hours=1)
    now = anna.status()
    assert (now.status, now.paused_at, now.elapsed_seconds) == (TimerStatus.PAUSED, at("9:00"), 3600)
    assert now.budget_percent is None


def test_status_of_a_person_without_a_rate(company: Company) -> None:
    volunteer = company.hire("volunteer", ["BP"], hourly=None)
    volunteer.start("BP-1")
    company.clock.advance(hours=1)
    now = volunteer.status()
    assert (now.cost, now.currency, now.rate_type, now.rate_amount) == (Decimal(0), None, None, None)
    assert volunteer.stop().cost == 0
    company.check()


def test_the_revision_changes_with_the_timer_and_not_with_time(anna: Person, company: Company) -> None:
    company.set_budget("BP", 200)
    seen = [anna.revision()]
    changes: list[Callable[[], object]] = [
        lambda: anna.start("BP-1"),
        anna.pause,
        anna.resume,
        lambda: anna.start("BP-2"),
        anna.stop,
    ]
    for change in changes:
        change()
        company.clock.advance(minutes=1)
        assert anna.revision() == anna.status().revision == anna.snapshot().revision
        seen.append(anna.revision())
    assert len(set(seen)) == len(seen)


def test_the_revision_changes_with_the_budget_of_the_timer(anna: Person, company: Company) -> None:
    company.set_budget("BP", 200)
    anna.start("BP-1")
    before = anna.revision()
    company.set_budget("BP", 100)
    assert anna.revision() != before
    before = anna.revision()
    company.ben.start("BP-2")
    company.clock.advance(hours=1)
    company.ben.stop()
    assert anna.revision() != before


def test_a_device_and_a_page_see_the_same_timer(anna: Person, company: Company) -> None:
    device = anna.device()
    device.start("BP-1", "8:00")
    device.sync()
    company.clock.advance(hours=1)
    assert anna.status().issue_key == "BP-1"
    anna.stop()
    device.stop("9:30")
    company.clock.advance(hours=1)
    [result] = device.sync()
    assert result.code == "STOPPED_ELSEWHERE"
    assert anna.counted("BP-1") == ["8:00-9:00"]
