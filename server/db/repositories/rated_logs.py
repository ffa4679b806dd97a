"""Which logs began in these days, and at which rate?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import bindparam, or_, select

from server.db.repositories.instants import to_s
from server.db.repositories.logs import rate_of
from server.db.session import Connection
from server.db.tables import issue_time_logs as logs
from server.domain.messages import Rate, TimerStatus

BATCH: Final = 2000
ONE_DAY: Final = timedelta(days=1)
ANY_ZONE: Final = timedelta(days=1)  # a day begins less than this before or after that of UTC

_NEXT: Final = (
    select(
        logs.c.id,
        logs.c.user_id,
        logs.c.project_id,
        logs.c.start_day,
        logs.c.start_time,
        logs.c.status,
        logs.c.duration_seconds,
        logs.c.total_cost,
        logs.c.user_rate_type,
        logs.c.user_rate_amount,
        logs.c.currency,
    )
    .where(
        logs.c.start_time >= bindparam("after_ms"),
        or_(logs.c.start_time > bindparam("after_ms"), logs.c.id > bindparam("after_id")),
        logs.c.start_day >= bindparam("since"),
        or_(logs.c.duration_seconds > 0, logs.c.status != str(TimerStatus.STOPPED)),
    )
    .order_by(logs.c.start_time, logs.c.id)
    .limit(bindparam("batch"))
)


@dataclass(frozen=True, slots=True)
class RatedLog:
    """`day`: the organisation's, in which it began."""

    log_id: int
    user_id: int
    project_id: int
    day: date
    started_at: int
    status: TimerStatus
    seconds: int
    cost: Decimal
    rate: Rate | None


def begun(
    conn: Connection,
    since: date,
    until: date | None,
    user_id: int | None,
    project_id: int | None,
    *,
    batch: int = BATCH,
) -> Iterator[RatedLog]:
    """Those that have time or are open, by start. `until`: the last day, itself included. None asks for any."""
    question = _NEXT
    if until is not None:
        late_ms = _utc_ms(until + ANY_ZONE + ONE_DAY)
        question = question.where(logs.c.start_day <= until, logs.c.start_time < late_ms)
    if user_id is not None:
        question = question.where(logs.c.user_id == user_id)
    if project_id is not None:
        question = question.where(logs.c.project_id == project_id)
    after_ms, after_id = _utc_ms(since - ANY_ZONE), 0
    while True:
        asked = {"after_ms": after_ms, "after_id": after_id, "since": since, "batch": batch}
        rows = conn.execute(question, asked).all()
        yield from (_log(row) for row in rows)
        if len(rows) < batch:
            return
        after_ms, after_id = rows[-1].start_time, rows[-1].id


def _utc_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def _log(row: Any) -> RatedLog:
    rate = rate_of(row)
    return RatedLog(
        log_id=row.id,
        user_id=row.user_id,
        project_id=row.project_id,
        day=row.start_day,
        started_at=to_s(row.start_time),
        status=TimerStatus(row.status),
        seconds=row.duration_seconds,
        cost=row.total_cost,
        rate=rate,
    )
