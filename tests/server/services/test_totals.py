"""Do the daily totals follow the logs at every moment, and is it seen when they do not?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from server.db.repositories import organisation
from server.db.repositories import totals as kept_totals
from server.db.repositories.totals import NO_CURRENCY, NOTHING, Place, Sum
from server.db.session import Connection
from server.services.reporting import totals
from tests.server.company import Company, Person
from tests.server.daytime import at

MONDAY = date(2026, 6, 15)
SUNDAY = date(2026, 6, 14)


def kept(company: Company) -> dict[Place, Sum]:
    """Totals in which something is."""
    found = company.database.read(kept_totals.kept)
    return {place: total for place, total in found.items() if total != NOTHING}


def on(company: Company, project: str, day: date = MONDAY, currency: str = "USD") -> Place:
    """Anna's billable time."""
    return Place(day, company.anna.principal.user_id, company.projects[project], True, currency, NO_CURRENCY)


def work(company: Company, person: Person, key: str, seconds: int) -> None:
    person.start(key)
    company.clock.advance(seconds=seconds)
    person.stop()


def move_to_zone(company: Company, zone: str) -> None:
    def change(conn: Connection) -> None:
        organisation.save(conn, replace(organisation.find(conn), time_zone=zone), 0)

    company.database.run(change)


def test_a_timer_that_runs_is_a_log_without_time(company: Company) -> None:
    company.anna.start("BP-1")
    company.clock.advance(seconds=60)
    assert kept(company) == {on(company, "BP"): Sum(1)}
    company.check()


def test_what_is_logged_is_in_the_days_total(company: Company) -> None:
    work(company, company.anna, "BP-1", 3600)
    work(company, company.anna, "BP-2", 1)
    assert kept(company) == {on(company, "BP"): Sum(2, 3601, Decimal("50.0139"))}


def test_a_paused_timer_counts_what_it_has(company: Company) -> None:
    company.anna.start("BP-1")
    company.clock.advance(seconds=60)
    company.anna.pause()
    assert kept(company)[on(company, "BP")].seconds == 60
    company.anna.resume()
    company.clock.advance(seconds=60)
    company.anna.stop()
    assert kept(company) == {on(company, "BP"): Sum(1, 120, Decimal("1.6667"))}


def test_each_project_and_person_has_totals_of_their_own(company: Company) -> None:
    work(company, company.ben, "BP-1", 60)
    work(company, company.ben, "WEB-1", 60)
    work(company, company.anna, "BP-1", 60)
    assert len(kept(company)) == 3
    company.check()


def test_what_is_taken_back_is_taken_out(company: Company) -> None:
    """A stop from another device lies before the one that was counted, and at last there is nothing left."""
    laptop, phone, tablet = (company.anna.device() for _ in range(3))
    company.clock.advance(hours=4)
    laptop.start("BP-1", "9:00")
    laptop.sync()
    phone.take_over(laptop)
    tablet.take_over(laptop)
    for each, end in ((laptop, "10:00"), (phone, "9:30"), (tablet, "9:00")):
        each.stop(end)
    laptop.sync()
    assert kept(company)[on(company, "BP")].seconds == 3600
    phone.sync()
    assert kept(company) == {on(company, "BP"): Sum(1, 1800, Decimal("25.0000"))}
    tablet.sync()
    assert kept(company) == {on(company, "BP"): Sum(1)}
    company.check()


def test_time_without_a_rate_has_no_currency(company: Company) -> None:
    free = company.hire("free", ["BP"], hourly=None)
    work(company, free, "BP-1", 60)
    [(place, total)] = kept(company).items()
    assert place.currency == NO_CURRENCY
    assert total == Sum(1, 60)


def test_the_day_is_the_organisations_when_the_log_started(company: Company) -> None:
    """It was still Sunday in New York; a log belongs to the day in which it starts, also past midnight."""
    move_to_zone(company, "America/New_York")
    company.clock.advance(seconds=at("26:00") - at("8:00") - 86400)
    work(company, company.anna, "BP-1", 5 * 3600)
    assert list(kept(company)) == [on(company, "BP", SUNDAY)]


def test_another_zone_moves_no_log_that_exists(company: Company) -> None:
    work(company, company.anna, "BP-1", 3600)
    move_to_zone(company, "Pacific/Kiritimati")
    company.clock.advance(hours=2)
    work(company, company.anna, "BP-2", 60)
    assert kept(company).keys() == {on(company, "BP"), on(company, "BP", date(2026, 6, 16))}
    company.check()


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE daily_totals SET seconds = seconds + 1",
        "UPDATE daily_totals SET cost = cost + 1",
        "UPDATE daily_totals SET logs = logs - 1",
        "DELETE FROM daily_totals",
        "UPDATE issue_time_logs SET total_cost = total_cost + 1",
        "UPDATE issue_time_logs SET is_billable = false",
    ],
)
def test_a_difference_is_found_and_a_rebuild_ends_it(company: Company, harm: str) -> None:
    work(company, company.anna, "BP-1", 3600)
    assert company.database.read(totals.recount) == []
    company.write(harm)
    found = company.database.read(totals.recount)
    assert found
    assert found[0].place.day == MONDAY
    company.database.run(totals.rebuild)
    assert company.database.read(totals.recount) == []


def test_the_difference_says_what_is_kept_and_what_is_right(company: Company) -> None:
    work(company, company.anna, "BP-1", 3600)
    company.write("UPDATE daily_totals SET seconds = 7")
    [found] = company.database.read(totals.recount)
    assert found.place == on(company, "BP")
    assert (found.kept.seconds, found.right.seconds) == (7, 3600)
