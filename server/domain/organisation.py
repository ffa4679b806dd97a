"""What holds for the whole organisation?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.domain.holds import Limits


@dataclass(frozen=True, slots=True)
class Organisation:
    """Rates are None where none was agreed; percents are those of budgets that are made from now on.

    `time_zone`: the IANA zone in which the organisation's days begin and end.
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

    @property
    def zone(self) -> tzinfo:
        return zone_of(self.time_zone)

    @property
    def limits(self) -> Limits:
        return Limits(self.long_limit_hours, self.late_limit_days)

    def day_of(self, at_s: int) -> date:
        """The organisation's day in which this second lies."""
        return day_in(self.zone, at_s)


def day_in(zone: tzinfo, at_s: int) -> date:
    """The day in which this second lies there."""
    return datetime.fromtimestamp(at_s, zone).date()


def start_of(day: date, zone: tzinfo) -> int:
    """The second at which it begins there; where midnight is skipped, the first that exists."""
    return int(datetime.combine(day, time(), zone).timestamp())


def zone_of(name: str) -> tzinfo:
    """UTC for a name that this machine does not know."""
    return _zone(name) or UTC


def is_zone(name: str) -> bool:
    """Whether this machine knows it."""
    return _zone(name) is not None


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
