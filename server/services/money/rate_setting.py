"""Who may set which rate, from which day on?

A rate that is set, also for days that are over, changes no log: each keeps what was copied onto it.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from server.db.repositories import catalog, organisation, rates
from server.db.session import Connection
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.messages import FieldError, LevelRate, Rate, RateLevel, SetLevelRate, SetRate
from server.domain.money import written
from server.domain.principal import Principal
from server.domain.rating import DatedRate, Owner
from server.domain.trail import Entry, Facts
from server.services import audit, rights
from server.services.money.rate_history import shown_rate
from server.services.money.rates import agree, tell

NO_RATE: Final = "There is no such rate."
NEEDED: Final = "This level needs it."
NOT_HERE: Final = "This level has none."


def set_own_rate(
    conn: Connection, principal: Principal, user_id: int | None, asked: SetRate, now_ms: int
) -> LevelRate:
    """A person's rate, one's own without a `user_id`. As `set_rate`."""
    person = principal.user_id if user_id is None else user_id
    return set_rate(conn, principal, at_user_level(person, asked), now_ms)


def at_user_level(user_id: int, asked: SetRate) -> SetLevelRate:
    return SetLevelRate(
        level=RateLevel.USER,
        rate_type=asked.rate_type,
        rate_amount=asked.rate_amount,
        currency=asked.currency,
        user_id=user_id,
        effective_from=asked.effective_from,
        effective_until=asked.effective_until,
    )


def set_rate(conn: Connection, principal: Principal, asked: SetLevelRate, now_ms: int) -> LevelRate:
    """Takes the place of one that began the same day. Forbidden, NotFound, Invalid."""
    owner = owner_of(asked)
    may_set(conn, principal, owner)
    organisation.take(conn)
    since = since_when(conn, asked, now_ms)
    replaced = next((each for each in rates.of_owner(conn, owner) if each.since == since), None)
    agreed = wanted(asked, since)
    agree(conn, owner, agreed)
    audit.record(
        conn,
        _entry(principal, "rate.set", owner, None if replaced is None else _facts(replaced), _facts(agreed)),
        now_ms,
    )
    return shown_rate(rates.stored(conn, owner, since))


def remove(conn: Connection, principal: Principal, level: RateLevel, rate_id: int, now_ms: int) -> None:
    """Before its day has come: what held before it goes on. NotFound, Forbidden, Conflict."""
    organisation.take(conn)
    stored = rates.find(conn, level, rate_id)
    if stored is None:
        raise NotFound(NO_RATE)
    try:
        may_set(conn, principal, stored.owner)
    except NotFound as refusal:
        raise NotFound(NO_RATE) from refusal  # in the same words as for one that there is not
    if stored.dated.since <= organisation.find(conn).day_of(now_ms // 1000):
        raise Conflict("Its day has come, and logs may have it. Set another rate from a later day.")
    before = rates.of_owner(conn, stored.owner)
    rates.save(conn, stored.owner, before, [each for each in before if each != stored.dated])
    tell(conn, stored.owner)
    audit.record(conn, _entry(principal, "rate.deleted", stored.owner, _facts(stored.dated), None), now_ms)


def since_when(conn: Connection, asked: SetLevelRate, now_ms: int) -> date:
    """The day that is named, or the organisation's today. Invalid when its rate is to be in another currency than its own."""
    kept = organisation.find(conn)
    if asked.level is RateLevel.ORGANISATION and asked.currency != kept.currency:
        raise Invalid(
            "Everybody's rate is in the organisation's currency.",
            errors=[FieldError("currency", f"Use {kept.currency}, or change the currency in the settings.")],
        )
    return asked.effective_from or kept.day_of(now_ms // 1000)


def owner_of(asked: SetLevelRate) -> Owner:
    """Invalid when the level needs somebody who is not named, or has none who is."""
    needed = {
        "user_id": asked.level in {RateLevel.USER, RateLevel.MEMBER},
        "project_id": asked.level in {RateLevel.PROJECT, RateLevel.MEMBER},
    }
    errors = [
        FieldError(name, NEEDED if is_needed else NOT_HERE)
        for name, is_needed in needed.items()
        if is_needed == (getattr(asked, name) is None)
    ]
    if errors:
        raise Invalid("Say whose rate it is.", errors=errors)
    return Owner(asked.level, asked.user_id, asked.project_id)


def may_set(conn: Connection, principal: Principal, owner: Owner) -> None:
    """A project's and its members' rates are for its managers, all others for administrators. Forbidden, NotFound, Invalid."""
    if owner.level is RateLevel.ORGANISATION:
        rights.administer(principal)
    if owner.level is RateLevel.USER and owner.user_id is not None:
        rights.see_person(conn, principal, owner.user_id)
        rights.administer(principal)
    if owner.project_id is not None:
        rights.manage_project(conn, principal, owner.project_id)
        if owner.user_id is not None and not catalog.is_member(conn, owner.project_id, owner.user_id):
            raise Invalid(
                "A member rate is for a member.",
                errors=[FieldError("user_id", "This user is not a member of the project. Add them first.")],
            )


def wanted(asked: SetLevelRate, since: date) -> DatedRate:
    rate = Rate(asked.rate_type, asked.rate_amount, asked.currency)
    return DatedRate(rate, since, asked.effective_until)


def _entry(principal: Principal, action: str, owner: Owner, before: Facts | None, now: Facts | None) -> Entry:
    subject = "-".join(str(each) for each in (owner.project_id, owner.user_id) if each is not None)
    return Entry(
        principal.user_id,
        action,
        f"{owner.level}_rate",
        subject or str(owner.level),
        before,
        now,
        owner.project_id,
    )


def _facts(dated: DatedRate) -> Facts:
    return {
        "rate_type": str(dated.rate.rate_type),
        "rate_amount": written(dated.rate.rate_amount),
        "currency": dated.rate.currency,
        "effective_from": dated.since.isoformat(),
        "effective_until": None if dated.until is None else dated.until.isoformat(),
    }
