"""Which thresholds of which budgets are armed, and which alerts were raised?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Select, bindparam, exists, insert, or_, select, update

from server.db.repositories.instants import to_s
from server.db.repositories.organisation import setting
from server.db.session import Connection, insert_row
from server.db.tables import (
    active_timers,
    budget_alerts,
    budget_thresholds,
    project_budgets,
    project_members,
)
from server.domain.budget import WHOLE, Threshold
from server.domain.messages import AlertType, BudgetAlert, BudgetStatus


def _threshold(name: str, alert_type: AlertType) -> Any:
    """Read for each kind by itself, so that a budget is one row, also where its timers are summed up beside it."""
    return (
        select(budget_thresholds.c[name])
        .where(
            budget_thresholds.c.project_budget_id == project_budgets.c.id,
            budget_thresholds.c.alert_type == str(alert_type),
        )
        .scalar_subquery()
        .label(f"{alert_type}_{name}")
    )


AMOUNTS: Final = (
    project_budgets.c.project_id,
    project_budgets.c.total_budget,
    project_budgets.c.total_cost,
    project_budgets.c.alert_threshold,
    project_budgets.c.critical_threshold,
)
WATCH: Final = (
    project_budgets.c.id,
    project_budgets.c.currency,
    project_budgets.c.status,
    project_budgets.c.start_date,
    *(_threshold(name, each) for each in AlertType for name in ("is_armed", "generation")),
    setting("enable_budget_tracking").label("enable_budget_tracking"),
    setting("enable_budget_alerts").label("enable_budget_alerts"),
    setting("time_zone").label("time_zone"),
)
_STANDINGS: Final = (
    select(*AMOUNTS, *WATCH)
    .where(project_budgets.c.project_id.in_(bindparam("project_ids", expanding=True)))
    .order_by(project_budgets.c.project_id)
)
_TAKE: Final = (
    select(project_budgets.c.id)
    .where(project_budgets.c.project_id.in_(bindparam("project_ids", expanding=True)))
    .order_by(project_budgets.c.project_id)
    .with_for_update()
)
_RUNS: Final = exists().where(
    active_timers.c.project_id == project_budgets.c.project_id,
    active_timers.c.running_since.is_not(None),
    active_timers.c.hold_code.is_(None),
)
_WAS_CROSSED: Final = exists().where(
    budget_thresholds.c.project_budget_id == project_budgets.c.id, budget_thresholds.c.is_armed.is_(False)
)
_MAY_MOVE: Final = (
    select(project_budgets.c.project_id)
    .where(or_(_RUNS, _WAS_CROSSED, project_budgets.c.status == str(BudgetStatus.PLANNING)))
    .order_by(project_budgets.c.project_id)
)
_WATCHED: Final = select(project_budgets.c.project_id).order_by(project_budgets.c.project_id)
_SET: Final = (
    update(budget_thresholds)
    .where(
        budget_thresholds.c.project_budget_id == bindparam("b_budget_id"),
        budget_thresholds.c.alert_type == bindparam("b_alert_type"),
    )
    .values(is_armed=bindparam("b_is_armed"), generation=bindparam("b_generation"))
)
_ARM: Final = insert(budget_thresholds)
_ADD: Final = insert(budget_alerts)
_FIND: Final = select(budget_alerts).where(budget_alerts.c.id == bindparam("alert_id"))
_ACKNOWLEDGE: Final = (
    update(budget_alerts)
    .where(budget_alerts.c.id == bindparam("b_alert_id"), budget_alerts.c.is_acknowledged.is_(False))
    .values(
        is_acknowledged=True,
        acknowledged_by_user_id=bindparam("b_user_id"),
        acknowledged_at=bindparam("b_now_ms"),
    )
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A budget as its thresholds see it, and what the organisation wants to be watched."""

    budget_id: int
    project_id: int
    total: Decimal
    spent: Decimal
    currency: str
    status: BudgetStatus
    start_date: date | None
    percents: dict[AlertType, Decimal]
    thresholds: tuple[Threshold, ...]
    is_tracked: bool
    has_alerts: bool
    time_zone: str


@dataclass(frozen=True, slots=True)
class NewAlert:
    budget_id: int
    project_id: int
    alert_type: AlertType
    generation: int
    threshold: Decimal
    actual: Decimal
    cost: Decimal
    currency: str


def standings(conn: Connection, project_ids: Sequence[int]) -> list[Standing]:
    """Of the projects that have a budget, by project."""
    return [standing(row) for row in conn.execute(_STANDINGS, {"project_ids": project_ids})]


