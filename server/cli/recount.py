"""Do budgets and daily totals say exactly what the logs add up to?

Exit code 0: all of them do. 1: the line says which do not; a budget's difference also stands in the audit trail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from server.cli.database import opened
from server.cli.invocation import Invocation, Refused
from server.db.repositories.budgets import Sums
from server.services.reporting import recount, totals
from server.services.reporting.totals import Difference


def run(invocation: Invocation) -> None:
    now_ms = invocation.clock.now_ms()
    with opened(invocation.settings) as database:
        if invocation.asked.rebuild_totals:
            database.run(totals.rebuild)
        drifts = database.run(lambda conn: recount.recount(conn, now_ms))
        differences = database.read(totals.recount)
    if drifts or differences:
        raise Refused("; ".join(_words(drifts, differences)) + ".")
    invocation.stdout.write("Every budget and every daily total is the exact sum of its logs.\n")


def _words(drifts: Sequence[Sums], differences: Sequence[Difference]) -> Iterator[str]:
    for each in drifts:
        yield (
            f"The budget of project {each.project_id} says {each.kept} {each.currency}, its logs cost {each.counted}"
        )
    if differences:
        yield f"{len(differences)} daily totals differ, the first of {differences[0].place}"
