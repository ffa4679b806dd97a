"""What do all pages of a list of logs sum up to?

However many logs there are, few of them are read: whole days are in the daily totals. Only at both ends of the time that is
asked for, and where the totals do not know what is asked for, the logs themselves are summed up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Select, func, select

from server.db.repositories.log_pages import LogQuestion, narrowed, readable
from server.db.session import Connection
from server.db.tables import daily_totals as totals
from server.db.tables import issue_time_logs as logs
from server.domain.messages import Amount, LogTotals
from server.domain.money import ZERO

DAY_MS: Final = 86_400_000
FURTHEST_ZONE_MS: Final = 15 * 3_600_000  # no place's clock is further from UTC
EPOCH: Final = date(1970, 1, 1)
LAST_MS: Final = int(datetime(3000, 1, 1, tzinfo=UTC).timestamp()) * 1000
WORTH_IT: Final = timedelta(days=7)

_OF_LOGS: Final = select(
    logs.c.currency, func.count(), func.sum(logs.c.duration_seconds), func.sum(logs.c.total_cost)
).group_by(logs.c.currency)
_OF_DAYS: Final = select(
    totals.c.currency, func.sum(totals.c.logs), func.sum(totals.c.seconds), func.sum(totals.c.cost)
).group_by(totals.c.currency)

Row = tuple[str | None, int, int, Decimal]


@dataclass(frozen=True, slots=True)
class _WholeDays:
    """All logs of these days, both included, started within the time that is asked for, in whichever zone they are days."""

    first: date
    last: date


def of_all_pages(conn: Connection, asked: LogQuestion) -> LogTotals:
    days = _whole_days(asked)
    rows = _of_logs(conn, asked) if days is None else _of_days_and_ends(conn, asked, days)
    return _together(rows)


def _whole_days(asked: LogQuestion) -> _WholeDays | None:
    if asked.issue_id is not None or asked.status is not None or asked.include_deleted:
        return None
    since_ms = max(0, asked.since_ms or 0)
    until_ms = LAST_MS if asked.until_ms is None else min(asked.until_ms, LAST_MS)
    first = EPOCH + timedelta(days=-(-(since_ms + FURTHEST_ZONE_MS) // DAY_MS))
    last = EPOCH + timedelta(days=(until_ms - FURTHEST_ZONE_MS) // DAY_MS - 1)
    return _WholeDays(first, last) if last - first >= WORTH_IT else None


def _of_days_and_ends(conn: Connection, asked: LogQuestion, days: _WholeDays) -> Iterator[Row]:
    question = _OF_DAYS.where(totals.c.day.between(days.first, days.last))
    yield from _rows(conn, _narrowed_days(question, asked))
    before = replace(asked, until_ms=_midnight_ms(days.first) + FURTHEST_ZONE_MS)
    yield from _rows(conn, narrowed(_OF_LOGS, before).where(logs.c.start_day < days.first))
    after = replace(asked, since_ms=_midnight_ms(days.last) + DAY_MS - FURTHEST_ZONE_MS)
    yield from _rows(conn, narrowed(_OF_LOGS, after).where(logs.c.start_day > days.last))


def _of_logs(conn: Connection, asked: LogQuestion) -> Iterator[Row]:
    return _rows(conn, narrowed(_OF_LOGS, asked))


def _narrowed_days(question: Select[Any], asked: LogQuestion) -> Select[Any]:
    if not asked.reads_all:
        question = question.where(readable(totals, asked))
    for column, wanted in (
        (totals.c.project_id, asked.project_id),
        (totals.c.user_id, asked.user_id),
        (totals.c.is_billable, asked.billable),
    ):
        if wanted is not None:
            question = question.where(column == wanted)
    return question


def _rows(conn: Connection, question: Select[Any]) -> Iterator[Row]:
    for currency, number, seconds, cost in conn.execute(question):
        yield (currency or None, int(number), int(seconds), cost)


def _together(rows: Iterator[Row]) -> LogTotals:
    count = duration = 0
    costs: dict[str, Decimal] = {}
    for currency, number, seconds, cost in rows:
        count += number
        duration += seconds
        if currency is not None and number:
            costs[currency] = costs.get(currency, ZERO) + cost
    return LogTotals(
        count=count,
        duration_seconds=duration,
        costs=[Amount(currency, costs[currency]) for currency in sorted(costs)],
    )


def _midnight_ms(day: date) -> int:
    """Of UTC."""
    return (day - EPOCH).days * DAY_MS