def take(conn: Connection, project_ids: Sequence[int]) -> None:
    """Nobody else changes these budgets until the transaction ends."""
    conn.execute(_TAKE, {"project_ids": project_ids}).all()


def may_move(conn: Connection) -> list[int]:
    """The projects whose budget can change how it stands by the passing of time alone."""
    return list(conn.execute(_MAY_MOVE).scalars())


def watched(conn: Connection) -> list[int]:
    """All projects that have a budget."""
    return list(conn.execute(_WATCHED).scalars())


def arm(conn: Connection, budget_id: int) -> None:
    """All thresholds of a new budget."""
    conn.execute(
        _ARM,
        [
            {"project_budget_id": budget_id, "alert_type": each, "is_armed": True, "generation": 1}
            for each in AlertType
        ],
    )


def set_threshold(conn: Connection, budget_id: int, threshold: Threshold) -> None:
    conn.execute(
        _SET,
        {
            "b_budget_id": budget_id,
            "b_alert_type": threshold.alert_type,
            "b_is_armed": threshold.is_armed,
            "b_generation": threshold.generation,
        },
    )


def add(conn: Connection, new: NewAlert, now_ms: int) -> int:
    """ConstraintBroken when this crossing has its alert already."""
    row = {
        "project_budget_id": new.budget_id,
        "project_id": new.project_id,
        "alert_type": new.alert_type,
        "generation": new.generation,
        "threshold_percentage": new.threshold,
        "actual_percentage": new.actual,
        "cost_at_alert": new.cost,
        "currency": new.currency,
        "is_acknowledged": False,
        "created_at": now_ms,
    }
    return insert_row(conn, _ADD, row)


def find(conn: Connection, alert_id: int) -> BudgetAlert | None:
    row = conn.execute(_FIND, {"alert_id": alert_id}).first()
    return None if row is None else _alert(row)


def acknowledge(conn: Connection, alert_id: int, user_id: int, now_ms: int) -> bool:
    """False: somebody did it before."""
    changed = conn.execute(_ACKNOWLEDGE, {"b_alert_id": alert_id, "b_user_id": user_id, "b_now_ms": now_ms})
    return changed.rowcount > 0


@dataclass(frozen=True, slots=True)
class AlertQuestion:
    """`project_id` None: those of all projects of which `member` is one; `member` None: of all."""

    member: int | None
    project_id: int | None
    is_acknowledged: bool | None
    before_id: int | None
    limit: int


def page(conn: Connection, asked: AlertQuestion) -> list[BudgetAlert]:
    """Latest first."""
    question = select(budget_alerts).order_by(budget_alerts.c.id.desc()).limit(asked.limit)
    return [_alert(row) for row in conn.execute(_narrow(question, asked))]


def _narrow(question: Select[Any], asked: AlertQuestion) -> Select[Any]:
    if asked.member is not None:
        mine = select(project_members.c.project_id).where(project_members.c.user_id == asked.member)
        question = question.where(budget_alerts.c.project_id.in_(mine))
    if asked.project_id is not None:
        question = question.where(budget_alerts.c.project_id == asked.project_id)
    if asked.is_acknowledged is not None:
        question = question.where(budget_alerts.c.is_acknowledged.is_(asked.is_acknowledged))
    if asked.before_id is not None:
        question = question.where(budget_alerts.c.id < asked.before_id)
    return question


def standing(row: Any) -> Standing:
    """Of a row with the columns of AMOUNTS and WATCH."""
    return Standing(
        row.id,
        row.project_id,
        row.total_budget,
        row.total_cost,
        row.currency,
        BudgetStatus(row.status),
        row.start_date,
        {
            AlertType.WARNING: row.alert_threshold,
            AlertType.CRITICAL: row.critical_threshold,
            AlertType.EXCEEDED: WHOLE,
        },
        tuple(
            Threshold(each, getattr(row, f"{each}_is_armed"), getattr(row, f"{each}_generation"))
            for each in AlertType
        ),
        row.enable_budget_tracking,
        row.enable_budget_alerts,
        row.time_zone,
    )


def _alert(row: Any) -> BudgetAlert:
    return BudgetAlert(
        id=row.id,
        project_id=row.project_id,
        alert_type=AlertType(row.alert_type),
        threshold_percentage=row.threshold_percentage,
        actual_percentage=row.actual_percentage,
        cost_at_alert=row.cost_at_alert,
        currency=row.currency,
        is_acknowledged=row.is_acknowledged,
        acknowledged_by_user_id=row.acknowledged_by_user_id,
        acknowledged_at=to_s(row.acknowledged_at),
        created_at=to_s(row.created_at),
    )
