"""Which claims and ends of claims did this person's devices report?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, insert, or_, select, update

from server.db.repositories.instants import to_ms, to_s
from server.db.session import Connection
from server.db.tables import applied_actions, claim_ends, claims, issues
from server.domain.claims import Claim
from server.domain.holds import NOBODY_NEED_ACT, Hold
from server.domain.messages import ActionKind, Attention
from server.domain.settling import End

OPEN_SPAN_MS: Final = 2**53 - 1
ATTENTION_LIMIT: Final = 200

_COLUMNS: Final = (
    claims.c.claim_id,
    claims.c.user_id,
    claims.c.timer_id,
    claims.c.action_id,
    claims.c.is_first,
    claims.c.named_issue_id,
    claims.c.time_log_id,
    claims.c.start_ms,
    claims.c.admission,
    claims.c.first_end_ms,
    claims.c.last_end_ms,
    claims.c.provisional_end_ms,
    claims.c.hold_code,
)
_NAMED: Final = select(*_COLUMNS).where(
    or_(
        claims.c.timer_id.in_(bindparam("timer_ids", expanding=True)),
        claims.c.claim_id.in_(bindparam("claim_ids", expanding=True)),
    )
)
_WINDOW: Final = select(*_COLUMNS).where(
    claims.c.user_id == bindparam("user_id"), claims.c.span_end_ms >= bindparam("since_ms")
)
_ADD: Final = insert(claims)
_ADOPT: Final = (
    update(claims)
    .where(claims.c.claim_id == bindparam("b_claim_id"))
    .values(
        time_log_id=bindparam("b_time_log_id"),
        named_issue_id=bindparam("b_named_issue_id"),
        admission=bindparam("b_admission"),
    )
)
_DERIVE: Final = (
    update(claims)
    .where(claims.c.claim_id == bindparam("b_claim_id"))
    .values(
        first_end_ms=bindparam("b_first_end_ms"),
        last_end_ms=bindparam("b_last_end_ms"),
        span_end_ms=bindparam("b_span_end_ms"),
        hold_code=bindparam("b_hold_code"),
        attention_code=bindparam("b_attention_code"),
        attention_action_id=bindparam("b_attention_action_id"),
    )
)
_PROVISIONAL: Final = (
    update(claims)
    .where(claims.c.claim_id == bindparam("b_claim_id"))
    .values(provisional_end_ms=bindparam("b_provisional_end_ms"))
)
_ENDS: Final = select(
    claim_ends.c.action_id,
    claim_ends.c.user_id,
    claim_ends.c.timer_id,
    claim_ends.c.claim_id,
    claim_ends.c.kind,
    claim_ends.c.at_ms,
    claim_ends.c.admission,
    claim_ends.c.description,
)
_ENDS_OF_TIMERS: Final = _ENDS.where(claim_ends.c.timer_id.in_(bindparam("timer_ids", expanding=True)))
_NEWEST_ENDS: Final = (
    _ENDS.where(
        claim_ends.c.user_id == bindparam("user_id"),
        or_(claim_ends.c.admission.is_(None), claim_ends.c.admission != str(Hold.FUTURE)),
    )
    .order_by(claim_ends.c.at_ms.desc())
    .limit(8)
)
_ADD_END: Final = insert(claim_ends)
_REMOVE_END: Final = claim_ends.delete().where(claim_ends.c.action_id == bindparam("b_action_id"))
_ATTENTION: Final = (
    select(
        claims.c.attention_action_id,
        claims.c.attention_code,
        applied_actions.c.received_at,
        issues.c.key,
        claims.c.time_log_id,
    )
    .join_from(claims, applied_actions, applied_actions.c.action_id == claims.c.attention_action_id)
    .join(issues, issues.c.id == claims.c.named_issue_id, isouter=True)
    .where(claims.c.user_id == bindparam("user_id"), claims.c.attention_code.is_not(None))
    .order_by(applied_actions.c.received_at.desc())
    .limit(ATTENTION_LIMIT)
)


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """A claim as it came, and what was made of it. Instants are epoch seconds.

    `named_issue_id`: as the device said, None while its timer's start is missing. `time_log_id` None: there is no issue
    that its user may see. `provisional_end`: of an open claim that a later one follows.
    """

    claim_id: str
    user_id: int
    timer_id: str
    action_id: str
    is_first: bool
    named_issue_id: int | None
    time_log_id: int | None
    admission: Hold | None
    claim: Claim
    provisional_end: int | None = None

    @property
    def is_uncounted(self) -> bool:
        """As it was read, nothing of it can have been counted."""
        end = self.provisional_end if self.claim.is_open else self.claim.end
        return end is None or end == self.claim.start


@dataclass(frozen=True, slots=True)
class StoredEnd:
    """`claim_id` None: the stop of a paused timer."""

    action_id: str
    user_id: int
    timer_id: str
    claim_id: str | None
    kind: ActionKind
    at: int
    admission: Hold | None
    description: str | None

    @property
    def end(self) -> End:
        return End(self.action_id, self.at, self.admission)


@dataclass(frozen=True, slots=True)
class Flag:
    """What the user should know about a claim: the code, and the action that is the reason."""

    code: Hold
    action_id: str


def named(conn: Connection, timer_ids: Sequence[str], claim_ids: Sequence[str]) -> list[StoredClaim]:
    """All claims of these timers, and these claims, whoever they belong to."""
    asked = {"timer_ids": timer_ids, "claim_ids": claim_ids}
    return [_claim(row) for row in conn.execute(_NAMED, asked)]


def window(conn: Connection, user_id: int, since: int) -> list[StoredClaim]:
    """The user's claims that reach to `since` or beyond it, and all open ones."""
    return [_claim(row) for row in conn.execute(_WINDOW, {"user_id": user_id, "since_ms": to_ms(since)})]


