"""What is agreed about a budget, and may it be so?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from msgspec import UNSET, UnsetType

from server.domain.errors import Invalid
from server.domain.messages import AtLimit, FieldError, SetBudget
from server.domain.money import is_amount
from server.domain.organisation import Organisation
from server.domain.trail import Facts

T = TypeVar("T")

DIGITS: Final = 14  # DECIMAL(14,4)
PERCENT_DIGITS: Final = 5  # DECIMAL(5,2)
PERCENT_PLACES: Final = 2
WHOLE: Final = Decimal(100)
FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)
AMOUNT_WORDS: Final = "An amount is more than 0, below 10000000000, with at most 4 places."
PERCENT_WORDS: Final = "A threshold is more than 0, at most 100, with at most 2 places."


@dataclass(frozen=True, slots=True)
class Agreed:
    """The names are the columns'. Thresholds in percent; `end_date`: the last day, itself included."""

    total_budget: Decimal
    allocated_budget: Decimal
    currency: str
    alert_threshold: Decimal
    critical_threshold: Decimal
    at_limit: AtLimit
    start_date: date | None
    end_date: date | None

    @property
    def facts(self) -> Facts:
        """For the audit trail."""
        return {name: None if value is None else str(value) for name, value in asdict(self).items()}


def agree(wanted: SetBudget, before: Agreed | None, organisation: Organisation) -> Agreed:
    """What is left out is the default; the currency stays. Invalid, with every field that is not right."""
    currency = organisation.currency if before is None else before.currency
    agreed = Agreed(
        total_budget=wanted.total_budget,
        allocated_budget=_or(wanted.allocated_budget, wanted.total_budget),
        currency=_or(wanted.currency, currency),
        alert_threshold=_or(wanted.alert_threshold, organisation.warning_percent),
        critical_threshold=_or(wanted.critical_threshold, organisation.critical_percent),
        at_limit=wanted.at_limit,
        start_date=wanted.start_date,
        end_date=wanted.end_date,
    )
    errors = list(_faults(agreed, wanted))
    if errors:
        raise Invalid("The budget is not right.", errors=errors)
    return agreed


def _or(said: T | UnsetType, default: T) -> T:
    return default if said is UNSET else said


def _faults(agreed: Agreed, said: SetBudget) -> Iterator[FieldError]:
    """Only of what was said: nobody can correct a default."""
    amounts = ["total_budget", *([] if said.allocated_budget is UNSET else ["allocated_budget"])]
    percents = ("alert_threshold", "critical_threshold")
    bad = [name for name in amounts if not is_amount(getattr(agreed, name), DIGITS)]
    yield from (FieldError(name, AMOUNT_WORDS) for name in bad)
    if not bad and agreed.allocated_budget > agreed.total_budget:
        yield FieldError("allocated_budget", "No more can be allocated than the total.")
    bad = [name for name in percents if not _is_percent(getattr(agreed, name))]
    yield from (FieldError(name, PERCENT_WORDS) for name in bad)
    if not bad and agreed.alert_threshold > agreed.critical_threshold:
        yield FieldError("critical_threshold", "The critical threshold is not below the warning's.")
    yield from _date_faults(agreed)


def _date_faults(agreed: Agreed) -> Iterator[FieldError]:
    for name in ("start_date", "end_date"):
        day = getattr(agreed, name)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            yield FieldError(name, f"Days go from {FIRST_DAY} to {LAST_DAY}.")
    if agreed.start_date and agreed.end_date and agreed.end_date < agreed.start_date:
        yield FieldError("end_date", "The last day is not before the first.")


def _is_percent(said: Decimal) -> bool:
    return is_amount(said, PERCENT_DIGITS, PERCENT_PLACES) and said <= WHOLE
