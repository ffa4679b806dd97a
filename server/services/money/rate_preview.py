"""Which time would have another rate, had this one been set before?

None of it changes. Whoever sets a rate for days that are over sees here what was done at another one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from server.db.repositories import rated_logs, rates
from server.db.repositories.rated_logs import RatedLog
from server.db.session import Connection
from server.domain.messages import Amount, OpenTimer, Rate, RatePreview, SetLevelRate, TimerStatus
from server.domain.money import ZERO, cost
from server.domain.principal import Principal
from server.domain.rating import Book, Found, amended, last_changed
from server.services.money.rate_setting import may_set, owner_of, since_when, wanted
from server.services.money.rates import check

NOTE: Final = (
    "None of this time changes: each log keeps the rate that was copied onto it when it began. "
    "The new rate is for logs that begin after it was set."
)


def preview(conn: Connection, principal: Principal, asked: SetLevelRate, now_ms: int) -> RatePreview:
    """Refuses what setting it would refuse: Forbidden, NotFound, Invalid. Writes nothing."""
    owner = owner_of(asked)
    may_set(conn, principal, owner)
    since = since_when(conn, asked, now_ms)
    book = rates.book(conn)
    before = book.rates.get(owner, ())
    new = wanted(asked, since)
    check(new)
    begun = rated_logs.begun(conn, since, last_changed(before, new), owner.user_id, owner.project_id)
    tally = _Tally()
    for log, rate in _touched(begun, book, book.having(owner, amended(before, new))):
        tally.add(log, rate)
    return RatePreview(
        effective_from=since,
        effective_until=new.until,
        logs=tally.logs,
        duration_seconds=tally.seconds,
        costs=_amounts(tally.costs),
        costs_otherwise=_amounts(tally.otherwise),
        open_timers=tally.open_timers,
        note=NOTE,
    )


@dataclass
class _Tally:
    """Of any number of logs."""

    logs: int = 0
    seconds: int = 0
    costs: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    otherwise: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    open_timers: list[OpenTimer] = field(default_factory=list)

    def add(self, log: RatedLog, rate: Rate | None) -> None:
        self.logs += 1
        self.seconds += log.seconds
        if log.rate is not None:
            self.costs[log.rate.currency] += log.cost
        if rate is not None:
            self.otherwise[rate.currency] += cost(log.seconds, rate)
        if log.status is not TimerStatus.STOPPED:
            self.open_timers.append(OpenTimer(log.user_id, log.project_id, log.log_id, log.started_at))


def _touched(logs: Iterable[RatedLog], now: Book, then: Book) -> Iterator[tuple[RatedLog, Rate | None]]:
    """With the rate that each would have."""
    known: dict[tuple[int, int, date], tuple[Rate | None, Rate | None]] = {}
    for log in logs:
        place = (log.user_id, log.project_id, log.day)
        if place not in known:
            known[place] = (_rate(now.find(*place)), _rate(then.find(*place)))
        was, would_be = known[place]
        if would_be not in (was, log.rate):
            yield log, would_be


def _rate(found: Found | None) -> Rate | None:
    return None if found is None else found.rate


def _amounts(sums: dict[str, Decimal]) -> list[Amount]:
    return [Amount(currency, sums[currency]) for currency in sorted(sums)]
