"""Is an amount in the budget's currency only what was agreed, copied once and never guessed?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from server.db.after import told
from server.db.repositories import audit, logs, timers
from server.db.repositories.timers import Running
from server.db.session import Connection
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound
from server.domain.events import BudgetMoved, RatesChanged
from server.domain.messages import ExchangeRate, RateLevel, Role, SetExchangeRate
from server.domain.money import converted
from server.domain.rating import Exchange
from server.domain.trail import Entry
from server.services.money import exchange
from tests.server.company import Company, Person

DAY = date(2026, 6, 15)
TOMORROW = DAY + timedelta(days=1)


@pytest.fixture
def boss(company: Company) -> Person:
    return company.hire("boss", [], Role.ADMIN)


def asked(rate: str = "1.1", since: date | None = None, **changes: Any) -> SetExchangeRate:
    return SetExchangeRate("EUR", "USD", Decimal(rate), since, **changes)


def put(who: Person, request: SetExchangeRate) -> ExchangeRate:
    company = who.company
    now_ms = company.clock.now_ms()
    return company.database.run(lambda conn: exchange.set_rate(conn, who.principal, request, now_ms))


def listed(who: Person, **options: Any) -> list[ExchangeRate]:
    wanted: dict[str, Any] = {"source": None, "target": None, "cursor": None, "limit": 50, **options}
    return who.company.database.read(lambda conn: exchange.page(conn, who.principal, **wanted)).items


def logged(company: Company, key: str) -> tuple[object, object]:
    """Of the latest log on that issue: its exchange rate and what its cost became."""
    [(log_id,)] = company.rows("SELECT max(id) FROM issue_time_logs WHERE issue_id = ?", company.issues[key])
    found = company.database.read(lambda conn: logs.figures(conn, [log_id]))[log_id]
    return found.exchange, found.converted_cost


def dollars(rate: str, since: date = DAY) -> Exchange:
    return Exchange(Decimal(rate), "USD", since)


def newest_entry(company: Company) -> Entry:
    """Of the audit trail."""
    return company.database.read(lambda conn: list(audit.walk(conn)))[-1].entry


def running(person: Person) -> Running | None:
    return person.company.database.read(lambda conn: timers.present(conn, person.principal.user_id)).timer


@pytest.fixture
def eva(company: Company) -> Person:
    """Works for 60 euros an hour on a project whose budget is 1000 dollars."""
    company.set_budget("BP", 1000)
    person = company.hire("eva", ["BP", "WEB"], hourly=None)
    company.agree(RateLevel.USER, "60", date(2026, 1, 1), person=person, currency="EUR")
    return person


def work(person: Person, key: str, **span: int) -> None:
    person.start(key)
    person.company.clock.advance(**span)
    person.stop()


def test_a_log_is_converted_at_the_rate_of_the_day_on_which_it_began(company: Company, eva: Person) -> None:
    company.set_exchange("EUR", "USD", "1.05", date(2026, 6, 1))
    company.set_exchange("EUR", "USD", "1.1", DAY)
    company.set_exchange("EUR", "USD", "1.2", TOMORROW)
    company.clock.advance(hours=12)
    work(eva, "BP-1", hours=8)  # into the next day
    assert logged(company, "BP-1") == (dollars("1.1"), 528)
    assert company.spent("BP") == 528
    work(eva, "BP-2", hours=1)
    assert logged(company, "BP-2") == (dollars("1.2", TOMORROW), 72)
    assert company.spent("BP") == 600
    company.check()


def test_without_an_exchange_rate_the_time_is_kept_and_the_amount_never_guessed(
    company: Company, eva: Person
) -> None:
    company.set_exchange("USD", "EUR", "0.9", date(2026, 1, 1))  # the other direction
    company.set_exchange("EUR", "GBP", "0.8", date(2026, 1, 1))
    company.set_exchange("EUR", "USD", "1.1", TOMORROW)
    work(eva, "BP-1", hours=1)
    assert eva.log("BP-1").total_cost == 60
    assert logged(company, "BP-1") == (None, None)
    assert company.spent("BP") == 0
    company.check()


def test_a_log_in_the_budgets_own_currency_needs_none(company: Company, eva: Person) -> None:
    company.set_exchange("USD", "USD", "7", date(2026, 1, 1))
    work(company.anna, "BP-1", hours=1)
    assert logged(company, "BP-1") == (None, None)
    assert company.spent("BP") == 50


def test_nor_does_one_on_a_project_without_a_budget(company: Company, eva: Person) -> None:
    company.set_exchange("EUR", "USD", "1.1", date(2026, 1, 1))
    work(eva, "WEB-1", hours=1)
    assert logged(company, "WEB-1") == (None, None)


def test_it_is_rounded_once_from_the_rounded_cost(company: Company, eva: Person) -> None:
    company.set_exchange("EUR", "USD", "1.00005", date(2026, 1, 1))
    work(eva, "BP-1", seconds=60)  # 1 euro: 1.00005 dollars
    assert logged(company, "BP-1")[1] == Decimal("1.0001")
    company.agree(RateLevel.USER, "59.9999", DAY, person=eva, currency="EUR")
    work(eva, "BP-2", seconds=1)  # 0.01666663… euros are 0.0167
    assert logged(company, "BP-2")[1] == Decimal("0.0167")
    company.check()


def test_what_runs_carries_it(company: Company, eva: Person) -> None:
    company.set_exchange("EUR", "USD", "1.1", date(2026, 1, 1))
    eva.start("BP-1")
    timer = running(eva)
    assert timer is not None
    assert (timer.exchange_rate, timer.converted_currency) == (Decimal("1.1"), "USD")


def test_a_correction_keeps_the_exchange_rate(company: Company, eva: Person) -> None:
    company.set_exchange("EUR", "USD", "1.1", date(2026, 1, 1))
    company.clock.advance(hours=10)
    first, second = eva.device(), eva.device()
    first.start("BP-1", "9:00")
    first.sync()
    second.take_over(first)
    first.stop("12:00")
    first.sync()
    assert company.spent("BP") == 198
    company.write("DELETE FROM exchange_rates")
    second.stop("10:00")
    second.sync()
    assert logged(company, "BP-1") == (dollars("1.1", date(2026, 1, 1)), 66)
    assert company.spent("BP") == 66
    company.check()


# ---- setting them


def test_an_administrator_sets_it_from_today_on(company: Company, boss: Person) -> None:
    kept = put(boss, asked("1.08765432"))
    assert kept == ExchangeRate(kept.id, "EUR", "USD", Decimal("1.08765432"), DAY)
    assert listed(boss) == [kept]
    entry = newest_entry(company)
    assert (entry.actor_user_id, entry.action, entry.before) == (
        boss.principal.user_id,
        "exchange_rate.set",
        None,
    )
    assert entry.after is not None
    assert entry.after["rate"] == "1.08765432"


def test_the_same_day_again_replaces_it(boss: Person) -> None:
    first = put(boss, asked("1.1"))
    second = put(boss, asked("1.2"))
    assert first.id == second.id
    assert listed(boss) == [second]


def test_today_is_the_organisations(company: Company, boss: Person) -> None:
    company.set_zone("Pacific/Kiritimati")  # 14 hours ahead: 8:00 there is 22:00
    company.clock.advance(hours=2)
    assert put(boss, asked()).effective_from == TOMORROW


def test_it_changes_no_log_that_exists(company: Company, eva: Person, boss: Person) -> None:
    company.set_exchange("EUR", "USD", "1.1", date(2026, 1, 1))
    work(eva, "BP-1", hours=1)
    put(boss, asked("2", DAY))
    put(boss, asked("3", date(2026, 1, 1), convert_waiting=True))
    assert logged(company, "BP-1") == (dollars("1.1", date(2026, 1, 1)), 66)
    assert company.spent("BP") == 66


def test_what_waits_for_it_is_converted_when_that_is_asked(
    company: Company, eva: Person, boss: Person
) -> None:
    work(eva, "BP-1", hours=1)
    put(boss, asked("1.5", TOMORROW, convert_waiting=True))
    put(boss, asked("1.1", DAY))
    assert company.spent("BP") == 0
    company.check()
    put(boss, asked("1.1", DAY, convert_waiting=True))
    assert logged(company, "BP-1") == (dollars("1.1"), 66)
    assert company.spent("BP") == 66
    company.check()


def test_also_a_timer_that_runs(company: Company, eva: Person, boss: Person) -> None:
    eva.start("BP-1")
    put(boss, asked("1.1", DAY, convert_waiting=True))
    timer = running(eva)
    assert timer is not None
    assert timer.exchange_rate == Decimal("1.1")
    company.clock.advance(hours=1)
    eva.stop()
    assert company.spent("BP") == 66


def test_days_with_a_later_exchange_rate_keep_waiting_for_their_own(
    company: Company, eva: Person, boss: Person
) -> None:
    company.clock.advance(hours=24)
    work(eva, "BP-1", hours=1)
    put(boss, asked("2", TOMORROW))
    put(boss, asked("1.1", DAY, convert_waiting=True))
    assert logged(company, "BP-1") == (None, None)


def test_who_listens_is_told(company: Company, eva: Person, boss: Person) -> None:
    work(eva, "BP-1", hours=1)

    def listening(conn: Connection) -> tuple[object, ...]:
        told(conn)
        exchange.set_rate(conn, boss.principal, asked("1.1", DAY, convert_waiting=True), 0)
        return told(conn)

    heard = company.database.run(listening)
    assert {BudgetMoved(company.projects["BP"]), RatesChanged(None)} <= set(heard)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MANAGER])
def test_nobody_else_sets_or_removes_one(company: Company, boss: Person, role: Role) -> None:
    somebody = company.hire("somebody", ["BP"], role)
    kept = put(boss, asked(since=TOMORROW))
    with pytest.raises(Forbidden):
        put(somebody, asked())
    with pytest.raises(Forbidden):
        remove(somebody, kept.id)
    assert listed(boss) == [kept]


def test_managers_may_read_them_members_may_not(company: Company, boss: Person) -> None:
    put(boss, asked())
    assert len(listed(company.hire("manager", [], Role.MANAGER))) == 1
    with pytest.raises(Forbidden):
        listed(company.anna)


@pytest.mark.parametrize(
    "rate", ["0", "-1", "1000000", "0.000000001", "NaN", "Infinity", "1E+999999999", "1E-999999999"]
)
def test_what_is_no_exchange_rate(boss: Person, rate: str) -> None:
    with pytest.raises(Invalid) as refused:
        put(boss, asked(rate))
    assert [error.field for error in refused.value.errors] == ["rate"]
    assert listed(boss) == []


def test_a_currency_is_not_converted_into_itself(boss: Person) -> None:
    with pytest.raises(Invalid) as refused:
        put(boss, SetExchangeRate("USD", "USD", Decimal(1)))
    assert [error.field for error in refused.value.errors] == ["to_currency"]


@pytest.mark.parametrize("since", [date(1, 1, 1), date(1969, 12, 31), date(9999, 12, 31)])
def test_a_day_that_no_log_can_have(boss: Person, since: date) -> None:
    with pytest.raises(Invalid) as refused:
        put(boss, asked(since=since))
    assert [error.field for error in refused.value.errors] == ["effective_from"]


def remove(who: Person, exchange_id: int) -> None:
    now_ms = who.company.clock.now_ms()
    who.company.database.run(lambda conn: exchange.remove(conn, who.principal, exchange_id, now_ms))


def test_one_whose_day_has_not_come_is_taken_back(company: Company, boss: Person) -> None:
    kept = put(boss, asked(since=TOMORROW))
    remove(boss, kept.id)
    assert listed(boss) == []
    entry = newest_entry(company)
    assert (entry.action, entry.after) == ("exchange_rate.deleted", None)
    with pytest.raises(NotFound):
        remove(boss, kept.id)


def test_one_that_holds_stays(boss: Person) -> None:
    kept = put(boss, asked(since=DAY))
    with pytest.raises(Conflict):
        remove(boss, kept.id)
    assert listed(boss) == [kept]


def test_a_page_after_the_other(company: Company, boss: Person) -> None:
    for ahead in range(5):
        put(boss, asked(since=DAY + timedelta(days=ahead)))
    put(boss, SetExchangeRate("GBP", "USD", Decimal("1.3")))
    seen: list[ExchangeRate] = []
    cursor = None
    while True:
        page = company.database.read(
            lambda conn, cursor=cursor: exchange.page(  # type: ignore[misc]  # bound now
                conn, boss.principal, "EUR", "USD", cursor=cursor, limit=2
            )
        )
        seen += page.items
        cursor = page.next
        if cursor is None:
            break
    assert [each.effective_from for each in seen] == [
        DAY + timedelta(days=ahead) for ahead in (4, 3, 2, 1, 0)
    ]
    assert [each.from_currency for each in listed(boss, source="GBP")] == ["GBP"]


# ---- budgets that come later


def test_a_new_budget_counts_the_logs_that_it_can_convert(company: Company, eva: Person) -> None:
    company.set_exchange("EUR", "USD", "1.1", DAY)
    company.set_exchange("EUR", "CHF", "0.9", DAY)
    work(eva, "WEB-1", hours=1)
    work(company.ben, "WEB-2", hours=1)
    company.set_budget("WEB", 1000, "USD")
    assert company.spent("WEB") == 66 + 50
    company.check()
    company.set_budget("WEB", 1000, "CHF")
    assert logged(company, "WEB-1") == (Exchange(Decimal("0.9"), "CHF", DAY), 54)
    assert company.spent("WEB") == 54
    company.set_budget("WEB", 1000, "EUR")
    assert company.spent("WEB") == 60
    company.check()


def test_what_no_column_holds_is_not_converted() -> None:
    assert converted(Decimal("99999999999999.9999"), Decimal(1)) == Decimal("99999999999999.9999")
    assert converted(Decimal("99999999999999.9999"), Decimal("1.00000001")) is None
