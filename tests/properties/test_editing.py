"""Whatever a person tracks, enters, moves, deletes and splits, in any order: is each second counted once, at the right price?

The answer is found by a book of its own, in which each tick belongs to the stretch that was said last.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.errors import Refusal
from server.domain.messages import RateLevel
from tests.fakes.server_clock import FakeClock
from tests.properties.brute_force import LONG_S, TICK_S, TICKS, price
from tests.server.company import Company
from tests.server.databases import OnSqlite, lay_out
from tests.server.daytime import MIDNIGHT, spoken
from tests.server.hand import Hand

STEPS = 14
HOURLY = {"BP": Fraction("33.3333"), "LAW": Fraction("77.7777")}
people = count(1)
issues = st.sampled_from(["BP-1", "BP-2", "LAW-1"])
ticks = st.integers(0, TICKS)
which = st.integers(0, 20)
timer_steps = st.tuples(st.sampled_from(["start", "pause", "resume", "stop"]), issues)
near = st.integers(-6, 6)  # ticks from where the log has its start or its end
book_steps = st.one_of(
    st.tuples(st.just("add"), issues, st.integers(0, 12), st.integers(1, 12)),
    st.tuples(st.just("move"), which, st.none() | near, st.none() | near, st.none() | issues),
    st.tuples(st.just("split"), which, ticks),
    st.tuples(st.just("delete"), which),
)
steps = st.lists(
    st.tuples(st.integers(1, TICKS // STEPS), timer_steps | book_steps), min_size=STEPS // 2, max_size=STEPS
)


@dataclass
class Stretch:
    """`said`: the tick at which its bounds were said last. `end` None: it runs. `is_timed`: a timer ran."""

    start: int
    end: int | None
    said: int
    is_timed: bool = False


@dataclass
class Page:
    """A log as the book has it. `rate`: an hour's."""

    issue: str
    stretches: list[Stretch]
    rate: Fraction
    log_id: int
    is_paused: bool = False

    @property
    def start(self) -> int:
        return self.stretches[0].start

    @property
    def project(self) -> str:
        return self.issue.split("-", maxsplit=1)[0]


@dataclass
class Book:
    """What a careful person would write down. `now` in ticks."""

    pages: list[Page] = field(default_factory=list)
    now: int = 0

    @property
    def current(self) -> Page | None:
        return next((page for page in self.pages if page.is_paused or page.stretches[-1].end is None), None)

    def end(self, page: Page) -> int:
        return self.now if page.stretches[-1].end is None else page.stretches[-1].end

    def rest(self, *, for_good: bool) -> None:
        page = self.current
        if page is not None:
            page.is_paused = not for_good
            if page.stretches[-1].end is None:
                page.stretches[-1].end = self.now

    def move(self, page: Page, start: int | None, end: int | None, issue: str | None) -> None:
        kept = [
            each
            for each in page.stretches
            if (start is None or each.end is None or each.end > start) and (end is None or each.start < end)
        ]
        kept = kept or page.stretches[:1]
        if start is not None and kept[0].start != start:
            kept[0].start, kept[0].said = start, self.now
        if end is not None and kept[-1].end != end:
            kept[-1].end, kept[-1].said = end, self.now
        page.stretches = kept
        if issue is not None:
            before, page.issue = page.project, issue
            page.rate = page.rate if page.project == before else HOURLY[page.project]

    def split(self, page: Page, at: int) -> list[Stretch]:
        """What goes onto the new page: the beginning of a timer that goes on, the rest of any other log.

        Only of what is the page's own; what is kept is as old as before.
        """
        early = [
            replace(s, end=min(at, at if s.end is None else s.end)) for s in page.stretches if s.start < at
        ]
        late = [replace(s, start=max(s.start, at)) for s in page.stretches if s.end is None or s.end > at]
        keep, give = (late, early) if page is self.current else (early, late)
        given: list[Stretch] = []
        for each in give:
            for tick in range(each.start, each.end or self.now):
                if self.owner(tick) != page.log_id:
                    continue
                if given and given[-1].end == tick != each.start:
                    given[-1].end = tick + 1
                else:
                    given.append(Stretch(tick, tick + 1, self.now))
        page.stretches = keep
        return given

    def owner(self, tick: int) -> int | None:
        """While the timer that runs goes on."""
        covering = [
            (each.said, page.log_id)
            for page in self.pages
            for each in page.stretches
            if each.start <= tick < (self.now if each.end is None else each.end)
        ]
        return max(covering)[1] if covering else None

    def _certain_end(self, stretch: Stretch) -> int:
        if stretch.end is not None:
            return stretch.end
        timed = (each.start for page in self.pages for each in page.stretches if each.is_timed)
        end = min((start for start in timed if start > stretch.start), default=stretch.start)
        return end if (end - stretch.start) * TICK_S <= LONG_S else stretch.start

    def seconds(self) -> dict[int, int]:
        """By log: the timer that runs counts until the next start after its own, and nothing yet where there is none."""
        found = dict.fromkeys((page.log_id for page in self.pages), 0)
        for tick in range(self.now):
            covering = [
                (each.said, page.log_id)
                for page in self.pages
                for each in page.stretches
                if each.start <= tick < self._certain_end(each)
            ]
            if covering:
                found[max(covering)[1]] += TICK_S
        return found


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder: Path = tmp_path_factory.mktemp("editing")
    company = Company(OnSqlite(lay_out(folder)).empty(folder))
    company.projects["LAW"] = company.add_project("LAW")
    for project in ("BP", "LAW"):
        company.set_budget(project, 1000)
    company.agree(RateLevel.PROJECT, "77.7777", date(2026, 1, 1), project="LAW")
    yield company
    company.check()
    company.close()


