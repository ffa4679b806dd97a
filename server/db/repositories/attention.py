"""Of what that was not counted, not applied, or is in doubt should a person know?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, tuple_

from server.db.repositories.claims import OPEN_SPAN_MS
from server.db.repositories.edits import bounds_of
from server.db.repositories.instants import to_s
from server.db.session import Connection
from server.db.tables import (
    active_timers,
    applied_actions,
    claims,
    dead_letters,
    devices,
    issue_time_logs,
    issues,
    log_edits,
    project_members,
    users,
)
from server.domain.corrections import Bounds
from server.domain.holds import Hold
from server.domain.messages import RefusedAction

LIMIT: Final = 200
SILENT_MS: Final = 7 * 24 * 3_600_000

_place = issues.alias("place")
_moved = issues.alias("moved")


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose items are asked for: one's own, those of the projects that one manages, or all."""

    user_id: int
    manages: bool = False
    sees_all: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """A correction that lost against another one, or that waits."""

    issue_id: int | None
    issue_key: str | None
    description: str | None
    is_billable: bool | None
    bounds: tuple[Bounds, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """Instants are epoch seconds, `since_ms` milliseconds. `project_id` None: of no project that is known.

    `detail`: what was said of an action that was refused; None of a claim. `until`: where it may have ended. `claims`: of how many
    claims that action is the reason. `counted_seconds`: of the whole log.
    """

    action_id: str
    code: str
    since_ms: int
    user_id: int
    user_name: str
    detail: str | None = None
    project_id: int | None = None
    issue_key: str | None = None
    timer_id: str | None = None
    claim_id: str | None = None
    time_log_id: int | None = None
    start: int | None = None
    first_end: int | None = None
    end: int | None = None
    until: int | None = None
    lost: Lost | None = None
    claims: int = 1
    counted_seconds: int | None = None

    @property
    def order(self) -> tuple[int, str]:
        return self.since_ms, self.action_id


_project_id = func.coalesce(issue_time_logs.c.project_id, _place.c.project_id)
_COLUMNS: Final = (
    claims.c.user_id,
    users.c.name,
    claims.c.timer_id,
    claims.c.claim_id,
    claims.c.time_log_id,
    func.coalesce(claims.c.corrected_start_ms, claims.c.start_ms).label("start"),
    claims.c.first_end_ms,
    claims.c.last_end_ms,
    claims.c.proposed_end_ms,
    _project_id.label("project_id"),
    issues.c.key,
    issue_time_logs.c.duration_seconds,
)


def _with_place(question: Select[Any]) -> Select[Any]:
    return (
        question.join(users, users.c.id == claims.c.user_id)
        .join(issue_time_logs, issue_time_logs.c.id == claims.c.time_log_id, isouter=True)
        .join(issues, issues.c.id == issue_time_logs.c.issue_id, isouter=True)
        .join(_place, _place.c.id == claims.c.named_issue_id, isouter=True)
    )


_CLAIMS: Final = _with_place(
    select(
        *_COLUMNS,
        claims.c.attention_action_id.label("action_id"),
        claims.c.attention_code.label("code"),
        applied_actions.c.received_at,
        log_edits.c.action_id.label("edit_id"),
        log_edits.c.issue_id.label("edit_issue_id"),
        log_edits.c.description.label("edit_description"),
        log_edits.c.is_billable.label("edit_is_billable"),
        log_edits.c.bounds_json,
        _moved.c.key.label("edit_issue_key"),
    )
    .select_from(claims)
    .join(applied_actions, applied_actions.c.action_id == claims.c.attention_action_id)
    .join(log_edits, log_edits.c.action_id == claims.c.attention_action_id, isouter=True)
    .join(
        _moved,
        and_(_moved.c.id == log_edits.c.issue_id, log_edits.c.admission.is_(None)),
        isouter=True,
    )
).where(claims.c.attention_code.is_not(None))
_LETTERS: Final = (
    select(
        dead_letters.c.action_id,
        dead_letters.c.code,
        dead_letters.c.detail,
        dead_letters.c.received_at,
        dead_letters.c.user_id,
        users.c.name,
    )
    .join(users, users.c.id == dead_letters.c.user_id)
    .where(dead_letters.c.resolved_at.is_(None))
)
_SILENT: Final = _with_place(
    select(*_COLUMNS, claims.c.action_id, claims.c.start_ms.label("opened_ms"), devices.c.last_seen_at)
    .select_from(claims)
    .join(devices, devices.c.id == claims.c.device_id, isouter=True)
).where(
    claims.c.user_id == bindparam("user_id"),
    claims.c.span_end_ms == OPEN_SPAN_MS,
    claims.c.start_ms < bindparam("before_ms"),
    claims.c.attention_code.is_(None),
    or_(devices.c.last_seen_at.is_(None), devices.c.last_seen_at < bindparam("before_ms")),
    ~select(active_timers.c.id)
    .where(
        active_timers.c.claim_id == claims.c.claim_id,
        active_timers.c.last_heartbeat >= bindparam("before_ms"),
    )
    .exists(),
)
_OWN_CLAIMS: Final = (
    _CLAIMS.where(claims.c.user_id == bindparam("user_id"))
    .order_by(applied_actions.c.received_at.desc(), claims.c.attention_action_id.desc(), claims.c.start_ms)
    .limit(LIMIT)
)
_OWN_LETTERS: Final = (
    _LETTERS.where(dead_letters.c.user_id == bindparam("user_id"))
    .order_by(dead_letters.c.received_at.desc(), dead_letters.c.action_id.desc())
    .limit(LIMIT)
)
_RAW: Final = (
    select(dead_letters.c.action_id, dead_letters.c.code, dead_letters.c.detail, dead_letters.c.raw)
    .where(
        dead_letters.c.action_id == bindparam("action_id"),
        or_(bindparam("sees_all") == 1, dead_letters.c.user_id == bindparam("user_id")),
    )
    .order_by(dead_letters.c.id.desc())
    .limit(1)
)


def of_user(conn: Connection, user_id: int) -> list[Item]:
    """Newest first, each action once: held and doubtful claims, and actions that could not be applied."""
    asked = {"user_id": user_id}
    found = [_claim(row) for row in conn.execute(_OWN_CLAIMS, asked)]
    found += [_letter(row) for row in conn.execute(_OWN_LETTERS, asked)]
    return once(found)


def silent(conn: Connection, user_id: int, now_ms: int) -> list[Item]:
    """Open claims of which no device was heard for a week."""
    rows = conn.execute(_SILENT, {"user_id": user_id, "before_ms": now_ms - SILENT_MS})
    return [
        _stretch(
            row, row.action_id, Hold.DEVICE_SILENT, max(row.opened_ms, row.last_seen_at or 0) + SILENT_MS
        )
        for row in rows
    ]


def page(conn: Connection, reader: Reader, before: tuple[int, str] | None, limit: int) -> list[Item]:
    """Newest first, each action once. `before`: the last one of the page before."""
    held = _CLAIMS.where(_readable(reader)).order_by(
        applied_actions.c.received_at.desc(), claims.c.attention_action_id.desc(), claims.c.start_ms
    )
    refused = _LETTERS.order_by(dead_letters.c.received_at.desc(), dead_letters.c.action_id.desc())
    if not reader.sees_all:
        refused = refused.where(dead_letters.c.user_id == reader.user_id)
    if before is not None:
        held = held.where(
            tuple_(applied_actions.c.received_at, claims.c.attention_action_id) < tuple_(*before)
        )
        refused = refused.where(
            tuple_(dead_letters.c.received_at, dead_letters.c.action_id) < tuple_(*before)
        )
    found = [_claim(row) for row in conn.execute(held.limit(limit))]
    found += [_letter(row) for row in conn.execute(refused.limit(limit))]
    return sorted(found, key=lambda each: each.order, reverse=True)[:limit]


def find(conn: Connection, reader: Reader, action_id: str) -> list[Item]:
    """All claims for which this action is the reason, and what was refused of it."""
    held = _CLAIMS.where(_readable(reader), claims.c.attention_action_id == action_id)
    refused = _LETTERS.where(dead_letters.c.action_id == action_id)
    if not reader.sees_all:
        refused = refused.where(dead_letters.c.user_id == reader.user_id)
    found = [_claim(row) for row in conn.execute(held.order_by(claims.c.start_ms).limit(LIMIT))]
    return found + [_letter(row) for row in conn.execute(refused.limit(LIMIT))]


def raw(conn: Connection, reader: Reader, action_id: str) -> RefusedAction | None:
    """As it came; one's own, and an administrator's."""
    asked = {"action_id": action_id, "user_id": reader.user_id, "sees_all": int(reader.sees_all)}
    row = conn.execute(_RAW, asked).first()
    return None if row is None else RefusedAction(row.action_id, row.code, row.detail, row.raw)


def _readable(reader: Reader) -> ColumnElement[bool]:
    own = claims.c.user_id == reader.user_id
    if reader.sees_all:
        return claims.c.user_id > 0
    if not reader.manages:
        return own
    mine = select(project_members.c.project_id).where(project_members.c.user_id == reader.user_id)
    return or_(own, _project_id.in_(mine))


def once(found: Sequence[Item]) -> list[Item]:
    """Each person's action once, newest first; with its earliest claim."""
    by_action: dict[tuple[int, str], Item] = {}
    for each in found:
        key = each.user_id, each.action_id
        known = by_action.get(key)
        is_claim = each.claim_id is not None
        by_action[key] = each if known is None else replace(known, claims=known.claims + is_claim)
    return sorted(by_action.values(), key=lambda each: each.order, reverse=True)


def _claim(row: Any) -> Item:
    lost = None
    if row.edit_id is not None:
        lost = Lost(
            row.edit_issue_id,
            row.edit_issue_key,
            row.edit_description,
            row.edit_is_billable,
            bounds_of(row.bounds_json),
        )
    return _stretch(row, row.action_id, row.code, row.received_at, lost)


def _stretch(row: Any, action_id: str, code: str, since_ms: int, lost: Lost | None = None) -> Item:
    return Item(
        action_id=action_id,
        code=str(code),
        since_ms=since_ms,
        user_id=row.user_id,
        user_name=row.name,
        project_id=row.project_id,
        issue_key=row.key,
        timer_id=row.timer_id,
        claim_id=row.claim_id,
        time_log_id=row.time_log_id,
        start=to_s(row.start),
        first_end=to_s(row.first_end_ms),
        end=to_s(row.last_end_ms),
        until=to_s(row.proposed_end_ms),
        lost=lost,
        counted_seconds=row.duration_seconds,
    )


def _letter(row: Any) -> Item:
    return Item(row.action_id, row.code, row.received_at, row.user_id, row.name, detail=row.detail)
