"""Which claims did this person's devices report, and what was made of them?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, insert, or_, select, update

from server.db.repositories.instants import to_ms, to_s
from server.db.session import Connection
from server.db.tables import claims
from server.domain.claims import Claim
from server.domain.holds import NOBODY_NEED_ACT, Hold
from server.domain.instants import Anchor, Placed, Quality
from server.domain.settling import Opening

OPEN_SPAN_MS: Final = 2**53 - 1

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
    claims.c.manual_ms,
    claims.c.is_edited,
    claims.c.corrected_start_ms,
    claims.c.authored_ms,
    claims.c.attention_code,
    claims.c.attention_action_id,
    claims.c.quality,
    claims.c.clock,
    claims.c.mono0_s,
)
_NAMED: Final = select(*_COLUMNS).where(
    or_(
        claims.c.timer_id.in_(bindparam("timer_ids", expanding=True)),
        claims.c.claim_id.in_(bindparam("claim_ids", expanding=True)),
    )
)
_OPEN_BY: Final = (
    select(claims.c.claim_id)
    .where(
        claims.c.user_id == bindparam("user_id"),
        claims.c.span_end_ms == OPEN_SPAN_MS,
        claims.c.clock == bindparam("clock"),
    )
    .limit(1)
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
        is_edited=bindparam("b_is_edited"),
        corrected_start_ms=bindparam("b_corrected_start_ms"),
        authored_ms=bindparam("b_authored_ms"),
        first_end_ms=bindparam("b_first_end_ms"),
        last_end_ms=bindparam("b_last_end_ms"),
        span_end_ms=bindparam("b_span_end_ms"),
        hold_code=bindparam("b_hold_code"),
        attention_code=bindparam("b_attention_code"),
        attention_action_id=bindparam("b_attention_action_id"),
    )
)
_POINT_OUT: Final = (
    update(claims)
    .where(claims.c.claim_id == bindparam("b_claim_id"))
    .values(
        attention_code=bindparam("b_attention_code"),
        attention_action_id=bindparam("b_attention_action_id"),
        proposed_end_ms=bindparam("b_proposed_end_ms"),
    )
)
_PROVISIONAL: Final = (
    update(claims)
    .where(claims.c.claim_id == bindparam("b_claim_id"))
    .values(provisional_end_ms=bindparam("b_provisional_end_ms"))
)


@dataclass(frozen=True, slots=True)
class Flag:
    """What the user should know about a claim: the code, and the action that is the reason."""

    code: Hold
    action_id: str


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """A claim as it came, and what was made of it. Instants are epoch seconds.

    `opened_at`: where it began, before it was corrected. `manual_at`: when it was entered by hand, None where a timer ran.
    `is_edited`: its log was corrected, or entered by hand. `quality`: of its own start, None where nobody asked yet;
    `anchor`: what that makes of its clock.
    `named_issue_id`: as the device said, None while its timer's start is missing. `time_log_id` None: there is no issue
    that its user may see. `provisional_end`: of an open claim that a later one follows. `flag`: as it was read.
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
    opened_at: int
    provisional_end: int | None = None
    manual_at: int | None = None
    is_edited: bool = False
    flag: Flag | None = None
    quality: Quality | None = None
    anchor: Anchor | None = None

    @property
    def begun(self) -> Placed:
        """Its own start."""
        return Placed(self.opened_at, self.quality or Quality.WALL, self.anchor)

    @property
    def opening(self) -> Opening:
        return Opening(self.claim_id, self.opened_at, self.action_id, self.admission, self.manual_at)

    @property
    def opening_flag(self) -> Hold | None:
        """What its user should know of it before it has an end."""
        if self.admission is None and self.quality is Quality.WALL:
            return Hold.CLOCK_UNSURE
        return self.admission if _needs_attention(self.admission) else None

    @property
    def is_uncounted(self) -> bool:
        """As it was read, nothing of it can have been counted."""
        end = self.provisional_end if self.claim.is_open else self.claim.end
        return end is None or end == self.claim.start


def named(conn: Connection, timer_ids: Sequence[str], claim_ids: Sequence[str]) -> list[StoredClaim]:
    """All claims of these timers, and these claims, whoever they belong to."""
    asked = {"timer_ids": timer_ids, "claim_ids": claim_ids}
    return [_claim(row) for row in conn.execute(_NAMED, asked)]


