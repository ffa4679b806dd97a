"""What do sums of logs come to, in a project's currency and in their own?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from server.db.repositories.statistics import FIRST_DAY, LAST_DAY, Summed
from server.domain.errors import Invalid
from server.domain.messages import Amount, FieldError
from server.domain.money import ZERO

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Days:
    """The organisation's days, both included. None: without a limit."""

    since: date | None = None
    until: date | None = None

    @property
    def first(self) -> date:
        return self.since or FIRST_DAY

    @property
    def last(self) -> date:
        return self.until or LAST_DAY

    def check(self) -> None:
        """Invalid for days that nobody can mean."""
        errors = []
        if not FIRST_DAY <= self.first <= LAST_DAY:
            errors.append(FieldError("from", f"The first day is one from {FIRST_DAY} to {LAST_DAY}."))
        if not FIRST_DAY <= self.last <= LAST_DAY:
            errors.append(FieldError("to", f"The last day is one from {FIRST_DAY} to {LAST_DAY}."))
        if not errors and self.last < self.first:
            errors.append(FieldError("to", "The last day lies before the first one."))
        if errors:
            raise Invalid("Ask for other days.", errors=errors)


@dataclass(slots=True)
class Tally:
    """`currency`: the project's; None when it has no budget."""

    currency: str | None
    logs: int = 0
    seconds: int = 0
    billable_seconds: int = 0
    costs: dict[str, Decimal] = field(default_factory=dict)
    total: Decimal = ZERO
    billable: Decimal = ZERO
    unconverted: dict[str, Decimal] = field(default_factory=dict)

    def add(self, summed: Summed) -> None:
        self.logs += summed.logs
        self.seconds += summed.seconds
        if summed.is_billable:
            self.billable_seconds += summed.seconds
        if summed.currency:
            self.costs[summed.currency] = self.costs.get(summed.currency, ZERO) + summed.cost
            self._convert(summed)

    def _convert(self, summed: Summed) -> None:
        if self.currency == summed.currency:
            amount = summed.cost
        elif self.currency == summed.converted_currency:
            amount = summed.converted_cost
        else:
            self.unconverted[summed.currency] = self.unconverted.get(summed.currency, ZERO) + summed.cost
            return
        self.total += amount
        if summed.is_billable:
            self.billable += amount

    def sums(self) -> dict[str, Any]:
        """The fields of a `WorkSums`."""
        has_currency = self.currency is not None
        return {
            "logs": self.logs,
            "duration_seconds": self.seconds,
            "billable_seconds": self.billable_seconds,
            "costs": amounts(self.costs),
            "total_cost": self.total if has_currency else None,
            "billable_cost": self.billable if has_currency else None,
            "unconverted": amounts(self.unconverted) if has_currency else [],
        }


def tallied(rows: Iterable[tuple[K, Summed]], currency: str | None) -> dict[K, Tally]:
    """Without those of which nothing is left."""
    found: dict[K, Tally] = {}
    for key, summed in rows:
        if summed.logs:
            found.setdefault(key, Tally(currency)).add(summed)
    return found


def together(rows: Iterable[Summed], currency: str | None) -> Tally:
    tally = Tally(currency)
    for summed in rows:
        tally.add(summed)
    return tally


def amounts(by_currency: dict[str, Decimal]) -> list[Amount]:
    return [Amount(currency, by_currency[currency]) for currency in sorted(by_currency)]
