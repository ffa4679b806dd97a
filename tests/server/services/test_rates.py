"""Which rate does a log get, and does it keep it?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from server.db.repositories import rates as stored
from server.domain.errors import Invalid
from server.domain.messages import Rate, RateLevel, RateType
from server.domain.rating import DatedRate, Owner
from server.services.money import rates
from tests.server.company import Company, rate_of
from tests.server.daytime import at

HOURLY = RateType.HOURLY


@pytest.fixture
def user_id(company: Company) -> int:
    return company.hire("newcomer", ["BP"], hourly=None).principal.user_id


def set_rate(company: Company, user_id: int, rate: Rate, since: date) -> None:
    owner = Owner(RateLevel.USER, user_id)
    company.database.run(lambda conn: rates.agree(conn, owner, DatedRate(rate, since, None)))


def agree(company: Company, user_id: int, amount: str, since: date, kind: RateType = HOURLY) -> None:
    set_rate(company, user_id, Rate(kind, Decimal(amount), "USD"), since)


def rates_of(company: Company, user_id: int) -> list[Rate]:
    """Latest first."""
    owner = Owner(RateLevel.USER, user_id)
    return [each.rate for each in company.database.read(lambda conn: stored.of_owner(conn, owner))]


def amount_on(company: Company, user_id: int, when: str) -> Decimal | None:
    """On the working day, or hours away from its midnight."""
    found = company.database.read(lambda conn: rates.rate_for(conn, user_id, None, at(when)))
    return None if found is None else found.rate.rate_amount


def test_nobody_has_a_rate_by_itself(company: Company, user_id: int) -> None:
    assert amount_on(company, user_id, "12:00") is None


def test_a_rate_holds_from_its_day_on(company: Company, user_id: int) -> None:
    agree(company, user_id, "40", date(2026, 6, 15))
    assert amount_on(company, user_id, "-1:00") is None
    assert amount_on(company, user_id, "0:00") == 40
    assert amount_on(company, user_id, "9999:00") == 40


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]])
def test_a_rate_ends_where_the_next_one_begins(company: Company, user_id: int, order: list[int]) -> None:
    agreed = [("40", date(2026, 6, 14)), ("50", date(2026, 6, 15)), ("60", date(2026, 6, 17))]
    for index in order:
        agree(company, user_id, *agreed[index])
    hours = ("-25:00", "-24:00", "-1:00", "0:00", "47:59:59", "48:00")
    assert [amount_on(company, user_id, each) for each in hours] == [None, 40, 40, 50, 50, 60]


def test_the_same_day_again_replaces_it(company: Company, user_id: int) -> None:
    agree(company, user_id, "40", date(2026, 6, 15))
    agree(company, user_id, "45", date(2026, 6, 15), RateType.MINUTELY)
    assert rates_of(company, user_id) == [Rate(RateType.MINUTELY, Decimal(45), "USD")]


def test_the_day_is_that_of_utc(company: Company, user_id: int) -> None:
    agree(company, user_id, "40", date(2026, 6, 15))
    agree(company, user_id, "50", date(2026, 6, 16))
    assert amount_on(company, user_id, "23:59:59") == 40
    assert amount_on(company, user_id, "24:00") == 50


@pytest.mark.parametrize("amount", ["0", "-1", "0.00001", "1000000", "NaN", "Infinity"])
def test_what_is_no_rate(company: Company, user_id: int, amount: str) -> None:
    with pytest.raises(Invalid) as refused:
        agree(company, user_id, amount, date(2026, 6, 15))
    assert [error.field for error in refused.value.errors] == ["rate_amount"]
    assert rates_of(company, user_id) == []


@pytest.mark.parametrize("currency", ["usd", "US", "USDT", "", "U$D", "USD\n"])
def test_what_is_no_currency(company: Company, user_id: int, currency: str) -> None:
    with pytest.raises(Invalid) as refused:
        set_rate(company, user_id, Rate(HOURLY, Decimal(1), currency), date(2026, 6, 15))
    assert [error.field for error in refused.value.errors] == ["currency"]


def test_the_smallest_and_the_largest_rate(company: Company, user_id: int) -> None:
    for amount in ("0.0001", "999999.9999"):
        agree(company, user_id, amount, date(2026, 6, 15))
        assert amount_on(company, user_id, "0:00") == Decimal(amount)


# ---- logs


def test_a_log_keeps_the_rate_with_which_it_began(company: Company) -> None:
    anna = company.anna
    anna.start("BP-1")
    company.clock.advance(hours=1)
    agree(company, anna.principal.user_id, "90", date(2026, 6, 15))
    assert anna.status().cost == 50
    anna.stop()
    agree(company, anna.principal.user_id, "100", date(2026, 1, 1))
    assert rate_of(anna.log("BP-1")) == Rate(HOURLY, Decimal(50), "USD")
    assert anna.log("BP-1").total_cost == 50
    company.check()


def test_also_when_it_is_corrected_afterwards(company: Company) -> None:
    company.clock.advance(hours=10)
    anna = company.anna
    first, second = anna.device(), anna.device()
    first.start("BP-1", "9:00")
    first.sync()
    second.take_over(first)
    first.stop("12:00")
    first.sync()
    agree(company, anna.principal.user_id, "90", date(2026, 6, 15))
    second.stop("10:00")
    second.sync()
    assert anna.log("BP-1").total_cost == 50


def test_a_log_gets_the_rate_of_the_day_on_which_it_began(company: Company) -> None:
    """Recorded on the 15th, sent on the 17th, when another rate holds."""
    anna = company.anna
    agree(company, anna.principal.user_id, "90", date(2026, 6, 16))
    company.clock.advance(hours=48)
    device = anna.device()
    device.start("BP-1", "23:30")
    device.stop("25:00")
    device.start("BP-2", "25:00")
    device.stop("26:00")
    device.sync()
    assert anna.log("BP-1").total_cost == 75
    assert anna.log("BP-2").total_cost == 90
