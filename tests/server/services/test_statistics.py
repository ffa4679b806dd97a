"""Are a project's statistics and a report the exact sums of the logs that somebody may read?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from server.db.repositories import organisation
from server.domain.errors import Forbidden, Invalid, NotFound
from server.domain.messages import Amount, DeleteLog, ProjectStatistics, Report, Role
from server.services.reporting import reports, statistics, totals
from server.services.reporting.reports import ReportFilter
from server.services.reporting.tally import Days
from server.services.time import editing
from tests.server.company import Company, Person

MONDAY = date(2026, 6, 15)
TUESDAY = date(2026, 6, 16)
ALWAYS = Days()
ANYTHING = ReportFilter(ALWAYS)


@pytest.fixture
def mia(company: Company) -> Person:
    """Manages BP."""
    return company.hire("mia", ["BP"], Role.MANAGER)


@pytest.fixture
def ada(company: Company) -> Person:
    return company.hire("ada", [], Role.ADMIN)


def of(who: Person, project: str = "BP", days: Days = ALWAYS, issues_named: int = 100) -> ProjectStatistics:
    company = who.company
    return company.database.read(
        lambda conn: statistics.of_project(
            conn, who.principal, company.projects[project], days, company.clock.now_ms(), issues_named
        )
    )


def report(
    who: Person, wanted: ReportFilter = ANYTHING, cursor: str | None = None, limit: int = 100
) -> Report:
    return who.company.database.read(lambda conn: reports.report(conn, who.principal, wanted, cursor, limit))


def rows(found: Report) -> list[tuple[str, str, int]]:
    return [(row.name, row.project_key, row.duration_seconds) for row in found.items]


def work(person: Person, key: str, *, hours: int = 0, seconds: int = 0) -> None:
    person.start(key)
    person.company.clock.advance(hours=hours, seconds=seconds)
    person.stop()


def until_next_day(company: Company) -> None:
    """8:00 again."""
    company.clock.advance(seconds=-(company.clock.now_ms() // 1000 - 8 * 3600) % 86400)


# ---- a project


def test_nothing_was_worked(mia: Person) -> None:
    found = of(mia)
    assert (found.totals.logs, found.totals.duration_seconds, found.totals.costs) == (0, 0, [])
    assert [*found.by_user, *found.by_issue, *found.by_day, *found.by_billable] == []
    assert found.currency is None
    assert found.totals.total_cost is None
    assert found.burn is None


def test_the_same_time_by_user_issue_and_day(company: Company, mia: Person) -> None:
    company.set_budget("BP", 1000)
    work(company.anna, "BP-1", hours=1)
    work(company.ben, "BP-1", hours=2)
    until_next_day(company)
    work(company.anna, "BP-2", seconds=1)
    work(company.ben, "WEB-1", hours=5)
    found = of(mia)
    assert found.totals.total_cost == Decimal("150.0139")
    assert [(each.name, each.duration_seconds, each.total_cost) for each in found.by_user] == [
        ("Ben", 7200, 100),
        ("Anna", 3601, Decimal("50.0139")),
    ]
    assert [(each.issue_key, each.duration_seconds) for each in found.by_issue] == [
        ("BP-1", 10800),
        ("BP-2", 1),
    ]
    assert [(each.day, each.logs, each.total_cost) for each in found.by_day] == [
        (MONDAY, 2, 150),
        (TUESDAY, 1, Decimal("0.0139")),
    ]
    assert [(each.is_billable, each.duration_seconds) for each in found.by_billable] == [(True, 10801)]


def test_only_the_days_asked_for(company: Company, mia: Person) -> None:
    work(company.anna, "BP-1", hours=1)
    until_next_day(company)
    work(company.anna, "BP-2", hours=2)
    assert of(mia, days=Days(since=TUESDAY)).totals.duration_seconds == 7200
    assert of(mia, days=Days(until=MONDAY)).totals.duration_seconds == 3600
    assert of(mia, days=Days(MONDAY, TUESDAY)).totals.duration_seconds == 10800
    [issue] = of(mia, days=Days(TUESDAY, TUESDAY)).by_issue
    assert (issue.issue_key, issue.duration_seconds) == ("BP-2", 7200)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_are_the_organisations_also_by_issue(company: Company, mia: Person, zone: str) -> None:
    company.database.run(
        lambda conn: organisation.save(conn, replace(organisation.find(conn), time_zone=zone), 0)
    )
    company.clock.advance(hours=2)
    work(company.anna, "BP-1", hours=1)
    [day] = of(mia).by_day
    assert day.day == {"Pacific/Kiritimati": TUESDAY, "Pacific/Pago_Pago": date(2026, 6, 14)}[zone]
    assert len(of(mia, days=Days(day.day, day.day)).by_issue) == 1
    assert of(mia, days=Days(MONDAY, MONDAY)).by_issue == []


def test_time_that_is_not_billable(company: Company, mia: Person) -> None:
    company.set_budget("BP", 1000)
    work(company.anna, "BP-1", hours=1)
    work(company.anna, "BP-2", hours=2)
    company.write("UPDATE issue_time_logs SET is_billable = false WHERE issue_id = ?", company.issues["BP-2"])
    company.write("DELETE FROM daily_totals")
    company.database.run(totals.rebuild)
    found = of(mia)
    assert (found.totals.billable_seconds, found.totals.duration_seconds) == (3600, 10800)
    assert (found.totals.billable_cost, found.totals.total_cost) == (Decimal(50), Decimal(150))
    assert [(each.is_billable, each.duration_seconds) for each in found.by_billable] == [
        (True, 3600),
        (False, 7200),
    ]
    assert [each.billable_seconds for each in found.by_issue] == [0, 3600]


def test_another_currency_is_apart_and_never_added(company: Company, mia: Person) -> None:
    company.set_budget("BP", 1000, "EUR")
    work(company.anna, "BP-1", hours=1)
    sums = of(mia).totals
    assert sums.costs == [Amount("USD", Decimal("50.0000"))]
    assert sums.total_cost == 0
    assert sums.unconverted == [Amount("USD", Decimal("50.0000"))]


def test_what_runs_is_a_log_without_time(company: Company, mia: Person) -> None:
    company.anna.start("BP-1")
    company.clock.advance(hours=1)
    found = of(mia)
    assert (found.totals.logs, found.totals.duration_seconds) == (1, 0)
    assert [(each.issue_key, each.logs, each.duration_seconds) for each in found.by_issue] == [("BP-1", 1, 0)]


def test_a_deleted_log_is_in_nothing(company: Company, mia: Person) -> None:
    work(company.anna, "BP-1", hours=1)
    log, anna, now_ms = company.anna.log("BP-1"), company.anna.principal, company.clock.now_ms()
    company.database.run(lambda conn: editing.remove(conn, anna, log.id, DeleteLog(), now_ms))
    found = of(mia)
    assert (found.totals.logs, found.by_user, found.by_issue, found.by_day) == (0, [], [], [])


def test_issues_beyond_the_limit_come_together(company: Company, mia: Person) -> None:
    for number in range(1, 4):
        work(company.anna, f"BP-{number}", hours=number)
    named, others = of(mia, issues_named=1).by_issue
    assert named.issue_key == "BP-3"
    assert (others.issue_id, others.duration_seconds, others.logs) == (None, 3 * 3600, 2)
    assert others.costs == [Amount("USD", Decimal(150))]


def test_how_fast_the_budget_is_used(company: Company, mia: Person) -> None:
    """100 on Monday and 50 on Tuesday is 75 a day; today counts in what is left, and so does what runs."""
    company.set_budget("BP", 400)
    work(company.anna, "BP-1", hours=2)
    until_next_day(company)
    work(company.anna, "BP-1", hours=1)
    until_next_day(company)
    work(company.anna, "BP-1", hours=1)
    company.ben.start("BP-2")
    company.clock.advance(hours=1)
    burn = of(mia).burn
    assert burn is not None
    assert (burn.worked_days, burn.since, burn.per_worked_day) == (2, MONDAY, Decimal(75))
    assert burn.left == 400 - 200 - 50
    assert burn.ends_on == date(2026, 6, 18)


def test_without_worked_days_the_end_is_not_in_sight(company: Company, mia: Person) -> None:
    company.set_budget("BP", 400)
    burn = of(mia).burn
    assert burn is not None
    assert (burn.worked_days, burn.since, burn.per_worked_day, burn.ends_on) == (0, None, None, None)


def test_statistics_are_for_the_projects_managers(company: Company, mia: Person, ada: Person) -> None:
    other = company.hire("otto", ["WEB"], Role.MANAGER)
    assert of(ada).project_id == of(mia).project_id == company.projects["BP"]
    with pytest.raises(Forbidden):
        of(company.anna)
    with pytest.raises(NotFound):
        of(other)
    with pytest.raises(NotFound):
        of(mia, "WEB")


@pytest.mark.parametrize(
    ("days", "field"),
    [
        (Days(TUESDAY, MONDAY), "to"),
        (Days(since=date(1, 1, 1)), "from"),
        (Days(until=date(9999, 12, 31)), "to"),
    ],
)
def test_days_that_nobody_can_mean(mia: Person, days: Days, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        of(mia, days=days)
    assert [each.field for each in refused.value.errors] == [field]
    with pytest.raises(Invalid):
        report(mia, ReportFilter(days))


# ---- a report


def test_everybody_reads_what_they_may(company: Company, mia: Person, ada: Person) -> None:
    """A manager also their own time on projects that they do not manage."""
    work(company.anna, "BP-1", hours=1)
    work(company.ben, "BP-1", hours=2)
    work(company.ben, "WEB-1", hours=3)
    work(ada, "WEB-2", hours=4)
    assert rows(report(company.anna)) == [("Anna", "BP", 3600)]
    assert rows(report(company.ben)) == [("Ben", "BP", 7200), ("Ben", "WEB", 10800)]
    assert rows(report(mia)) == [("Anna", "BP", 3600), ("Ben", "BP", 7200)]
    assert rows(report(ada)) == [
        ("Anna", "BP", 3600),
        ("Ben", "BP", 7200),
        ("Ben", "WEB", 10800),
        ("Ada", "WEB", 14400),
    ]


def test_a_managers_own_time_elsewhere(company: Company, mia: Person) -> None:
    work(mia, "BP-1", hours=1)
    company.remove_member("BP", mia)
    work(company.anna, "BP-1", hours=1)
    assert rows(report(mia)) == [("Mia", "BP", 3600)]


def test_a_member_cannot_ask_for_others(company: Company) -> None:
    other = company.ben.principal.user_id
    with pytest.raises(Forbidden):
        report(company.anna, ReportFilter(ALWAYS, user_id=other))


def test_a_manager_asking_for_a_stranger_gets_nothing(company: Company, mia: Person) -> None:
    work(company.ben, "WEB-1", hours=3)
    assert rows(report(mia, ReportFilter(ALWAYS, user_id=company.ben.principal.user_id))) == []
    assert rows(report(mia, ReportFilter(ALWAYS, project_id=company.projects["WEB"]))) == []


def test_only_what_was_asked_for(company: Company, ada: Person) -> None:
    work(company.anna, "BP-1", hours=1)
    work(company.ben, "BP-1", hours=1)
    until_next_day(company)
    work(company.ben, "WEB-1", hours=1)
    ben, web = company.ben.principal.user_id, company.projects["WEB"]
    assert rows(report(ada, ReportFilter(ALWAYS, user_id=ben))) == [("Ben", "BP", 3600), ("Ben", "WEB", 3600)]
    assert rows(report(ada, ReportFilter(ALWAYS, project_id=web))) == [("Ben", "WEB", 3600)]
    assert rows(report(ada, ReportFilter(Days(TUESDAY, TUESDAY)))) == [("Ben", "WEB", 3600)]


def test_each_project_has_its_currency(company: Company, ada: Person) -> None:
    company.set_budget("BP", 100)
    company.set_budget("WEB", 100, "EUR")
    work(company.ben, "BP-1", hours=1)
    work(company.ben, "WEB-1", hours=1)
    bp, web = report(ada).items
    assert (bp.currency, bp.total_cost, bp.unconverted) == ("USD", Decimal(50), [])
    assert (web.currency, web.total_cost) == ("EUR", Decimal(0))
    assert web.unconverted == [Amount("USD", Decimal(50))]


def test_pages_have_each_row_once_and_the_same_totals(company: Company, ada: Person) -> None:
    for person, key in ((company.anna, "BP-1"), (company.ben, "BP-1"), (company.ben, "WEB-1")):
        work(person, key, hours=1)
    seen, cursor = [], None
    while True:
        page = report(ada, cursor=cursor, limit=1)
        assert (page.totals.logs, page.totals.duration_seconds) == (3, 10800)
        assert page.totals.costs == [Amount("USD", Decimal(150))]
        seen += rows(page)
        cursor = page.next
        if cursor is None:
            break
    assert seen == rows(report(ada))