def is_open_by(conn: Connection, user_id: int, clock: str) -> bool:
    """Whether a claim of theirs has begun by this clock, and has no end yet."""
    return conn.execute(_OPEN_BY, {"user_id": user_id, "clock": clock}).first() is not None


def window(conn: Connection, user_id: int, since: int) -> list[StoredClaim]:
    """The user's claims that reach to `since` or beyond it, and all open ones."""
    return [_claim(row) for row in conn.execute(_WINDOW, {"user_id": user_id, "since_ms": to_ms(since)})]


def add(conn: Connection, stored: StoredClaim, device_id: str | None) -> None:
    """An open claim. ConstraintBroken when it is there already."""
    shown = stored.opening_flag
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
            "start_ms": to_ms(stored.opened_at),
            "manual_ms": to_ms(stored.manual_at),
            "is_edited": stored.is_edited,
            "authored_ms": to_ms(stored.claim.authored_at),
            "quality": stored.quality,
            "clock": None if stored.anchor is None else stored.anchor.clock,
            "mono0_s": None if stored.anchor is None else stored.anchor.mono0,
            "admission": stored.admission,
            "span_end_ms": OPEN_SPAN_MS,
            "hold_code": stored.claim.hold,
            "attention_code": shown,
            "attention_action_id": None if shown is None else stored.action_id,
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


def derive(conn: Connection, settled: Sequence[tuple[StoredClaim, Flag | None]]) -> None:
    """The claims as they are now."""
    rows = [_derived(stored, flag) for stored, flag in settled]
    if rows:
        conn.execute(_DERIVE, rows)


def _derived(stored: StoredClaim, flag: Flag | None) -> dict[str, Any]:
    claim = stored.claim
    shown = flag if flag is not None and _needs_attention(flag.code) else None
    return {
        "b_claim_id": claim.claim_id,
        "b_is_edited": stored.is_edited,
        "b_corrected_start_ms": None if claim.start == stored.opened_at else to_ms(claim.start),
        "b_authored_ms": to_ms(claim.authored_at),
        "b_first_end_ms": to_ms(claim.end),
        "b_last_end_ms": to_ms(claim.last_end),
        "b_span_end_ms": OPEN_SPAN_MS if claim.last_end is None else to_ms(claim.last_end),
        "b_hold_code": claim.hold,
        "b_attention_code": None if shown is None else shown.code,
        "b_attention_action_id": None if shown is None else shown.action_id,
    }


def point_out(conn: Connection, flags: Sequence[tuple[str, Flag | None, int | None]]) -> None:
    """What is to be known of each claim, and where it may have ended."""
    rows = [
        {
            "b_claim_id": claim_id,
            "b_attention_code": None if flag is None else flag.code,
            "b_attention_action_id": None if flag is None else flag.action_id,
            "b_proposed_end_ms": to_ms(until),
        }
        for claim_id, flag, until in flags
    ]
    if rows:
        conn.execute(_POINT_OUT, rows)


def end_provisionally(conn: Connection, ends: Sequence[tuple[str, int | None]]) -> None:
    rows = [{"b_claim_id": claim_id, "b_provisional_end_ms": to_ms(at)} for claim_id, at in ends]
    if rows:
        conn.execute(_PROVISIONAL, rows)


def _needs_attention(hold: Hold | None) -> bool:
    return hold is not None and hold not in NOBODY_NEED_ACT


def _hold(code: str | None) -> Hold | None:
    return None if code is None else Hold(code)


def _claim(row: Any) -> StoredClaim:
    opened_at = to_s(row.start_ms)
    corrected_start = to_s(row.corrected_start_ms)
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
            opened_at if corrected_start is None else corrected_start,
            to_s(row.first_end_ms),
            to_s(row.last_end_ms),
            _hold(row.hold_code),
            to_s(row.authored_ms),
            row.manual_ms is not None,
        ),
        opened_at=opened_at,
        provisional_end=to_s(row.provisional_end_ms),
        manual_at=to_s(row.manual_ms),
        is_edited=row.is_edited,
        flag=None if row.attention_code is None else Flag(Hold(row.attention_code), row.attention_action_id),
        quality=None if row.quality is None else Quality(row.quality),
        anchor=None if row.clock is None else Anchor(row.clock, row.mono0_s),
    )