class Day:
    """One person, and the book in which they are expected to be right."""

    def __init__(self, company: Company) -> None:
        company.clock = FakeClock(MIDNIGHT * 1000)
        self.company = company
        self.person = company.hire(f"e{next(people)}", ["BP", "LAW"], hourly=Decimal("33.3333"))
        self.hand = Hand(self.person)
        self.book = Book()
        self.before = {key: company.spent(key) for key in HOURLY}

    def advance(self, waited: int) -> None:
        self.company.clock.advance(seconds=waited * TICK_S)
        self.book.now += waited

    def take(self, step: tuple[Any, ...]) -> None:
        book = self.book
        match step:
            case ("start", str(issue)):
                book.rest(for_good=True)
                reply = self.person.start(issue)
                self._add(issue, [Stretch(book.now, None, book.now, is_timed=True)], reply.time_log_id)
            case ("pause", _) if book.current is not None and not book.current.is_paused:
                self.person.pause()
                book.rest(for_good=False)
            case ("resume", _) if book.current is not None and book.current.is_paused:
                self.person.resume()
                book.current.stretches.append(Stretch(book.now, None, book.now, is_timed=True))
                book.current.is_paused = False
            case ("stop", _) if book.current is not None:
                self.person.stop()
                book.rest(for_good=True)
            case ("add", issue, start, end) if start < end <= book.now and (end - start) * TICK_S <= LONG_S:
                log = self.hand.add(issue, f"{at(start)}-{at(end)}").log
                self._add(issue, [Stretch(start, end, book.now)], log.id)
            case (way, int(number), *rest) if book.pages:
                self._correct(way, book.pages[number % len(book.pages)], rest)

    def _add(self, issue: str, stretches: list[Stretch], log_id: int, rate: Fraction | None = None) -> None:
        project = issue.split("-", maxsplit=1)[0]
        self.book.pages.append(Page(issue, stretches, HOURLY[project] if rate is None else rate, log_id))

    def _correct(self, way: str, page: Page, rest: list[Any]) -> None:
        match way, rest:
            case "delete", []:
                self.hand.delete(page.log_id)
                self.book.pages.remove(page)
            case "split", [within]:
                when = page.start + within % max(1, self.book.end(page) - page.start)
                with suppress(Refusal):
                    parts = self.hand.split(page.log_id, at(when))
                    new = parts.first if parts.second.id == page.log_id else parts.second
                    self._add(page.issue, self.book.split(page, when), new.id, page.rate)
            case "move", [later, longer, issue]:
                start = None if later is None else max(0, page.start + later)
                end = None if longer is None else max(0, self.book.end(page) + longer)
                with suppress(Refusal):
                    since, until = (None if each is None else at(each) for each in (start, end))
                    self.hand.change(page.log_id, since, until, issue)
                    self.book.move(page, start, end, issue)

    def check(self) -> None:
        seconds = self.book.seconds()
        logs = {log.id: log for log in self.person.logs()}
        assert set(logs) == set(seconds)
        spent = dict.fromkeys(HOURLY, Fraction(0))
        for page in self.book.pages:
            log = logs[page.log_id]
            assert (log.issue_key, log.duration_seconds) == (page.issue, seconds[log.id])
            assert Fraction(log.total_cost) == price(seconds[log.id], page.rate)
            spent[page.project] += Fraction(log.total_cost)
        for key, amount in spent.items():
            assert Fraction(self.company.spent(key) - self.before[key]) == amount
        current = self.book.current
        timer = self.person.snapshot().active_timer
        assert (timer and timer.time_log_id) == (current and current.log_id)


def at(tick: int) -> str:
    return spoken(MIDNIGHT + tick * TICK_S)


@given(steps)
@settings(max_examples=80)
def test_the_books_are_those_of_a_careful_person(
    company: Company, taken: list[tuple[int, tuple[Any, ...]]]
) -> None:
    day = Day(company)
    for waited, step in taken:
        day.advance(waited)
        day.take(step)
        day.check()
