"""How does a test set, list and take back rates?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from server.domain.messages import LevelRate, RateLevel, RateToday, RateType, SetLevelRate
from server.services.money import rate_history, rate_setting
from server.services.money.rate_history import RateFilter
from tests.server.company import Person

MEMBER, PROJECT, USER, ORGANISATION = RateLevel
DAY = date(2026, 6, 15)
TOMORROW = DAY + timedelta(days=1)
LONG_AGO = date(2026, 1, 1)


def asked(
    level: RateLevel,
    amount: str = "80",
    *,
    person: Person | None = None,
    project: int | None = None,
    since: date | None = None,
    until: date | None = None,
    currency: str = "USD",
) -> SetLevelRate:
    return SetLevelRate(
        level=level,
        rate_type=RateType.HOURLY,
        rate_amount=Decimal(amount),
        currency=currency,
        user_id=None if person is None else person.principal.user_id,
        project_id=project,
        effective_from=since,
        effective_until=until,
    )


def put(who: Person, request: SetLevelRate) -> LevelRate:
    company = who.company
    now_ms = company.clock.now_ms()
    return company.database.run(lambda conn: rate_setting.set_rate(conn, who.principal, request, now_ms))


def remove(who: Person, kept: LevelRate) -> None:
    now_ms = who.company.clock.now_ms()
    who.company.database.run(
        lambda conn: rate_setting.remove(conn, who.principal, kept.level, kept.id, now_ms)
    )


def listed(who: Person, **wanted: Any) -> list[LevelRate]:
    return who.company.database.read(
        lambda conn: rate_history.page(conn, who.principal, RateFilter(**wanted), cursor=None, limit=200)
    ).items


def today(who: Person, person: Person | None = None, project: int | None = None) -> RateToday:
    user_id = None if person is None else person.principal.user_id
    now_ms = who.company.clock.now_ms()
    return who.company.database.read(
        lambda conn: rate_history.today(conn, who.principal, user_id, project, now_ms)
    )


def copied(person: Person, key: str) -> tuple[Any, ...]:
    """An hour of work, the amount that it costs, and where that comes from."""
    person.start(key)
    person.company.clock.advance(hours=1)
    person.stop()
    [(source, since)] = person.company.rows(
        "SELECT rate_source, rate_since FROM issue_time_logs WHERE user_id = ? AND issue_id = ?",
        person.principal.user_id,
        person.company.issues[key],
    )
    return person.log(key).total_cost, source, str(since)
