"""Are the alerts exactly the upward crossings, whatever people do and whatever becomes of the budget?

A model of its own looks at every second. The server looks when something changes, and when it said that it is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import count
from math import floor
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.messages import RateLevel, RateType, SetBudget, TimerStatus
from server.services.money import budgets, crossing
from tests.server.company import Company, Person
from tests.server.databases import OnSqlite, lay_out
from tests.server.daytime import spoken
from tests.server.device import Device

TYPES: Final = ("warning", "critical", "exceeded")
EURO: Final = Fraction(3, 2)  # a euro is a dollar and a half
PEOPLE: Final = 3
runs = count(1)


@dataclass(frozen=True)
class Wait:
    seconds: int


@dataclass(frozen=True)
class Start:
    person: int


@dataclass(frozen=True)
class Pause:
    """Or resume, when it is paused."""

    person: int


@dataclass(frozen=True)
class Stop:
    person: int


@dataclass(frozen=True)
class Enter:
    """A device tells of work that was done long ago."""

    seconds: int


@dataclass(frozen=True)
class Shorten:
    """Another device stopped the latest of these earlier."""

    seconds: int


@dataclass(frozen=True)
class Agree:
    """Total in ten-thousandths, thresholds in percent."""

    total: int
    warning: int
    critical: int


Step = Wait | Start | Pause | Stop | Enter | Shorten | Agree
people = st.integers(0, PEOPLE - 1)
percents = st.integers(1, 100)
totals = st.one_of(st.integers(1, 50), st.integers(1, 20_000), st.integers(10**5, 10**6))
agreements = st.tuples(totals, percents, percents).map(
    lambda said: Agree(said[0], min(said[1:]), max(said[1:]))
)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(Wait, st.integers(1, 300)),
    st.builds(Wait, st.integers(1, 300)),
    st.builds(Start, people),
    st.builds(Start, people),
    st.builds(Pause, people),
    st.builds(Stop, people),
    st.builds(Enter, st.integers(1, 200)),
    st.builds(Shorten, st.integers(0, 199)),
    agreements,
    agreements,
)
prices = st.one_of(
    st.tuples(st.just(RateType.HOURLY), st.integers(1, 5000)),  # of which a second rounds to nothing
    st.tuples(st.just(RateType.HOURLY), st.integers(1, 400_000)),
    st.tuples(st.just(RateType.MINUTELY), st.integers(1, 5000)),
    st.tuples(st.just(RateType.SECONDLY), st.integers(1, 100)),
)
rates = st.tuples(prices, st.booleans()).map(lambda said: (*said[0], said[1]))


@dataclass
class Worked:
    """A log: whole seconds of closed stretches, and since when it runs."""

    price: Fraction
    exchange: Fraction
    seconds: int = 0
    since: int | None = None

    def cost(self, at: int) -> Fraction:
        seconds = self.seconds + (0 if self.since is None else at - self.since)
        return rounded(rounded(self.price * seconds) * self.exchange)


@dataclass
class Model:
    """What a patient person with a pencil would write down."""

    agreed: Agree
    logs: list[Worked] = field(default_factory=list)
    armed: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(TYPES, True))
    raised: list[str] = field(default_factory=list)
    is_exceeded: bool = False

    def look(self, at: int) -> None:
        used = sum((each.cost(at) for each in self.logs), Fraction(0))
        for kind, percent in zip(TYPES, (self.agreed.warning, self.agreed.critical, 100), strict=True):
            is_reached = used * 100 >= Fraction(self.agreed.total, 10**4) * percent
            if is_reached and self.armed[kind]:
                self.raised.append(f"{kind} at {spoken(at)}")
            self.armed[kind] = not is_reached
        self.is_exceeded = not self.armed["exceeded"]


def rounded(exact: Fraction) -> Fraction:
    return Fraction(floor(exact * 10**4 + Fraction(1, 2)), 10**4)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder: Path = tmp_path_factory.mktemp("alerts")
    company = Company(OnSqlite(lay_out(folder)).empty(folder))
    company.set_exchange("EUR", "USD", "1.5", date(2026, 1, 1))
    company.clock.advance(hours=20)
    yield company
    company.check()
    company.close()


class Run:
    """One project with its people, in the company and in the model."""

    def __init__(self, company: Company, agreed: Agree, prices: list[tuple[RateType, int, bool]]) -> None:
        self.company = company
        self.key = f"R{next(runs)}"
        company.projects[self.key] = company.add_project(self.key)
        self.model = Model(agreed)
        self.people: list[Person] = []
        self.prices: list[tuple[Fraction, Fraction]] = []
        for number, (kind, units, is_euro) in enumerate(prices):
            person = company.hire(f"{self.key}-{number}".lower(), [self.key], hourly=None)
            amount = Decimal(units).scaleb(-4)
            company.agree(
                RateLevel.USER,
                str(amount),
                date(2026, 1, 1),
                person=person,
                kind=kind,
                currency="EUR" if is_euro else "USD",
            )
            self.people.append(person)
            per_second = Fraction(amount) / {"hourly": 3600, "minutely": 60, "secondly": 1}[kind]
            self.prices.append((per_second, EURO if is_euro else Fraction(1)))
        self.current: list[Worked | None] = [None] * PEOPLE
        self.late: Person = self.people.pop()
        self.entered: list[tuple[Device, Worked]] = []
        self.agree(agreed)

    @property
    def now(self) -> int:
        return self.company.clock.now_ms() // 1000

    def do(self, step: Step) -> None:
        match step:
            case Wait(seconds):
                self.wait(seconds)
            case Start(number):
                self.start(number)
            case Pause(number):
                self.pause(number)
            case Stop(number):
                self.stop(number)
            case Enter(seconds):
                self.enter(seconds)
            case Shorten(seconds):
                self.shorten(seconds)
            case Agree():
                self.agree(step)
        self.model.look(self.now)

    def wait(self, seconds: int) -> None:
        """The job looks at the very seconds at which it wanted to."""
        until = self.now + seconds
        for second in range(self.now + 1, until + 1):
            self.model.look(second)
        while (due := self._due()) is not None and due <= until:
            self.company.clock.advance(seconds=due - self.now)
            self.company.sweep()
        self.company.clock.advance(seconds=until - self.now)

    def _due(self) -> int | None:
        found = self.company.database.read(lambda conn: crossing.due(conn, self.company.clock.now_ms()))
        return None if found is None else found // 1000

    def start(self, number: int) -> None:
        self._end(number)
        if number == PEOPLE - 1:
            return
        self.people[number].start(f"{self.key}-1")
        self.current[number] = log = Worked(*self.prices[number], since=self.now)
        self.model.logs.append(log)

    def pause(self, number: int) -> None:
        log = self.current[number]
        if log is None:
            return
        if log.since is None:
            self.people[number].resume()
            log.since = self.now
        else:
            self.people[number].pause()
            self._close(log)

    def stop(self, number: int) -> None:
        if self.current[number] is not None:
            self.people[number].stop()
            self._end(number)

    def _end(self, number: int) -> None:
        log = self.current[number]
        if log is not None and log.since is not None:
            self._close(log)
        self.current[number] = None

    def _close(self, log: Worked) -> None:
        assert log.since is not None
        log.seconds += self.now - log.since
        log.since = None

    def enter(self, seconds: int) -> None:
        device = self.late.device()
        minute = 6 * len(self.entered)
        device.start(f"{self.key}-2", f"0:{minute}")
        device.stop(f"0:{minute}:{seconds}")
        device.sync()
        log = Worked(*self.prices[-1], seconds=seconds)
        self.entered.append((device, log))
        self.model.logs.append(log)

    def shorten(self, seconds: int) -> None:
        if not self.entered:
            return
        first, log = self.entered[-1]
        other = self.late.device()
        other.timer_id, other.claim_id = (first.actions[0].body[name] for name in ("timer_id", "claim_id"))
        other.stop(f"0:{6 * (len(self.entered) - 1)}:{seconds}")
        other.sync()
        log.seconds = min(log.seconds, seconds)

    def agree(self, agreed: Agree) -> None:
        wanted = SetBudget(
            Decimal(agreed.total).scaleb(-4),
            "USD",
            alert_threshold=Decimal(agreed.warning),
            critical_threshold=Decimal(agreed.critical),
        )
        project_id = self.company.projects[self.key]
        self.company.database.run(
            lambda conn: budgets.set_budget(conn, project_id, wanted, self.company.clock.now_ms())
        )
        self.model.agreed = agreed

    def close(self) -> None:
        for person in self.people:
            if person.status().status is not TimerStatus.STOPPED:
                person.stop()

    @property
    def raised(self) -> list[str]:
        found = (each.split(" ") for each in self.company.raised(self.key))
        return [f"{kind} at {when}" for kind, _, _, when in found]


@given(
    agreements, st.lists(rates, min_size=PEOPLE, max_size=PEOPLE), st.lists(steps, min_size=5, max_size=25)
)
@settings(max_examples=100)
def test_alerts_are_the_upward_crossings(
    company: Company, agreed: Agree, prices: list[tuple[RateType, int, bool]], said: list[Step]
) -> None:
    run = Run(company, agreed, prices)
    for step in said:
        run.do(step)
        assert run.raised == run.model.raised
        assert (company.budget_status(run.key) == "exceeded") == run.model.is_exceeded
    total = sum((each.cost(run.now) for each in run.model.logs), Fraction(0))
    run.close()
    assert Fraction(company.spent(run.key)) == total
