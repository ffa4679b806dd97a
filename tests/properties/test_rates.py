"""Has every log the rate and the exchange rate that held where and when it began, whatever is agreed afterwards?

The answers come from a list of all that was agreed, hand-written offsets of time zones, and rational numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count
from math import floor
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.db.repositories import logs
from server.domain.messages import CostExplained, Rate, RateLevel, RateType
from server.services.money import explain
from tests.server.company import Company, Person
from tests.server.databases import OnSqlite, lay_out

BEGIN: Final = datetime(
    2026, 10, 24, 6, tzinfo=UTC
)  # a day before clocks go back in Berlin, a week before New York
UNIT_S: Final = {RateType.HOURLY: 3600, RateType.MINUTELY: 60, RateType.SECONDLY: 1}
OFFSETS: Final = {  # minutes east until an instant, and from then on
    "UTC": (0, BEGIN, 0),
    "Europe/Berlin": (120, datetime(2026, 10, 25, 1, tzinfo=UTC), 60),
    "America/New_York": (-240, datetime(2026, 11, 1, 6, tzinfo=UTC), -300),
    "Pacific/Kiritimati": (840, BEGIN, 840),
    "Asia/Kathmandu": (345, BEGIN, 345),
}
TOO_MUCH: Final = 10**14  # for a column of DECIMAL(18,4)
CURRENCIES: Final = ("USD", "EUR")
runs = count(1)


@dataclass(frozen=True)
class Agree:
    level: RateLevel
    person: int
    rate: Rate
    since: int  # days after the first
    length: int | None


@dataclass(frozen=True)
class Exchange:
    source: str
    rate: Decimal
    since: int


@dataclass(frozen=True)
class Move:
    zone: str


@dataclass(frozen=True)
class Work:
    person: int
    wait_s: int
    seconds: int


amounts = st.integers(1, 9_999_999_999).map(lambda units: Decimal(units) / 10_000)
small = st.integers(1, 3_000_000).map(lambda units: Decimal(units) / 10_000)
prices = st.builds(Rate, st.sampled_from(RateType), small | amounts, st.sampled_from(CURRENCIES))
days = st.integers(-3, 9)
agreements = st.builds(
    Agree, st.sampled_from(RateLevel), st.integers(0, 1), prices, days, st.none() | st.integers(0, 4)
)
exchanges = st.builds(
    Exchange,
    st.sampled_from(CURRENCIES),
    st.integers(1, 10**13).map(lambda units: Decimal(units) / 10**8),
    days,
)
moves = st.builds(Move, st.sampled_from(list(OFFSETS)))
stretches = st.builds(Work, st.integers(0, 1), st.integers(1, 30_000), st.integers(1, 57_600))
steps = st.lists(agreements | exchanges | moves | stretches, min_size=3, max_size=25)


@dataclass(frozen=True)
class Copied:
    """What a log must have for ever."""

    seconds: int
    rate: Rate | None
    source: RateLevel | None
    since: date | None
    cost: Decimal
    exchange: tuple[Decimal, date] | None
    converted: Decimal | None


@dataclass
class Oracle:
    """All that was agreed, in the order in which it was."""

    zone: str = "UTC"
    agreed: dict[tuple[RateLevel, int | None, date], Agree] = field(default_factory=dict)
    exchanges: dict[tuple[str, date], Decimal] = field(default_factory=dict)

    def day_of(self, instant: datetime) -> date:
        before, change, after = OFFSETS[self.zone]
        minutes = before if instant < change else after
        return (instant + timedelta(minutes=minutes)).date()

    def log(self, person: int, began: datetime, seconds: int, budget: str) -> Copied:
        day = self.day_of(began)
        found = self.holding(person, day)
        if found is None:
            return Copied(seconds, None, None, None, Decimal(0), None, None)
        since, agreed = found
        rate = agreed.rate
        cost = half_up(Fraction(rate.rate_amount) * seconds / UNIT_S[rate.rate_type])
        exchange = None if rate.currency == budget else self.exchange(rate.currency, day)
        converted = None if exchange is None else half_up(Fraction(cost) * Fraction(exchange[0]))
        if converted is not None and converted >= TOO_MUCH:
            converted = None
        return Copied(seconds, rate, agreed.level, since, cost, exchange, converted)

    def holding(self, person: int, day: date) -> tuple[date, Agree] | None:
        for level in ("member", "project", "user", "organisation"):
            owner = person if level in {"member", "user"} else None
            covering = [
                (since, each)
                for (kind, whose, since), each in self.agreed.items()
                if (str(kind), whose) == (level, owner)
                and since <= day
                and (each.length is None or day <= since + timedelta(days=each.length))
            ]
            if covering:
                return max(covering, key=lambda found: found[0])
        return None

    def exchange(self, source: str, day: date) -> tuple[Decimal, date] | None:
        covering = [
            (since, rate) for (kind, since), rate in self.exchanges.items() if kind == source and since <= day
        ]
        if not covering:
            return None
        since, rate = max(covering)
        return rate, since


def half_up(exact: Fraction) -> Decimal:
    return Decimal(floor(exact * 10_000 + Fraction(1, 2))).scaleb(-4)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder: Path = tmp_path_factory.mktemp("rates")
    company = Company(OnSqlite(lay_out(folder)).empty(folder))
    yield company
    company.check()
    company.close()


class World:
    """A project of its own with two people, in a company that has agreed on nothing yet."""

    def __init__(self, company: Company, budget: str) -> None:
        number = next(runs)
        self.company = company
        self.budget = budget
        self.project = f"P{number}"
        company.projects[self.project] = company.add_project(self.project)
        company.set_budget(self.project, 1_000_000, budget)
        self.people = [company.hire(f"{name}{number}", [self.project], hourly=None) for name in "ab"]
        for table in ("organisation_rates", "exchange_rates"):
            company.write(f"DELETE FROM {table}")  # noqa: S608  # a constant
        company.set_zone("UTC")
        company.clock.advance(seconds=int(BEGIN.timestamp()) - company.clock.now_ms() // 1000)
        self.oracle = Oracle()
        self.agree_daily()
        self.expected: dict[int, Copied] = {}
        self.workers: dict[int, Person] = {}

    def agree_daily(self) -> None:
        """Another default rate each day and other exchange rates, so that a wrong day is seen; a few days have none."""
        for ahead in range(-1, 6):
            rate = Rate(RateType.HOURLY, Decimal(f"{47 + ahead}.1234"), CURRENCIES[ahead % 2])
            self.do(Agree(RateLevel.ORGANISATION, 0, rate, ahead, length=0))
            for source in CURRENCIES:
                self.do(Exchange(source, Decimal(f"1.{ahead + 2}8765432"), ahead))

    def do(self, step: Agree | Exchange | Move | Work) -> None:
        match step:
            case Agree():
                self.agree(step)
            case Exchange(source, rate, since):
                [target] = set(CURRENCIES) - {source}
                day = self.day(since)
                if (source, day) not in self.oracle.exchanges:
                    self.company.set_exchange(source, target, str(rate), day)
                    self.oracle.exchanges[source, day] = rate
            case Move(zone):
                self.company.set_zone(zone)
                self.oracle.zone = zone
            case Work():
                self.work(step)

    def agree(self, step: Agree) -> None:
        level, since = step.level, self.day(step.since)
        is_personal = level in {RateLevel.MEMBER, RateLevel.USER}
        self.company.agree(
            level,
            str(step.rate.rate_amount),
            since,
            person=self.people[step.person] if is_personal else None,
            project=self.project if level in {RateLevel.MEMBER, RateLevel.PROJECT} else None,
            currency=step.rate.currency,
            kind=step.rate.rate_type,
            until=None if step.length is None else since + timedelta(days=step.length),
        )
        self.oracle.agreed[level, step.person if is_personal else None, since] = step

    def work(self, step: Work) -> None:
        person, clock = self.people[step.person], self.company.clock
        clock.advance(seconds=step.wait_s)
        began = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
        person.start(f"{self.project}-1")
        clock.advance(seconds=step.seconds)
        log_id = person.stop().time_log_id
        self.workers[log_id] = person
        self.expected[log_id] = self.oracle.log(step.person, began, step.seconds, self.budget)

    def day(self, ahead: int) -> date:
        return BEGIN.date() + timedelta(days=ahead)

    def check(self) -> None:
        for log_id, expected in self.expected.items():
            assert self.copied(log_id) == expected
        assert self.company.spent(self.project) == sum(
            (self.counts(each) for each in self.expected.values()), Decimal(0)
        )

    def counts(self, log: Copied) -> Decimal:
        """In the budget."""
        if log.rate is not None and log.rate.currency == self.budget:
            return log.cost
        return log.converted or Decimal(0)

    def copied(self, log_id: int) -> Copied:
        figures = self.company.database.read(lambda conn: logs.figures(conn, [log_id]))[log_id]
        found = self.explained(log_id)
        rate, exchange = figures.rate, figures.exchange
        return Copied(
            figures.duration_seconds,
            rate,
            None if found.rate is None else found.rate.source,
            None if found.rate is None else found.rate.effective_from,
            figures.total_cost,
            None if exchange is None else (exchange.rate, exchange.since),
            figures.converted_cost,
        )

    def explained(self, log_id: int) -> CostExplained:
        worker = self.workers[log_id].principal
        return self.company.database.read(lambda conn: explain.explain(conn, worker, log_id))


@settings(max_examples=60)
@given(steps=steps, budget=st.sampled_from(CURRENCIES))
def test_each_log_keeps_what_held_when_it_began(
    company: Company, steps: list[Agree | Exchange | Move | Work], budget: str
) -> None:
    world = World(company, budget)
    for step in steps:
        world.do(step)
        world.check()
