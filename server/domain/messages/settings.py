"""What do the organisation's settings look like on the wire?"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.domain.messages.common import Currency
from server.domain.messages.rates import RateAmount

LIMIT_HOURS = 1000
LIMIT_DAYS = 3650

Zone = Annotated[str, Meta(min_length=1, max_length=64, description="IANA, such as Europe/Berlin.")]
LongHours = Annotated[int, Meta(ge=2, le=LIMIT_HOURS)]
Timers = Annotated[
    int,
    Meta(
        description="One: no second of a person's time counts twice.",
        extra_json_schema={"minimum": 1, "maximum": 1},
    ),
]
Percent = Annotated[
    Decimal,
    Meta(
        description="More than 0, below 100, with at most 2 places.",
        extra_json_schema={"exclusiveMinimum": 0, "exclusiveMaximum": 100, "multipleOf": 0.01},
    ),
]
LateDays = Annotated[int, Meta(ge=2, le=LIMIT_DAYS)]


class Settings(Struct):
    """The default rates are today's, of which there is one: hourly, minutely, or neither.

    `time_zone`: in it the organisation's days begin and end. `currency`: of the default rate and of new budgets.
    Uninterrupted time beyond `long_limit_hours`, and time that comes later than `late_limit_days`, is held.
    Percents are those of budgets that are made from now on.
    """

    default_hourly_rate: Decimal | None
    default_minutely_rate: Decimal | None
    auto_pause_on_logout: bool
    max_concurrent_timers_per_user: int
    enable_budget_tracking: bool
    enable_budget_alerts: bool
    time_zone: str
    currency: str
    long_limit_hours: int
    late_limit_days: int
    warning_percent: Decimal
    critical_percent: Decimal


class ChangeSettings(Struct, forbid_unknown_fields=True):
    """What is not named stays as it is. A default rate of null ends the one that holds, from today on."""

    default_hourly_rate: RateAmount | UnsetType | None = UNSET
    default_minutely_rate: RateAmount | UnsetType | None = UNSET
    auto_pause_on_logout: bool | UnsetType = UNSET
    max_concurrent_timers_per_user: Timers | UnsetType = UNSET
    enable_budget_tracking: bool | UnsetType = UNSET
    enable_budget_alerts: bool | UnsetType = UNSET
    time_zone: Zone | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    long_limit_hours: LongHours | UnsetType = UNSET
    late_limit_days: LateDays | UnsetType = UNSET
    warning_percent: Percent | UnsetType = UNSET
    critical_percent: Percent | UnsetType = UNSET
