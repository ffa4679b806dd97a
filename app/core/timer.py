"""What is the timer's state, and how much time does it show?

Elapsed time is never stored; `elapsed_seconds` computes it from the state and an instant. How actions change the state
stands in `fold`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Status(StrEnum):
    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"


class RateType(StrEnum):
    HOURLY = "hourly"
    MINUTELY = "minutely"
    SECONDLY = "secondly"


@dataclass(frozen=True, slots=True)
class Rate:
    rate_type: RateType
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class IssueRef:
    id: int
    key: str
    summary: str
    project_id: int | None


@dataclass(frozen=True, slots=True)
class Timer:
    """The timer that runs or is paused now.

    `closed_seconds`: counted seconds of its finished claims. `running_since`: start of the open claim, epoch seconds,
    None while paused. `rate` None: no rate is known, cost is not shown. `hold_code`: the server keeps the time
    but does not count it yet.
    """

    timer_id: str
    issue: IssueRef
    started_at: int
    closed_seconds: int
    claim_id: str | None
    running_since: int | None
    paused_at: int | None
    rate: Rate | None
    hold_code: str | None = None
    device_id: str | None = None

    @property
    def status(self) -> Status:
        return Status.PAUSED if self.running_since is None else Status.RUNNING


def elapsed_seconds(timer: Timer, now: int) -> int:
    """Counted seconds at `now`; a clock that stands before the start counts nothing."""
    if timer.running_since is None:
        return timer.closed_seconds
    return timer.closed_seconds + max(0, now - timer.running_since)
