"""How much was worked, by whom, on what, when?

Sums of the daily totals; only what is asked by issue reads logs, and those of one project.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, func, literal, or_, select

from server.db.session import Connection
from server.db.tables import daily_totals as totals
from server.db.tables import issue_time_logs as logs
from server.db.tables import issues, project_budgets, project_members, projects, users
from server.db.tables.totals import NO_CURRENCY
from server.db.types import Money
from server.domain.money import ZERO

FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)
FURTHEST_ZONE: Final = timedelta(hours=15)  # no place's clock is further from UTC

_since: Final[BindParameter[Any]] = bindparam("since")
_until: Final[BindParameter[Any]] = bindparam("until")
_project: Final[BindParameter[Any]] = bindparam("project_id")
_currency: Final[BindParameter[Any]] = bindparam("currency")
_in_range: Final = totals.c.day.between(_since, _until)


class Summed(NamedTuple):
    """Of the logs of one group; money in the log's currency and in the one it was converted to. Empty text: none."""

    is_billable: bool
    currency: str
    converted_currency: str
    logs: int
    seconds: int
    cost: Decimal
    converted_cost: Decimal


@dataclass(frozen=True, slots=True)
class ReportQuestion:
    """None asks for any. Days are the organisation's, both included."""

    reader: int
    reads_all: bool
    reads_projects: bool
    since: date
    until: date
    user_id: int | None
    project_id: int | None


@dataclass(frozen=True, slots=True)
class NamedProject:
    """`currency`: its budget's; None without one."""

    key: str
    currency: str | None


_kinds: Final = (totals.c.is_billable, totals.c.currency, totals.c.converted_currency)
_sums: Final = (
    func.sum(totals.c.logs),
    func.sum(totals.c.seconds),
    func.sum(totals.c.cost),
    func.sum(totals.c.converted_cost),
)
_of_project: Final = and_(totals.c.project_id == _project, _in_range)
_BY_USER: Final = (
    select(totals.c.user_id, *_kinds, *_sums).where(_of_project).group_by(totals.c.user_id, *_kinds)
)
_BY_DAY: Final = select(totals.c.day, *_kinds, *_sums).where(_of_project).group_by(totals.c.day, *_kinds)
_kinds_of_logs: Final = (
    logs.c.is_billable,
    func.coalesce(logs.c.currency, NO_CURRENCY),
    func.coalesce(logs.c.converted_currency, NO_CURRENCY),
)
# The instants find the logs by index; the days decide, because the organisation may have moved to another zone since.
_BY_ISSUE: Final = (
    select(
        logs.c.issue_id,
        *_kinds_of_logs,
        func.count(),
        func.sum(logs.c.duration_seconds),
        func.sum(logs.c.total_cost),
        func.coalesce(func.sum(logs.c.converted_cost), ZERO),
    )
    .where(
        logs.c.project_id == _project,
        logs.c.start_time >= bindparam("since_ms"),
        logs.c.start_time < bindparam("until_ms"),
        logs.c.start_day.between(_since, _until),
        logs.c.is_deleted.is_(False),
    )
    .group_by(logs.c.issue_id, *_kinds_of_logs)
)
_used: Final = func.sum(
    case(
        (totals.c.currency == _currency, totals.c.cost),
        (totals.c.converted_currency == _currency, totals.c.converted_cost),
    ),
    type_=Money(22, 4),
)
_USED_BY_DAY: Final = (
    select(totals.c.day, _used)
    .where(totals.c.project_id == _project, totals.c.day < bindparam("today"))
    .group_by(totals.c.day)
    .having(_used > literal(ZERO, Money(22, 4)))
    .order_by(totals.c.day.desc())
    .limit(bindparam("days"))
)
_NAMES: Final = select(users.c.id, users.c.name).where(users.c.id.in_(bindparam("ids", expanding=True)))
_ISSUES: Final = select(issues.c.id, issues.c.key, issues.c.summary).where(
    issues.c.id.in_(bindparam("ids", expanding=True))
)
_PROJECTS: Final = (
    select(projects.c.id, projects.c.key, project_budgets.c.currency)
    .join_from(projects, project_budgets, isouter=True)
    .where(projects.c.id.in_(bindparam("ids", expanding=True)))
)
_REPORT: Final = (
    select(totals.c.user_id, totals.c.project_id, *_kinds, *_sums)
    .where(_in_range)
    .group_by(totals.c.user_id, totals.c.project_id, *_kinds)
)


