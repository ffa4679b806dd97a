"""Does the audit trail still hold?

Exit code 0: every entry is as it was written, and none is missing. 1: the line says which is the first that is not.
"""

from __future__ import annotations

import re
from typing import Final

from server.cli.database import opened
from server.cli.invocation import Invocation, Refused
from server.services import audit
from server.services.audit import Head

NOTED: Final = re.compile(r"([0-9]{1,15}):([0-9a-f]{64})")


def run(invocation: Invocation) -> None:
    noted = _noted(invocation.asked.noted)
    with opened(invocation.settings) as database:
        head, broken_at = database.read(lambda conn: (audit.head(conn), audit.broken_at(conn, noted)))
    if broken_at is not None:
        raise Refused(
            f"The audit trail is broken at entry {broken_at}: it, or what is kept of it, was changed, removed or added."
        )
    invocation.stdout.write(
        f"The audit trail holds: {head.seq} entries. To note elsewhere: {head.seq}:{head.chain}\n"
    )


def _noted(text: str | None) -> Head | None:
    """Refused."""
    if text is None:
        return None
    found = NOTED.fullmatch(text)
    if found is None:
        raise Refused("What was noted is a number, a colon and 64 hexadecimal digits.")
    return Head(int(found[1]), found[2])
