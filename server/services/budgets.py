"""How much of a project's budget is used?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from server.db.repositories import budgets
from server.db.repositories.budgets import Budget
from server.db.session import Connection
from server.domain.messages import BudgetUse
from server.domain.money import ZERO, percent

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
    budget = budgets.of_project(conn, project_id)
    if budget is None:
        return BudgetUse(project_id=project_id, percent=None, warning_percent=None, as_of=now_ms // 1000)
    [use] = _uses(conn, [budget], now_ms)
    return use


def uses_of_member(conn: Connection, user_id: int, now_ms: int) -> list[BudgetUse]:
    """Of the user's projects that have a budget."""
    return _uses(conn, budgets.of_member(conn, user_id), now_ms)


def _uses(conn: Connection, found: Sequence[Budget], now_ms: int) -> list[BudgetUse]:
    if not found:
        return []
    running = budgets.running_costs(conn, [each.project_id for each in found], now_ms)
    return [
        BudgetUse(
            project_id=each.project_id,
            percent=percent(each.spent + running.get((each.project_id, each.currency), ZERO), each.total),
            warning_percent=each.threshold,
            as_of=now_ms // 1000,
        )
        for each in found
    ]
