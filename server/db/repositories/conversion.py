"""Which logs' costs are not in the currency that their project's budget has now?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, or_, select, update

from server.db.session import Connection
from server.db.tables import active_timers
from server.db.tables import issue_time_logs as logs
from server.domain.figures import Figures

BATCH: Final = 500

_OTHERS: Final = (
    select(logs.c.id)
    .where(
        logs.c.project_id == bindparam("project_id"),
        logs.c.id > bindparam("after"),
        logs.c.currency != bindparam("currency"),
        or_(logs.c.converted_currency.is_(None), logs.c.converted_currency != bindparam("currency")),
    )
    .order_by(logs.c.id)
    .limit(BATCH)
)
_CONVERT: Final = (
    update(logs)
    .where(logs.c.id == bindparam("b_id"))
    .values(
        exchange_rate=bindparam("b_rate"),
        exchange_since=bindparam("b_since"),
        converted_currency=bindparam("b_currency"),
        converted_cost=bindparam("b_cost"),
        updated_at=bindparam("b_now_ms"),
    )
)
_CONVERT_TIMER: Final = (
    update(active_timers)
    .where(active_timers.c.issue_time_log_id == bindparam("b_id"))
    .values(exchange_rate=bindparam("b_rate"), converted_currency=bindparam("b_currency"))
)


def others(conn: Connection, project_id: int, currency: str, after: int) -> list[int]:
    """The next logs, by id, whose cost is in another currency and is not converted to this one."""
    asked = {"project_id": project_id, "currency": currency, "after": after}
    return list(conn.execute(_OTHERS, asked).scalars())


def convert(conn: Connection, converted: Sequence[Figures], now_ms: int) -> None:
    """Writes the exchange and the cost that these have, on the logs and on their timers."""
    terms = [
        {
            "b_id": each.log_id,
            "b_rate": each.exchange.rate,
            "b_since": each.exchange.since,
            "b_currency": each.exchange.currency,
            "b_cost": each.converted_cost,
            "b_now_ms": now_ms,
        }
        for each in converted
        if each.exchange is not None
    ]
    if terms:
        conn.execute(_CONVERT, terms)
        conn.execute(
            _CONVERT_TIMER,
            [{name: each[name] for name in ("b_id", "b_rate", "b_currency")} for each in terms],
        )
