"""Which of four rates does a log get, by level and by day?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from server.domain.messages import RateType
from tests.server.agreed import (
    DAY,
    LONG_AGO,
    MEMBER,
    ORGANISATION,
    PROJECT,
    TOMORROW,
    copied,
)
from tests.server.company import Company

# ---- the order


def test_the_nearest_rate_wins(company: Company) -> None:
    ben = company.ben
    company.agree(ORGANISATION, "10", LONG_AGO)
    assert copied(ben, "BP-1") == (50, "user", "2026-01-01")
    company.agree(PROJECT, "70", date(2026, 6, 1), project="BP")
    assert copied(ben, "BP-2") == (70, "project", "2026-06-01")
    company.agree(MEMBER, "90", date(2026, 6, 15), project="BP", person=ben)
    assert copied(ben, "BP-3") == (90, "member", "2026-06-15")
    assert copied(ben, "WEB-1") == (50, "user", "2026-01-01")
    assert copied(company.anna, "BP-4") == (70, "project", "2026-06-01")
    company.check()


def test_without_any_other_the_organisations_holds(company: Company) -> None:
    newcomer = company.hire("newcomer", ["BP"], hourly=None)
    assert copied(newcomer, "BP-1") == (0, None, "None")
    company.agree(ORGANISATION, "10", LONG_AGO)
    assert copied(newcomer, "BP-2") == (10, "organisation", "2026-01-01")
    company.check()


def test_where_the_nearest_has_ended_the_next_one_holds(company: Company) -> None:
    company.agree(PROJECT, "70", LONG_AGO, project="BP", until=date(2026, 6, 14))
    company.agree(MEMBER, "90", TOMORROW, project="BP", person=company.anna)
    assert copied(company.anna, "BP-1") == (50, "user", "2026-01-01")


@pytest.mark.parametrize(
    ("rate_type", "amount", "cost"),
    [(RateType.HOURLY, "36", "36"), (RateType.MINUTELY, "0.7", "42"), (RateType.SECONDLY, "0.0101", "36.36")],
)
def test_every_kind_of_rate(company: Company, rate_type: RateType, amount: str, cost: str) -> None:
    company.agree(PROJECT, amount, LONG_AGO, project="BP", kind=rate_type)
    assert copied(company.anna, "BP-1")[0] == Decimal(cost)


def test_the_highest_rate_a_second_for_a_whole_day(company: Company) -> None:
    """A stop always works, whatever somebody agreed."""
    company.set_budget("BP", 1000)
    company.agree(PROJECT, "999999.9999", LONG_AGO, project="BP", kind=RateType.SECONDLY)
    company.anna.start("BP-1")
    company.clock.advance(hours=16)
    company.anna.stop()
    assert company.anna.log("BP-1").total_cost == Decimal("999999.9999") * 16 * 3600
    company.check()


# ---- the day


@pytest.mark.parametrize(
    ("zone", "amount"),
    [("UTC", 50), ("Pacific/Kiritimati", 60), ("America/New_York", 40), ("Europe/Berlin", 60)],
)
def test_the_day_is_the_organisations(company: Company, zone: str, amount: int) -> None:
    """At 22:30 in UTC it is the next day in Berlin."""
    anna = company.anna
    company.set_zone(zone)
    company.clock.advance(hours=14, minutes=30)
    for price, since in (("40", LONG_AGO), ("50", DAY), ("60", TOMORROW)):
        company.agree(MEMBER, price, since, project="BP", person=anna)
    if zone == "America/New_York":
        company.clock.advance(hours=-20)
    assert copied(anna, "BP-1")[0] == amount


def test_another_zone_is_for_later_logs(company: Company) -> None:
    anna = company.anna
    company.clock.advance(hours=14, minutes=30)
    company.agree(MEMBER, "60", TOMORROW, project="BP", person=anna)
    anna.start("BP-1")
    company.set_zone("Europe/Berlin")
    company.clock.advance(minutes=30)
    anna.stop()
    assert anna.log("BP-1").total_cost == 25
    assert copied(anna, "BP-2")[0] == 60
