"""Which days are closed, and who asked for a change in them?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec
from sqlalchemy import Select, bindparam, insert, or_, select, update

from server.db.repositories.instants import to_s
from server.db.session import Connection, insert_row
from server.db.tables import closed_periods, period_requests, project_members, projects, users
from server.domain.messages import AskedChange, Period, PeriodRequest, RequestStatus

_closed: Final = closed_periods.c.reopened_at.is_(None)
_CLOSES: Final = (
    select(closed_periods.c.id)
    .where(
        _closed,
        closed_periods.c.until_ms > bindparam("start_ms"),
        closed_periods.c.from_ms < bindparam("end_ms"),
        or_(
            closed_periods.c.project_id.is_(None),
            closed_periods.c.project_id.in_(bindparam("project_ids", expanding=True)),
        ),
    )
    .limit(1)
)
_PERIODS: Final = select(closed_periods, projects.c.key.label("project_key")).join_from(
    closed_periods, projects, isouter=True
)
_FIND: Final = _PERIODS.where(closed_periods.c.id == bindparam("period_id"))
_CLOSE: Final = insert(closed_periods)
_REOPEN: Final = (
    update(closed_periods)
    .where(closed_periods.c.id == bindparam("b_id"), _closed)
    .values(reopened_at=bindparam("b_now_ms"), reopened_by=bindparam("b_user_id"))
)
_REQUESTS: Final = (
    select(period_requests, projects.c.key.label("project_key"), users.c.name.label("user_name"))
    .join_from(period_requests, projects, projects.c.id == period_requests.c.project_id)
    .join(users, users.c.id == period_requests.c.user_id)
)
_FIND_REQUEST: Final = _REQUESTS.where(period_requests.c.id == bindparam("request_id"))
_TAKE_REQUEST: Final = (
    select(period_requests.c.id).where(period_requests.c.id == bindparam("request_id")).with_for_update()
)
_ASK: Final = insert(period_requests)
_DECIDE: Final = (
    update(period_requests)
    .where(period_requests.c.id == bindparam("b_id"))
    .values(
        status=bindparam("b_status"),
        decided_at=bindparam("b_now_ms"),
        decided_by=bindparam("b_user_id"),
        decision=bindparam("b_decision"),
        issue_time_log_id=bindparam("b_log_id"),
    )
)


@dataclass(frozen=True, slots=True)
class Closing:
    """`project_id` None: the whole organisation. Days with both ends; their instants in epoch milliseconds, half open."""

    project_id: int | None
    from_date: date
    until_date: date
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: they see their own requests, and those of the projects that they manage; `sees_all`: everybody's."""

    user_id: int
    manages: bool
    sees_all: bool


def closes(conn: Connection, project_ids: Sequence[int], start_ms: int, end_ms: int) -> bool:
    """Whether something between is closed, for one of these projects or for all."""
    asked = {"project_ids": project_ids, "start_ms": start_ms, "end_ms": end_ms}
    return conn.execute(_CLOSES, asked).first() is not None


def close(conn: Connection, closing: Closing, user_id: int, now_ms: int) -> int:
    return insert_row(
        conn,
        _CLOSE,
        {
            "project_id": closing.project_id,
            "from_date": closing.from_date,
            "until_date": closing.until_date,
            "from_ms": closing.from_ms,
            "until_ms": closing.until_ms,
            "closed_at": now_ms,
            "closed_by": user_id,
        },
    )


def find(conn: Connection, period_id: int) -> Period | None:
    row = conn.execute(_FIND, {"period_id": period_id}).first()
    return None if row is None else _period(row)


def page(conn: Connection, member: int | None, before: int | None, limit: int) -> list[Period]:
    """Newest first, of the organisation and of this member's projects; None: of all. `before`: the last id shown."""
    question = _PERIODS.order_by(closed_periods.c.id.desc()).limit(limit)
    if member is not None:
        own = closed_periods.c.project_id.in_(_projects_of(member))
        question = question.where(or_(closed_periods.c.project_id.is_(None), own))
    if before is not None:
        question = question.where(closed_periods.c.id < before)
    return [_period(row) for row in conn.execute(question)]


def reopen(conn: Connection, period_id: int, user_id: int, now_ms: int) -> bool:
    """False when it was open already."""
    asked = {"b_id": period_id, "b_now_ms": now_ms, "b_user_id": user_id}
    return conn.execute(_REOPEN, asked).rowcount > 0


def ask(
    conn: Connection,
    user_id: int,
    project_id: int,
    log_id: int | None,
    what: AskedChange,
    reason: str,
    now_ms: int,
) -> int:
    return insert_row(
        conn,
        _ASK,
        {
            "user_id": user_id,
            "project_id": project_id,
            "issue_time_log_id": log_id,
            "what_json": msgspec.json.encode(what).decode(),
            "reason": reason,
            "status": RequestStatus.PENDING,
            "created_at": now_ms,
        },
    )


def take_request(conn: Connection, request_id: int) -> None:
    """Nobody else decides it until the transaction ends."""
    conn.execute(_TAKE_REQUEST, {"request_id": request_id})


def find_request(conn: Connection, request_id: int) -> PeriodRequest | None:
    row = conn.execute(_FIND_REQUEST, {"request_id": request_id}).first()
    return None if row is None else _request(row)


def requests(
    conn: Connection, reader: Reader, status: RequestStatus | None, before: int | None, limit: int
) -> list[PeriodRequest]:
    """Newest first: one's own, and those of the reader's projects."""
    question = _REQUESTS.order_by(period_requests.c.id.desc()).limit(limit)
    if not reader.sees_all:
        readable = period_requests.c.user_id == reader.user_id
        if reader.manages:
            readable |= period_requests.c.project_id.in_(_projects_of(reader.user_id))
        question = question.where(readable)
    if status is not None:
        question = question.where(period_requests.c.status == str(status))
    if before is not None:
        question = question.where(period_requests.c.id < before)
    return [_request(row) for row in conn.execute(question)]


def decide(
    conn: Connection,
    request_id: int,
    status: RequestStatus,
    user_id: int,
    log_id: int | None,
    words: str,
    now_ms: int,
) -> None:
    conn.execute(
        _DECIDE,
        {
            "b_id": request_id,
            "b_status": str(status),
            "b_now_ms": now_ms,
            "b_user_id": user_id,
            "b_decision": words,
            "b_log_id": log_id,
        },
    )


def _projects_of(member: int) -> Select[Any]:
    return select(project_members.c.project_id).where(project_members.c.user_id == member)


def _period(row: Any) -> Period:
    return Period(
        id=row.id,
        project_id=row.project_id,
        project_key=row.project_key,
        from_date=row.from_date,
        until_date=row.until_date,
        closed_at=to_s(row.closed_at),
        closed_by=row.closed_by,
        reopened_at=to_s(row.reopened_at),
        reopened_by=row.reopened_by,
    )


def _request(row: Any) -> PeriodRequest:
    return PeriodRequest(
        id=row.id,
        user_id=row.user_id,
        user_name=row.user_name,
        project_id=row.project_id,
        project_key=row.project_key,
        time_log_id=row.issue_time_log_id,
        what=msgspec.json.decode(row.what_json, type=AskedChange),
        reason=row.reason,
        status=RequestStatus(row.status),
        created_at=to_s(row.created_at),
        decided_at=to_s(row.decided_at),
        decided_by=row.decided_by,
        decision=row.decision,
    )