def by_user(conn: Connection, project_id: int, since: date, until: date) -> Iterator[tuple[int, Summed]]:
    """In no order; a user may come more than once, as in all of these."""
    return _one_key(conn.execute(_BY_USER, {"project_id": project_id, "since": since, "until": until}))


def by_day(conn: Connection, project_id: int, since: date, until: date) -> Iterator[tuple[date, Summed]]:
    return _one_key(conn.execute(_BY_DAY, {"project_id": project_id, "since": since, "until": until}))


def by_issue(conn: Connection, project_id: int, since: date, until: date) -> Iterator[tuple[int, Summed]]:
    """Reads the project's logs of these days."""
    asked = {
        "project_id": project_id,
        "since": since,
        "until": until,
        "since_ms": _midnight_ms(since, -FURTHEST_ZONE),
        "until_ms": _midnight_ms(until, timedelta(days=1) + FURTHEST_ZONE),
    }
    return _one_key(conn.execute(_BY_ISSUE, asked))


def used_by_day(
    conn: Connection, project_id: int, currency: str, today: date, days: int
) -> list[tuple[date, Decimal]]:
    """What of the budget was used on the latest so many days before today on which any was; latest first."""
    asked = {"project_id": project_id, "currency": currency, "today": today, "days": days}
    return [(day, used) for day, used in conn.execute(_USED_BY_DAY, asked)]


def report(conn: Connection, asked: ReportQuestion) -> Iterator[tuple[tuple[int, int], Summed]]:
    """By user and project."""
    rows = conn.execute(_narrow(asked), {"since": asked.since, "until": asked.until})
    return (((user, project), _summed(rest)) for user, project, *rest in rows)


def names(conn: Connection, user_ids: Sequence[int]) -> dict[int, str]:
    return {row.id: row.name for row in conn.execute(_NAMES, {"ids": user_ids})} if user_ids else {}


def issue_names(conn: Connection, issue_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Keys and summaries."""
    rows: Iterable[Any] = conn.execute(_ISSUES, {"ids": issue_ids}) if issue_ids else ()
    return {row.id: (row.key, row.summary) for row in rows}


def named_projects(conn: Connection, project_ids: Sequence[int]) -> dict[int, NamedProject]:
    rows: Iterable[Any] = conn.execute(_PROJECTS, {"ids": project_ids}) if project_ids else ()
    return {row.id: NamedProject(row.key, row.currency) for row in rows}


def _narrow(asked: ReportQuestion) -> Select[Any]:
    question = _REPORT
    if not asked.reads_all:
        question = question.where(_readable(asked))
    if asked.user_id is not None:
        question = question.where(totals.c.user_id == asked.user_id)
    if asked.project_id is not None:
        question = question.where(totals.c.project_id == asked.project_id)
    return question


def _readable(asked: ReportQuestion) -> ColumnElement[bool]:
    own = totals.c.user_id == asked.reader
    if not asked.reads_projects:
        return own
    managed = select(project_members.c.project_id).where(project_members.c.user_id == asked.reader)
    return or_(own, totals.c.project_id.in_(managed))


def _one_key(rows: Iterable[Any]) -> Iterator[tuple[Any, Summed]]:
    return ((key, _summed(rest)) for key, *rest in rows)


def _summed(row: Sequence[Any]) -> Summed:
    is_billable, currency, converted_currency, number, seconds, cost, converted_cost = row
    return Summed(
        bool(is_billable), currency, converted_currency, int(number), int(seconds), cost, converted_cost
    )


def _midnight_ms(day: date, later: timedelta) -> int:
    """Of UTC, and so much later."""
    return int((datetime.combine(day, time(), UTC) + later).timestamp()) * 1000
