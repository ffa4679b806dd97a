"""Does the audit trail still hold?

Exit code 0: every entry is as it was written, and none is missing. 1: the line says which is the first that is not.
"""

from __future__ import annotations

from server.cli.database import opened
from server.cli.invocation import Invocation, Refused
from server.db.session import Connection
from server.services import audit


def run(invocation: Invocation) -> None:
    with opened(invocation.settings) as database:
        length, broken_at = database.read(_look)
    if broken_at is not None:
        raise Refused(
            f"The audit trail is broken at entry {broken_at}: it, or what is kept of it, was changed, removed or added."
        )
    invocation.stdout.write(f"The audit trail holds: {length} entries.\n")


def _look(conn: Connection) -> tuple[int, int | None]:
    return audit.length(conn), audit.broken_at(conn)