def add(conn: Connection, stored: StoredClaim, device_id: str | None) -> None:
    """An open claim. ConstraintBroken when it is there already."""
    conn.execute(
        _ADD,
        {
            "claim_id": stored.claim_id,
            "user_id": stored.user_id,
            "timer_id": stored.timer_id,
            "action_id": stored.action_id,
            "is_first": stored.is_first,
            "device_id": device_id,
            "named_issue_id": stored.named_issue_id,
            "time_log_id": stored.time_log_id,
            "start_ms": to_ms(stored.claim.start),
            "admission": stored.admission,
            "span_end_ms": OPEN_SPAN_MS,
            "hold_code": stored.claim.hold,
            "attention_code": stored.admission if _needs_attention(stored.admission) else None,
            "attention_action_id": stored.action_id if _needs_attention(stored.admission) else None,
        },
    )


def adopt(conn: Connection, stored: StoredClaim) -> None:
    """Its timer's start has come: now it has an issue."""
    conn.execute(
        _ADOPT,
        {
            "b_claim_id": stored.claim_id,
            "b_time_log_id": stored.time_log_id,
            "b_named_issue_id": stored.named_issue_id,
            "b_admission": stored.admission,
        },
    )


def derive(conn: Connection, settled: Sequence[tuple[Claim, Flag | None]]) -> None:
    rows = [
        {
            "b_claim_id": claim.claim_id,
            "b_first_end_ms": to_ms(claim.end),
            "b_last_end_ms": to_ms(claim.last_end),
            "b_span_end_ms": OPEN_SPAN_MS if claim.last_end is None else to_ms(claim.last_end),
            "b_hold_code": claim.hold,
            "b_attention_code": flag.code if flag is not None and _needs_attention(flag.code) else None,
            "b_attention_action_id": flag.action_id
            if flag is not None and _needs_attention(flag.code)
            else None,
        }
        for claim, flag in settled
    ]
    if rows:
        conn.execute(_DERIVE, rows)


def end_provisionally(conn: Connection, ends: Sequence[tuple[str, int | None]]) -> None:
    rows = [{"b_claim_id": claim_id, "b_provisional_end_ms": to_ms(at)} for claim_id, at in ends]
    if rows:
        conn.execute(_PROVISIONAL, rows)


def ends_of_timers(conn: Connection, timer_ids: Sequence[str]) -> list[StoredEnd]:
    return [_end(row) for row in conn.execute(_ENDS_OF_TIMERS, {"timer_ids": timer_ids})]


def newest_ends(conn: Connection, user_id: int) -> list[StoredEnd]:
    """A few, newest first, without those that lay in the future when they came."""
    return [_end(row) for row in conn.execute(_NEWEST_ENDS, {"user_id": user_id})]


def add_end(conn: Connection, end: StoredEnd, cause: str) -> None:
    conn.execute(
        _ADD_END,
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
        },
    )


def remove_end(conn: Connection, action_id: str) -> None:
    """For an end that turned out to lie before its start."""
    conn.execute(_REMOVE_END, {"b_action_id": action_id})


def attention(conn: Connection, user_id: int, words: dict[Hold, str]) -> list[Attention]:
    """Newest first. The issue is named only where its user may see it."""
    return [
        Attention(
            action_id=row.attention_action_id,
            code=row.attention_code,
            detail=words[Hold(row.attention_code)],
            since=to_s(row.received_at),
            issue_key=None if row.time_log_id is None else row.key,
        )
        for row in conn.execute(_ATTENTION, {"user_id": user_id})
    ]


def _needs_attention(hold: Hold | None) -> bool:
    return hold is not None and hold not in NOBODY_NEED_ACT


def _hold(code: str | None) -> Hold | None:
    return None if code is None else Hold(code)


def _claim(row: Any) -> StoredClaim:
    return StoredClaim(
        claim_id=row.claim_id,
        user_id=row.user_id,
        timer_id=row.timer_id,
        action_id=row.action_id,
        is_first=row.is_first,
        named_issue_id=row.named_issue_id,
        time_log_id=row.time_log_id,
        admission=_hold(row.admission),
        claim=Claim(
            row.claim_id,
            to_s(row.start_ms),
            to_s(row.first_end_ms),
            to_s(row.last_end_ms),
            _hold(row.hold_code),
        ),
        provisional_end=to_s(row.provisional_end_ms),
    )


def _end(row: Any) -> StoredEnd:
    return StoredEnd(
        action_id=row.action_id,
        user_id=row.user_id,
        timer_id=row.timer_id,
        claim_id=row.claim_id,
        kind=ActionKind(row.kind),
        at=to_s(row.at_ms),
        admission=_hold(row.admission),
        description=row.description,
    )
