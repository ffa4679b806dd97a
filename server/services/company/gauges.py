"""How is the company doing, for whoever watches over the server?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Final

from server.db.repositories import gauges, organisation
from server.db.repositories.gauges import Costed
from server.db.session import Connection
from server.domain.messages import Rate, RateType, TimerStatus
from server.services.outside.pause import pause_at

SAMPLE: Final = 100  # logs whose cost is calculated anew
PLACES: Final = Decimal("0.0001")
DIGITS: Final = 60
SECONDS_IN: Final = {RateType.HOURLY: 3600, RateType.MINUTELY: 60, RateType.SECONDLY: 1}


@dataclass(frozen=True, slots=True)
class Gauges:
    """Seconds are those of logs that started in the organisation's day, week (from Monday) and month.

    `alerts`: ever raised, by type. `wrong`: how many of the `sampled` logs have another cost than a calculation by hand gives.
    `awaited`: devices for which e-mail and webhooks wait, because a backup was restored.
    """

    timers: Mapping[TimerStatus, int]
    seconds_today: int
    seconds_this_week: int
    seconds_this_month: int
    alerts: Mapping[str, int]
    deliveries: Mapping[str, int]
    sampled: int
    wrong: int
    awaited: int


def gauges_at(conn: Connection, now_ms: int, chance: float) -> Gauges:
    """`chance` from 0 to 1 says which logs are looked at."""
    today = organisation.find(conn).day_of(now_ms // 1000)
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    by_day = gauges.seconds_by_day(conn, min(monday, first))
    looked_at = gauges.sample(conn, int(gauges.last_log(conn) * chance), SAMPLE)
    pause = pause_at(conn, now_ms)
    return Gauges(
        timers=gauges.timers(conn),
        seconds_today=_since(by_day, today),
        seconds_this_week=_since(by_day, monday),
        seconds_this_month=_since(by_day, first),
        alerts=gauges.alerts(conn),
        deliveries=gauges.deliveries_by_state(conn),
        sampled=len(looked_at),
        wrong=sum(not _is_right(each) for each in looked_at),
        awaited=0 if pause is None else pause.devices,
    )


def _since(by_day: Mapping[date, int], first: date) -> int:
    return sum(seconds for day, seconds in by_day.items() if day >= first)


def _is_right(log: Costed) -> bool:
    seconds = log.counted_ms // 1000
    return log.seconds == seconds and log.cost == _by_hand(seconds, log.rate)


def _by_hand(seconds: int, rate: Rate | None) -> Decimal:
    """As one would with paper, and not with the code that is looked after here."""
    if rate is None:
        return Decimal(0)
    with localcontext(prec=DIGITS):
        exact = Decimal(seconds) * rate.rate_amount / SECONDS_IN[rate.rate_type]
        return exact.quantize(PLACES, ROUND_HALF_UP)
