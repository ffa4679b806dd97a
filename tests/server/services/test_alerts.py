"""Is there one alert for every crossing of a threshold, while there is still something to decide?"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from server.db.session import Connection
from server.domain.errors import Forbidden, NotFound
from server.domain.messages import AlertPage, AtLimit, BudgetAlert, Role
from server.services import audit
from server.services.money import alerts
from tests.server.company import Company, Person


@pytest.fixture
def budgeted(company: Company) -> Company:
    """200 dollars, of which Anna and Ben use 50 an hour each; thresholds at 80, 95 and 100 %."""
    company.set_budget("BP", 200)
    return company


def work(company: Company, minutes: int) -> None:
    company.anna.start("BP-1")
    company.clock.advance(minutes=minutes)
    company.anna.stop()


# ---- crossings


def test_a_stop_that_crosses(budgeted: Company) -> None:
    work(budgeted, 191)
    assert budgeted.raised("BP") == []
    work(budgeted, 1)
    assert budgeted.raised("BP") == ["warning 80.00 at 11:12"]


def test_a_running_timer_crosses_with_nobody_doing_anything(budgeted: Company) -> None:
    budgeted.anna.start("BP-1")
    budgeted.clock.advance(hours=3, minutes=11, seconds=59)
    budgeted.sweep()
    assert (budgeted.raised("BP"), budgeted.due()) == ([], "11:12")
    budgeted.clock.advance(seconds=1)
    budgeted.sweep()
    assert budgeted.raised("BP") == ["warning 80.00 at 11:12"]


def test_several_timers_cross_together(budgeted: Company) -> None:
    budgeted.anna.start("BP-1")
    budgeted.ben.start("BP-2")
    budgeted.clock.advance(minutes=96)
    budgeted.sweep()
    assert budgeted.raised("BP") == ["warning 80.00 at 9:36"]
    assert budgeted.due() == "9:54"
    budgeted.clock.advance(minutes=24)
    budgeted.sweep()
    assert budgeted.raised("BP")[1:] == ["critical 100.00 at 10:00", "exceeded 100.00 at 10:00"]


def test_nothing_runs_and_nothing_is_due(budgeted: Company) -> None:
    work(budgeted, 30)
    assert budgeted.due() is None


def test_the_job_need_not_look_before_the_crossing(budgeted: Company) -> None:
    budgeted.anna.start("BP-1")
    assert budgeted.due() is None  # not within the hour
    budgeted.clock.advance(hours=2, minutes=30)
    assert budgeted.due() == "11:12"
    budgeted.clock.advance(hours=1)
    assert budgeted.due() == "11:30"  # now: it is late
    budgeted.sweep()
    assert budgeted.due() == "11:48"


def test_each_crossing_is_told_once(budgeted: Company) -> None:
    budgeted.anna.start("BP-1")
    budgeted.clock.advance(minutes=192)
    for _ in range(3):
        budgeted.sweep()
    budgeted.anna.stop()
    work(budgeted, 1)
    assert budgeted.raised("BP") == ["warning 80.00 at 11:12"]


def test_a_jump_crosses_all_at_once(budgeted: Company) -> None:
    work(budgeted, 300)
    assert budgeted.raised("BP") == [
        "warning 125.00 at 13:00",
        "critical 125.00 at 13:00",
        "exceeded 125.00 at 13:00",
    ]


def test_a_stop_never_lowers_what_runs(budgeted: Company) -> None:
    """Two logs of a second cost 0.0139 each, which is more than 0.02777 for both: a stop changes nothing."""
    budgeted.set_budget("BP", 1, alert_threshold=Decimal("2.78"))
    budgeted.anna.start("BP-1")
    budgeted.ben.start("BP-2")
    assert budgeted.due() == "8:00:01"
    budgeted.clock.advance(seconds=1)
    budgeted.sweep()
    assert budgeted.raised("BP") == ["warning 2.78 at 8:00:01"]
    budgeted.anna.stop()
    budgeted.ben.stop()
    assert budgeted.raised("BP") == ["warning 2.78 at 8:00:01"]


# ---- back from above


def test_a_correction_arms_it_again(budgeted: Company) -> None:
    budgeted.clock.advance(hours=10)
    first, second = budgeted.anna.device(), budgeted.anna.device()
    first.start("BP-1", "9:00")
    first.stop("13:00")
    first.sync()
    assert len(budgeted.raised("BP")) == 3
    second.timer_id, second.claim_id = (first.actions[0].body[name] for name in ("timer_id", "claim_id"))
    second.stop("10:00")
    second.sync()
    assert budgeted.spent("BP") == 50
    first.start("BP-2", "14:00")
    first.stop("16:12")
    first.sync()
    assert budgeted.raised("BP")[3:] == ["warning 80.00 at 18:00"]


def test_each_threshold_is_armed_by_itself(budgeted: Company) -> None:
    """What is still past the warning is told of the next crossing of the critical one."""
    work(budgeted, 228)
    budgeted.set_budget("BP", 220)
    budgeted.sweep()
    work(budgeted, 23)
    assert budgeted.raised("BP") == [
        "warning 95.00 at 11:48",
        "critical 95.00 at 11:48",
        "critical 95.07 at 12:11",
    ]


def test_a_larger_budget_arms_it_again(budgeted: Company) -> None:
    work(budgeted, 192)
    budgeted.set_budget("BP", 400)
    work(budgeted, 191)
    assert len(budgeted.raised("BP")) == 1
    work(budgeted, 1)
    assert budgeted.raised("BP") == ["warning 80.00 at 11:12", "warning 80.00 at 14:24"]


def test_a_smaller_budget_crosses(budgeted: Company) -> None:
    work(budgeted, 60)
    budgeted.set_budget("BP", 50)
    assert [each.partition(" ")[0] for each in budgeted.raised("BP")] == ["warning", "critical", "exceeded"]


def test_another_threshold_crosses(budgeted: Company) -> None:
    work(budgeted, 60)
    budgeted.set_budget("BP", 200, alert_threshold=Decimal(25), critical_threshold=Decimal("25.01"))
    assert budgeted.raised("BP") == ["warning 25.00 at 9:00"]


def test_a_budget_that_is_made_too_late(company: Company) -> None:
    work(company, 60)
    company.set_budget("BP", 50)
    assert len(company.raised("BP")) == 3


def test_time_that_was_too_long_is_held_and_counts_no_more(budgeted: Company) -> None:
    budgeted.anna.start("BP-1")
    budgeted.clock.advance(hours=17)
    budgeted.sweep()
    assert (len(budgeted.raised("BP")), budgeted.budget_status("BP")) == (3, "exceeded")
    budgeted.anna.stop()
    budgeted.sweep()
    assert (budgeted.spent("BP"), budgeted.budget_status("BP")) == (Decimal(0), "active")
    work(budgeted, 192)
    assert budgeted.raised("BP")[3:] == ["warning 80.00 at 28:12"]


# ---- the status


def test_the_status_follows(budgeted: Company) -> None:
    assert budgeted.budget_status("BP") == "active"
    work(budgeted, 240)
    assert budgeted.budget_status("BP") == "exceeded"
    budgeted.set_budget("BP", 201)
    assert budgeted.budget_status("BP") == "active"


def test_a_budget_is_planned_until_its_first_day(budgeted: Company) -> None:
    budgeted.set_zone("Pacific/Auckland")  # twelve hours ahead of UTC in June
    budgeted.set_budget("BP", 200, start_date=date(2026, 6, 16))
    assert budgeted.budget_status("BP") == "planning"
    budgeted.clock.advance(hours=3, minutes=59)
    budgeted.sweep()
    assert budgeted.budget_status("BP") == "planning"
    budgeted.clock.advance(minutes=1)
    assert budgeted.due() == "12:00"
    budgeted.sweep()
    assert budgeted.budget_status("BP") == "active"


# ---- other currencies


def test_a_converted_timer_crosses(company: Company) -> None:
    company.set_exchange("USD", "EUR", "0.8", date(2026, 1, 1))
    company.set_budget("BP", 40, currency="EUR")
    company.anna.start("BP-1")
    company.clock.advance(minutes=48)
    company.sweep()
    assert company.raised("BP") == ["warning 80.00 at 8:48"]
    assert company.budget("BP").percent == 80
    company.clock.advance(minutes=12)
    company.anna.stop()
    assert company.spent("BP") == 40
    assert [each.partition(" ")[0] for each in company.raised("BP")] == ["warning", "critical", "exceeded"]


def test_an_unconverted_timer_crosses_nothing(company: Company) -> None:
    company.set_budget("BP", 1, currency="EUR")
    work(company, 60)
    assert (company.spent("BP"), company.raised("BP")) == (Decimal(0), [])


# ---- the organisation's wish


def test_alerts_that_are_switched_off_wait(budgeted: Company) -> None:
    budgeted.write("UPDATE time_tracking_settings SET enable_budget_alerts = ?", False)
    work(budgeted, 240)
    assert (budgeted.raised("BP"), budgeted.budget_status("BP")) == ([], "exceeded")
    budgeted.write("UPDATE time_tracking_settings SET enable_budget_alerts = ?", True)
    work(budgeted, 1)
    assert len(budgeted.raised("BP")) == 3


def test_budgets_that_are_not_tracked_say_nothing_and_stay_exact(budgeted: Company) -> None:
    budgeted.write("UPDATE time_tracking_settings SET enable_budget_tracking = ?", False)
    work(budgeted, 240)
    assert (budgeted.raised("BP"), budgeted.budget("BP").percent) == ([], None)
    assert budgeted.due() is None
    assert budgeted.anna.snapshot().budgets == []
    assert budgeted.spent("BP") == 200


# ---- telling


def test_it_is_told_outside_once(budgeted: Company) -> None:
    work(budgeted, 192)
    work(budgeted, 1)
    [(kind, payload)] = budgeted.rows("SELECT kind, payload FROM notifications")
    said = json.loads(payload)
    assert kind == "budget_alert"
    assert (said["alert_type"], said["actual_percentage"], said["cost_at_alert"], said["currency"]) == (
        "warning",
        "80.00",
        "160.0000",
        "USD",
    )


# ---- reading and taking notice


@pytest.fixture
def boss(budgeted: Company) -> Person:
    return budgeted.hire("boss", ["BP"], Role.MANAGER)


def listed(
    company: Company, person: Person, *, acknowledged: bool | None = None, limit: int = 50
) -> AlertPage:
    return company.database.read(
        lambda conn: alerts.of_project(
            conn, person.principal, company.projects["BP"], acknowledged, None, limit
        )
    )


def mine(company: Company, person: Person) -> AlertPage:
    return company.database.read(lambda conn: alerts.of_mine(conn, person.principal, None, None, 50))


def take_notice(company: Company, person: Person, alert_id: int) -> BudgetAlert:
    def notice(conn: Connection) -> BudgetAlert:
        return alerts.acknowledge(conn, person.principal, alert_id, company.clock.now_ms())

    return company.database.run(notice)


def test_managers_see_amounts_and_members_percents(budgeted: Company, boss: Person) -> None:
    work(budgeted, 192)
    [seen] = listed(budgeted, boss).items
    assert (seen.cost_at_alert, seen.currency, seen.actual_percentage) == (Decimal(160), "USD", Decimal(80))
    [seen] = listed(budgeted, budgeted.anna).items
    assert (seen.cost_at_alert, seen.currency, seen.actual_percentage) == (None, None, Decimal(80))


def test_alerts_of_my_projects_only(budgeted: Company, boss: Person) -> None:
    work(budgeted, 192)
    stranger = budgeted.hire("eve", ["WEB"], Role.MANAGER)
    assert mine(budgeted, stranger).items == []
    assert len(mine(budgeted, boss).items) == len(mine(budgeted, budgeted.anna).items) == 1
    assert len(mine(budgeted, budgeted.hire("root", [], Role.ADMIN)).items) == 1
    with pytest.raises(NotFound):
        listed(budgeted, stranger)


def test_pages_latest_first(budgeted: Company, boss: Person) -> None:
    work(budgeted, 240)
    page = listed(budgeted, boss, limit=2)
    assert [each.alert_type for each in page.items] == ["exceeded", "critical"]
    rest = budgeted.database.read(
        lambda conn: alerts.of_project(conn, boss.principal, budgeted.projects["BP"], None, page.next, 2)
    )
    assert ([each.alert_type for each in rest.items], rest.next) == (["warning"], None)


def test_an_alert_is_acknowledged_once(budgeted: Company, boss: Person) -> None:
    work(budgeted, 192)
    [alert] = listed(budgeted, boss, acknowledged=False).items
    other = budgeted.hire("chief", [], Role.ADMIN)
    for person in (boss, other):
        budgeted.clock.advance(minutes=1)
        seen = take_notice(budgeted, person, alert.id)
        assert (seen.is_acknowledged, seen.acknowledged_by_user_id) == (True, boss.principal.user_id)
    assert seen.acknowledged_at == budgeted.clock.now_ms() // 1000 - 60
    assert listed(budgeted, boss, acknowledged=False).items == []
    assert len(listed(budgeted, boss, acknowledged=True).items) == 1
    trail = budgeted.rows("SELECT action, actor_user_id FROM audit_entries")
    assert trail == [("alert.acknowledged", boss.principal.user_id)]
    assert budgeted.database.read(audit.broken_at) is None


def test_who_may_not_take_notice(budgeted: Company) -> None:
    work(budgeted, 192)
    [alert] = listed(budgeted, budgeted.anna).items

    with pytest.raises(Forbidden):
        take_notice(budgeted, budgeted.anna, alert.id)
    with pytest.raises(NotFound):
        take_notice(budgeted, budgeted.hire("eve", ["WEB"], Role.MANAGER), alert.id)


def test_at_limit_is_kept(budgeted: Company) -> None:
    budgeted.set_budget("BP", 200, at_limit=AtLimit.ASK)
    assert budgeted.budget("BP").at_limit is AtLimit.ASK
