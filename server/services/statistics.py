"""How much was worked and what did it cost: on a project, or by people and projects?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, TypeVar

from server.db.repositories import budget_use, organisation, statistics
from server.db.repositories.statistics import FIRST_DAY, LAST_DAY, ReportQuestion, Summed
from server.db.session import Connection
from server.domain.burn import WORKED_DAYS, ends_on, pace
from server.domain.errors import Forbidden, Invalid
from server.domain.messages import (
    Amount,
    BillableSums,
    Burn,
    DaySums,
    FieldError,
    IssueSums,
    ProjectStatistics,
    Report,
    ReportRow,
    ReportTotals,
    Role,
    UserSums,
    WorkSums,
)
from server.domain.money import ZERO
from server.domain.principal import Principal
from server.services import rights
from server.services.catalog import read_cursor

K = TypeVar("K")

ISSUES_NAMED: Final = 500
CURSOR: Final = re.compile(r"^(\d{1,18})\.(\d{1,18})$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Days:
    """The organisation's days, both included. None: without a limit."""

    since: date | None = None
    until: date | None = None

    @property
    def first(self) -> date:
        return self.since or FIRST_DAY

    @property
    def last(self) -> date:
        return self.until or LAST_DAY


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """None asks for any that the person may read."""

    days: Days
    user_id: int | None = None
    project_id: int | None = None


@dataclass(slots=True)
class _Tally:
    """`currency`: the project's; None when it has no budget."""

    currency: str | None
    logs: int = 0
    seconds: int = 0
    billable_seconds: int = 0
    costs: dict[str, Decimal] = field(default_factory=dict)
    total: Decimal = ZERO
    billable: Decimal = ZERO
    unconverted: dict[str, Decimal] = field(default_factory=dict)

    def add(self, summed: Summed) -> None:
        self.logs += summed.logs
        self.seconds += summed.seconds
        if summed.is_billable:
            self.billable_seconds += summed.seconds
        if summed.currency:
            self.costs[summed.currency] = self.costs.get(summed.currency, ZERO) + summed.cost
            self._convert(summed)

    def join(self, other: _Tally) -> None:
        """Of the same currency."""
        self.logs += other.logs
        self.seconds += other.seconds
        self.billable_seconds += other.billable_seconds
        self.total += other.total
        self.billable += other.billable
        for mine, more in ((self.costs, other.costs), (self.unconverted, other.unconverted)):
            for currency, cost in more.items():
                mine[currency] = mine.get(currency, ZERO) + cost

    def _convert(self, summed: Summed) -> None:
        if self.currency == summed.currency:
            amount = summed.cost
        elif self.currency == summed.converted_currency:
            amount = summed.converted_cost
        else:
            self.unconverted[summed.currency] = self.unconverted.get(summed.currency, ZERO) + summed.cost
            return
        self.total += amount
        if summed.is_billable:
            self.billable += amount

    def sums(self) -> dict[str, Any]:
        """The fields of a `WorkSums`."""
        has_currency = self.currency is not None
        return {
            "logs": self.logs,
            "duration_seconds": self.seconds,
            "billable_seconds": self.billable_seconds,
            "costs": _amounts(self.costs),
            "total_cost": self.total if has_currency else None,
            "billable_cost": self.billable if has_currency else None,
            "unconverted": _amounts(self.unconverted) if has_currency else [],
        }


def of_project(  # noqa: PLR0917  # the order is the callers' contract
    conn: Connection,
    principal: Principal,
    project_id: int,
    days: Days,
    now_ms: int,
    issues_named: int = ISSUES_NAMED,
) -> ProjectStatistics:
    """For the project's managers; so many issues are named, the others come together. NotFound, Forbidden, Invalid."""
    _check(days)
    rights.manage_project(conn, principal, project_id)
    currency = statistics.named_projects(conn, [project_id])[project_id].currency
    asked = (conn, project_id, days.first, days.last)
    by_user = list(statistics.by_user(*asked))
    return ProjectStatistics(
        project_id=project_id,
        currency=currency,
        since=days.since,
        until=days.until,
        totals=WorkSums(**_all((summed for _, summed in by_user), currency).sums()),
        by_user=_by_user(conn, _tallied(by_user, currency)),
        by_issue=_by_issue(conn, _tallied(statistics.by_issue(*asked), currency), issues_named),
        by_day=_by_day(_tallied(statistics.by_day(*asked), currency)),
        by_billable=_by_billable(by_user, currency),
        burn=_burn(conn, project_id, currency, now_ms),
    )


