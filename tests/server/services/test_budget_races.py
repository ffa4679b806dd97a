"""Is nothing lost and nothing told twice when many change a budget at the same moment?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from server.db.repositories import budgets as budget_rows
from server.db.session import Connection
from server.domain.messages import ClosePeriod, Role, SetBudget, StopTimer
from server.services.money import budgets, crossing
from server.services.reporting import recount
from server.services.time import periods, timers
from tests.server.company import Company, Person

MANY = 12


@pytest.fixture
def crew(company: Company) -> list[Person]:
    """They cost 50 dollars an hour each."""
    return [company.hire(f"p{number}", ["BP"]) for number in range(MANY)]


def at_once(company: Company, *works: Callable[[Connection], object]) -> None:
    """All begin before the first one is done, as far as the database lets them."""
    database = company.database
    for begun in [database.begin(database.database.run(work)) for work in works]:
        begun.result()


def stopping(company: Company, person: Person) -> Callable[[Connection], object]:
    return lambda conn: timers.stop(conn, person.principal, StopTimer(), company.clock.now_ms())


def agreeing(company: Company, total: int, currency: str = "USD") -> Callable[[Connection], object]:
    wanted = SetBudget(Decimal(total), currency)
    return lambda conn: budgets.set_budget(conn, company.projects["BP"], wanted, company.clock.now_ms())


def sweeping(company: Company) -> Callable[[Connection], object]:
    return lambda conn: crossing.sweep(conn, company.clock.now_ms())


def kinds(company: Company) -> list[str]:
    return sorted(each.partition(" ")[0] for each in company.raised("BP"))


def work(company: Company, crew: list[Person], minutes: int) -> None:
    for person in crew:
        person.start("BP-1")
    company.clock.advance(minutes=minutes)


def check(company: Company, total: int) -> None:
    assert company.spent("BP") == total
    assert company.database.read(recount.drifts) == []
    company.check()


def test_many_stops_lose_nothing_and_tell_once(company: Company, crew: list[Person]) -> None:
    company.set_budget("BP", 600)
    work(company, crew, 60)
    at_once(company, *(stopping(company, person) for person in crew))
    check(company, 600)
    assert kinds(company) == ["critical", "exceeded", "warning"]


def test_a_budget_that_is_made_meanwhile_misses_nothing(company: Company, crew: list[Person]) -> None:
    work(company, crew, 60)
    stops = [stopping(company, person) for person in crew]
    at_once(company, *stops[: MANY // 2], agreeing(company, 600), *stops[MANY // 2 :])
    check(company, 600)
    assert kinds(company) == ["critical", "exceeded", "warning"]


def test_two_who_make_the_budget(company: Company, crew: list[Person]) -> None:
    work(company, crew, 60)
    stops = [stopping(company, person) for person in crew]
    at_once(company, agreeing(company, 700), *stops, agreeing(company, 700))
    check(company, 600)
    assert kinds(company) == ["warning"]


def test_another_currency_meanwhile(company: Company, crew: list[Person]) -> None:
    company.set_exchange("USD", "EUR", "0.5", date(2026, 1, 1))
    company.set_budget("BP", 10_000)
    work(company, crew, 60)
    stops = [stopping(company, person) for person in crew]
    at_once(company, *stops[: MANY // 2], agreeing(company, 10_000, "EUR"), *stops[MANY // 2 :])
    assert company.spent("BP") == 300
    assert company.database.read(recount.drifts) == []


def test_several_instances_look_at_the_same_second(company: Company, crew: list[Person]) -> None:
    company.set_budget("BP", 600)
    work(company, crew, 48)
    at_once(company, *(sweeping(company) for _ in range(6)), stopping(company, crew[0]))
    assert company.raised("BP") == ["warning 80.00 at 8:48"]
    assert company.rows("SELECT count(*) FROM notifications") == [(1,)]


def test_stops_and_sweeps_and_changes_of_the_budget(company: Company, crew: list[Person]) -> None:
    company.set_budget("BP", 100)
    work(company, crew, 60)
    mixed: list[Callable[[Connection], object]] = []
    for number, person in enumerate(crew):
        mixed += [stopping(company, person), sweeping(company), agreeing(company, 100 + number)]
    at_once(company, *mixed)
    check(company, 600)
    assert kinds(company) == ["critical", "exceeded", "warning"]


def test_what_was_closed_stays_as_it_was(company: Company, crew: list[Person]) -> None:
    """Late work that is counted was there when the closing was answered."""
    company.set_budget("BP", 10_000)
    company.clock.advance(hours=24)
    boss = company.hire("boss", ["BP"], Role.MANAGER)
    day = ClosePeriod(date(2026, 6, 15), date(2026, 6, 15), company.projects["BP"])
    database = company.database

    def arriving(person: Person) -> Callable[[Connection], object]:
        device = person.device()
        device.start("BP-1", "9:00")
        device.stop("10:00")
        return lambda conn: device.push_in(conn, device.request())

    async def close_and_look() -> Decimal:
        await database.database.run(
            lambda conn: periods.close(conn, boss.principal, day, company.clock.now_ms())
        )
        return await database.database.read(
            lambda conn: budget_rows.spent_on(conn, company.projects["BP"], "USD")
        )

    works = [arriving(person) for person in crew]
    begun = [database.begin(database.database.run(work)) for work in works]
    closed = database.begin(close_and_look())
    for each in begun:
        each.result()
    assert company.spent("BP") == closed.result()
    company.check()
