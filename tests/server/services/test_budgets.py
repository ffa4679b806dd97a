"""Is a budget's total the exact sum of its logs, at every moment?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from server.domain.messages import RateLevel, RateType, SetBudget
from server.services.money import budgets
from tests.server.company import Company


@pytest.fixture
def budgeted(company: Company) -> Company:
    company.set_budget("BP", 200)
    return company


def set_rate(company: Company, amount: str, currency: str = "USD", kind: RateType = RateType.HOURLY) -> None:
    day = date(2026, 6, 1)
    company.agree(RateLevel.USER, amount, day, person=company.anna, currency=currency, kind=kind)


def test_what_is_logged_is_spent(budgeted: Company) -> None:
    budgeted.anna.start("BP-1")
    budgeted.clock.advance(seconds=4328)
    assert budgeted.spent("BP") == 0
    budgeted.anna.stop()
    assert budgeted.spent("BP") == Decimal("60.1111")
    budgeted.check()


def test_it_is_the_sum_of_rounded_logs(budgeted: Company) -> None:
    """Each log costs 0.00005, which is 0.0001; all at once they would be half of it."""
    set_rate(budgeted, "0.18")
    for _ in range(10):
        budgeted.anna.start("BP-1")
        budgeted.clock.advance(seconds=1)
        budgeted.anna.stop()
    assert budgeted.spent("BP") == Decimal("0.0010")
    budgeted.check()


def test_pauses_do_not_round_a_log_twice(budgeted: Company) -> None:
    set_rate(budgeted, "0.18")
    budgeted.anna.start("BP-1")
    for _ in range(10):
        budgeted.clock.advance(seconds=1)
        budgeted.anna.pause()
        budgeted.anna.resume()
    budgeted.anna.stop()
    assert budgeted.spent("BP") == Decimal("0.0005")
    budgeted.check()


def test_a_correction_from_another_device_is_taken_back(budgeted: Company) -> None:
    budgeted.clock.advance(hours=10)
    first, second = budgeted.anna.device(), budgeted.anna.device()
    first.start("BP-1", "9:00")
    first.sync()
    second.take_over(first)
    first.stop("12:00")
    first.sync()
    assert budgeted.spent("BP") == 150
    second.stop("10:00")
    second.sync()
    assert budgeted.spent("BP") == 50
    budgeted.check()


def test_running_timers_count_in_percent(budgeted: Company) -> None:
    budgeted.anna.start("BP-1")
    budgeted.ben.start("BP-2")
    budgeted.clock.advance(hours=1)
    assert budgeted.budget("BP").percent == 50
    assert budgeted.spent("BP") == 0
    budgeted.ben.stop()
    assert budgeted.budget("BP").percent == 50
    budgeted.clock.advance(hours=3)
    assert budgeted.budget("BP").percent == 125
    budgeted.anna.stop()
    assert budgeted.budget("BP").percent == 125


def test_what_is_not_used_up_is_not_a_hundred_percent(budgeted: Company) -> None:
    """One second more costs less than a hundredth of a percent."""
    budgeted.anna.start("BP-1")
    budgeted.clock.advance(hours=4, seconds=-1)
    assert budgeted.budget("BP").percent == Decimal("99.99")
    budgeted.clock.advance(seconds=1)
    assert budgeted.budget("BP").percent == 100


def test_a_running_timer_is_rounded_as_its_log_will_be(company: Company) -> None:
    """A second costs 0.01388…, which is 0.0139."""
    wanted = SetBudget(Decimal("0.0139"), "USD")
    company.database.run(
        lambda conn: budgets.set_budget(conn, company.projects["BP"], wanted, company.clock.now_ms())
    )
    company.anna.start("BP-1")
    company.clock.advance(seconds=1)
    assert company.budget("BP").percent == 100
    company.sweep()
    assert len(company.raised("BP")) == 3


def test_a_paused_timer_counts_what_it_has(budgeted: Company) -> None:
    budgeted.anna.start("BP-1")
    budgeted.clock.advance(hours=1)
    budgeted.anna.pause()
    budgeted.clock.advance(hours=5)
    assert budgeted.budget("BP").percent == 25
    budgeted.anna.resume()
    budgeted.clock.advance(hours=1)
    assert budgeted.budget("BP").percent == 50


@pytest.mark.parametrize(
    ("rate_type", "amount"),
    [(RateType.HOURLY, "36"), (RateType.MINUTELY, "0.6"), (RateType.SECONDLY, "0.01")],
)
def test_all_kinds_of_rates_count_while_they_run(budgeted: Company, rate_type: RateType, amount: str) -> None:
    set_rate(budgeted, amount, kind=rate_type)
    budgeted.anna.start("BP-1")
    budgeted.clock.advance(seconds=1000)
    assert budgeted.budget("BP").percent == 5
    budgeted.anna.stop()
    assert budgeted.spent("BP") == 10


def test_a_timer_that_another_one_covers_counts_once(budgeted: Company) -> None:
    """Anna's laptop still runs BP-1 while her desktop runs BP-2."""
    budgeted.clock.advance(hours=10)
    laptop, desktop = budgeted.anna.device(), budgeted.anna.device()
    laptop.start("BP-1", "16:00")
    laptop.sync()
    desktop.start("BP-2", "17:00")
    desktop.sync()
    assert budgeted.budget("BP").percent == 50
    desktop.stop("17:30")
    desktop.sync()
    assert budgeted.budget("BP").percent == 50


