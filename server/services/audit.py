"""Who changed what, from what to what, and does the trail still hold?"""

from __future__ import annotations

from server.db.repositories import audit
from server.db.session import Connection
from server.domain.trail import FIRST_CHAIN, Entry, link

__all__ = ["Entry", "broken_at", "record"]


def record(conn: Connection, entry: Entry, now_ms: int) -> None:
    """In the transaction of the change itself, as its last step."""
    audit.add(conn, entry, now_ms)


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
