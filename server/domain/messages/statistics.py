"""What do a project's statistics and a report say on the wire?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct, field

from server.domain.messages.timers import Amount


class WorkSums(Struct):
    """Sums of logs; one that runs has the time that it had before its last resume.

    `costs`: by the currency of the rates. `total_cost` and `billable_cost` are in the project's currency, that of its
    budget, with what was converted into it; null when it has none. `unconverted`: what of `costs` is not in it.
    """

    logs: int
    duration_seconds: int
    billable_seconds: int
    costs: list[Amount]
    total_cost: Decimal | None
    billable_cost: Decimal | None
    unconverted: list[Amount]


class UserSums(WorkSums):
    user_id: int
    name: str


class IssueSums(WorkSums):
    """`issue_id` null: all issues together that are not named because so many have more time."""

    issue_id: int | None
    issue_key: str | None
    issue_summary: str | None


class DaySums(WorkSums):
    """A day of the organisation's time zone; a log belongs to the day in which it started."""

    day: date


class BillableSums(WorkSums):
    is_billable: bool


class Burn(Struct):
    """How fast the budget is used, by the latest worked days before today, at most 14; `since`: the first of them.

    `left`: of the budget, if the timers that run now stop now. `ends_on`: the day in whose course nothing is left at this
    pace, with days off as they were; null when it is not in sight.
    """

    worked_days: int
    since: date | None
    per_worked_day: Decimal | None
    left: Decimal
    ends_on: date | None


class ProjectStatistics(Struct):
    """`from` and `to`: the first and the last day, itself included; null: without a limit. `burn`: null without a budget."""

    project_id: int
    currency: str | None
    since: date | None = field(name="from")
    until: date | None = field(name="to")
    totals: WorkSums
    by_user: list[UserSums]
    by_issue: list[IssueSums]
    by_day: list[DaySums]
    by_billable: list[BillableSums]
    burn: Burn | None


class ReportRow(WorkSums):
    """What one person did on one project. `currency`: the project's."""

    user_id: int
    name: str
    project_id: int
    project_key: str
    currency: str | None


class ReportTotals(Struct):
    logs: int
    duration_seconds: int
    billable_seconds: int
    costs: list[Amount]


class Report(Struct):
    """The totals are those of all pages."""

    items: list[ReportRow]
    next: str | None
    totals: ReportTotals
