"""Which logs does a person see, and what do they say?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, or_, select, tuple_

from server.db.repositories.instants import to_s
from server.db.session import Connection
from server.db.tables import issue_time_logs as logs
from server.db.tables import issues, project_members
from server.domain.messages import RateType, TimeLog, TimerStatus

RECENT_LOGS: Final = 60

_RECENT: Final = (
    select(logs.c.issue_id)
    .where(logs.c.user_id == bindparam("user_id"), logs.c.is_deleted.is_(False))
    .order_by(logs.c.start_time.desc(), logs.c.id.desc())
    .limit(RECENT_LOGS)
)


_LOGS: Final = select(
    logs, issues.c.key.label("issue_key"), issues.c.summary.label("issue_summary")
).join_from(logs, issues)
_FIND: Final = _LOGS.where(logs.c.id == bindparam("log_id"))
_KEYS: Final = (
    select(logs.c.id, issues.c.key)
    .join_from(logs, issues)
    .where(logs.c.id.in_(bindparam("ids", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class LogQuestion:
    """None asks for any. Instants are epoch milliseconds: started at or after `since`, before `until`."""

    reader: int
    reads_all: bool
    reads_projects: bool
    since_ms: int | None = None
    until_ms: int | None = None
    project_id: int | None = None
    issue_id: int | None = None
    user_id: int | None = None
    status: TimerStatus | None = None
    billable: bool | None = None
    include_deleted: bool = False


def find(conn: Connection, log_id: int) -> TimeLog | None:
    row = conn.execute(_FIND, {"log_id": log_id}).first()
    return None if row is None else _log(row)


def issue_keys(conn: Connection, log_ids: Sequence[int]) -> dict[int, str]:
    """By log."""
    return {row.id: row.key for row in conn.execute(_KEYS, {"ids": log_ids})} if log_ids else {}


def recent_issues(conn: Connection, user_id: int) -> list[int]:
    """The issues of the user's latest logs, latest first, each once."""
    found = conn.execute(_RECENT, {"user_id": user_id}).scalars()
    return list(dict.fromkeys(found))


def page(
    conn: Connection, asked: LogQuestion, after: tuple[int, int] | None, limit: int
) -> list[tuple[int, TimeLog]]:
    """Latest start first; each with its start in milliseconds. `after`: start and id of the last one before."""
    question = _LOGS.order_by(logs.c.start_time.desc(), logs.c.id.desc()).limit(limit)
    if after is not None:
        question = question.where(tuple_(logs.c.start_time, logs.c.id) < tuple_(*after))
    return [(row.start_time, _log(row)) for row in conn.execute(narrowed(question, asked))]


def narrowed(question: Select[Any], asked: LogQuestion) -> Select[Any]:
    """Only the logs that are asked for and may be read."""
    if not asked.reads_all:
        question = question.where(readable(logs, asked))
    for column, wanted in (
        (logs.c.project_id, asked.project_id),
        (logs.c.issue_id, asked.issue_id),
        (logs.c.user_id, asked.user_id),
        (logs.c.status, asked.status),
        (logs.c.is_billable, asked.billable),
    ):
        if wanted is not None:
            question = question.where(column == wanted)
    if not asked.include_deleted:
        question = question.where(logs.c.is_deleted.is_(False))
    if asked.since_ms is not None:
        question = question.where(logs.c.start_time >= asked.since_ms)
    if asked.until_ms is not None:
        question = question.where(logs.c.start_time < asked.until_ms)
    return question


def readable(table: FromClause, asked: LogQuestion) -> ColumnElement[bool]:
    """Of a table with a user and a project: one's own, and where one manages, that of the own projects."""
    own: ColumnElement[bool] = table.c.user_id == asked.reader
    if not asked.reads_projects:
        return own
    managed = select(project_members.c.project_id).where(project_members.c.user_id == asked.reader)
    return or_(own, table.c.project_id.in_(managed))


def _log(row: Any) -> TimeLog:
    return TimeLog(
        id=row.id,
        timer_id=row.timer_id,
        issue_id=row.issue_id,
        issue_key=row.issue_key,
        issue_summary=row.issue_summary,
        project_id=row.project_id,
        user_id=row.user_id,
        status=TimerStatus(row.status),
        start_time=to_s(row.start_time),
        end_time=to_s(row.end_time),
        paused_at=to_s(row.paused_at),
        resumed_at=to_s(row.resumed_at),
        duration_seconds=row.duration_seconds,
        user_rate_type=None if row.user_rate_type is None else RateType(row.user_rate_type),
        user_rate_amount=row.user_rate_amount,
        total_cost=row.total_cost,
        currency=row.currency,
        description=row.description,
        is_billable=row.is_billable,
        revision=row.revision,
        is_deleted=row.is_deleted,
        created_at=to_s(row.created_at),
        updated_at=to_s(row.updated_at),
    )
