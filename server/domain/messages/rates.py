"""What do rates, exchange rates and the explanation of an amount look like on the wire?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from server.domain.messages.common import Currency, RateLevel, RateType, RowId, TimerStatus
from server.domain.messages.timers import Amount

RateAmount = Annotated[
    Decimal,
    Meta(
        description="More than 0, below 1000000, with at most 4 places.",
        extra_json_schema={"exclusiveMinimum": 0, "maximum": 999_999.9999, "multipleOf": 0.0001},
    ),
]
ExchangeAmount = Annotated[
    Decimal,
    Meta(
        description="More than 0, below 1000000, with at most 8 places.",
        extra_json_schema={"exclusiveMinimum": 0, "exclusiveMaximum": 1_000_000, "multipleOf": 0.00000001},
    ),
]
Day = Annotated[date, Meta(description="From 1970-01-01 to 2999-12-31.")]


class SetRate(Struct, forbid_unknown_fields=True):
    """A person's rate. Without `effective_from` from today on; without `effective_until` until a later one begins."""

    rate_type: RateType
    rate_amount: RateAmount
    currency: Currency
    effective_from: Day | None = None
    effective_until: Day | None = None


class SetLevelRate(Struct, forbid_unknown_fields=True):
    """A rate of any level. `user_id` belongs to the levels user and member, `project_id` to project and member."""

    level: RateLevel
    rate_type: RateType
    rate_amount: RateAmount
    currency: Currency
    user_id: RowId | None = None
    project_id: RowId | None = None
    effective_from: Day | None = None
    effective_until: Day | None = None


class LevelRate(Struct):
    """A dated rate as it was agreed. `effective_until`: the last day, itself included; null: it goes on.

    Of two that cover a day the one that began later holds, so a rate for some days comes before the one that goes on.
    """

    id: int
    level: RateLevel
    user_id: int | None
    project_id: int | None
    rate_type: RateType
    rate_amount: Decimal
    currency: str
    effective_from: date
    effective_until: date | None


class RatePage(Struct):
    items: list[LevelRate]
    next: str | None


class RateToday(Struct):
    """What an hour, minute or second that begins today costs; all null when nothing was agreed. `source`: whose rate it is."""

    user_id: int
    rate_type: RateType | None
    rate_amount: Decimal | None
    currency: str | None
    source: RateLevel | None
    effective_from: date | None
    effective_until: date | None


class OpenTimer(Struct):
    user_id: int
    project_id: int
    time_log_id: int
    started_at: int


class RatePreview(Struct):
    """Which time would have had another rate, had this one been set before. None of it changes: each log keeps its own.

    `costs`: what these logs cost, at the rates that they have; `costs_otherwise`: what they would cost. `open_timers`: those of
    the logs that are running or paused now, with what they counted so far. `note`: the same in words.
    """

    effective_from: date
    effective_until: date | None
    logs: int
    duration_seconds: int
    costs: list[Amount]
    costs_otherwise: list[Amount]
    open_timers: list[OpenTimer]
    note: str


class SetExchangeRate(Struct, forbid_unknown_fields=True):
    """One `from_currency` is `rate` of `to_currency`, from that day until the next later one; without a day from today on.

    With `convert_waiting` logs of those days that nothing converted so far get it as well.
    """

    from_currency: Currency
    to_currency: Currency
    rate: ExchangeAmount
    effective_from: Day | None = None
    convert_waiting: bool = False


class ExchangeRate(Struct):
    id: int
    from_currency: str
    to_currency: str
    rate: Decimal
    effective_from: date


class ExchangeRatePage(Struct):
    items: list[ExchangeRate]
    next: str | None


class CostSegment(Struct):
    """An uninterrupted stretch that counts, half open."""

    start_time: int
    end_time: int
    seconds: int


class CostRate(Struct):
    """The rate that was copied onto the log. `source`, `effective_from`: null for a log from before they were kept."""

    rate_type: RateType
    rate_amount: Decimal
    currency: str
    unit_seconds: int
    source: RateLevel | None
    effective_from: date | None


class Conversion(Struct):
    """The exchange rate that was copied onto the log. `exact`: the amount before rounding, as a fraction."""

    from_currency: str
    to_currency: str
    exchange_rate: Decimal
    effective_from: date | None
    exact: str
    amount: Decimal


class CostExplained(Struct):
    """How seconds became an amount. `exact`: seconds times rate before the one rounding, as a fraction such as `125/3`.

    `start_day`: the organisation's day whose rate the log has. `budget_currency`: null without a budget.
    `is_unconverted`: the budget has another currency and nothing converted the amount; it is not in the budget's total.
    """

    time_log_id: int
    issue_key: str
    user_id: int
    project_id: int
    status: TimerStatus
    is_billable: bool
    start_day: date
    segments: list[CostSegment]
    duration_seconds: int
    rate: CostRate | None
    exact: str
    rounding: Annotated[str, Meta(description="The rule in words.")]
    total_cost: Decimal
    currency: str | None
    budget_currency: str | None
    conversion: Conversion | None
    is_unconverted: bool
