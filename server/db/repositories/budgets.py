"""How much of a project's money is used?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, and_, bindparam, case, func, insert, literal, select, type_coerce, update

from server.db.session import Connection
from server.db.tables import active_timers, issue_time_logs, project_budgets, project_members
from server.db.types import Money
from server.domain.messages import RateType
from server.domain.money import UNIT_SECONDS, ZERO

# Rate times milliseconds is summed in whole numbers; the division by the rate's unit comes last, in Decimal.
_now: Final = bindparam("now_ms", type_=BigInteger)
_since: Final = active_timers.c.running_since
_counted_ms: Final = active_timers.c.closed_seconds * literal(1000, BigInteger) + case(
    (_since < _now, _now - _since), else_=literal(0, BigInteger)
)
_gross: Final = type_coerce(active_timers.c.rate_amount * _counted_ms, Money(30, 4))
_counts: Final = and_(
    active_timers.c.project_id == project_budgets.c.project_id,
    active_timers.c.currency == project_budgets.c.currency,
    active_timers.c.hold_code.is_(None),
    active_timers.c.rate_type.is_not(None),
    _since.is_not(None),
)
# A sum for each kind of rate, because grouping by them would make SQLite sort all timers for every poll.
_BUDGET: Final = (
    select(
        project_budgets.c.project_id,
        project_budgets.c.total_budget,
        project_budgets.c.total_cost,
        project_budgets.c.currency,
        project_budgets.c.alert_threshold,
        *(
            func.sum(case((active_timers.c.rate_type == str(rate_type), _gross))).label(rate_type)
            for rate_type in RateType
        ),
        func.sum(active_timers.c.logged_cost).label("logged"),
    )
    .join_from(project_budgets, active_timers, _counts, isouter=True)
    .group_by(project_budgets.c.id)
)
_OF_PROJECT: Final = _BUDGET.where(project_budgets.c.project_id == bindparam("project_id"))
_OF_MEMBER: Final = (
    _BUDGET.join(project_members, project_members.c.project_id == project_budgets.c.project_id)
    .where(project_members.c.user_id == bindparam("user_id"))
    .order_by(project_budgets.c.project_id)
)

_SPENT: Final = select(func.coalesce(func.sum(issue_time_logs.c.total_cost), ZERO)).where(
    issue_time_logs.c.project_id == bindparam("project_id"),
    issue_time_logs.c.currency == bindparam("currency"),
)
_bump: Final = project_budgets.c.revision + 1
_SPEND: Final = (
    update(project_budgets)
    .where(
        project_budgets.c.project_id == bindparam("b_project_id"),
        project_budgets.c.currency == bindparam("b_currency"),
    )
    .values(
        total_cost=project_budgets.c.total_cost + bindparam("b_delta", type_=Money(14, 4)),
        updated_at=bindparam("b_now_ms"),
        revision=_bump,
    )
)
_ADD: Final = insert(project_budgets)
_CHANGE: Final = (
    update(project_budgets)
    .where(project_budgets.c.project_id == bindparam("b_project_id"))
    .values(
        total_budget=bindparam("b_total"),
        allocated_budget=bindparam("b_total"),
        total_cost=bindparam("b_spent"),
        currency=bindparam("b_currency"),
        alert_threshold=bindparam("b_threshold"),
        updated_at=bindparam("b_now_ms"),
        revision=_bump,
    )
)
_LOCK: Final = (
    update(project_budgets)
    .where(project_budgets.c.project_id == bindparam("b_project_id"))
    .values(
        is_locked=bindparam("b_is_locked"),
        locked_at=bindparam("b_locked_at"),
        updated_at=bindparam("b_now_ms"),
        revision=_bump,
    )
)


@dataclass(frozen=True, slots=True)
class Budget:
    """`spent`: the exact sum of the logs' costs. `threshold`: warning, in percent.

    `running`: what the timers that run now, in this currency, add to `spent` if they stop now; not rounded per log.
    """

    project_id: int
    total: Decimal
    spent: Decimal
    currency: str
    threshold: Decimal
    running: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Spending:
    """A log's cost has changed by `delta`."""

    project_id: int
    currency: str
    delta: Decimal


def of_project(conn: Connection, project_id: int, now_ms: int) -> Budget | None:
    row = conn.execute(_OF_PROJECT, {"project_id": project_id, "now_ms": now_ms}).first()
    return None if row is None else _budget(row)


def of_member(conn: Connection, user_id: int, now_ms: int) -> list[Budget]:
    """Those of the user's projects."""
    return [_budget(row) for row in conn.execute(_OF_MEMBER, {"user_id": user_id, "now_ms": now_ms})]


def spend(conn: Connection, spendings: Sequence[Spending], now_ms: int) -> None:
    """Each is added where the budget has its currency, and nowhere else."""
    rows = [
        {
            "b_project_id": each.project_id,
            "b_currency": each.currency,
            "b_delta": each.delta,
            "b_now_ms": now_ms,
        }
        for each in spendings
    ]
    if rows:
        conn.execute(_SPEND, rows)


def spent_on(conn: Connection, project_id: int, currency: str) -> Decimal:
    """The sum over all logs, as they stand now."""
    asked = {"project_id": project_id, "currency": currency}
    found: Decimal = conn.execute(_SPENT, asked).scalar_one()
    return found


def save(conn: Connection, budget: Budget, now_ms: int) -> None:
    """Makes the project's budget or changes it."""
    changed = conn.execute(
        _CHANGE,
        {
            "b_project_id": budget.project_id,
            "b_total": budget.total,
            "b_spent": budget.spent,
            "b_currency": budget.currency,
            "b_threshold": budget.threshold,
            "b_now_ms": now_ms,
        },
    )
    if changed.rowcount == 0:
        conn.execute(_ADD, _new_row(budget, now_ms))


def lock(conn: Connection, project_id: int, since_ms: int | None, now_ms: int) -> None:
    """`since_ms` None unlocks."""
    conn.execute(
        _LOCK,
        {
            "b_project_id": project_id,
            "b_is_locked": since_ms is not None,
            "b_locked_at": since_ms,
            "b_now_ms": now_ms,
        },
    )


def _budget(row: Any) -> Budget:
    return Budget(
        row.project_id, row.total_budget, row.total_cost, row.currency, row.alert_threshold, _running(row)
    )


def _running(row: Any) -> Decimal:
    """SQL says null for the sum of nothing."""
    running: Decimal = -(row.logged or ZERO)
    for rate_type, unit_seconds in UNIT_SECONDS.items():
        gross = getattr(row, rate_type)
        if gross is not None:
            running += gross / (1000 * unit_seconds)
    return running


def _new_row(budget: Budget, now_ms: int) -> dict[str, Any]:
    return {
        "project_id": budget.project_id,
        "total_budget": budget.total,
        "allocated_budget": budget.total,
        "total_cost": budget.spent,
        "status": "active",
        "alert_threshold": budget.threshold,
        "is_locked": False,
        "currency": budget.currency,
        "revision": 1,
        "created_at": now_ms,
        "updated_at": now_ms,
    }
