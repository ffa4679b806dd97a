"""What does the audit trail say?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, insert, select, update

from server.db.session import Connection
from server.db.tables import audit_entries, audit_head
from server.domain.trail import Entry, link, written

ONLY_ROW: Final = 1
BATCH: Final = 500

_HEAD: Final = select(audit_head.c.seq, audit_head.c.chain).where(audit_head.c.id == ONLY_ROW)
_TAKE_HEAD: Final = _HEAD.with_for_update()
_MOVE_HEAD: Final = (
    update(audit_head)
    .where(audit_head.c.id == ONLY_ROW)
    .values(seq=bindparam("b_seq"), chain=bindparam("b_chain"))
)
_ADD: Final = insert(audit_entries)
_AFTER: Final = (
    select(audit_entries)
    .where(audit_entries.c.seq > bindparam("after"))
    .order_by(audit_entries.c.seq)
    .limit(BATCH)
)


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it lies in the trail."""

    seq: int
    at_ms: int
    entry: Entry
    chain: str


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry's number and chain."""

    seq: int
    chain: str


@dataclass(frozen=True, slots=True)
class TrailQuestion:
    """None asks for any. From `since_ms` on, before `until_ms` (epoch milliseconds)."""

    limit: int
    actor_user_id: int | None = None
    action: str | None = None
    subject_type: str | None = None
    subject_id: str | None = None
    project_id: int | None = None
    since_ms: int | None = None
    until_ms: int | None = None


def head(conn: Connection) -> Head:
    row = conn.execute(_HEAD).one()
    return Head(row.seq, row.chain)


def add(conn: Connection, entry: Entry, now_ms: int) -> None:
    """Hangs it on the newest. Takes the trail's head until the transaction ends: do it last."""
    newest = conn.execute(_TAKE_HEAD).one()
    seq = newest.seq + 1
    chain = link(newest.chain, seq, now_ms, entry)
    conn.execute(
        _ADD,
        {
            "seq": seq,
            "at_ms": now_ms,
            "actor_user_id": entry.actor_user_id,
            "action": entry.action,
            "subject_type": entry.subject_type,
            "subject_id": entry.subject_id,
            "project_id": entry.project_id,
            "before_json": written(entry.before),
            "after_json": written(entry.after),
            "chain": chain,
        },
    )
    conn.execute(_MOVE_HEAD, {"b_seq": seq, "b_chain": chain})


def walk(conn: Connection, after: int = 0) -> Iterator[Kept]:
    """All entries from there on, in order."""
    while True:
        rows = conn.execute(_AFTER, {"after": after}).all()
        yield from (kept(row) for row in rows)
        if len(rows) < BATCH:
            return
        after = rows[-1].seq


def page(conn: Connection, asked: TrailQuestion, before: int | None) -> list[Kept]:
    """Newest first, one more than the limit where there are more. `before`: the last number of the page before."""
    question = select(audit_entries).order_by(audit_entries.c.seq.desc()).limit(asked.limit + 1)
    for name in ("actor_user_id", "action", "subject_type", "subject_id", "project_id"):
        wanted = getattr(asked, name)
        if wanted is not None:
            question = question.where(audit_entries.c[name] == wanted)
    if asked.since_ms is not None:
        question = question.where(audit_entries.c.at_ms >= asked.since_ms)
    if asked.until_ms is not None:
        question = question.where(audit_entries.c.at_ms < asked.until_ms)
    if before is not None:
        question = question.where(audit_entries.c.seq < before)
    return [kept(row) for row in conn.execute(question)]


def kept(row: Any) -> Kept:
    entry = Entry(
        actor_user_id=row.actor_user_id,
        action=row.action,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        before=_read(row.before_json),
        after=_read(row.after_json),
        project_id=row.project_id,
    )
    return Kept(row.seq, row.at_ms, entry, row.chain)


def _read(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)
