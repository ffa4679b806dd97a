"""How much money has a project, and how much of it is used?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import UNSET

from server.db import after
from server.db.repositories import alerts, budget_use, budgets, meters, organisation
from server.db.repositories.budget_use import Use
from server.db.repositories.budgets import Kept
from server.db.session import Connection
from server.domain.agreement import agree
from server.domain.budget import running, seconds_left
from server.domain.errors import BudgetReached, NotFound
from server.domain.events import BudgetMoved
from server.domain.messages import (
    BudgetForecast,
    BudgetUse,
    LockBudget,
    ProjectBudget,
    SetBudget,
    Unconverted,
)
from server.domain.money import ZERO, from_units, percent
from server.domain.principal import Principal
from server.domain.trail import Entry, Facts
from server.services import audit, rights
from server.services.money import crossing
from server.services.money.conversion import convert_logs


def use(conn: Connection, project_id: int, now_ms: int) -> BudgetUse:
    """Running timers count as if they stopped now."""
    found = budget_use.of_project(conn, project_id, now_ms)
    if found is None:
        return BudgetUse(project_id=project_id, percent=None, warning_percent=None, as_of=now_ms // 1000)
    return _use(found, now_ms)


def percent_used(conn: Connection, project_id: int, now_ms: int) -> Decimal | None:
    """As `use` says it."""
    found = budget_use.share(conn, project_id, now_ms)
    return None if found is None else percent(*found)


def uses_of_member(conn: Connection, user_id: int, now_ms: int) -> list[BudgetUse]:
    """Of the user's projects that have a budget."""
    return [_use(found, now_ms) for found in budget_use.of_member(conn, user_id, now_ms)]


def must_be_left(conn: Connection, project_id: int, now_ms: int) -> None:
    """BudgetReached when all of it is used."""
    found = budget_use.of_project(conn, project_id, now_ms)
    if found is not None and found.used >= found.total:
        raise BudgetReached(
            f"{percent(found.used, found.total)} % of the project's budget are used. Ask its manager, or confirm that you"
            " start all the same."
        )


def shown(conn: Connection, principal: Principal, project_id: int, now_ms: int) -> ProjectBudget:
    """For the project's managers. NotFound, Forbidden."""
    rights.manage_project(conn, principal, project_id)
    return _shown(conn, _existing(budgets.find(conn, project_id)), now_ms)


