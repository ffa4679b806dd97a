"""Which stretches of a person's time are counted?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, delete, func, insert, select

from server.db.repositories.instants import to_ms, to_s
from server.db.session import Connection
from server.db.tables import segments

_SINCE: Final = select(
    segments.c.id, segments.c.time_log_id, segments.c.claim_id, segments.c.start_ms, segments.c.end_ms
).where(segments.c.user_id == bindparam("user_id"), segments.c.end_ms >= bindparam("since_ms"))
_BY_CLAIM: Final = (
    select(segments.c.claim_id, func.sum(segments.c.end_ms - segments.c.start_ms).label("millis"))
    .where(segments.c.time_log_id == bindparam("log_id"))
    .group_by(segments.c.claim_id)
)
_STRETCHES: Final = (
    select(segments.c.start_ms, segments.c.end_ms)
    .where(segments.c.time_log_id == bindparam("log_id"))
    .order_by(segments.c.start_ms)
)
_REMOVE: Final = delete(segments).where(segments.c.id == bindparam("b_id"))
_ADD: Final = insert(segments)


@dataclass(frozen=True, slots=True)
class Segment:
    """Epoch seconds, half open."""

    time_log_id: int
    claim_id: str
    start: int
    end: int


def since(conn: Connection, user_id: int, instant: int) -> dict[Segment, int]:
    """Those that end at the instant or after it, with their row ids: one that ends there may go on now."""
    return {
        Segment(row.time_log_id, row.claim_id, to_s(row.start_ms), to_s(row.end_ms)): row.id
        for row in conn.execute(_SINCE, {"user_id": user_id, "since_ms": to_ms(instant)})
    }


def stretches(conn: Connection, log_id: int) -> tuple[tuple[int, int], ...]:
    """What was counted of a log, in order: start and end in epoch seconds, half open."""
    found = conn.execute(_STRETCHES, {"log_id": log_id})
    return tuple((to_s(row.start_ms), to_s(row.end_ms)) for row in found)


def seconds_by_claim(conn: Connection, log_id: int) -> dict[str, int]:
    """What was counted of a log."""
    return {row.claim_id: int(row.millis) // 1000 for row in conn.execute(_BY_CLAIM, {"log_id": log_id})}


def remove(conn: Connection, row_ids: Sequence[int]) -> None:
    if row_ids:
        conn.execute(_REMOVE, [{"b_id": row_id} for row_id in row_ids])


def add(conn: Connection, user_id: int, new: Sequence[Segment]) -> None:
    rows = [
        {
            "user_id": user_id,
            "time_log_id": each.time_log_id,
            "claim_id": each.claim_id,
            "start_ms": to_ms(each.start),
            "end_ms": to_ms(each.end),
        }
        for each in new
    ]
    if rows:
        conn.execute(_ADD, rows)
