"""What does this person's time cost on which day?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, insert, select, update

from server.db.session import Connection
from server.db.tables import user_rates
from server.domain.messages import Rate, RateType

_OF_USER: Final = (
    select(
        user_rates.c.rate_type,
        user_rates.c.rate_amount,
        user_rates.c.currency,
        user_rates.c.effective_from,
        user_rates.c.effective_until,
    )
    .where(user_rates.c.user_id == bindparam("user_id"), user_rates.c.is_active)
    .order_by(user_rates.c.effective_from.desc())
)
_ADD: Final = insert(user_rates)
_REMOVE: Final = delete(user_rates).where(
    user_rates.c.user_id == bindparam("b_user_id"), user_rates.c.effective_from == bindparam("b_from")
)
_END_EARLIER: Final = (
    update(user_rates)
    .where(
        user_rates.c.user_id == bindparam("b_user_id"),
        user_rates.c.effective_from < bindparam("b_from"),
        (user_rates.c.effective_until.is_(None)) | (user_rates.c.effective_until >= bindparam("b_from")),
    )
    .values(effective_until=bindparam("b_until"))
)


@dataclass(frozen=True, slots=True)
class DatedRate:
    """`until` is the last day, itself included; None while no later rate is known."""

    rate: Rate
    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


def of_user(conn: Connection, user_id: int) -> list[DatedRate]:
    """Latest first."""
    return [
        DatedRate(
            Rate(RateType(row.rate_type), row.rate_amount, row.currency),
            row.effective_from,
            row.effective_until,
        )
        for row in conn.execute(_OF_USER, {"user_id": user_id})
    ]


def set_rate(conn: Connection, user_id: int, rate: Rate, since: date, until: date | None) -> None:
    """Replaces what began the same day and ends what ran on into it."""
    conn.execute(_REMOVE, {"b_user_id": user_id, "b_from": since})
    conn.execute(_END_EARLIER, {"b_user_id": user_id, "b_from": since, "b_until": since - timedelta(days=1)})
    conn.execute(
        _ADD,
        {
            "user_id": user_id,
            "rate_type": str(rate.rate_type),
            "rate_amount": rate.rate_amount,
            "currency": rate.currency,
            "is_active": True,
            "effective_from": since,
            "effective_until": until,
        },
    )
