"""Are the totals of a list of logs those of all its pages, whatever part of the time is asked for?

Most of it comes from daily totals, and the days of a company that moved around the world lie across each other.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import cycle

import pytest

from server.domain.messages import LogPage, LogTotals, Role, TimerStatus
from server.services.time import logs
from server.services.time.logs import LogFilter
from tests.server.company import Company, Person
from tests.server.daytime import MIDNIGHT

DAYS = 30
DAY_S = 86_400
ZONES = ("Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC")


@pytest.fixture
def travelled(company: Company) -> Company:
    """A log each eleven hours for a month, by Anna and Ben in turns; each week or so in another zone."""
    zones, people = (
        cycle(ZONES),
        cycle([(company.anna, "BP-1"), (company.ben, "WEB-1"), (company.ben, "BP-2")]),
    )
    for number in range(DAYS * 2):
        if number % 17 == 0:
            company.set_zone(next(zones))
        person, key = next(people)
        person.start(key)
        company.clock.advance(seconds=600 + number)
        person.stop()
        company.clock.advance(hours=11)
    company.anna.start("BP-3")
    return company


def listed(who: Person, wanted: LogFilter) -> LogTotals:
    """By adding up every page."""
    count, seconds, costs, cursor = 0, 0, dict[str, Decimal](), None
    while True:
        page = of(who, wanted, cursor)
        for log in page.items:
            count += 1
            seconds += log.duration_seconds
            if log.currency is not None:
                costs[log.currency] = costs.get(log.currency, Decimal(0)) + log.total_cost
        cursor = page.next
        if cursor is None:
            break
    return LogTotals(
        count, seconds, [type(each)(each.currency, costs[each.currency]) for each in page.totals.costs]
    )


def of(who: Person, wanted: LogFilter, cursor: str | None = None) -> LogPage:
    company = who.company
    return company.database.read(lambda conn: logs.page(conn, who.principal, wanted, cursor, 50))


def test_any_part_of_the_time(travelled: Company) -> None:
    ada = travelled.hire("ada", [], Role.ADMIN)
    for hours in range(0, 24, 5):
        since = MIDNIGHT + hours * 3600
        for days in (1, 6, 8, 9, 20, 40):
            wanted = LogFilter(since=since, until=since + days * DAY_S, everybody=True)
            assert of(ada, wanted).totals == listed(ada, wanted), (hours, days)
        for open_ended in (
            LogFilter(since=since, everybody=True),
            LogFilter(until=since + 20 * DAY_S, everybody=True),
        ):
            assert of(ada, open_ended).totals == listed(ada, open_ended), hours


def test_any_part_of_the_logs(travelled: Company) -> None:
    ada, mia = travelled.hire("ada", [], Role.ADMIN), travelled.hire("mia", ["WEB"], Role.MANAGER)
    bp, issue = travelled.projects["BP"], travelled.issues["BP-1"]
    for who, wanted in (
        (ada, LogFilter(everybody=True)),
        (ada, LogFilter(everybody=True, project_id=bp)),
        (ada, LogFilter(everybody=True, project_id=bp, billable=False)),
        (ada, LogFilter(everybody=True, issue_id=issue)),
        (ada, LogFilter(everybody=True, status=TimerStatus.RUNNING)),
        (mia, LogFilter(everybody=True)),
        (travelled.anna, LogFilter()),
        (travelled.ben, LogFilter(billable=True)),
    ):
        found = of(who, wanted).totals
        assert found == listed(who, wanted), wanted
    assert of(ada, LogFilter(everybody=True)).totals.count == 2 * DAYS + 1
    assert of(mia, LogFilter(everybody=True)).totals.count == 20
    travelled.check()


def test_the_days_were_those_of_several_zones(travelled: Company) -> None:
    """Else the tests above would say little."""
    found = travelled.rows("SELECT start_time, start_day FROM issue_time_logs")
    ahead = {
        (date.fromisoformat(str(day)) - datetime.fromtimestamp(start / 1000, UTC).date()).days
        for start, day in found
    }
    assert ahead == {-1, 0, 1}
