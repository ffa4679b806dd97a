"""What was agreed about a project's money, and how much of it is used?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, case, func, insert, or_, select, update

from server.db.session import Connection, insert_row
from server.db.tables import issue_time_logs as logs
from server.db.tables import project_budgets as budgets
from server.db.tables import users
from server.db.types import Money
from server.domain.agreement import Agreed
from server.domain.messages import AtLimit, BudgetStatus
from server.domain.money import ZERO

_FIND: Final = select(budgets).where(budgets.c.project_id == bindparam("project_id"))
_TAKE: Final = _FIND.with_for_update()
_WRITERS: Final = select(users.c.id).order_by(users.c.id).with_for_update()
_bump: Final = budgets.c.revision + 1
_SPEND: Final = (
    update(budgets)
    .where(budgets.c.project_id == bindparam("b_project_id"), budgets.c.currency == bindparam("b_currency"))
    .values(
        total_cost=budgets.c.total_cost + bindparam("b_delta", type_=Money(22, 4)),
        updated_at=bindparam("b_now_ms"),
        revision=_bump,
    )
)
_AGREED: Final = (
    "total_budget",
    "allocated_budget",
    "currency",
    "alert_threshold",
    "critical_threshold",
    "at_limit",
    "start_date",
    "end_date",
)
_ADD: Final = insert(budgets)
_CHANGE: Final = (
    update(budgets)
    .where(budgets.c.id == bindparam("b_id"))
    .values(
        {name: bindparam(f"n_{name}") for name in _AGREED}
        | {"total_cost": bindparam("b_spent"), "updated_at": bindparam("b_now_ms"), "revision": _bump}
    )
)
_LOCK: Final = (
    update(budgets)
    .where(budgets.c.project_id == bindparam("b_project_id"))
    .values(
        is_locked=bindparam("b_is_locked"),
        locked_at=bindparam("b_locked_at"),
        updated_at=bindparam("b_now_ms"),
        revision=_bump,
    )
)
_SET_STATUS: Final = (
    update(budgets)
    .where(budgets.c.id == bindparam("b_id"))
    .values(status=bindparam("b_status"), updated_at=bindparam("b_now_ms"), revision=_bump)
)


def _counted(currency: Any) -> ColumnElement[Decimal]:
    """The sum of the logs' costs in this currency: their own, or what was converted to it."""
    amount = case(
        (logs.c.currency == currency, logs.c.total_cost),
        (logs.c.converted_currency == currency, logs.c.converted_cost),
    )
    return func.coalesce(func.sum(amount), ZERO)


_SPENT: Final = select(_counted(bindparam("currency"))).where(logs.c.project_id == bindparam("project_id"))
_SUMS: Final = (
    select(
        budgets.c.id,
        budgets.c.project_id,
        budgets.c.currency,
        budgets.c.total_cost.label("kept"),
        _counted(budgets.c.currency).label("counted"),
    )
    .join_from(budgets, logs, logs.c.project_id == budgets.c.project_id, isouter=True)
    .group_by(budgets.c.id)
    .order_by(budgets.c.project_id)
)
_UNCONVERTED: Final = (
    select(logs.c.currency, func.sum(logs.c.total_cost).label("total_cost"), func.count().label("logs"))
    .where(
        logs.c.project_id == bindparam("project_id"),
        logs.c.currency != bindparam("currency"),
        or_(
            logs.c.converted_cost.is_(None),
            logs.c.converted_currency.is_(None),
            logs.c.converted_currency != bindparam("currency"),
        ),
        logs.c.total_cost > ZERO,
    )
    .group_by(logs.c.currency)
    .order_by(logs.c.currency)
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A budget as it is kept. `spent`: the exact sum of the logs' costs. `locked_at` in milliseconds, None while it is open."""

    budget_id: int
    project_id: int
    agreed: Agreed
    spent: Decimal
    status: BudgetStatus
    locked_at: int | None
    revision: int


@dataclass(frozen=True, slots=True)
class Spending:
    """A log's cost has changed by `delta`."""

    project_id: int
    currency: str
    delta: Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """What a budget says was spent, and what its logs sum up to."""

    budget_id: int
    project_id: int
    currency: str
    kept: Decimal
    counted: Decimal


@dataclass(frozen=True, slots=True)
class Foreign:
    """What logs cost in a currency that was not converted."""

    currency: str
    total_cost: Decimal
    logs: int


def find(conn: Connection, project_id: int) -> Kept | None:
    return _kept(conn.execute(_FIND, {"project_id": project_id}).first())


def hold_all_time(conn: Connection) -> None:
    """Whoever writes time holds their user's row first: nobody's is half written now, nor until the transaction ends."""
    conn.execute(_WRITERS).all()


def take(conn: Connection, project_id: int) -> Kept | None:
    """Nobody else changes it until the transaction ends."""
    return _kept(conn.execute(_TAKE, {"project_id": project_id}).first())


def spend(conn: Connection, spendings: Sequence[Spending], now_ms: int) -> None:
    """Each is added where the budget has its currency, and nowhere else. In order of project, so that nobody waits in a circle."""
    rows = [
        {
            "b_project_id": each.project_id,
            "b_currency": each.currency,
            "b_delta": each.delta,
            "b_now_ms": now_ms,
        }
        for each in sorted(spendings, key=lambda each: each.project_id)
    ]
    if rows:
        conn.execute(_SPEND, rows)


def spent_on(conn: Connection, project_id: int, currency: str) -> Decimal:
    """The sum over all logs, as they stand now."""
    asked = {"project_id": project_id, "currency": currency}
    found: Decimal = conn.execute(_SPENT, asked).scalar_one()
    return found


def sums(conn: Connection) -> list[Sums]:
    """Of all budgets, at one instant. Reads every log."""
    return [Sums(row.id, row.project_id, row.currency, row.kept, row.counted) for row in conn.execute(_SUMS)]


def unconverted(conn: Connection, project_id: int, currency: str) -> list[Foreign]:
    """By currency."""
    asked = {"project_id": project_id, "currency": currency}
    return [Foreign(row.currency, row.total_cost, row.logs) for row in conn.execute(_UNCONVERTED, asked)]


def add(conn: Connection, project_id: int, agreed: Agreed, spent: Decimal, now_ms: int) -> int:
    """Its id. ConstraintBroken when the project has one."""
    row = asdict(agreed) | {
        "project_id": project_id,
        "total_cost": spent,
        "status": BudgetStatus.ACTIVE,
        "is_locked": False,
        "revision": 1,
        "created_at": now_ms,
        "updated_at": now_ms,
    }
    return insert_row(conn, _ADD, row)


def change(conn: Connection, budget_id: int, agreed: Agreed, spent: Decimal, now_ms: int) -> None:
    """Status and lock stay."""
    changes = {f"n_{name}": value for name, value in asdict(agreed).items()}
    conn.execute(_CHANGE, {"b_id": budget_id, "b_spent": spent, "b_now_ms": now_ms, **changes})


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


def set_status(conn: Connection, budget_id: int, status: BudgetStatus, now_ms: int) -> None:
    """Also counts as a change when it stays as it is."""
    conn.execute(_SET_STATUS, {"b_id": budget_id, "b_status": status, "b_now_ms": now_ms})


def _kept(row: Any) -> Kept | None:
    if row is None:
        return None
    return Kept(
        row.id,
        row.project_id,
        Agreed(**{name: getattr(row, name) for name in _AGREED} | {"at_limit": AtLimit(row.at_limit)}),
        row.total_cost,
        BudgetStatus(row.status),
        (row.locked_at or 0) if row.is_locked else None,
        row.revision,
    )
