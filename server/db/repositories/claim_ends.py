"""Which ends of claims did this person's devices report?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, insert, or_, select, update

from server.db.repositories.instants import to_ms, to_s
from server.db.session import Connection
from server.db.tables import claim_ends
from server.domain.holds import Hold
from server.domain.instants import Quality
from server.domain.messages import ActionKind
from server.domain.settling import End

_ENDS: Final = select(
    claim_ends.c.action_id,
    claim_ends.c.user_id,
    claim_ends.c.timer_id,
    claim_ends.c.claim_id,
    claim_ends.c.kind,
    claim_ends.c.at_ms,
    claim_ends.c.admission,
    claim_ends.c.description,
    claim_ends.c.quality,
)
_OF_TIMERS: Final = _ENDS.where(claim_ends.c.timer_id.in_(bindparam("timer_ids", expanding=True)))
_NEWEST: Final = (
    _ENDS.where(
        claim_ends.c.user_id == bindparam("user_id"),
        or_(claim_ends.c.admission.is_(None), claim_ends.c.admission != str(Hold.FUTURE)),
    )
    .order_by(claim_ends.c.at_ms.desc())
    .limit(8)
)
_ADD: Final = insert(claim_ends)
_PUT_OFF: Final = (
    update(claim_ends)
    .where(claim_ends.c.action_id == bindparam("b_action_id"))
    .values(at_ms=bindparam("b_at_ms"), quality=bindparam("b_quality"))
)
_REMOVE: Final = claim_ends.delete().where(claim_ends.c.action_id == bindparam("b_action_id"))


@dataclass(frozen=True, slots=True)
class StoredEnd:
    """`claim_id` None: the stop of a paused timer. `quality` None: nobody asked yet when it came."""

    action_id: str
    user_id: int
    timer_id: str
    claim_id: str | None
    kind: ActionKind
    at: int
    admission: Hold | None
    description: str | None
    quality: Quality | None = None

    @property
    def end(self) -> End:
        return End(self.action_id, self.at, self.admission)


def of_timers(conn: Connection, timer_ids: Sequence[str]) -> list[StoredEnd]:
    return [_end(row) for row in conn.execute(_OF_TIMERS, {"timer_ids": timer_ids})]


def newest(conn: Connection, user_id: int) -> list[StoredEnd]:
    """A few, newest first, without those that lay in the future when they came."""
    return [_end(row) for row in conn.execute(_NEWEST, {"user_id": user_id})]


def add(conn: Connection, end: StoredEnd, cause: str) -> None:
    conn.execute(
        _ADD,
        {
            "action_id": end.action_id,
            "user_id": end.user_id,
            "timer_id": end.timer_id,
            "claim_id": end.claim_id,
            "kind": end.kind,
            "at_ms": to_ms(end.at),
            "cause": cause,
            "admission": end.admission,
            "description": end.description,
            "quality": end.quality,
        },
    )


def put_off(conn: Connection, end: StoredEnd) -> None:
    """It lies elsewhere than when it came."""
    conn.execute(
        _PUT_OFF,
        {"b_action_id": end.action_id, "b_at_ms": to_ms(end.at), "b_quality": end.quality},
    )


def remove(conn: Connection, action_id: str) -> None:
    """For an end that turned out to lie before its start."""
    conn.execute(_REMOVE, {"b_action_id": action_id})


def _end(row: Any) -> StoredEnd:
    return StoredEnd(
        action_id=row.action_id,
        user_id=row.user_id,
        timer_id=row.timer_id,
        claim_id=row.claim_id,
        kind=ActionKind(row.kind),
        at=to_s(row.at_ms),
        admission=None if row.admission is None else Hold(row.admission),
        description=row.description,
        quality=None if row.quality is None else Quality(row.quality),
    )
