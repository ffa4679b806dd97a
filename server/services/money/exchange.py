"""What is an amount in the budget's currency, and who says so?

An exchange rate is copied onto a log with its rate. Only the direction that was agreed is used: its reverse would be a guess.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from server.db import after
from server.db.repositories import budgets, conversion, exchange, logs, organisation
from server.db.repositories.budgets import Spending
from server.db.repositories.exchange import ExchangeQuestion, StoredExchange
from server.db.session import Connection
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.events import RatesChanged
from server.domain.messages import ExchangeRate, ExchangeRatePage, FieldError, SetExchangeRate
from server.domain.money import EXCHANGE_PLACES, ZERO, is_amount, written
from server.domain.principal import Principal
from server.domain.rating import Exchange
from server.domain.trail import Entry, Facts
from server.services import audit, rights
from server.services.money import crossing
from server.services.money.rates import wrong_days
from server.services.pages import cut, day_of, last_numbers
from server.services.reporting import totals

BATCH: Final = 500
DIGITS: Final = 6 + EXCHANGE_PLACES  # below a million


def page(
    conn: Connection,
    principal: Principal,
    source: str | None,
    target: str | None,
    *,
    cursor: str | None,
    limit: int,
) -> ExchangeRatePage:
    """Latest day first. Forbidden for members; Invalid for a cursor that no page gave out."""
    rights.lead(principal)
    after_row = last_numbers(cursor, 2)
    before = None if after_row is None else (day_of(after_row[0]), after_row[1])
    found = exchange.page(conn, ExchangeQuestion(source, target, before, limit + 1))
    shown, last = cut(found, limit)
    return ExchangeRatePage(
        items=[_message(each) for each in shown],
        next=None if last is None else f"{last.since.toordinal()}.{last.exchange_id}",
    )


def set_rate(conn: Connection, principal: Principal, asked: SetExchangeRate, now_ms: int) -> ExchangeRate:
    """Holds from its day until the next later one. Forbidden, Invalid."""
    rights.administer(principal)
    organisation.take(conn)
    since = asked.effective_from or organisation.find(conn).day_of(now_ms // 1000)
    _check(asked, since)
    source, target = asked.from_currency, asked.to_currency
    if asked.convert_waiting:
        _convert_waiting(conn, source, target, Exchange(asked.rate, target, since), now_ms)
    before = exchange.on(conn, source, target, since)
    if before is None:
        exchange_id = exchange.add(conn, source, target, asked.rate, since)
    else:
        exchange_id = before.exchange_id
        exchange.change(conn, exchange_id, asked.rate)
    stored = StoredExchange(exchange_id, source, target, asked.rate, since)
    after.tell(conn, RatesChanged(None))
    audit.record(
        conn,
        _entry(
            principal, "exchange_rate.set", stored, None if before is None else _facts(before), _facts(stored)
        ),
        now_ms,
    )
    return _message(stored)


def remove(conn: Connection, principal: Principal, exchange_id: int, now_ms: int) -> None:
    """Before its day has come. Forbidden, NotFound, Conflict."""
    rights.administer(principal)
    organisation.take(conn)
    stored = exchange.find(conn, exchange_id)
    if stored is None:
        raise NotFound("There is no such exchange rate.")
    if stored.since <= organisation.find(conn).day_of(now_ms // 1000):
        raise Conflict(
            "Its day has come, and time may have been converted with it. Set another one from a later day."
        )
    exchange.remove(conn, exchange_id)
    after.tell(conn, RatesChanged(None))
    audit.record(conn, _entry(principal, "exchange_rate.deleted", stored, _facts(stored), None), now_ms)


def _convert_waiting(conn: Connection, source: str, target: str, agreed: Exchange, now_ms: int) -> None:
    """What becomes countable by it is added to the budgets."""
    later = exchange.following(conn, source, target, agreed.since)
    budgets.hold_all_time(conn)
    log_ids = exchange.waiting(conn, source, target, agreed.since, later)
    spendings: list[Spending] = []
    for first in range(0, len(log_ids), BATCH):
        found = logs.figures(conn, log_ids[first : first + BATCH])
        changes = [
            (each, replace(each, exchange=agreed).counting(each.duration_seconds)) for each in found.values()
        ]
        conversion.convert(conn, [now for _, now in changes], now_ms)
        totals.move(conn, changes)
        spendings += [Spending(now.project_id, target, now.converted_cost or ZERO) for _, now in changes]
    crossing.settle(conn, spendings, (), now_ms)


def _check(asked: SetExchangeRate, since: date) -> None:
    errors = wrong_days(since)
    if not is_amount(asked.rate, DIGITS, EXCHANGE_PLACES):
        errors.append(
            FieldError("rate", "An exchange rate is more than 0, below 1000000, with at most 8 places.")
        )
    if asked.from_currency == asked.to_currency:
        errors.append(FieldError("to_currency", "Choose another currency than the one that is converted."))
    if errors:
        raise Invalid("The exchange rate is not right.", errors=errors)


def _entry(
    principal: Principal, action: str, stored: StoredExchange, before: Facts | None, now: Facts | None
) -> Entry:
    subject = f"{stored.source}-{stored.target}"
    return Entry(principal.user_id, action, "exchange_rate", subject, before, now)


def _facts(stored: StoredExchange) -> Facts:
    return {
        "from_currency": stored.source,
        "to_currency": stored.target,
        "rate": written(stored.rate),
        "effective_from": stored.since.isoformat(),
    }


def _message(stored: StoredExchange) -> ExchangeRate:
    return ExchangeRate(stored.exchange_id, stored.source, stored.target, stored.rate, stored.since)
