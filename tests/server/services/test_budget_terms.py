"""Who may give a project a budget, lock it, and see what is used of it?"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from server.db.session import Connection
from server.domain.errors import BudgetReached, Forbidden, Invalid, Locked, NotFound
from server.domain.messages import (
    AtLimit,
    BudgetStatus,
    LockBudget,
    ProjectBudget,
    Role,
    SetBudget,
    StartTimer,
    TimerReply,
)
from server.services import audit
from server.services.money import budgets
from server.services.time import timers
from tests.server.company import Company, Person
from tests.server.daytime import at


@pytest.fixture
def boss(company: Company) -> Person:
    return company.hire("boss", ["BP"], Role.MANAGER)


def agree(company: Company, person: Person, total: int, **more: Any) -> ProjectBudget:
    wanted = SetBudget(Decimal(total), **more)
    return company.database.run(
        lambda conn: budgets.change(
            conn, person.principal, company.projects["BP"], wanted, company.clock.now_ms()
        )
    )


def seen(company: Company, person: Person) -> ProjectBudget:
    return company.database.read(
        lambda conn: budgets.shown(conn, person.principal, company.projects["BP"], company.clock.now_ms())
    )


def lock(company: Company, person: Person, wanted: LockBudget | None = None) -> ProjectBudget:
    return company.database.run(
        lambda conn: budgets.lock(
            conn, person.principal, company.projects["BP"], wanted or LockBudget(), company.clock.now_ms()
        )
    )


def unlock(company: Company, person: Person) -> ProjectBudget:
    return company.database.run(
        lambda conn: budgets.unlock(conn, person.principal, company.projects["BP"], company.clock.now_ms())
    )


def trail(company: Company) -> list[tuple[str, Any, Any]]:
    found = company.rows("SELECT action, before_json, after_json FROM audit_entries ORDER BY seq")
    return [
        (action, before and json.loads(before), after and json.loads(after))
        for action, before, after in found
    ]


# ---- what is agreed


def test_a_manager_gives_a_project_a_budget(company: Company, boss: Person) -> None:
    company.anna.start("BP-1")
    company.clock.advance(hours=1)
    company.anna.stop()
    made = agree(
        company,
        boss,
        1000,
        currency="USD",
        allocated_budget=Decimal("900.5"),
        start_date=date(2026, 6, 1),
        end_date=date(2026, 12, 31),
    )
    assert made == seen(company, boss)
    assert [made.total_budget, made.allocated_budget, made.total_cost] == [1000, Decimal("900.5"), 50]
    assert [made.percent, made.remaining] == [5, 950]
    assert [made.alert_threshold, made.critical_threshold] == [80, 95]
    assert (made.status, made.at_limit) == (BudgetStatus.ACTIVE, AtLimit.INFORM)
    assert (made.start_date, made.end_date) == (date(2026, 6, 1), date(2026, 12, 31))


def test_what_runs_is_in_it(company: Company, boss: Person) -> None:
    agree(company, boss, 1000)
    company.anna.start("BP-1")
    company.ben.start("BP-2")
    company.clock.advance(hours=1)
    found = seen(company, boss)
    assert [found.total_cost, found.running_cost, found.percent] == [0, 100, 10]
    assert found.forecast.per_hour == 100
    assert found.forecast.seconds_left == 9 * 3600
    assert found.forecast.used_up_at == at("18:00")
    use = company.budget("BP")
    assert [use.percent, use.seconds_left, use.critical_percent] == [10, 9 * 3600, 95]


def test_without_timers_nothing_is_foreseen(company: Company, boss: Person) -> None:
    forecast = agree(company, boss, 1000).forecast
    assert [forecast.per_hour, forecast.seconds_left, forecast.used_up_at] == [0, None, None]
    assert company.budget("BP").seconds_left is None


def test_who_may_not(company: Company, boss: Person) -> None:
    agree(company, boss, 1000)
    stranger = company.hire("eve", ["WEB"], Role.MANAGER)
    for attempt in (seen, lock, unlock, lambda company, person: agree(company, person, 1)):
        with pytest.raises(Forbidden):
            attempt(company, company.anna)
        with pytest.raises(NotFound):
            attempt(company, stranger)
    assert company.budget("BP").percent == 0


def test_there_is_no_budget_yet(company: Company, boss: Person) -> None:
    for attempt in (seen, lock, unlock):
        with pytest.raises(NotFound):
            attempt(company, boss)


def test_a_budget_that_cannot_be_changes_nothing(company: Company, boss: Person) -> None:
    before = agree(company, boss, 1000)
    with pytest.raises(Invalid):
        agree(company, boss, 0)
    assert seen(company, boss) == before


def test_what_was_changed_stands_in_the_trail(company: Company, boss: Person) -> None:
    agree(company, boss, 1000)
    agree(company, boss, 1000)
    agree(company, boss, 500, at_limit=AtLimit.ASK)
    [(made, nothing, first), (changed, before, after)] = trail(company)
    assert (made, nothing, changed, before) == ("budget.set", None, "budget.set", first)
    assert (first["total_budget"], after["total_budget"], after["at_limit"]) == (
        "1000.0000",
        "500.0000",
        "ask",
    )
    assert company.database.read(audit.broken_at) is None


# ---- currencies


def test_logs_in_another_currency_stand_apart(company: Company, boss: Person) -> None:
    company.anna.start("BP-1")
    company.clock.advance(hours=1)
    company.anna.stop()
    found = agree(company, boss, 100, currency="EUR")
    assert found.total_cost == 0
    [apart] = found.unconverted
    assert [apart.currency, apart.total_cost, apart.logs] == ["USD", 50, 1]


def test_a_budget_in_another_currency_converts_what_is_there(company: Company, boss: Person) -> None:
    """At the exchange rate of the day on which each log began; a timer that runs is converted too."""
    company.set_exchange("USD", "EUR", "0.8", date(2026, 1, 1))
    company.set_exchange("USD", "EUR", "0.7", date(2026, 6, 16))
    company.anna.start("BP-1")
    company.clock.advance(hours=1)
    company.anna.stop()
    company.anna.start("BP-1")
    company.clock.advance(hours=1)
    found = agree(company, boss, 100, currency="EUR")
    assert [found.total_cost, found.running_cost, found.percent] == [40, 40, 80]
    assert found.unconverted == []
    company.clock.advance(hours=1)
    company.anna.stop()
    assert seen(company, boss).total_cost == 120
    back = agree(company, boss, 1000, currency="USD")
    assert back.total_cost == 150
    assert back.unconverted == []
    company.check()


# ---- the lock


def test_a_lock_refuses_starts_and_no_stop(company: Company, boss: Person) -> None:
    agree(company, boss, 1000)
    company.anna.start("BP-1")
    assert lock(company, boss).is_locked
    with pytest.raises(Locked):
        company.ben.start("BP-2")
    company.clock.advance(hours=1)
    company.anna.stop()
    assert company.spent("BP") == 50
    assert company.budget("BP").is_locked
    assert not unlock(company, boss).is_locked
    company.ben.start("BP-2")


def test_a_lock_holds_from_its_time_on(company: Company, boss: Person) -> None:
    agree(company, boss, 1000)
    found = lock(company, boss, LockBudget(at("9:00")))
    assert (found.is_locked, found.locked_at) == (False, at("9:00"))
    company.anna.start("BP-1")
    company.anna.stop()
    company.clock.advance(hours=1)
    assert seen(company, boss).is_locked
    with pytest.raises(Locked):
        company.anna.start("BP-1")


def test_locking_again_changes_nothing(company: Company, boss: Person) -> None:
    agree(company, boss, 1000)
    first = lock(company, boss)
    company.clock.advance(hours=1)
    assert lock(company, boss).locked_at == first.locked_at
    unlock(company, boss)
    unlock(company, boss)
    assert [action for action, *_ in trail(company)] == ["budget.set", "budget.locked", "budget.unlocked"]


# ---- asking at the limit


def start(company: Company, person: Person, *, confirmed: bool) -> TimerReply:
    request = StartTimer(company.issues["BP-1"], company.projects["BP"], confirm_over_budget=confirmed)

    def work(conn: Connection) -> TimerReply:
        return timers.start(conn, person.principal, request, company.clock.now_ms())

    return company.database.run(work)


def test_a_start_on_a_used_up_budget_is_asked_for(company: Company, boss: Person) -> None:
    agree(company, boss, 50, at_limit=AtLimit.ASK)
    company.anna.start("BP-1")
    company.clock.advance(minutes=59)
    company.ben.start("BP-2")
    company.ben.stop()
    company.clock.advance(minutes=1)
    with pytest.raises(BudgetReached, match=r"100\.00 %"):
        start(company, company.ben, confirmed=False)
    assert company.ben.status().status == "stopped"
    assert start(company, company.ben, confirmed=True).success


@pytest.mark.parametrize("policy", [AtLimit.INFORM, AtLimit.NON_BILLABLE])
def test_other_policies_do_not_ask(company: Company, boss: Person, policy: AtLimit) -> None:
    agree(company, boss, 1, at_limit=policy)
    company.anna.start("BP-1")
    company.clock.advance(hours=1)
    assert start(company, company.ben, confirmed=False).success


def test_a_device_that_was_offline_is_never_refused(company: Company, boss: Person) -> None:
    agree(company, boss, 1, at_limit=AtLimit.ASK)
    company.clock.advance(hours=3)
    device = company.anna.device()
    device.start("BP-1", "8:00")
    device.stop("9:00")
    device.start("BP-2", "9:30")
    assert {result.outcome for result in device.sync()} == {"applied"}
