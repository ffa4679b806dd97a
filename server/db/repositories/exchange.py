"""What is one currency worth in another, and since which day?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, or_, select, tuple_, update

from server.db.session import Connection, insert_row
from server.db.tables import exchange_rates, project_budgets
from server.db.tables import issue_time_logs as logs
from server.domain.rating import Exchange

_pair: Final = (
    exchange_rates.c.from_currency == bindparam("b_from"),
    exchange_rates.c.to_currency == bindparam("b_to"),
)
_HOLDING: Final = (
    select(exchange_rates)
    .where(*_pair, exchange_rates.c.effective_from <= bindparam("b_day"))
    .order_by(exchange_rates.c.effective_from.desc())
    .limit(1)
)
_FOLLOWING: Final = (
    select(exchange_rates.c.effective_from)
    .where(*_pair, exchange_rates.c.effective_from > bindparam("b_day"))
    .order_by(exchange_rates.c.effective_from)
    .limit(1)
)
_ON: Final = select(exchange_rates).where(*_pair, exchange_rates.c.effective_from == bindparam("b_day"))
_FIND: Final = select(exchange_rates).where(exchange_rates.c.id == bindparam("b_id"))
_ADD: Final = insert(exchange_rates)
_CHANGE: Final = (
    update(exchange_rates).where(exchange_rates.c.id == bindparam("b_id")).values(rate=bindparam("n_rate"))
)
_REMOVE: Final = delete(exchange_rates).where(exchange_rates.c.id == bindparam("b_id"))
_WAITING: Final = (
    select(logs.c.id)
    .join_from(logs, project_budgets, project_budgets.c.project_id == logs.c.project_id)
    .where(
        logs.c.currency == bindparam("b_from"),
        project_budgets.c.currency == bindparam("b_to"),
        or_(logs.c.converted_cost.is_(None), logs.c.converted_currency != bindparam("b_to")),
        logs.c.start_day >= bindparam("b_day"),
    )
    .order_by(logs.c.id)
)


@dataclass(frozen=True, slots=True)
class StoredExchange:
    """One of `source` is `rate` of `target`, from `since` until the next later one."""

    exchange_id: int
    source: str
    target: str
    rate: Decimal
    since: date


@dataclass(frozen=True, slots=True)
class ExchangeQuestion:
    """None asks for any. `after`: day and id of the last one before."""

    source: str | None
    target: str | None
    after: tuple[date, int] | None
    limit: int


def holding(conn: Connection, source: str, target: str, day: date) -> Exchange | None:
    row = conn.execute(_HOLDING, _pair_of(source, target, day)).first()
    return None if row is None else Exchange(row.rate, row.to_currency, row.effective_from)


def following(conn: Connection, source: str, target: str, day: date) -> date | None:
    """The next later day on which another one begins."""
    found: date | None = conn.execute(_FOLLOWING, _pair_of(source, target, day)).scalar()
    return found


def waiting(conn: Connection, source: str, target: str, since: date, before: date | None) -> list[int]:
    """The logs that began in these days and that only this exchange rate is missing."""
    question = _WAITING if before is None else _WAITING.where(logs.c.start_day < before)
    return list(conn.execute(question, _pair_of(source, target, since)).scalars())


def find(conn: Connection, exchange_id: int) -> StoredExchange | None:
    row = conn.execute(_FIND, {"b_id": exchange_id}).first()
    return None if row is None else _stored(row)


def page(conn: Connection, asked: ExchangeQuestion) -> list[StoredExchange]:
    """Latest day first."""
    day, row_id = exchange_rates.c.effective_from, exchange_rates.c.id
    question = select(exchange_rates).order_by(day.desc(), row_id.desc()).limit(asked.limit)
    if asked.source is not None:
        question = question.where(exchange_rates.c.from_currency == asked.source)
    if asked.target is not None:
        question = question.where(exchange_rates.c.to_currency == asked.target)
    if asked.after is not None:
        question = question.where(tuple_(day, row_id) < tuple_(*asked.after))
    return [_stored(row) for row in conn.execute(question)]


def on(conn: Connection, source: str, target: str, day: date) -> StoredExchange | None:
    """The one that begins that day."""
    row = conn.execute(_ON, _pair_of(source, target, day)).first()
    return None if row is None else _stored(row)


def add(conn: Connection, source: str, target: str, rate: Decimal, since: date) -> int:
    row = {"from_currency": source, "to_currency": target, "rate": rate, "effective_from": since}
    return insert_row(conn, _ADD, row)


def change(conn: Connection, exchange_id: int, rate: Decimal) -> None:
    conn.execute(_CHANGE, {"b_id": exchange_id, "n_rate": rate})


def remove(conn: Connection, exchange_id: int) -> None:
    conn.execute(_REMOVE, {"b_id": exchange_id})


def _pair_of(source: str, target: str, day: date) -> dict[str, Any]:
    return {"b_from": source, "b_to": target, "b_day": day}


def _stored(row: Any) -> StoredExchange:
    return StoredExchange(row.id, row.from_currency, row.to_currency, row.rate, row.effective_from)
