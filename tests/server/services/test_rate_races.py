"""Is every rate one that somebody agreed, when several set rates and work at the same moment?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from server.db.repositories import audit
from server.db.session import Connection
from server.domain.messages import (
    ChangeSettings,
    RateLevel,
    RateType,
    Role,
    SetExchangeRate,
    SetLevelRate,
    StopTimer,
)
from server.services.company import settings
from server.services.money import exchange, rate_setting
from server.services.time import timers
from tests.server.company import Company, Person

MANY = 8
DAY = date(2026, 6, 15)


@pytest.fixture
def boss(company: Company) -> Person:
    return company.hire("boss", [], Role.ADMIN, hourly=None)


def at_once(company: Company, *works: Callable[[Connection], object]) -> None:
    """All begin before the first one is done, as far as the database lets them."""
    database = company.database
    for begun in [database.begin(database.database.run(work)) for work in works]:
        begun.result()


def agreeing(boss: Person, amount: int, since: date) -> Callable[[Connection], object]:
    company = boss.company
    request = SetLevelRate(
        level=RateLevel.PROJECT,
        rate_type=RateType.HOURLY,
        rate_amount=Decimal(amount),
        currency="USD",
        project_id=company.projects["BP"],
        effective_from=since,
    )
    return lambda conn: rate_setting.set_rate(conn, boss.principal, request, company.clock.now_ms())


def test_rates_of_one_day_follow_each_other(company: Company, boss: Person) -> None:
    at_once(company, *(agreeing(boss, 60 + number, DAY) for number in range(MANY)))
    entries = [each.entry for each in company.database.read(lambda conn: list(audit.walk(conn)))]
    assert len(entries) == MANY
    for earlier, later in zip([None, *entries], entries, strict=False):
        assert later.before == (None if earlier is None else earlier.after)
    [(kept,)] = company.rows("SELECT rate_amount FROM project_rates")
    newest = entries[-1].after
    assert newest is not None
    assert company.money(kept) == Decimal(newest["rate_amount"])


def test_rates_of_several_days_are_all_kept(company: Company, boss: Person) -> None:
    at_once(company, *(agreeing(boss, 60, DAY + timedelta(days=ahead)) for ahead in range(MANY)))
    assert company.rows("SELECT count(*) FROM project_rates") == [(MANY,)]


def test_settings_that_are_changed_at_once_are_all_changed(company: Company, boss: Person) -> None:
    asked = [
        ChangeSettings(time_zone="Europe/Berlin"),
        ChangeSettings(late_limit_days=10),
        ChangeSettings(long_limit_hours=12),
        ChangeSettings(auto_pause_on_logout=True),
        ChangeSettings(default_hourly_rate=Decimal(40)),
    ]
    now_ms = company.clock.now_ms()

    def changing(named: ChangeSettings) -> Callable[[Connection], object]:
        return lambda conn: settings.change(conn, boss.principal, named, now_ms)

    at_once(company, *(changing(each) for each in asked))
    after = company.database.read(lambda conn: settings.shown(conn, now_ms))
    assert (after.time_zone, after.late_limit_days, after.long_limit_hours) == ("Europe/Berlin", 10, 12)
    assert (after.auto_pause_on_logout, after.default_hourly_rate) == (True, Decimal(40))


def test_what_is_converted_while_it_stops_is_counted_once(company: Company, boss: Person) -> None:
    company.set_budget("BP", 100_000)
    crew = [company.hire(f"p{number}", ["BP"], hourly=None) for number in range(MANY)]
    for person in crew:
        company.agree(RateLevel.USER, "60", DAY, person=person, currency="EUR")
        person.start("BP-1")
    company.clock.advance(hours=1)
    now_ms = company.clock.now_ms()
    asked = SetExchangeRate("EUR", "USD", Decimal("1.1"), DAY, convert_waiting=True)

    def stopping(person: Person) -> Callable[[Connection], object]:
        return lambda conn: timers.stop(conn, person.principal, StopTimer(), now_ms)

    stops = [stopping(person) for person in crew]
    half = MANY // 2
    at_once(
        company,
        *stops[:half],
        lambda conn: exchange.set_rate(conn, boss.principal, asked, now_ms),
        *stops[half:],
    )
    assert company.spent("BP") == 66 * MANY
    company.check()
