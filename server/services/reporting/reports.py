"""How much did everybody work on which project?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from server.db.repositories import statistics
from server.db.repositories.statistics import ReportQuestion, Summed
from server.db.session import Connection
from server.domain.errors import Forbidden
from server.domain.messages import Report, ReportRow, ReportTotals, Role
from server.domain.principal import Principal
from server.services.pages import cut, last_numbers
from server.services.reporting.tally import Days, Tally, amounts, together


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """None asks for any that the person may read."""

    days: Days
    user_id: int | None = None
    project_id: int | None = None


def report(
    conn: Connection, principal: Principal, wanted: ReportFilter, cursor: str | None, limit: int
) -> Report:
    """By user and project; the totals are those of all pages. Forbidden, Invalid."""
    after = last_numbers(cursor, 2)
    found = defaultdict[tuple[int, int], list[Summed]](list)
    everything = Tally(None)
    for key, summed in statistics.report(conn, _question(principal, wanted)):
        if not summed.logs:
            continue
        found[key].append(summed)
        everything.add(summed)
    ahead = sorted(key for key in found if after is None or key > after)
    shown, last = cut(ahead, limit)
    return Report(
        items=_rows(conn, [(key, found[key]) for key in shown]),
        next=None if last is None else f"{last[0]}.{last[1]}",
        totals=ReportTotals(
            logs=everything.logs,
            duration_seconds=everything.seconds,
            billable_seconds=everything.billable_seconds,
            costs=amounts(everything.costs),
        ),
    )


def _question(principal: Principal, wanted: ReportFilter) -> ReportQuestion:
    wanted.days.check()
    user_id = wanted.user_id
    if principal.role is Role.MEMBER and user_id not in (None, principal.user_id):
        raise Forbidden("You can read your own time only.")
    return ReportQuestion(
        reader=principal.user_id,
        reads_all=principal.role is Role.ADMIN,
        reads_projects=principal.role is Role.MANAGER,
        since=wanted.days.first,
        until=wanted.days.last,
        user_id=user_id,
        project_id=wanted.project_id,
    )


def _rows(conn: Connection, found: Sequence[tuple[tuple[int, int], list[Summed]]]) -> list[ReportRow]:
    names = statistics.names(conn, sorted({user_id for (user_id, _), _ in found}))
    known = statistics.named_projects(conn, sorted({project_id for (_, project_id), _ in found}))
    return [
        ReportRow(
            user_id=user_id,
            name=names[user_id],
            project_id=project_id,
            project_key=known[project_id].key,
            currency=known[project_id].currency,
            **together(rows, known[project_id].currency).sums(),
        )
        for (user_id, project_id), rows in found
    ]
