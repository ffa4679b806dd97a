"""What does a time log count and cost?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from server.domain.messages import Rate
from server.domain.money import converted, cost
from server.domain.rating import Exchange


@dataclass(frozen=True, slots=True)
class Figures:
    """What a log counts and costs now, at the rate that was copied onto it.

    `converted_cost`: in the currency of its `exchange`; None where there is none.
    """

    log_id: int
    project_id: int
    issue_id: int
    start: int
    duration_seconds: int
    total_cost: Decimal
    rate: Rate | None
    user_id: int
    day: date
    is_billable: bool
    exchange: Exchange | None = None
    converted_cost: Decimal | None = None
    is_deleted: bool = False

    def counting(self, seconds: int) -> Figures:
        """The same log with so many seconds."""
        amount = cost(seconds, self.rate)
        changed = None if self.exchange is None else converted(amount, self.exchange.rate)
        return replace(self, duration_seconds=seconds, total_cost=amount, converted_cost=changed)
