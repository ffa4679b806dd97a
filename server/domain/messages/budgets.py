"""What do budgets and their alerts look like on the wire?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import UNSET, Struct, UnsetType

from server.domain.messages.common import Currency, EpochSeconds


class BudgetStatus(StrEnum):
    """`planning`: before its first day. `exceeded`: all of it is used, by logs and running timers together."""

    PLANNING = "planning"
    ACTIVE = "active"
    EXCEEDED = "exceeded"


class AtLimit(StrEnum):
    """What happens when all of a budget is used.

    `inform`: no more than alerts. `ask`: a start wants a confirmation. `non_billable`: time from there on is not billable.
    """

    INFORM = "inform"
    ASK = "ask"
    NON_BILLABLE = "non_billable"


class AlertType(StrEnum):
    WARNING = "warning"
    CRITICAL = "critical"
    EXCEEDED = "exceeded"


class BudgetUse(Struct):
    """How far a budget is used, without amounts. `percent` counts running timers at `as_of`.

    All but `project_id` and `as_of` are null, and `is_locked` false, when the project has no budget or budgets are not
    tracked. `seconds_left`: until all of it is used at the pace of what runs now; null when nothing runs.
    """

    project_id: int
    percent: Decimal | None
    warning_percent: Decimal | None
    as_of: int
    critical_percent: Decimal | None = None
    is_locked: bool = False
    at_limit: AtLimit | None = None
    seconds_left: int | None = None


class SetBudget(Struct, forbid_unknown_fields=True):
    """All of a budget but its lock; what is left out gets its default.

    `currency`: the budget's so far, else the organisation's. `allocated_budget`: the whole total. Thresholds in percent,
    with the organisation's as defaults. `end_date`: the last day, itself included.
    """

    total_budget: Decimal
    currency: Currency | UnsetType = UNSET
    allocated_budget: Decimal | UnsetType = UNSET
    alert_threshold: Decimal | UnsetType = UNSET
    critical_threshold: Decimal | UnsetType = UNSET
    at_limit: AtLimit = AtLimit.INFORM
    start_date: date | None = None
    end_date: date | None = None


class LockBudget(Struct, forbid_unknown_fields=True):
    """`since`: epoch seconds from which on no timer starts; now when it is left out."""

    since: EpochSeconds | UnsetType = UNSET


class Unconverted(Struct):
    """Costs in a currency for which no exchange rate was known: they are in no sum."""

    currency: str
    total_cost: Decimal
    logs: int


class BudgetForecast(Struct):
    """When will all of it be used at the pace of the timers that run now? `statistics` has that of the last days.

    `per_hour`: what these cost an hour. `seconds_left`, `used_up_at`: null when none runs; 0 and now when it is used up.
    """

    per_hour: Decimal
    seconds_left: int | None
    used_up_at: int | None


class ProjectBudget(Struct):
    """`total_cost`: the exact sum of the logs' costs, `running_cost`: what the timers that run now add to it if they stop now.

    `percent` is of both. `locked_at`: since when no timer starts, null while it is open.
    """

    project_id: int
    total_budget: Decimal
    allocated_budget: Decimal
    total_cost: Decimal
    running_cost: Decimal
    remaining: Decimal
    percent: Decimal | None
    currency: str
    status: BudgetStatus
    alert_threshold: Decimal
    critical_threshold: Decimal
    at_limit: AtLimit
    is_locked: bool
    locked_at: int | None
    start_date: date | None
    end_date: date | None
    unconverted: list[Unconverted]
    forecast: BudgetForecast
    as_of: int
    revision: int


class BudgetAlert(Struct):
    """`cost_at_alert` and its currency are for managers; members see null."""

    id: int
    project_id: int
    alert_type: AlertType
    threshold_percentage: Decimal
    actual_percentage: Decimal
    cost_at_alert: Decimal | None
    currency: str | None
    is_acknowledged: bool
    acknowledged_by_user_id: int | None
    acknowledged_at: int | None
    created_at: int


class AlertPage(Struct):
    items: list[BudgetAlert]
    next: str | None
