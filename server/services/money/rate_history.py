"""Which rates were agreed, with whom, since when?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from server.db.repositories import organisation, rates
from server.db.repositories.rates import ORDER, RateQuestion, Reader, StoredRate
from server.db.session import Connection
from server.domain.messages import LevelRate, RateLevel, RatePage, RateToday, Role
from server.domain.principal import Principal
from server.services import rights
from server.services.pages import cut, day_of, last_numbers


@dataclass(frozen=True, slots=True)
class RateFilter:
    """None asks for any."""

    level: RateLevel | None = None
    user_id: int | None = None
    project_id: int | None = None


def page(
    conn: Connection, principal: Principal, wanted: RateFilter, *, cursor: str | None, limit: int
) -> RatePage:
    """Latest day first: what this person may read of it. Invalid for a cursor that no page gave out."""
    after = last_numbers(cursor, 3)
    reader = None
    if principal.role is not Role.ADMIN:
        reader = Reader(principal.user_id, leads=principal.role is Role.MANAGER)
    asked = RateQuestion(
        level=wanted.level,
        user_id=wanted.user_id,
        project_id=wanted.project_id,
        reader=reader,
        after=None if after is None else (day_of(after[0]), min(after[1], len(ORDER)), after[2]),
        limit=limit + 1,
    )
    found = rates.page(conn, asked)
    shown, last = cut(found, limit)
    return RatePage(items=[shown_rate(each) for each in shown], next=None if last is None else _cursor(last))


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose rate, and in which of the organisation's days."""

    person: int
    day: date


def asked_today(
    conn: Connection, principal: Principal, user_id: int | None, project_id: int | None, now_ms: int
) -> Asked:
    """NotFound for whom or what one may not see."""
    person = principal.user_id if user_id is None else user_id
    rights.see_person(conn, principal, person)
    if project_id is not None:
        rights.see_project(conn, principal, project_id)
    return Asked(person, organisation.find(conn).day_of(now_ms // 1000))


def today(
    conn: Connection, principal: Principal, user_id: int | None, project_id: int | None, now_ms: int
) -> RateToday:
    """Of oneself without a `user_id`; on a project, or for work in general. NotFound for whom or what one may not see."""
    asked = asked_today(conn, principal, user_id, project_id, now_ms)
    person = asked.person
    found = rates.holding(conn, person, project_id, asked.day)
    if found is None:
        return RateToday(person, None, None, None, None, None, None)
    rate = found.rate
    return RateToday(
        user_id=person,
        rate_type=rate.rate_type,
        rate_amount=rate.rate_amount,
        currency=rate.currency,
        source=found.source,
        effective_from=found.since,
        effective_until=found.until,
    )


def shown_rate(stored: StoredRate) -> LevelRate:
    rate = stored.dated.rate
    return LevelRate(
        id=stored.rate_id,
        level=stored.owner.level,
        user_id=stored.owner.user_id,
        project_id=stored.owner.project_id,
        rate_type=rate.rate_type,
        rate_amount=rate.rate_amount,
        currency=rate.currency,
        effective_from=stored.dated.since,
        effective_until=stored.dated.until,
    )


def _cursor(stored: StoredRate) -> str:
    return f"{stored.dated.since.toordinal()}.{ORDER[stored.owner.level]}.{stored.rate_id}"
