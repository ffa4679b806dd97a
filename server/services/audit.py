"""Who changed what, from what to what, and does the trail still hold?"""

from __future__ import annotations

from server.db.repositories import audit
from server.db.repositories.audit import Kept, TrailQuestion
from server.db.session import Connection
from server.domain.messages import AuditEntry, AuditPage
from server.domain.principal import Principal
from server.domain.trail import FIRST_CHAIN, Entry, link
from server.services import rights
from server.services.pages import cut, last_id

__all__ = ["TrailQuestion", "broken_at", "length", "page", "record"]


def record(conn: Connection, entry: Entry, now_ms: int) -> None:
    """In the transaction of the change itself, as its last step."""
    audit.add(conn, entry, now_ms)


def page(conn: Connection, principal: Principal, asked: TrailQuestion, cursor: str | None) -> AuditPage:
    """Newest first, for administrators. Forbidden, Invalid."""
    rights.administer(principal)
    found = audit.page(conn, asked, last_id(cursor))
    shown, last = cut(found, asked.limit)
    return AuditPage(items=[_shown(each) for each in shown], next=None if last is None else str(last.seq))


def length(conn: Connection) -> int:
    """How many entries there should be."""
    return audit.head(conn).seq


def broken_at(conn: Connection) -> int | None:
    """The number of the first entry that was changed, or that is missing or too many; None: the trail holds."""
    chain, expected = FIRST_CHAIN, 1
    for kept in audit.walk(conn):
        chain = link(chain, expected, kept.at_ms, kept.entry)
        if kept.seq != expected or kept.chain != chain:
            return expected
        expected += 1
    newest = audit.head(conn)
    return None if (newest.seq, newest.chain) == (expected - 1, chain) else expected


def _shown(kept: Kept) -> AuditEntry:
    entry = kept.entry
    return AuditEntry(
        seq=kept.seq,
        at=kept.at_ms // 1000,
        actor_user_id=entry.actor_user_id,
        action=entry.action,
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        project_id=entry.project_id,
        before=entry.before,
        after=entry.after,
        chain=kept.chain,
    )
