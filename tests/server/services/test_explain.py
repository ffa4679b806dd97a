"""Can every amount be worked out again from its explanation alone?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest

from server.domain.errors import NotFound
from server.domain.messages import CostExplained, RateLevel, RateType, Role, TimerStatus
from server.services.money import explain
from tests.server.company import Company, Person
from tests.server.daytime import at

LONG_AGO = date(2026, 1, 1)
DAY = date(2026, 6, 15)


def explained(who: Person, person: Person, key: str) -> CostExplained:
    log_id = person.log(key).id
    return who.company.database.read(lambda conn: explain.explain(conn, who.principal, log_id))


def half_up(exact: Fraction) -> Decimal:
    return Decimal(floor(exact * 10_000 + Fraction(1, 2))) / 10_000


def work_out(found: CostExplained) -> tuple[Decimal, Decimal | None]:
    """The amount and the converted one, by nothing but what the explanation says."""
    seconds = sum(each.end_time - each.start_time for each in found.segments)
    assert seconds == found.duration_seconds == sum(each.seconds for each in found.segments)
    if found.rate is None:
        return Decimal(0), None
    exact = Fraction(found.rate.rate_amount) * seconds / found.rate.unit_seconds
    assert Fraction(found.exact) == exact
    amount = half_up(exact)
    if found.conversion is None:
        return amount, None
    product = Fraction(amount) * Fraction(found.conversion.exchange_rate)
    assert Fraction(found.conversion.exact) == product
    return amount, half_up(product)


def test_from_segments_to_the_converted_amount(company: Company) -> None:
    anna = company.anna
    company.set_budget("BP", 1000, "EUR")
    company.set_exchange("USD", "EUR", "0.91234567", date(2026, 6, 10))
    company.agree(RateLevel.MEMBER, "49.9999", date(2026, 6, 12), project="BP", person=anna)
    anna.start("BP-1")
    company.clock.advance(minutes=20, seconds=1)
    anna.pause()
    company.clock.advance(minutes=5)
    anna.resume()
    company.clock.advance(minutes=40)
    anna.stop()
    found = explained(anna, anna, "BP-1")
    assert [(each.start_time, each.end_time, each.seconds) for each in found.segments] == [
        (at("8:00"), at("8:20:01"), 1201),
        (at("8:25:01"), at("9:05:01"), 2400),
    ]
    assert found.rate is not None
    assert (found.rate.rate_type, found.rate.rate_amount) == (RateType.HOURLY, Decimal("49.9999"))
    assert (found.rate.source, found.rate.effective_from) == (RateLevel.MEMBER, date(2026, 6, 12))
    assert (found.issue_key, found.start_day, found.status) == ("BP-1", DAY, TimerStatus.STOPPED)
    assert found.exact == str(Fraction("49.9999") * 3601 / 3600)
    assert (found.total_cost, found.currency, found.budget_currency) == (Decimal("50.0138"), "USD", "EUR")
    assert found.conversion is not None
    assert (found.conversion.from_currency, found.conversion.to_currency) == ("USD", "EUR")
    assert found.conversion.effective_from == date(2026, 6, 10)
    assert work_out(found) == (found.total_cost, found.conversion.amount)
    assert company.spent("BP") == found.conversion.amount
    assert not found.is_unconverted


def test_it_explains_the_amount_that_was_copied_whatever_holds_now(company: Company) -> None:
    anna = company.anna
    anna.start("BP-1")
    company.clock.advance(seconds=7)
    anna.stop()
    before = explained(anna, anna, "BP-1")
    company.agree(RateLevel.USER, "99", LONG_AGO, person=anna)
    company.agree(RateLevel.PROJECT, "88", LONG_AGO, project="BP")
    assert explained(anna, anna, "BP-1") == before
    assert work_out(before) == (before.total_cost, None)
    assert before.rate is not None
    assert before.rate.source is RateLevel.USER


def test_what_was_not_converted_says_so(company: Company) -> None:
    company.set_budget("BP", 1000, "EUR")
    company.anna.start("BP-1")
    company.clock.advance(hours=1)
    company.anna.stop()
    found = explained(company.anna, company.anna, "BP-1")
    assert (found.total_cost, found.conversion, found.is_unconverted) == (Decimal(50), None, True)
    assert company.spent("BP") == 0


def test_without_a_rate_time_costs_nothing(company: Company) -> None:
    newcomer = company.hire("newcomer", ["BP"], hourly=None)
    company.set_budget("BP", 1000)
    newcomer.start("BP-1")
    company.clock.advance(hours=1)
    newcomer.stop()
    found = explained(newcomer, newcomer, "BP-1")
    assert (found.rate, found.exact, found.total_cost, found.currency) == (None, "0", Decimal(0), None)
    assert not found.is_unconverted
    assert work_out(found) == (Decimal(0), None)


def test_of_what_runs_it_explains_what_was_counted(company: Company) -> None:
    anna = company.anna
    anna.start("BP-1")
    company.clock.advance(hours=1)
    anna.pause()
    company.clock.advance(hours=1)
    anna.resume()
    company.clock.advance(hours=1)
    found = explained(anna, anna, "BP-1")
    assert found.status is TimerStatus.RUNNING
    assert work_out(found) == (found.total_cost, None) == (Decimal(50), None)


def test_who_may_read_it(company: Company) -> None:
    company.anna.start("BP-1")
    company.clock.advance(hours=1)
    company.anna.stop()
    for who in (
        company.anna,
        company.hire("boss", [], Role.ADMIN),
        company.hire("manager", ["BP"], Role.MANAGER),
    ):
        assert explained(who, company.anna, "BP-1").total_cost == 50
    for who in (company.ben, company.hire("other", ["WEB"], Role.MANAGER), company.hire("stranger", [])):
        with pytest.raises(NotFound):
            explained(who, company.anna, "BP-1")


def test_its_user_also_after_leaving_the_project(company: Company) -> None:
    company.anna.start("BP-1")
    company.clock.advance(hours=1)
    company.anna.stop()
    company.remove_member("BP", company.anna)
    assert explained(company.anna, company.anna, "BP-1").total_cost == 50


def test_there_is_no_such_log(company: Company) -> None:
    with pytest.raises(NotFound):
        company.database.read(lambda conn: explain.explain(conn, company.anna.principal, 2**53 - 1))
