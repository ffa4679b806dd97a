"""What do timers and time logs look like on the wire?"""

from __future__ import annotations

from decimal import Decimal

from msgspec import UNSET, Struct, UnsetType

from server.domain.messages.common import Description, RateType, RowId, TimerStatus


class StartTimer(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """`confirm_over_budget`: also where the project's budget is used up and a start has to be confirmed."""

    issue_id: RowId
    project_id: RowId
    confirm_over_budget: bool = False


class StopTimer(Struct, forbid_unknown_fields=True):
    description: Description | None = None


class TimerReply(Struct):
    """The answer to start, pause, resume and stop: `start_time` for start, `end_time` for stop, as the seed has them."""

    success: bool
    time_log_id: int
    status: TimerStatus
    elapsed_seconds: int
    cost: Decimal
    start_time: int | UnsetType = UNSET
    end_time: int | UnsetType = UNSET


class StatusReply(Struct):
    """The seed's status. When stopped only `status`, `time_log_id` (null), `server_time`, `revision` are there."""

    status: TimerStatus
    time_log_id: int | None
    server_time: int
    revision: str
    issue_id: int | UnsetType = UNSET
    issue_key: str | UnsetType = UNSET
    issue_summary: str | UnsetType = UNSET
    project_id: int | UnsetType = UNSET
    started_at: int | UnsetType = UNSET
    paused_at: int | UnsetType | None = UNSET
    elapsed_seconds: int | UnsetType = UNSET
    cost: Decimal | UnsetType = UNSET
    currency: str | UnsetType | None = UNSET
    rate_type: RateType | UnsetType | None = UNSET
    rate_amount: Decimal | UnsetType | None = UNSET
    budget_percent: Decimal | UnsetType | None = UNSET


class TimeLog(Struct):
    """`revision` grows with each correction. What was deleted is kept, and counts no more."""

    id: int
    timer_id: str
    issue_id: int
    issue_key: str
    issue_summary: str
    project_id: int
    user_id: int
    status: TimerStatus
    start_time: int
    end_time: int | None
    paused_at: int | None
    resumed_at: int | None
    duration_seconds: int
    user_rate_type: RateType | None
    user_rate_amount: Decimal | None
    total_cost: Decimal
    currency: str | None
    description: str | None
    is_billable: bool
    revision: int
    is_deleted: bool
    created_at: int
    updated_at: int


class Amount(Struct):
    currency: str
    total_cost: Decimal


class LogTotals(Struct):
    count: int
    duration_seconds: int
    costs: list[Amount]


class LogPage(Struct):
    items: list[TimeLog]
    next: str | None
    totals: LogTotals
