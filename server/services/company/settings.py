"""What has the organisation decided, and who may change it?

The default rate is one of its dated rates: setting it here sets one from today on.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec import UNSET

from server.db.repositories import organisation, rates
from server.db.session import Connection
from server.domain.errors import Invalid
from server.domain.messages import ChangeSettings, FieldError, Rate, RateLevel, RateType, Settings
from server.domain.money import is_amount, written
from server.domain.organisation import Organisation, is_zone
from server.domain.principal import Principal
from server.domain.rating import DatedRate, Owner, ended
from server.domain.trail import Entry, Facts
from server.services import audit, rights
from server.services.money import crossing
from server.services.money.rates import agree, tell, wrong_amount

PERCENT: Final = (4, 2)  # digits and places: below 100
ONE_TIMER: Final = "Only 1: a second of a person's time never counts twice."
OWNER: Final = Owner(RateLevel.ORGANISATION)
WATCHED_BY: Final = ("enable_budget_tracking", "enable_budget_alerts", "time_zone")
DEFAULTS: Final = {RateType.HOURLY: "default_hourly_rate", RateType.MINUTELY: "default_minutely_rate"}


def shown(conn: Connection, now_ms: int) -> Settings:
    """As they are now. Everybody who is signed in may read them."""
    return _settings(_today(conn, now_ms))


def change(conn: Connection, principal: Principal, asked: ChangeSettings, now_ms: int) -> Settings:
    """What is not named stays. A new time zone is for logs that begin from now on. Forbidden, Invalid."""
    rights.administer(principal)
    organisation.take(conn)
    before = _today(conn, now_ms)
    named = _named(asked)
    after = replace(before, **named)
    _check(conn, before, after, named, now_ms)
    if _default(after) != _default(before):
        _agree(conn, _default(after), before.day_of(now_ms // 1000))
    organisation.save(conn, after, now_ms)
    if any(getattr(after, name) != getattr(before, name) for name in WATCHED_BY):
        crossing.sweep_all(conn, now_ms)
    _record(conn, principal, before, after, now_ms)
    return _settings(after)


def _named(asked: ChangeSettings) -> dict[str, Any]:
    """One default rate takes the place of the other."""
    named = {name: each for name, each in msgspec.structs.asdict(asked).items() if each is not UNSET}
    rates_given = [name for name in DEFAULTS.values() if named.get(name) is not None]
    if len(rates_given) == 1:
        named |= {name: None for name in DEFAULTS.values() if name not in rates_given}
    return named


def _today(conn: Connection, now_ms: int) -> Organisation:
    """With the default rate that holds today."""
    kept = organisation.find(conn)
    found = rates.of_owner(conn, OWNER)
    day = kept.day_of(now_ms // 1000)
    rate = next((each.rate for each in found if each.covers(day)), None)
    defaults: dict[str, Any] = {
        name: rate.rate_amount if rate is not None and rate.rate_type is kind else None
        for kind, name in DEFAULTS.items()
    }
    return replace(kept, **defaults)


def _default(kept: Organisation) -> Rate | None:
    for kind, name in DEFAULTS.items():
        amount = getattr(kept, name)
        if amount is not None:
            return Rate(kind, amount, kept.currency)
    return None


def _agree(conn: Connection, rate: Rate | None, day: date) -> None:
    if rate is not None:
        agree(conn, OWNER, DatedRate(rate, day, None))
        return
    before = rates.of_owner(conn, OWNER)
    rates.save(conn, OWNER, before, ended(before, day))
    tell(conn, OWNER)


def _check(
    conn: Connection, before: Organisation, after: Organisation, named: dict[str, Any], now_ms: int
) -> None:
    errors = [
        error
        for name in DEFAULTS.values()
        if named.get(name) is not None
        for error in wrong_amount(name, named[name])
    ]
    if all(named.get(name) is not None for name in DEFAULTS.values()):
        errors.append(FieldError("default_minutely_rate", "There is one default rate: name one of the two."))
    if after.currency != before.currency:
        errors += _wrong_currency(conn, before, named, now_ms)
    if after.max_concurrent_timers_per_user != 1:
        errors.append(FieldError("max_concurrent_timers_per_user", ONE_TIMER))
    if not is_zone(after.time_zone):
        errors.append(FieldError("time_zone", "Name a zone of the IANA database, such as Europe/Berlin."))
    errors += _wrong_percents(after)
    if errors:
        raise Invalid("Correct what is named; nothing was changed.", errors=errors)


def _wrong_currency(
    conn: Connection, before: Organisation, named: dict[str, Any], now_ms: int
) -> list[FieldError]:
    """An amount never becomes one of another currency by itself."""
    day = before.day_of(now_ms // 1000)
    agreed = rates.of_owner(conn, OWNER)
    if any(each.since > day for each in agreed):
        return [
            FieldError("currency", "A default rate in the old currency begins later. Take that back first.")
        ]
    if any(each.covers(day) for each in agreed) and not any(name in named for name in DEFAULTS.values()):
        return [FieldError("currency", "Name the default rate in the new currency as well.")]
    return []


def _wrong_percents(after: Organisation) -> list[FieldError]:
    errors = [
        FieldError(name, "A percentage is more than 0, below 100, with at most 2 places.")
        for name in ("warning_percent", "critical_percent")
        if not is_amount(getattr(after, name), *PERCENT)
    ]
    if not errors and after.warning_percent >= after.critical_percent:
        errors.append(FieldError("critical_percent", "The critical one comes after the warning."))
    return errors


def _record(
    conn: Connection, principal: Principal, before: Organisation, after: Organisation, now_ms: int
) -> None:
    old, new = _facts(before), _facts(after)
    changed = [name for name in old if old[name] != new[name]]
    if not changed:
        return
    entry = Entry(
        principal.user_id,
        "settings.changed",
        "settings",
        "organisation",
        {name: old[name] for name in changed},
        {name: new[name] for name in changed},
    )
    audit.record(conn, entry, now_ms)


def _facts(kept: Organisation) -> Facts:
    return {name: written(each) if isinstance(each, Decimal) else each for name, each in asdict(kept).items()}


def _settings(kept: Organisation) -> Settings:
    return Settings(**asdict(kept))
