"""What is an amount in the budget's currency, and who says so?

An exchange rate is copied onto a log with its rate. Only the direction that was agreed is used: its reverse would be a guess.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from server.db import after
from server.db.repositories import accounts, budgets, conversions, exchange, logs, organisation
from server.db.repositories.budgets import Spending
from server.db.repositories.exchange import ExchangeQuestion, StoredExchange
from server.db.repositories.logs import Figures
from server.db.session import Connection
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.events import BudgetMoved, RatesChanged
from server.domain.messages import ExchangeRate, ExchangeRatePage, FieldError, SetExchangeRate
from server.domain.money import EXCHANGE_PLACES, ZERO, converted, is_amount
from server.domain.principal import Principal
from server.domain.rating import Exchange
from server.domain.trail import Facts
from server.services import audit, rights, totals
from server.services.audit import Entry
from server.services.catalog import read_cursor
from server.services.rates import wrong_days

BATCH: Final = 500
DIGITS: Final = 6 + EXCHANGE_PLACES  # below a million
CURSOR: Final = re.compile(r"^(\d{1,7})\.(\d{1,18})$", re.ASCII)


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
    after_row = read_cursor(cursor, CURSOR)
    before = None if after_row is None else (date.fromordinal(max(1, after_row[0])), after_row[1])
    found = exchange.page(conn, ExchangeQuestion(source, target, before, limit + 1))
    shown = found[:limit]
    more = len(found) > limit
    return ExchangeRatePage(
        items=[_message(each) for each in shown],
        next=f"{shown[-1].since.toordinal()}.{shown[-1].exchange_id}" if more else None,
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


def convert_project(conn: Connection, project_id: int, currency: str, now_ms: int) -> None:
    """For a budget that is new or has another currency: gives its logs the exchange rates of the days on which they began.

    Takes the users of these logs, so it comes before the budget's own row; the budget's total is the caller's.
    """
    known: dict[tuple[str, date], Exchange | None] = {}

    def exchange_of(log: Figures) -> Exchange | None:
        source = "" if log.rate is None else log.rate.currency
        key = (source, log.day)
        if key not in known:
            known[key] = None if source == currency else exchange.holding(conn, source, currency, log.day)
        return known[key]

    _convert(
        conn, _held(conn, lambda: conversions.otherwise(conn, project_id, currency)), exchange_of, now_ms
    )


def _convert_waiting(conn: Connection, source: str, target: str, agreed: Exchange, now_ms: int) -> None:
    """What becomes countable by it is added to the budgets."""
    later = exchange.following(conn, source, target, agreed.since)
    found = _held(conn, lambda: conversions.waiting(conn, source, target, agreed.since, later))
    added: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for log in _convert(conn, found, lambda _: agreed, now_ms):
        added[log.project_id] += log.converted_cost or ZERO
    spendings = [Spending(project_id, target, added[project_id]) for project_id in sorted(added)]
    budgets.spend(conn, spendings, now_ms)
    for project_id in added:
        after.tell(conn, BudgetMoved(project_id))


def _held(conn: Connection, ask: Callable[[], dict[int, int]]) -> list[int]:
    """The logs that `ask` finds once all their users are taken, so that nobody counts on them meanwhile."""
    taken: set[int] = set()
    found = ask()
    while missing := sorted(set(found.values()) - taken):
        for user_id in missing:
            accounts.take(conn, user_id)
        taken.update(missing)
        found = ask()
    return list(found)


def _convert(
    conn: Connection, log_ids: list[int], exchange_of: Callable[[Figures], Exchange | None], now_ms: int
) -> list[Figures]:
    """The logs with their new exchange rates, as they are written now."""
    done: list[Figures] = []
    for first in range(0, len(log_ids), BATCH):
        found = logs.figures(conn, log_ids[first : first + BATCH])
        changes = [(each, _converted(each, exchange_of(each))) for each in found.values()]
        conversions.save(conn, [changed for _, changed in changes], now_ms)
        totals.move(conn, changes)
        done += [changed for _, changed in changes]
    return done


def _converted(log: Figures, agreed: Exchange | None) -> Figures:
    amount = None if agreed is None else converted(log.total_cost, agreed.rate)
    return replace(log, exchange=agreed, converted_cost=amount)


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
        "rate": str(stored.rate),
        "effective_from": stored.since.isoformat(),
    }


def _message(stored: StoredExchange) -> ExchangeRate:
    return ExchangeRate(stored.exchange_id, stored.source, stored.target, stored.rate, stored.since)
