"""What has just become true that somebody may wait to hear?

Told inside a transaction, heard after its commit, by people's event streams, by other instances, and by caches that let go
of what they know. None of these says what the new state is: whoever hears it reads again, with their own rights.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimeChanged:
    """This user's timer or logs are other ones now."""

    user_id: int


@dataclass(frozen=True, slots=True)
class BudgetMoved:
    """This project's budget, its use, or the timers that run on it changed."""

    project_id: int


@dataclass(frozen=True, slots=True)
class AlertRaised:
    alert_id: int
    project_id: int


@dataclass(frozen=True, slots=True)
class RatesChanged:
    """Somebody's rates; `user_id` None: everybody's may have."""

    user_id: int | None


Event = TimeChanged | BudgetMoved | AlertRaised | RatesChanged
