"""What does a person's time cost on a day?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from server.db.repositories import rates
from server.db.repositories.rates import DatedRate
from server.db.session import Connection
from server.domain.errors import Invalid
from server.domain.messages import FieldError, Rate, RateType
from server.domain.money import to_units

CURRENCY: Final = re.compile("[A-Z]{3}")  # ISO 4217


def of_user(conn: Connection, user_id: int) -> list[DatedRate]:
    """Latest first."""
    return rates.of_user(conn, user_id)


def rate_at(dated: Sequence[DatedRate], at_s: int) -> Rate | None:
    """The rate of the UTC day in which this second lies; None when none was agreed for it."""
    day = datetime.fromtimestamp(at_s, UTC).date()
    return next((each.rate for each in dated if each.covers(day)), None)


def set_user_rate(  # noqa: PLR0917  # the order is the callers' contract
    conn: Connection,
    user_id: int,
    rate_type: RateType,
    amount: Decimal,
    currency: str,
    effective_from: date,
) -> None:
    """Holds from that day on, until the day before the next later rate. Logs that exist keep theirs. Invalid."""
    _check(amount, currency)
    days = sorted({effective_from, *(each.since for each in rates.of_user(conn, user_id))})
    following = dict(pairwise(days)).get(effective_from)
    until = None if following is None else following - timedelta(days=1)
    rates.set_rate(conn, user_id, Rate(rate_type, amount, currency), effective_from, until)


def _check(amount: Decimal, currency: str) -> None:
    errors = []
    if not _is_rate(amount):
        errors.append(
            FieldError("rate_amount", "A rate is more than 0, below 1000000, with at most 4 places.")
        )
    if not CURRENCY.fullmatch(currency):
        errors.append(FieldError("currency", "A currency has three capital letters, such as USD."))
    if errors:
        raise Invalid("The rate is not right.", errors=errors)


def _is_rate(amount: Decimal) -> bool:
    try:
        return 0 < to_units(amount) < 10**10  # DECIMAL(10,4)
    except ValueError:
        return False
