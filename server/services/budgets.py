"""How much of a project's budget is used?"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from server.db.repositories import budgets
from server.db.repositories.budgets import Budget
from server.db.session import Connection
from server.domain.messages import BudgetUse
from server.domain.money import percent

DEFAULT_THRESHOLD: Final = Decimal(80)


def set_budget(  # noqa: PLR0917  # the order is the callers' contract
    conn: Connection,
    project_id: int,
    total: Decimal,
    currency: str,
    alert_threshold: Decimal,
    now_ms: int,
) -> None:
    """Counts what is logged already in this currency. `alert_threshold` in percent."""
    spent = budgets.spent_on(conn, project_id, currency)
    budgets.save(conn, Budget(project_id, total, spent, currency, alert_threshold), now_ms)


def set_lock(conn: Connection, project_id: int, since_ms: int | None, now_ms: int) -> None:
    """From `since_ms` on no timer starts on this project; None opens it again. A stop always works."""
    budgets.lock(conn, project_id, since_ms, now_ms)


def use(conn: Connection, project_id: int, now_ms: int) -> BudgetUse:
    """Running timers count as if they stopped now."""
    budget = budgets.of_project(conn, project_id, now_ms)
    if budget is None:
        return BudgetUse(project_id=project_id, percent=None, warning_percent=None, as_of=now_ms // 1000)
    return _use(budget, now_ms)


def uses_of_member(conn: Connection, user_id: int, now_ms: int) -> list[BudgetUse]:
    """Of the user's projects that have a budget."""
    return [_use(budget, now_ms) for budget in budgets.of_member(conn, user_id, now_ms)]


def _use(budget: Budget, now_ms: int) -> BudgetUse:
    return BudgetUse(
        project_id=budget.project_id,
        percent=percent(budget.spent + budget.running, budget.total),
        warning_percent=budget.threshold,
        as_of=now_ms // 1000,
    )
