"""How much was worked on a project, by whom, on what, when, and how long does its budget last?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from server.db.repositories import budget_use, organisation, statistics
from server.db.repositories.statistics import Summed
from server.db.session import Connection
from server.domain.burn import WORKED_DAYS, ends_on, pace
from server.domain.messages import (
    BillableSums,
    Burn,
    DaySums,
    IssueSums,
    ProjectStatistics,
    UserSums,
    WorkSums,
)
from server.domain.principal import Principal
from server.services import rights
from server.services.reporting.tally import Days, Tally, tallied, together

ISSUES_NAMED: Final = 500


def of_project(
    conn: Connection,
    principal: Principal,
    project_id: int,
    days: Days,
    now_ms: int,
    issues_named: int = ISSUES_NAMED,
) -> ProjectStatistics:
    """For the project's managers; so many issues are named, the others come together. NotFound, Forbidden, Invalid."""
    days.check()
    rights.manage_project(conn, principal, project_id)
    currency = statistics.named_projects(conn, [project_id])[project_id].currency
    asked = (conn, project_id, days.first, days.last)
    by_user = list(statistics.by_user(*asked))
    return ProjectStatistics(
        project_id=project_id,
        currency=currency,
        since=days.since,
        until=days.until,
        totals=WorkSums(**together((summed for _, summed in by_user), currency).sums()),
        by_user=_by_user(conn, tallied(by_user, currency)),
        by_issue=_by_issue(conn, list(statistics.by_issue(*asked)), currency, issues_named),
        by_day=_by_day(tallied(statistics.by_day(*asked), currency)),
        by_billable=_by_billable(by_user, currency),
        burn=_burn(conn, project_id, currency, now_ms),
    )


def _by_user(conn: Connection, found: dict[int, Tally]) -> list[UserSums]:
    names = statistics.names(conn, list(found))
    return [UserSums(user_id=key, name=names[key], **found[key].sums()) for key in _most_first(found)]


def _by_day(found: dict[date, Tally]) -> list[DaySums]:
    return [DaySums(day=day, **tally.sums()) for day, tally in sorted(found.items())]


def _by_billable(rows: Sequence[tuple[Any, Summed]], currency: str | None) -> list[BillableSums]:
    found = tallied(((summed.is_billable, summed) for _, summed in rows), currency)
    return [BillableSums(is_billable=key, **found[key].sums()) for key in sorted(found, reverse=True)]


def _by_issue(
    conn: Connection, rows: Sequence[tuple[int, Summed]], currency: str | None, named_most: int
) -> list[IssueSums]:
    found = tallied(rows, currency)
    named = _most_first(found)[:named_most]
    words = statistics.issue_names(conn, named)
    sums = [
        IssueSums(issue_id=key, issue_key=words[key][0], issue_summary=words[key][1], **found[key].sums())
        for key in named
    ]
    others = found.keys() - set(named)
    if others:
        rest = together((summed for key, summed in rows if key in others), currency)
        sums.append(IssueSums(issue_id=None, issue_key=None, issue_summary=None, **rest.sums()))
    return sums


def _burn(conn: Connection, project_id: int, currency: str | None, now_ms: int) -> Burn | None:
    """None without a budget, or while the organisation has none."""
    budget = budget_use.of_project(conn, project_id, now_ms)
    if budget is None or currency is None:
        return None
    today = organisation.find(conn).day_of(now_ms // 1000)
    worked = statistics.used_by_day(conn, project_id, currency, today, WORKED_DAYS)
    found = pace(worked)
    left = budget.total - budget.used
    return Burn(
        worked_days=len(worked),
        since=None if found is None else found.since,
        per_worked_day=None if found is None else found.per_worked_day,
        left=left,
        ends_on=ends_on(left, found, today),
    )


def _most_first(found: dict[int, Tally]) -> list[int]:
    """Those with most time first."""
    return sorted(found, key=lambda key: (-found[key].seconds, key))
