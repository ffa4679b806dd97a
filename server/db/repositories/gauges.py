"""What do the server's own gauges show?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import bindparam, func, select

from server.db.repositories.logs import rate_of
from server.db.session import Connection
from server.db.tables import (
    active_timers,
    budget_alerts,
    daily_totals,
    deliveries,
    issue_time_logs,
    segments,
)
from server.domain.messages import Rate, TimerStatus

_TIMERS: Final = select(func.count(), func.count(active_timers.c.claim_id))  # one with an open claim runs
_ALERTS: Final = select(budget_alerts.c.alert_type, func.count()).group_by(budget_alerts.c.alert_type)
_DELIVERIES: Final = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
_SECONDS: Final = (
    select(daily_totals.c.day, func.sum(daily_totals.c.seconds))
    .where(daily_totals.c.day >= bindparam("since"))
    .group_by(daily_totals.c.day)
)
_LAST_LOG: Final = select(func.max(issue_time_logs.c.id))
_SAMPLE: Final = (
    select(
        issue_time_logs.c.id,
        issue_time_logs.c.duration_seconds,
        issue_time_logs.c.user_rate_type,
        issue_time_logs.c.user_rate_amount,
        issue_time_logs.c.currency,
        issue_time_logs.c.total_cost,
    )
    .where(issue_time_logs.c.id >= bindparam("from_id"))
    .order_by(issue_time_logs.c.id)
    .limit(bindparam("most"))
)
_COUNTED: Final = (
    select(segments.c.time_log_id, func.sum(segments.c.end_ms - segments.c.start_ms))
    .where(segments.c.time_log_id.in_(bindparam("ids", expanding=True)))
    .group_by(segments.c.time_log_id)
)


@dataclass(frozen=True, slots=True)
class Costed:
    """A log's figures as they are kept, and `counted_ms`: what its segments add up to."""

    seconds: int
    counted_ms: int
    rate: Rate | None
    cost: Decimal


def timers(conn: Connection) -> dict[TimerStatus, int]:
    """How many run and how many are paused."""
    total, running = conn.execute(_TIMERS).one()
    return {TimerStatus.RUNNING: int(running), TimerStatus.PAUSED: int(total - running)}


def alerts(conn: Connection) -> dict[str, int]:
    """How many were ever raised, by type."""
    return {str(name): int(count) for name, count in conn.execute(_ALERTS)}


def deliveries_by_state(conn: Connection) -> dict[str, int]:
    return {str(name): int(count) for name, count in conn.execute(_DELIVERIES)}


def seconds_by_day(conn: Connection, since: date) -> dict[date, int]:
    """What was counted in logs that started on those days."""
    return {day: int(seconds) for day, seconds in conn.execute(_SECONDS, {"since": since})}


def last_log(conn: Connection) -> int:
    """Its id; 0: there is none."""
    return int(conn.execute(_LAST_LOG).scalar() or 0)


def sample(conn: Connection, from_id: int, most: int) -> list[Costed]:
    """Logs from that id on."""
    rows = conn.execute(_SAMPLE, {"from_id": from_id, "most": most}).all()
    counted: dict[int, int] = {
        log_id: int(millis) for log_id, millis in conn.execute(_COUNTED, {"ids": [row.id for row in rows]})
    }
    return [
        Costed(
            row.duration_seconds,
            counted.get(row.id, 0),
            rate_of(row),
            row.total_cost,
        )
        for row in rows
    ]