def test_a_held_timer_costs_nothing(budgeted: Company) -> None:
    budgeted.lock_budget("BP", "7:00")
    device = budgeted.anna.device()
    device.start("BP-1", "8:00")
    device.sync()
    budgeted.clock.advance(hours=1)
    assert budgeted.budget("BP").percent == 0


def test_another_currency_is_not_added(budgeted: Company) -> None:
    set_rate(budgeted, "50", currency="EUR")
    budgeted.anna.start("BP-1")
    budgeted.clock.advance(hours=1)
    assert budgeted.budget("BP").percent == 0
    budgeted.anna.stop()
    assert (budgeted.spent("BP"), budgeted.budget("BP").percent) == (Decimal(0), Decimal(0))
    budgeted.check()


def test_a_budget_that_comes_later_counts_what_is_there(company: Company) -> None:
    company.anna.start("BP-1")
    company.clock.advance(hours=1)
    company.anna.stop()
    assert company.budget("BP").percent is None
    company.set_budget("BP", 500)
    assert (company.spent("BP"), company.budget("BP").percent) == (Decimal(50), Decimal(10))
    company.set_budget("BP", 500, currency="EUR")
    assert company.spent("BP") == 0
    company.check()


def test_a_budget_that_is_changed_keeps_its_lock(budgeted: Company) -> None:
    budgeted.lock_budget("BP", "7:00")
    budgeted.set_budget("BP", 300)
    device = budgeted.anna.device()
    device.start("BP-1", "8:00")
    [result] = device.sync()
    assert result.code == "BUDGET_LOCKED"


def test_a_large_sum_stays_exact(company: Company) -> None:
    company.set_budget("BP", 9_999_999_999)
    set_rate(company, "999999.9999")
    for _ in range(3):
        company.anna.start("BP-1")
        company.clock.advance(hours=16)
        company.anna.stop()
    assert company.spent("BP") == 48 * Decimal("999999.9999")
    company.check()


def test_a_stop_works_whatever_it_costs(company: Company) -> None:
    """Of a budget of next to nothing, at the highest rate a second, in a currency of small units."""
    set_rate(company, "999999.9999", kind=RateType.SECONDLY)
    company.set_exchange("USD", "VND", "1700", date(2026, 1, 1))
    wanted = SetBudget(Decimal("0.0001"), "VND")
    company.database.run(
        lambda conn: budgets.set_budget(conn, company.projects["BP"], wanted, company.clock.now_ms())
    )
    for _ in range(3):
        company.anna.start("BP-1")
        company.clock.advance(hours=16)
        company.anna.stop()
    assert company.spent("BP") == 3 * 16 * 3600 * 1700 * Decimal("999999.9999")
    assert len(company.raised("BP")) == 3
    company.check()


def test_members_see_the_budgets_of_their_projects(budgeted: Company) -> None:
    budgeted.set_budget("WEB", 100)
    bp, web = budgeted.projects["BP"], budgeted.projects["WEB"]
    assert [use.project_id for use in budgeted.anna.snapshot().budgets] == [bp]
    assert [use.project_id for use in budgeted.ben.snapshot().budgets] == [bp, web]
    [use] = budgeted.anna.snapshot().budgets
    assert (use.warning_percent, use.as_of) == (Decimal(80), budgeted.clock.now_ms() // 1000)
