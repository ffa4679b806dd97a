"""What do a project's logs cost in the currency of its budget, when that is a new one?

Neither their rate nor their cost changes. They are converted at the exchange rate of the day on which each began, as they
would have been if the budget had had this currency then; what cannot be converted stays apart.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from server.db.repositories import conversion, exchange, logs
from server.db.session import Connection
from server.domain.figures import Figures
from server.domain.rating import Exchange
from server.services.reporting import totals

Known = dict[tuple[str, date], Exchange | None]


def convert_logs(conn: Connection, project_id: int, currency: str, now_ms: int) -> None:
    """While nobody else writes time."""
    known: Known = {}
    after = 0
    while log_ids := conversion.others(conn, project_id, currency, after):
        after = log_ids[-1]
        before = list(logs.figures(conn, log_ids).values())
        changes = [(each, _converted(conn, each, currency, known)) for each in before]
        changes = [(old, new) for old, new in changes if new != old]
        conversion.convert(conn, [new for _, new in changes], now_ms)
        totals.move(conn, changes)


def _converted(conn: Connection, log: Figures, currency: str, known: Known) -> Figures:
    if log.rate is None:
        return log
    key = (log.rate.currency, log.day)
    if key not in known:
        known[key] = exchange.holding(conn, log.rate.currency, currency, log.day)
    found = known[key]
    return log if found is None else replace(log, exchange=found).counting(log.duration_seconds)
