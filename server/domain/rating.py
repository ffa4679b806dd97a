"""Which of all dated rates holds for a piece of work, and what becomes of them when one is set or taken back?

The order is: this person on this project, the project, the person, the organisation. Days are the organisation's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Self

from server.domain.messages import Rate, RateLevel
from server.domain.money import converted, cost

ONE_DAY: Final = timedelta(days=1)
FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose rate: `user_id` and `project_id` are there where the level has them."""

    level: RateLevel
    user_id: int | None = None
    project_id: int | None = None


@dataclass(frozen=True, slots=True)
class DatedRate:
    """`until` is the last day, itself included; None while no later rate is known."""

    rate: Rate
    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Found:
    """The rate of a day, whose it is and since when it holds."""

    rate: Rate
    source: RateLevel
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One of the log's currency is `rate` of `currency`, as it was agreed for the days from `since` on."""

    rate: Decimal
    currency: str
    since: date


@dataclass(frozen=True, slots=True)
class Terms:
    """What is copied onto a log when it begins. `found` None: nothing was agreed; `exchange` None: none is needed or known."""

    found: Found | None = None
    exchange: Exchange | None = None

    @property
    def rate(self) -> Rate | None:
        return None if self.found is None else self.found.rate

    def cost(self, seconds: int) -> Decimal:
        return cost(seconds, self.rate)

    def converted(self, amount: Decimal) -> Decimal | None:
        """`amount` in the budget's currency; None where nothing converts it."""
        return None if self.exchange is None else converted(amount, self.exchange.rate)


@dataclass(frozen=True, slots=True)
class Book:
    """All dated rates that can matter to some piece of work."""

    rates: Mapping[Owner, Sequence[DatedRate]] = field(default_factory=dict)

    def find(self, user_id: int, project_id: int | None, day: date) -> Found | None:
        """None when nothing was agreed for that day. `project_id` None: for work in general."""
        for owner in owners(user_id, project_id):
            for dated in self.rates.get(owner, ()):
                if dated.covers(day):
                    return Found(dated.rate, owner.level, dated.since, dated.until)
        return None

    def having(self, owner: Owner, dated: Sequence[DatedRate]) -> Self:
        """The book with other rates of this owner."""
        return replace(self, rates={**self.rates, owner: dated})


def owners(user_id: int, project_id: int | None) -> list[Owner]:
    """Whose rates are asked, in this order."""
    of_project = [
        Owner(RateLevel.MEMBER, user_id, project_id),
        Owner(RateLevel.PROJECT, project_id=project_id),
    ]
    general = [Owner(RateLevel.USER, user_id), Owner(RateLevel.ORGANISATION)]
    return general if project_id is None else of_project + general


def following(dated: Sequence[DatedRate], since: date) -> date | None:
    """The first day after `since` on which another of these begins."""
    return min((each.since for each in dated if each.since > since), default=None)


def amended(dated: Sequence[DatedRate], new: DatedRate) -> list[DatedRate]:
    """With `new`, latest first: it takes the place of one that began that day, and earlier ones end the day before.

    Without a last day of its own it holds until the next later one begins. ValueError when it would run into that.
    """
    later = following(dated, new.since)
    until = new.until
    if later is not None:
        if until is not None and until >= later:
            raise ValueError(f"another rate begins on {later}")
        until = until or later - ONE_DAY
    kept = [_ended_before(each, new.since) for each in dated if each.since != new.since]
    return sorted([*kept, replace(new, until=until)], key=lambda each: each.since, reverse=True)


def ended(dated: Sequence[DatedRate], day: date) -> list[DatedRate]:
    """None holds on that day; what begins later stays."""
    return [_ended_before(each, day) for each in dated if each.since != day]


def withdrawn(dated: Sequence[DatedRate], since: date) -> list[DatedRate]:
    """Without the one that begins that day: the one that ended the day before goes on in its place."""
    gone = next(each for each in dated if each.since == since)
    eve = since - ONE_DAY
    return [
        replace(each, until=gone.until) if each.until == eve else each for each in dated if each is not gone
    ]


def last_changed(before: Sequence[DatedRate], after: Sequence[DatedRate], since: date) -> date | None:
    """The last day on which setting a rate from `since` on can make a difference; None: there is none."""
    concerned = [each.until for each in (*before, *after) if each.covers(since)]
    return None if None in concerned else max(filter(None, concerned))


def _ended_before(dated: DatedRate, day: date) -> DatedRate:
    if dated.since < day and (dated.until is None or dated.until >= day):
        return replace(dated, until=day - ONE_DAY)
    return dated
