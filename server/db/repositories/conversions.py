"""Which logs have another currency than their project's budget, and what are they in that one?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, true, update

from server.db.repositories.logs import Figures
from server.db.session import Connection
from server.db.tables import active_timers, project_budgets
from server.db.tables import issue_time_logs as logs

_OTHERWISE: Final = (
    select(logs.c.id, logs.c.user_id)
    .where(
        logs.c.project_id == bindparam("project_id"),
        logs.c.currency.is_not(None),
        or_(
            and_(
                logs.c.currency != bindparam("currency"),
                or_(logs.c.converted_cost.is_(None), logs.c.converted_currency != bindparam("currency")),
            ),
            and_(logs.c.currency == bindparam("currency"), logs.c.converted_currency.is_not(None)),
        ),
    )
    .order_by(logs.c.id)
)
_WAITING: Final = (
    select(logs.c.id, logs.c.user_id)
    .join_from(logs, project_budgets, project_budgets.c.project_id == logs.c.project_id)
    .where(
        logs.c.currency == bindparam("b_from"),
        project_budgets.c.currency == bindparam("b_to"),
        logs.c.converted_cost.is_(None),
        logs.c.start_day >= bindparam("b_since"),
    )
    .order_by(logs.c.id)
)
_SET: Final = (
    update(logs)
    .where(logs.c.id == bindparam("b_id"))
    .values(
        exchange_rate=bindparam("b_exchange_rate"),
        exchange_since=bindparam("b_exchange_since"),
        converted_currency=bindparam("b_converted_currency"),
        converted_cost=bindparam("b_converted_cost"),
        updated_at=bindparam("b_now_ms"),
    )
)
_SET_RUNNING: Final = (
    update(active_timers)
    .where(active_timers.c.issue_time_log_id == bindparam("b_id"))
    .values(exchange_rate=bindparam("b_exchange_rate"), converted_currency=bindparam("b_converted_currency"))
)


def otherwise(conn: Connection, project_id: int, currency: str) -> dict[int, int]:
    """The project's logs that a budget in this currency cannot count as they are, with whose they are."""
    asked = {"project_id": project_id, "currency": currency}
    return {row.id: row.user_id for row in conn.execute(_OTHERWISE, asked)}


def waiting(conn: Connection, source: str, target: str, since: date, before: date | None) -> dict[int, int]:
    """The logs that began in these days, which only this exchange rate is missing, with whose they are."""
    begun: ColumnElement[bool] = true() if before is None else logs.c.start_day < before
    asked = {"b_from": source, "b_to": target, "b_since": since}
    return {row.id: row.user_id for row in conn.execute(_WAITING.where(begun), asked)}


def save(conn: Connection, converted: Sequence[Figures], now_ms: int) -> None:
    """Also on the timers that run on these logs."""
    if not converted:
        return
    rows = [
        {
            "b_id": each.log_id,
            "b_exchange_rate": None if each.exchange is None else each.exchange.rate,
            "b_exchange_since": None if each.exchange is None else each.exchange.since,
            "b_converted_currency": None if each.exchange is None else each.exchange.currency,
            "b_converted_cost": each.converted_cost,
            "b_now_ms": now_ms,
        }
        for each in converted
    ]
    conn.execute(_SET, rows)
    conn.execute(
        _SET_RUNNING,
        [{name: row[name] for name in ("b_id", "b_exchange_rate", "b_converted_currency")} for row in rows],
    )
