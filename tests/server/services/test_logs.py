"""Which logs does a person get, in which order, and do the totals fit them?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from server.domain.errors import Forbidden, Invalid
from server.domain.messages import Amount, LogPage, RateLevel, RateType, Role, TimerStatus
from server.services.time import logs
from server.services.time.logs import LogFilter
from tests.server.company import Company, Person
from tests.server.daytime import at


@pytest.fixture
def anna(company: Company) -> Person:
    """An hour on each of five issues, from 8:00 to 13:00; the last one runs still at 14:00."""
    for number in range(1, 6):
        company.anna.start(f"BP-{number}")
        company.clock.advance(hours=1)
    company.anna.start("BP-6")
    company.clock.advance(hours=1)
    return company.anna


@pytest.fixture
def worked(company: Company, anna: Person) -> Company:
    """Ben too: an hour on BP and one on WEB, paused."""
    company.ben.start("BP-1")
    company.clock.advance(hours=1)
    company.ben.start("WEB-1")
    company.clock.advance(hours=1)
    company.ben.pause()
    return company


def read(person: Person, wanted: LogFilter, cursor: str | None = None, limit: int = 100) -> LogPage:
    company = person.company
    return company.database.read(lambda conn: logs.page(conn, person.principal, wanted, cursor, limit))


def keys(page: LogPage) -> list[str]:
    return [log.issue_key for log in page.items]


def test_latest_start_first(anna: Person) -> None:
    page = read(anna, LogFilter())
    assert keys(page) == ["BP-6", "BP-5", "BP-4", "BP-3", "BP-2", "BP-1"]
    assert page.next is None
    assert (page.totals.count, page.totals.duration_seconds) == (6, 5 * 3600)
    assert page.totals.costs == [Amount("USD", Decimal(250))]


def test_a_log_tells_all(anna: Person) -> None:
    company = anna.company
    log = read(anna, LogFilter(issue_id=company.issues["BP-1"])).items[0]
    assert (log.issue_key, log.issue_summary, log.project_id) == (
        "BP-1",
        "About BP-1",
        company.projects["BP"],
    )
    assert (log.user_id, log.status, log.is_billable) == (anna.principal.user_id, TimerStatus.STOPPED, True)
    assert (log.start_time, log.end_time, log.duration_seconds) == (at("8:00"), at("9:00"), 3600)
    assert (log.user_rate_type, log.user_rate_amount, log.total_cost, log.currency) == (
        RateType.HOURLY,
        Decimal(50),
        Decimal(50),
        "USD",
    )
    assert (log.created_at, log.updated_at) == (at("8:00"), at("9:00"))


def read_on(person: Person, limit: int) -> list[str]:
    """The keys on all pages; ten pages are enough for these tests."""
    shown: list[str] = []
    cursor = None
    for _ in range(10):
        page = read(person, LogFilter(), cursor, limit)
        assert len(page.items) <= limit
        assert page.totals.count == len(person.logs())
        shown += keys(page)
        cursor = page.next
        if cursor is None:
            break
    return shown


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 7])
def test_pages_show_each_log_once(anna: Person, limit: int) -> None:
    assert read_on(anna, limit) == ["BP-6", "BP-5", "BP-4", "BP-3", "BP-2", "BP-1"]


def test_pages_show_each_log_once_when_all_began_at_once(company: Company) -> None:
    for number in range(1, 6):
        company.anna.start(f"BP-{number}")
    assert sorted(read_on(company.anna, 2)) == [f"BP-{number}" for number in range(1, 6)]


def test_new_work_does_not_move_the_next_page(anna: Person) -> None:
    page = read(anna, LogFilter(), None, 2)
    anna.start("BP-7")
    assert keys(read(anna, LogFilter(), page.next, 2)) == ["BP-4", "BP-3"]


@pytest.mark.parametrize(
    "cursor", ["", "x", "1", "1.2.3", "1.-2", "1.2 ", "\u0661.\u0662", "1" * 19 + ".1", "1.2\n", "' OR 1"]
)
def test_what_is_no_cursor(anna: Person, cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(anna, LogFilter(), cursor)
    assert [error.field for error in refused.value.errors] == ["cursor"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (LogFilter(since=at("12:00")), ["BP-6", "BP-5"]),
        (LogFilter(until=at("9:00")), ["BP-1"]),
        (LogFilter(since=at("9:00"), until=at("10:00")), ["BP-2"]),
        (LogFilter(status=TimerStatus.RUNNING), ["BP-6"]),
        (LogFilter(status=TimerStatus.PAUSED), []),
        (LogFilter(billable=False), []),
        (LogFilter(billable=True, since=at("13:00")), ["BP-6"]),
        (LogFilter(project_id=999), []),
    ],
)
def test_filters(anna: Person, wanted: LogFilter, expected: list[str]) -> None:
    page = read(anna, wanted)
    assert keys(page) == expected
    assert page.totals.count == len(expected)


def test_what_is_not_billable(anna: Person) -> None:
    anna.company.write("UPDATE issue_time_logs SET is_billable = ? WHERE id = ?", False, anna.log("BP-2").id)
    assert keys(read(anna, LogFilter(billable=False))) == ["BP-2"]


def test_totals_by_currency(anna: Person) -> None:
    company = anna.company
    day = date(2026, 6, 15)
    company.agree(RateLevel.USER, "0.0001", day, person=anna, currency="EUR", kind=RateType.SECONDLY)
    anna.start("BP-7")
    company.clock.advance(seconds=3)
    anna.stop()
    totals = read(anna, LogFilter()).totals
    assert totals.costs == [Amount("EUR", Decimal("0.0003")), Amount("USD", Decimal(300))]
    assert (totals.count, totals.duration_seconds) == (7, 6 * 3600 + 3)


def test_time_without_a_rate_is_in_the_totals(company: Company) -> None:
    volunteer = company.hire("volunteer", ["BP"], hourly=None)
    volunteer.start("BP-1")
    company.clock.advance(hours=1)
    volunteer.stop()
    totals = read(volunteer, LogFilter()).totals
    assert (totals.count, totals.duration_seconds, totals.costs) == (1, 3600, [])


def test_no_logs_at_all(company: Company) -> None:
    page = read(company.anna, LogFilter())
    assert (page.items, page.next, page.totals.count, page.totals.duration_seconds) == ([], None, 0, 0)


# ---- whose time


def test_a_member_reads_their_own_only(worked: Company) -> None:
    assert len(read(worked.ben, LogFilter()).items) == 2
    for wanted in (LogFilter(user_id=worked.anna.principal.user_id), LogFilter(everybody=True)):
        with pytest.raises(Forbidden):
            read(worked.ben, wanted)


def test_a_manager_reads_their_projects(worked: Company) -> None:
    manager = worked.hire("manager", ["BP"], Role.MANAGER)
    everybody = read(manager, LogFilter(everybody=True))
    assert set(keys(everybody)) == {f"BP-{number}" for number in range(1, 7)}
    assert everybody.totals.count == 7
    assert keys(read(manager, LogFilter(user_id=worked.ben.principal.user_id))) == ["BP-1"]
    assert keys(read(manager, LogFilter(everybody=True, project_id=worked.projects["WEB"]))) == []
    assert keys(read(manager, LogFilter())) == []


def test_a_manager_reads_their_own_time_on_other_projects(worked: Company) -> None:
    manager = worked.hire("manager", ["BP", "WEB"], Role.MANAGER)
    manager.start("WEB-2")
    worked.remove_member("WEB", manager)
    assert keys(read(manager, LogFilter())) == ["WEB-2"]
    assert "WEB-1" not in keys(read(manager, LogFilter(everybody=True)))


def test_an_administrator_reads_all(worked: Company) -> None:
    boss = worked.hire("boss", [], Role.ADMIN)
    assert read(boss, LogFilter(everybody=True)).totals.count == 8
    assert keys(read(boss, LogFilter(user_id=worked.ben.principal.user_id))) == ["WEB-1", "BP-1"]
    assert keys(read(boss, LogFilter(everybody=True, status=TimerStatus.PAUSED))) == ["WEB-1"]
