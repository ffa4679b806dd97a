"""Which corrections of logs were made?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, insert, select

from server.db.repositories.instants import to_ms, to_s
from server.db.session import Connection
from server.db.tables import log_edits, users
from server.domain.corrections import Bounds, Edit, Way
from server.domain.holds import Hold

_COLUMNS: Final = (
    log_edits.c.action_id,
    log_edits.c.timer_id,
    log_edits.c.user_id,
    log_edits.c.author_id,
    log_edits.c.way,
    log_edits.c.authored_ms,
    log_edits.c.base_revision,
    log_edits.c.issue_id,
    log_edits.c.description,
    log_edits.c.is_billable,
    log_edits.c.bounds_json,
    log_edits.c.reason,
    log_edits.c.admission,
    log_edits.c.settles,
)
_OF_TIMERS: Final = select(*_COLUMNS).where(log_edits.c.timer_id.in_(bindparam("timer_ids", expanding=True)))
_HISTORY: Final = (
    select(*_COLUMNS, users.c.name.label("author"))
    .join_from(log_edits, users, users.c.id == log_edits.c.author_id)
    .where(log_edits.c.timer_id == bindparam("timer_id"), log_edits.c.user_id == bindparam("user_id"))
)
_ADD: Final = insert(log_edits)


@dataclass(frozen=True, slots=True)
class StoredEdit:
    """`user_id`: whose time it is; `author_id`: who corrected it. `author`: their name, where it was asked."""

    edit: Edit
    user_id: int
    author_id: int
    author: str = ""


def of_timers(conn: Connection, timer_ids: Sequence[str]) -> list[StoredEdit]:
    """Whoever they belong to."""
    return [_edit(row) for row in conn.execute(_OF_TIMERS, {"timer_ids": timer_ids})]


def history(conn: Connection, timer_id: str, user_id: int) -> list[StoredEdit]:
    """Of this user's timer, first to last, with the authors' names."""
    rows = conn.execute(_HISTORY, {"timer_id": timer_id, "user_id": user_id})
    return sorted((_edit(row, row.author) for row in rows), key=lambda each: each.edit.order)


def add(conn: Connection, stored: StoredEdit) -> None:
    """ConstraintBroken when it is there already."""
    edit = stored.edit
    conn.execute(
        _ADD,
        {
            "action_id": edit.action_id,
            "timer_id": edit.timer_id,
            "user_id": stored.user_id,
            "author_id": stored.author_id,
            "way": edit.way,
            "authored_ms": to_ms(edit.authored),
            "base_revision": edit.base_revision,
            "issue_id": edit.issue_id,
            "description": edit.description,
            "is_billable": edit.is_billable,
            "bounds_json": _written(edit.bounds),
            "reason": edit.reason,
            "admission": edit.admission,
            "settles": edit.settles,
        },
    )


def bounds_of(written: str | None) -> tuple[Bounds, ...]:
    return tuple(Bounds(*each) for each in json.loads(written or "[]"))


def _written(bounds: Sequence[Bounds]) -> str | None:
    if not bounds:
        return None
    rows = [[each.claim_id, each.start, each.end, each.is_void, each.is_split] for each in bounds]
    return json.dumps(rows, separators=(",", ":"))


def _edit(row: Any, author: str = "") -> StoredEdit:
    edit = Edit(
        action_id=row.action_id,
        timer_id=row.timer_id,
        way=Way(row.way),
        authored=to_s(row.authored_ms),
        base_revision=row.base_revision,
        issue_id=row.issue_id,
        description=row.description,
        is_billable=row.is_billable,
        bounds=bounds_of(row.bounds_json),
        reason=row.reason,
        admission=None if row.admission is None else Hold(row.admission),
        settles=row.settles,
    )
    return StoredEdit(edit, row.user_id, row.author_id, author)
