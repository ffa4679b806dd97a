"""Which logs ended on a budget that is used up and makes what lies beyond it non-billable?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import bindparam, select

from server.db.repositories.organisation import setting
from server.db.session import Connection
from server.db.tables import issue_time_logs as logs
from server.db.tables import project_budgets as budgets
from server.domain.messages import AtLimit, TimerStatus

_ENDED: Final = (
    select(
        logs.c.id,
        logs.c.project_id,
        budgets.c.total_budget,
        budgets.c.total_cost,
        budgets.c.currency,
    )
    .join_from(logs, budgets, budgets.c.project_id == logs.c.project_id)
    .where(
        logs.c.timer_id.in_(bindparam("timer_ids", expanding=True)),
        logs.c.status == str(TimerStatus.STOPPED),
        logs.c.is_billable,
        budgets.c.at_limit == str(AtLimit.NON_BILLABLE),
        budgets.c.total_cost > budgets.c.total_budget,
        setting("enable_budget_tracking"),
    )
    .order_by(logs.c.project_id, logs.c.start_time, logs.c.id)
)


@dataclass(frozen=True, slots=True)
class Ended:
    """A log, and its budget: all that may be used, what all logs cost, and in which currency."""

    log_id: int
    project_id: int
    total: Decimal
    spent: Decimal
    currency: str


def ended(conn: Connection, timer_ids: Sequence[str]) -> list[Ended]:
    """Of these timers, by project and start."""
    rows = conn.execute(_ENDED, {"timer_ids": timer_ids})
    return [Ended(row.id, row.project_id, row.total_budget, row.total_cost, row.currency) for row in rows]
