"""Which actions has the server, from which device, and what became of them?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, insert, select, update

from server.db.session import Connection, insert_row
from server.db.tables import applied_actions, dead_letters
from server.domain.holds import Rejection
from server.domain.messages import ActionKind, OutcomeKind

ID_LENGTH: Final = 36

_OUTCOME: Final = (
    applied_actions.c.action_id,
    applied_actions.c.user_id,
    applied_actions.c.body_hash,
    applied_actions.c.outcome,
    applied_actions.c.code,
    applied_actions.c.detail,
    applied_actions.c.time_log_id,
)
_NAMED: Final = select(*_OUTCOME).where(
    applied_actions.c.action_id.in_(bindparam("action_ids", expanding=True))
)
_SENT: Final = select(applied_actions.c.v, applied_actions.c.kind, applied_actions.c.payload).where(
    applied_actions.c.action_id == bindparam("action_id")
)
_SAID: Final = select(applied_actions.c.payload).where(
    applied_actions.c.user_id == bindparam("user_id"),
    applied_actions.c.action_id.in_(bindparam("action_ids", expanding=True)),
)
_SET_ASIDE: Final = (
    select(applied_actions.c.action_id, applied_actions.c.payload)
    .join_from(applied_actions, dead_letters, dead_letters.c.action_id == applied_actions.c.action_id)
    .where(
        applied_actions.c.user_id == bindparam("user_id"),
        applied_actions.c.action_id.in_(bindparam("action_ids", expanding=True)),
        applied_actions.c.kind.in_((str(ActionKind.PAUSE), str(ActionKind.STOP))),
        dead_letters.c.code == str(Rejection.END_BEFORE_START),
    )
)
_SETTLE: Final = (
    update(dead_letters)
    .where(
        dead_letters.c.user_id == bindparam("b_user_id"),
        dead_letters.c.action_id == bindparam("b_action_id"),
        dead_letters.c.resolved_at.is_(None),
    )
    .values(resolved_at=bindparam("b_now_ms"))
)
_ADD: Final = insert(applied_actions)
_ADD_LETTER: Final = insert(dead_letters)
_LETTERS: Final = select(dead_letters.c.id, dead_letters.c.code, dead_letters.c.detail).where(
    dead_letters.c.id.in_(bindparam("ids", expanding=True))
)


@dataclass(frozen=True, slots=True)
class StoredAction:
    """`outcome` is the first one: applied, held or rejected."""

    action_id: str
    user_id: int
    body_hash: str
    outcome: OutcomeKind
    code: str | None
    detail: str | None
    time_log_id: int | None


@dataclass(frozen=True, slots=True)
class Sent:
    """What an action said; `payload` is its body as JSON."""

    v: int
    kind: str
    payload: str


@dataclass(frozen=True, slots=True)
class Letter:
    """An action that was not applied, as it came."""

    action_id: str
    code: str
    detail: str
    raw: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose action, from which device (None: made by the server), received when (epoch milliseconds)."""

    user_id: int
    device_id: str | None
    now_ms: int


def named(conn: Connection, action_ids: Sequence[str]) -> dict[str, StoredAction]:
    """Those that exist, whoever they belong to."""
    return {row.action_id: _action(row) for row in conn.execute(_NAMED, {"action_ids": action_ids})}


def sent(conn: Connection, action_id: str) -> Sent:
    row = conn.execute(_SENT, {"action_id": action_id}).one()
    return Sent(row.v, row.kind, row.payload)


def timers_of(conn: Connection, user_id: int, action_ids: Sequence[str]) -> list[str]:
    """The timers that these actions of this user name."""
    rows = conn.execute(_SAID, {"user_id": user_id, "action_ids": action_ids})
    named = (json.loads(row.payload).get("timer_id") for row in rows)
    return [each for each in named if isinstance(each, str) and len(each) <= ID_LENGTH]


def set_aside(conn: Connection, user_id: int, action_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Of these actions of this user those that ended a claim before it began: its timer and the claim, by action."""
    rows = conn.execute(_SET_ASIDE, {"user_id": user_id, "action_ids": action_ids})
    said = {row.action_id: json.loads(row.payload) for row in rows}
    return {action_id: (body["timer_id"], body["claim_id"]) for action_id, body in said.items()}


def settle_letters(conn: Connection, user_id: int, action_id: str, now_ms: int) -> None:
    """Nobody needs to be asked about them any more."""
    conn.execute(_SETTLE, {"b_user_id": user_id, "b_action_id": action_id, "b_now_ms": now_ms})


def add(conn: Connection, sender: Sender, stored: StoredAction, kind: str, v: int, body: str) -> None:
    """ConstraintBroken when there is an action with this id."""
    conn.execute(
        _ADD,
        {
            "action_id": stored.action_id,
            "user_id": sender.user_id,
            "device_id": sender.device_id,
            "kind": kind,
            "v": v,
            "body_hash": stored.body_hash,
            "payload": body,
            "outcome": stored.outcome,
            "code": stored.code,
            "detail": stored.detail,
            "time_log_id": stored.time_log_id,
            "received_at": sender.now_ms,
        },
    )


def add_letter(conn: Connection, sender: Sender, letter: Letter) -> int:
    return insert_row(
        conn,
        _ADD_LETTER,
        {
            "user_id": sender.user_id,
            "device_id": sender.device_id,
            "action_id": letter.action_id,
            "code": letter.code,
            "detail": letter.detail,
            "raw": letter.raw,
            "received_at": sender.now_ms,
        },
    )


def letters(conn: Connection, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Code and detail by id."""
    return {row.id: (row.code, row.detail) for row in conn.execute(_LETTERS, {"ids": ids})}


def _action(row: Any) -> StoredAction:
    return StoredAction(
        action_id=row.action_id,
        user_id=row.user_id,
        body_hash=row.body_hash,
        outcome=OutcomeKind(row.outcome),
        code=row.code,
        detail=row.detail,
        time_log_id=row.time_log_id,
    )
