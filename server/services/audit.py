"""Who changed what, from what to what, and does the trail still hold?"""

from __future__ import annotations

from server.db.repositories import audit
from server.db.repositories.audit import Head, Kept, TrailQuestion
from server.db.session import Connection
from server.domain.messages import AuditEntry, AuditPage
from server.domain.principal import Principal
from server.domain.trail import FIRST_CHAIN, Entry, link
from server.services import rights
from server.services.pages import cut, last_id

__all__ = ["Head", "TrailQuestion", "broken_at", "head", "page", "record"]


def record(conn: Connection, entry: Entry, now_ms: int) -> None:
    """In the transaction of the change itself, as its last step."""
    audit.add(conn, entry, now_ms)


def page(conn: Connection, principal: Principal, asked: TrailQuestion, cursor: str | None) -> AuditPage:
    """Newest first, for administrators. Forbidden, Invalid."""
    rights.administer(principal)
    found = audit.page(conn, asked, last_id(cursor))
    shown, last = cut(found, asked.limit)
    return AuditPage(items=[_shown(each) for each in shown], next=None if last is None else str(last.seq))


def head(conn: Connection) -> Head:
    """The newest entry's number and chain; 0 where there is none."""
    return audit.head(conn)


def broken_at(conn: Connection, noted: Head | None = None) -> int | None:
    """The number of the first entry that was changed, or that is missing or too many; None: the trail holds.

    `noted`: what the head was once, as somebody noted it elsewhere. Without it a trail that was written anew as a whole holds.
    """
    chain, expected = FIRST_CHAIN, 1
    noted = noted or Head(0, FIRST_CHAIN)
    for kept in audit.walk(conn):
        chain = link(chain, expected, kept.at_ms, kept.entry)
        was_other = noted.seq == expected and noted.chain != chain
        if kept.seq != expected or kept.chain != chain or was_other:
            return expected
        expected += 1
    if noted.seq >= expected:
        return expected
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
