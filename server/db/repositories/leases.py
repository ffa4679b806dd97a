"""Which instance does the jobs at the moment?

No clock is compared: instances disagree about the time. Who wants a lease watches whether its beat still moves, by a clock
of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, insert, select, update

from server.db.session import Connection, ConstraintBroken, savepoint
from server.db.tables import leases

NOBODY: Final = ""

_FIND: Final = select(leases.c.holder, leases.c.beat).where(leases.c.name == bindparam("name"))
_ADD: Final = insert(leases)
_TAKE: Final = (
    update(leases)
    .where(
        leases.c.name == bindparam("b_name"),
        leases.c.holder == bindparam("b_seen_holder"),
        leases.c.beat == bindparam("b_seen_beat"),
    )
    .values(holder=bindparam("b_holder"), beat=bindparam("b_seen_beat") + 1)
)


@dataclass(frozen=True, slots=True)
class Lease:
    """As it lies in the database. `beat` moves with each sign of life of its holder."""

    holder: str
    beat: int


def look(conn: Connection, name: str) -> Lease:
    """Held by nobody when nobody ever took it."""
    row = conn.execute(_FIND, {"name": name}).first()
    return Lease(NOBODY, 0) if row is None else Lease(row.holder, row.beat)


def take(conn: Connection, name: str, seen: Lease, holder: str) -> bool:
    """False: it is not as it was `seen` any more."""
    asked = {"b_name": name, "b_seen_holder": seen.holder, "b_seen_beat": seen.beat, "b_holder": holder}
    if conn.execute(_TAKE, asked).rowcount == 1:
        return True
    return seen == Lease(NOBODY, 0) and _add(conn, name, holder)


def _add(conn: Connection, name: str, holder: str) -> bool:
    try:
        with savepoint(conn):
            conn.execute(_ADD, {"name": name, "holder": holder, "beat": 1})
    except ConstraintBroken:
        return False
    return True
