"""Which of all dated rates holds for a piece of work?

The order is: this person on this project, the project, the person, the organisation; of the same owner the one that began
last and has not ended, so that what held before a rate for some days goes on after them. Days are the organisation's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Self

from server.domain.messages import Rate, RateLevel

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
    """`until` is the last day, itself included; None: it goes on. Of two that cover a day the one that began later holds."""

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


@dataclass(frozen=True, slots=True)
class Book:
    """All dated rates that can matter to some piece of work; of each owner latest first."""

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


def amended(dated: Sequence[DatedRate], new: DatedRate) -> list[DatedRate]:
    """With `new`, latest first: it takes the place of one that began that day. The others stay as they were agreed."""
    kept = [each for each in dated if each.since != new.since]
    return sorted([*kept, new], key=lambda each: each.since, reverse=True)


def ended(dated: Sequence[DatedRate], day: date) -> list[DatedRate]:
    """None holds on that day or goes on after it; what begins later stays."""
    return [
        replace(each, until=day - ONE_DAY) if each.covers(day) else each
        for each in dated
        if each.since != day
    ]


def last_changed(before: Sequence[DatedRate], new: DatedRate) -> date | None:
    """The last day on which `new` can make a difference, also by taking another one's place; None: there is none."""
    concerned = [new.until, *(each.until for each in before if each.since == new.since)]
    return None if None in concerned else max(filter(None, concerned))
