"""Does every budget say exactly what its logs cost?

It does, because both are written in one transaction. Whoever trusts it looks from time to time, and nothing is repaired in
silence: a difference is a fault that somebody has to understand.
"""

from __future__ import annotations

from server.db.repositories import budgets
from server.db.repositories.budgets import Sums
from server.db.session import Connection
from server.domain.trail import Entry
from server.services import audit

ACTION = "budget.drifted"


def drifts(conn: Connection) -> list[Sums]:
    """The budgets that say something else than their logs. Reads every log, in one consistent statement."""
    return [each for each in budgets.sums(conn) if each.kept != each.counted]


def recount(conn: Connection, now_ms: int) -> list[Sums]:
    """The same, and each stands in the audit trail, where administrators find it."""
    found = drifts(conn)
    for each in found:
        kept = {"total_cost": str(each.kept), "currency": each.currency}
        counted = {"total_cost": str(each.counted), "currency": each.currency}
        entry = Entry(None, ACTION, "budget", str(each.budget_id), kept, counted, each.project_id)
        audit.record(conn, entry, now_ms)
    return found
