"""What is a log's amount made of?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import bindparam, select

from server.db.repositories import segments
from server.db.repositories.logs import rate_of
from server.db.session import Connection
from server.db.tables import issue_time_logs as logs
from server.db.tables import issues, project_budgets
from server.domain.messages import Rate, RateLevel, TimerStatus
from server.domain.rating import Exchange

_FIND: Final = (
    select(logs, issues.c.key.label("issue_key"), project_budgets.c.currency.label("budget_currency"))
    .join_from(logs, issues)
    .join(project_budgets, project_budgets.c.project_id == logs.c.project_id, isouter=True)
    .where(logs.c.id == bindparam("log_id"))
)


@dataclass(frozen=True, slots=True)
class LogCost:
    """`segments`: epoch seconds, half open, in order. `budget_currency` None: the project has no budget."""

    log_id: int
    issue_key: str
    user_id: int
    project_id: int
    status: TimerStatus
    is_billable: bool
    day: date
    seconds: int
    total_cost: Decimal
    rate: Rate | None
    source: RateLevel | None
    since: date | None
    exchange: Exchange | None
    converted_cost: Decimal | None
    budget_currency: str | None
    segments: tuple[tuple[int, int], ...]


def find(conn: Connection, log_id: int) -> LogCost | None:
    row = conn.execute(_FIND, {"log_id": log_id}).first()
    if row is None:
        return None
    return _log_cost(row, segments.stretches(conn, log_id))


def _log_cost(row: Any, stretches: tuple[tuple[int, int], ...]) -> LogCost:
    rate, exchange = rate_of(row), None
    if row.converted_cost is not None:
        exchange = Exchange(row.exchange_rate, row.converted_currency, row.exchange_since)
    return LogCost(
        log_id=row.id,
        issue_key=row.issue_key,
        user_id=row.user_id,
        project_id=row.project_id,
        status=TimerStatus(row.status),
        is_billable=row.is_billable,
        day=row.start_day,
        seconds=row.duration_seconds,
        total_cost=row.total_cost,
        rate=rate,
        source=None if row.rate_source is None else RateLevel(row.rate_source),
        since=row.rate_since,
        exchange=exchange,
        converted_cost=row.converted_cost,
        budget_currency=row.budget_currency,
        segments=stretches,
    )