def day_for(conn: Connection, principal: Principal, project_id: int, now_ms: int) -> date:
    """The organisation's day, with which a budget's status changes. NotFound, Forbidden as for `shown`."""
    rights.manage_project(conn, principal, project_id)
    return organisation.find(conn).day_of(now_ms // 1000)


def stays(shown: ProjectBudget) -> bool:
    """Whether it stays so for the rest of the day, as long as nobody does anything: nothing runs, no lock is to come."""
    runs = shown.forecast.per_hour != 0 or shown.forecast.used_up_at is not None
    return not runs and (shown.locked_at is None or shown.is_locked)


def change(
    conn: Connection, principal: Principal, project_id: int, wanted: SetBudget, now_ms: int
) -> ProjectBudget:
    """Makes the budget, or changes all of it but its lock. NotFound, Forbidden, Invalid."""
    rights.manage_project(conn, principal, project_id)
    before, kept = _set(conn, project_id, wanted, now_ms)
    reply = _shown(conn, kept, now_ms)
    facts = None if before is None else before.agreed.facts
    if facts != kept.agreed.facts:
        _record(conn, principal, "budget.set", kept, facts, kept.agreed.facts, now_ms)
    return reply


def set_budget(conn: Connection, project_id: int, wanted: SetBudget, now_ms: int) -> None:
    """For commands, which ask for nobody's rights. Counts what is logged already. Invalid."""
    _set(conn, project_id, wanted, now_ms)


def lock(
    conn: Connection, principal: Principal, project_id: int, wanted: LockBudget, now_ms: int
) -> ProjectBudget:
    """Once or again. NotFound, Forbidden."""
    if wanted.since is UNSET:
        return _change_lock(conn, principal, project_id, now_ms, now_ms, may_be_earlier=True)
    return _change_lock(conn, principal, project_id, wanted.since * 1000, now_ms)


def unlock(conn: Connection, principal: Principal, project_id: int, now_ms: int) -> ProjectBudget:
    """Once or again. NotFound, Forbidden."""
    return _change_lock(conn, principal, project_id, None, now_ms)


def set_lock(conn: Connection, project_id: int, since_ms: int | None, now_ms: int) -> None:
    """From `since_ms` on no timer starts on this project; None opens it again. A stop always works."""
    budgets.lock(conn, project_id, since_ms, now_ms)
    after.tell(conn, BudgetMoved(project_id))


def _set(conn: Connection, project_id: int, wanted: SetBudget, now_ms: int) -> tuple[Kept | None, Kept]:
    """As it was, and as it is."""
    budgets.hold_all_time(conn)
    before = budgets.take(conn, project_id)
    agreed = agree(wanted, None if before is None else before.agreed, organisation.find(conn))
    if before is None or before.agreed.currency != agreed.currency:
        convert_logs(conn, project_id, agreed.currency, now_ms)
    spent = budgets.spent_on(conn, project_id, agreed.currency)
    if before is None:
        alerts.arm(conn, budgets.add(conn, project_id, agreed, spent, now_ms))
    else:
        budgets.change(conn, before.budget_id, agreed, spent, now_ms)
    after.tell(conn, BudgetMoved(project_id))
    crossing.evaluate(conn, [project_id], now_ms)
    return before, _existing(budgets.find(conn, project_id))


def _change_lock(
    conn: Connection,
    principal: Principal,
    project_id: int,
    since_ms: int | None,
    now_ms: int,
    *,
    may_be_earlier: bool = False,
) -> ProjectBudget:
    rights.manage_project(conn, principal, project_id)
    before = _existing(budgets.take(conn, project_id))
    is_locked = before.locked_at is not None and before.locked_at <= now_ms
    if before.locked_at == since_ms or (may_be_earlier and is_locked):
        return _shown(conn, before, now_ms)
    set_lock(conn, project_id, since_ms, now_ms)
    kept = _existing(budgets.find(conn, project_id))
    action = "budget.unlocked" if since_ms is None else "budget.locked"
    reply = _shown(conn, kept, now_ms)
    _record(conn, principal, action, kept, _lock_facts(before), _lock_facts(kept), now_ms)
    return reply


def _lock_facts(kept: Kept) -> Facts:
    return {"locked_at": None if kept.locked_at is None else kept.locked_at // 1000}


def _record(
    conn: Connection,
    principal: Principal,
    action: str,
    kept: Kept,
    before: Facts | None,
    after_it: Facts,
    now_ms: int,
) -> None:
    entry = Entry(principal.user_id, action, "budget", str(kept.budget_id), before, after_it, kept.project_id)
    audit.record(conn, entry, now_ms)


def _existing(kept: Kept | None) -> Kept:
    if kept is None:
        raise NotFound("This project has no budget. Its manager can give it one.")
    return kept


def _use(found: Use, now_ms: int) -> BudgetUse:
    return BudgetUse(
        project_id=found.project_id,
        percent=percent(found.used, found.total),
        warning_percent=found.warning,
        as_of=now_ms // 1000,
        critical_percent=found.critical,
        is_locked=found.locked_at is not None and found.locked_at <= now_ms,
        at_limit=found.at_limit,
        seconds_left=seconds_left(found.used, found.total, found.pace) if found.pace else None,
    )


def _shown(conn: Connection, kept: Kept, now_ms: int) -> ProjectBudget:
    agreed, now = kept.agreed, now_ms // 1000
    on = meters.of_projects(conn, [kept.project_id])[kept.project_id]
    more = from_units(running(on, now))
    pace = sum((each.hourly for each in on if each.since <= now), start=ZERO)
    left = seconds_left(kept.spent + more, agreed.total_budget, pace)
    return ProjectBudget(
        project_id=kept.project_id,
        total_budget=agreed.total_budget,
        allocated_budget=agreed.allocated_budget,
        total_cost=kept.spent,
        running_cost=more,
        remaining=agreed.total_budget - kept.spent - more,
        percent=percent(kept.spent + more, agreed.total_budget),
        currency=agreed.currency,
        status=kept.status,
        alert_threshold=agreed.alert_threshold,
        critical_threshold=agreed.critical_threshold,
        at_limit=agreed.at_limit,
        is_locked=kept.locked_at is not None and kept.locked_at <= now_ms,
        locked_at=None if kept.locked_at is None else kept.locked_at // 1000,
        start_date=agreed.start_date,
        end_date=agreed.end_date,
        unconverted=[
            Unconverted(each.currency, each.total_cost, each.logs)
            for each in budgets.unconverted(conn, kept.project_id, agreed.currency)
        ],
        forecast=BudgetForecast(pace, left, None if left is None else now + left),
        as_of=now,
        revision=kept.revision,
    )