def report(
    conn: Connection, principal: Principal, wanted: ReportFilter, cursor: str | None, limit: int
) -> Report:
    """By user and project; the totals are those of all pages. Forbidden, Invalid."""
    after = read_cursor(cursor, CURSOR)
    found = defaultdict[tuple[int, int], list[Summed]](list)
    everything = _Tally(None)
    for key, summed in statistics.report(conn, _question(principal, wanted)):
        if not summed.logs:
            continue
        found[key].append(summed)
        everything.add(summed)
    ahead = sorted(key for key in found if after is None or key > after)
    shown = ahead[:limit]
    last = shown[-1] if len(ahead) > limit else None
    return Report(
        items=_rows(conn, [(key, found[key]) for key in shown]),
        next=None if last is None else f"{last[0]}.{last[1]}",
        totals=ReportTotals(
            logs=everything.logs,
            duration_seconds=everything.seconds,
            billable_seconds=everything.billable_seconds,
            costs=_amounts(everything.costs),
        ),
    )


def _question(principal: Principal, wanted: ReportFilter) -> ReportQuestion:
    _check(wanted.days)
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


def _check(days: Days) -> None:
    errors = []
    if not FIRST_DAY <= days.first <= LAST_DAY:
        errors.append(FieldError("from", f"The first day is one from {FIRST_DAY} to {LAST_DAY}."))
    if not FIRST_DAY <= days.last <= LAST_DAY:
        errors.append(FieldError("to", f"The last day is one from {FIRST_DAY} to {LAST_DAY}."))
    if not errors and days.last < days.first:
        errors.append(FieldError("to", "The last day lies before the first one."))
    if errors:
        raise Invalid("Ask for other days.", errors=errors)


def _tallied(rows: Iterable[tuple[K, Summed]], currency: str | None) -> dict[K, _Tally]:
    """Without those of which nothing is left."""
    found: dict[K, _Tally] = {}
    for key, summed in rows:
        if summed.logs:
            found.setdefault(key, _Tally(currency)).add(summed)
    return found


def _by_user(conn: Connection, found: dict[int, _Tally]) -> list[UserSums]:
    names = statistics.names(conn, list(found))
    return [UserSums(user_id=key, name=names[key], **found[key].sums()) for key in _most_first(found)]


def _by_day(found: dict[date, _Tally]) -> list[DaySums]:
    return [DaySums(day=day, **tally.sums()) for day, tally in sorted(found.items())]


def _by_billable(rows: Sequence[tuple[Any, Summed]], currency: str | None) -> list[BillableSums]:
    found = _tallied(((summed.is_billable, summed) for _, summed in rows), currency)
    return [BillableSums(is_billable=key, **found[key].sums()) for key in sorted(found, reverse=True)]


def _by_issue(conn: Connection, found: dict[int, _Tally], named_most: int) -> list[IssueSums]:
    ordered = _most_first(found)
    named, rest = ordered[:named_most], ordered[named_most:]
    words = statistics.issue_names(conn, named)
    rows = [
        IssueSums(issue_id=key, issue_key=words[key][0], issue_summary=words[key][1], **found[key].sums())
        for key in named
    ]
    if rest:
        others = _Tally(found[rest[0]].currency)
        for key in rest:
            others.join(found[key])
        rows.append(IssueSums(issue_id=None, issue_key=None, issue_summary=None, **others.sums()))
    return rows


def _burn(conn: Connection, project_id: int, currency: str | None, now_ms: int) -> Burn | None:
    """None without a budget, or while the organisation has none."""
    budget = budget_use.of_project(conn, project_id, now_ms)
    if budget is None or currency is None:
        return None
    today = organisation.find(conn).day_of(now_ms // 1000)
    worked = statistics.used_by_day(conn, project_id, currency, today, WORKED_DAYS)
    found = pace(worked)
    left = (budget.total - budget.spent - budget.running).quantize(ZERO, ROUND_HALF_UP)
    return Burn(
        worked_days=len(worked),
        since=None if found is None else found.since,
        per_worked_day=None if found is None else found.per_worked_day,
        left=left,
        ends_on=ends_on(left, found, today),
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
            **_all(rows, known[project_id].currency).sums(),
        )
        for (user_id, project_id), rows in found
    ]


def _all(rows: Iterable[Summed], currency: str | None) -> _Tally:
    tally = _Tally(currency)
    for summed in rows:
        tally.add(summed)
    return tally


def _most_first(found: dict[int, _Tally]) -> list[int]:
    """Those with most time first."""
    return sorted(found, key=lambda key: (-found[key].seconds, key))


def _amounts(by_currency: dict[str, Decimal]) -> list[Amount]:
    return [Amount(currency, by_currency[currency]) for currency in sorted(by_currency)]
