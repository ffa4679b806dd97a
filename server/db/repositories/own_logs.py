"""Which of a person's logs changed since one of their devices asked last, and what do they say?

Each log carries its user's revision of the moment at which something of it changed that a device shows. Whoever asks holds the
person's row, and that revision grows with each change, so nothing that changes later has a number that was passed already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, or_, select, update

from server.db.repositories.instants import to_ms, to_s
from server.db.repositories.logs import rate_of
from server.db.session import Connection
from server.db.tables import claims, issues, users
from server.db.tables import issue_time_logs as logs
from server.domain.holds import Hold
from server.domain.messages import OwnLog, OwnStretch, TimerStatus

_CHANGED: Final = (
    select(
        logs.c.id,
        logs.c.timer_id,
        logs.c.revision,
        logs.c.issue_id,
        logs.c.project_id,
        logs.c.status,
        logs.c.start_time,
        logs.c.end_time,
        logs.c.duration_seconds,
        logs.c.is_billable,
        logs.c.is_deleted,
        logs.c.description,
        logs.c.user_rate_type,
        logs.c.user_rate_amount,
        logs.c.currency,
        logs.c.total_cost,
        logs.c.changed_in,
        issues.c.key.label("issue_key"),
        issues.c.summary.label("issue_summary"),
    )
    .join_from(logs, issues)
    .where(
        logs.c.user_id == bindparam("user_id"),
        logs.c.changed_in >= bindparam("change"),
        or_(logs.c.changed_in > bindparam("change"), logs.c.id > bindparam("after_id")),
        or_(logs.c.changed_in > bindparam("whole_until"), logs.c.start_time >= bindparam("since_ms")),
    )
    .order_by(logs.c.changed_in, logs.c.id)
    .limit(bindparam("most"))
)
_STRETCHES: Final = (
    select(
        claims.c.claim_id,
        claims.c.timer_id,
        claims.c.start_ms,
        claims.c.corrected_start_ms,
        claims.c.first_end_ms,
        claims.c.hold_code,
        claims.c.attention_code,
    )
    .where(
        claims.c.timer_id.in_(bindparam("timer_ids", expanding=True)),
        claims.c.user_id == bindparam("user_id"),
    )
    .order_by(claims.c.start_ms, claims.c.claim_id)
)
_ENDED: Final = (
    select(logs.c.timer_id, logs.c.revision, logs.c.duration_seconds, logs.c.issue_id)
    .where(
        logs.c.user_id == bindparam("user_id"),
        logs.c.start_time >= bindparam("since_ms"),
        logs.c.end_time.is_not(None),
        logs.c.is_deleted.is_(False),
    )
    .order_by(logs.c.timer_id)
)
_MARK: Final = (
    update(logs)
    .where(logs.c.user_id == bindparam("b_user_id"), logs.c.id.in_(bindparam("b_ids", expanding=True)))
    .values(changed_in=select(users.c.revision).where(users.c.id == bindparam("b_user_id")).scalar_subquery())
)


_COME_TO: Final = select(
    users.c.revision,
    select(logs.c.changed_in)
    .where(logs.c.timer_id == bindparam("timer_id"), logs.c.user_id == users.c.id)
    .scalar_subquery()
    .label("change"),
).where(users.c.id == bindparam("user_id"))


@dataclass(frozen=True, slots=True)
class Place:
    """How far a device has read a person's changes: all below `change`, and of `change` itself the logs up to `after_id`.

    `whole_until`: of changes up to this one it only asks for logs that began in the window.
    """

    change: int
    after_id: int
    whole_until: int


@dataclass(frozen=True, slots=True)
class Changed:
    """A log, and with which change it was."""

    log: OwnLog
    change: int


def mark(conn: Connection, user_id: int, log_ids: Collection[int]) -> None:
    """They changed with their user's present revision, which has just been made."""
    if log_ids:
        conn.execute(_MARK, {"b_user_id": user_id, "b_ids": sorted(log_ids)})


def changed(conn: Connection, user_id: int, place: Place, since: int, most: int) -> list[Changed]:
    """From that place on, in the order of their changes. `since`: where the window begins, epoch seconds."""
    asked = {
        "user_id": user_id,
        "change": place.change,
        "after_id": place.after_id,
        "whole_until": place.whole_until,
        "since_ms": to_ms(since),
        "most": most,
    }
    rows = conn.execute(_CHANGED, asked).all()
    claimed = _claimed(conn, user_id, [row.timer_id for row in rows])
    return [Changed(_log(row, claimed[row.timer_id]), row.changed_in) for row in rows]


def come_to(conn: Connection, user_id: int, timer_id: str) -> tuple[int, int]:
    """The user's revision, and with which change this timer's log was last another; 0 where there is none."""
    row = conn.execute(_COME_TO, {"user_id": user_id, "timer_id": timer_id}).one()
    return row.revision, row.change or 0


def ended(conn: Connection, user_id: int, since: int) -> Iterator[tuple[str, int, int, int]]:
    """Timer, revision, seconds and issue of what began in the window, has ended and was not deleted; by timer."""
    for row in conn.execute(_ENDED, {"user_id": user_id, "since_ms": to_ms(since)}):
        yield row.timer_id, row.revision, row.duration_seconds, row.issue_id


def _claimed(conn: Connection, user_id: int, timer_ids: Sequence[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    if timer_ids:
        for row in conn.execute(_STRETCHES, {"timer_ids": timer_ids, "user_id": user_id}):
            found[row.timer_id].append(row)
    return found


def _log(row: Any, claimed: list[Any]) -> OwnLog:
    rate = rate_of(row)
    return OwnLog(
        timer_id=row.timer_id,
        time_log_id=row.id,
        revision=row.revision,
        issue_id=row.issue_id,
        issue_key=row.issue_key,
        issue_summary=row.issue_summary,
        project_id=row.project_id,
        status=TimerStatus(row.status),
        start=to_s(row.start_time),
        end=to_s(row.end_time),
        seconds=row.duration_seconds,
        is_billable=row.is_billable,
        is_deleted=row.is_deleted,
        description=row.description,
        rate=rate,
        cost=None if rate is None else row.total_cost,
        currency=row.currency,
        stretches=[_stretch(each) for each in claimed if each.hold_code != Hold.VOID],
        flag=next((each.attention_code for each in claimed if each.attention_code is not None), None),
    )


def _stretch(row: Any) -> OwnStretch:
    start_ms = row.start_ms if row.corrected_start_ms is None else row.corrected_start_ms
    return OwnStretch(row.claim_id, to_s(start_ms), to_s(row.first_end_ms))
