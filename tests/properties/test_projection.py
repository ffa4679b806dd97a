"""Do order, repeats and batches of what devices send change nothing, and is every claimed second counted or held, once?

Facts are pushed through the real journal into a real database, and compared with an answer found by brute force.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.messages import ChainHead, SyncCode
from tests.properties.brute_force import (
    TICK_S,
    TICKS,
    Added,
    Decided,
    Edited,
    Ended,
    Fact,
    Numbered,
    Opened,
    Verdict,
    Voided,
    judge,
    price,
)
from tests.server.company import Company, Person
from tests.server.databases import OnSqlite, lay_out
from tests.server.daytime import MIDNIGHT
from tests.server.device import Device, instant

DEVICES = 3
LOCKED_SINCE = 24
ISSUES = {"BP-1": "BP", "BP-2": "BP", "BP-3": "BP", "WEB-1": "WEB", "LAW-1": "LAW", "no such issue": ""}
REFUSED = {"BP-3": 0, "WEB-1": 0, "LAW-1": LOCKED_SINCE, "no such issue": 0}
NO_LOG = {"WEB-1", "no such issue"}

TARGETS = [
    "BP-1",
    "BP-2",
    "BP-3",
    "WEB-1",
    "no such issue",
]  # whose answer does not depend on when it is asked

ticks = st.integers(0, TICKS)
stretches_of_time = (
    st.tuples(ticks, ticks).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: (min(pair), max(pair)))
)
runs = count(1)


@dataclass(frozen=True)
class Step:
    """A device sends what waits, or a part; when `is_lost`, it does not hear the answer and will send it again."""

    device: int
    at_most: int
    is_lost: bool


@dataclass(frozen=True)
class Work:
    """Facts by device, each in the order in which that device recorded them."""

    by_device: tuple[tuple[Numbered, ...], ...]

    @property
    def facts(self) -> list[Numbered]:
        return [numbered for recorded in self.by_device for numbered in recorded]


@st.composite
def by_hand(draw: st.DrawFn, facts: list[Fact], claims: Iterator[int]) -> list[Fact]:
    """Entries, corrections and deletions, also of timers of which nothing else is ever heard."""
    made: list[Fact] = []
    for timer in range(11, 11 + draw(st.integers(0, 2))):
        stretches = tuple((next(claims), *draw(stretches_of_time)) for _ in range(draw(st.integers(1, 2))))
        made.append(Added(timer, draw(st.sampled_from(list(ISSUES))), stretches, draw(ticks)))
    known = {claim: timer for timer, claim in _claims([*facts, *made])}
    for _ in range(draw(st.integers(0, 4))):
        timer = draw(st.sampled_from([*known.values(), 99]))
        base = draw(st.integers(1, 3))
        if draw(st.integers(0, 3)) == 0:
            made.append(Voided(timer, base, draw(ticks)))
            continue
        own = [claim for claim, of in known.items() if of == timer]
        bounds = []
        for claim in draw(st.lists(st.sampled_from(own), unique=True)) if own else []:
            start, end = draw(stretches_of_time)
            bounds.append(
                (claim, start, draw(st.sampled_from([end, end, None])), draw(st.integers(0, 4)) == 0)
            )
        made.append(
            Edited(timer, base, draw(ticks), draw(st.none() | st.sampled_from(TARGETS)), tuple(bounds))
        )
    return made


@st.composite
def decisions(draw: st.DrawFn, told: int) -> list[Fact]:
    """About any of the facts, also of those that need none."""
    return [
        Decided(
            draw(st.integers(1, told)),
            draw(st.sampled_from(["count", "discard", "keep", "move_issue", "change_time"])),
            draw(ticks),
            draw(st.sampled_from(["BP-1", "BP-2"])),
            draw(stretches_of_time),
        )
        for _ in range(draw(st.integers(1, 4)))
    ]


def _claims(facts: list[Fact]) -> list[tuple[int, int]]:
    found = [(fact.timer, fact.claim) for fact in facts if isinstance(fact, Opened)]
    return found + [
        (fact.timer, each[0]) for fact in facts if isinstance(fact, Added) for each in fact.stretches
    ]


@st.composite
def works(draw: st.DrawFn) -> Work:
    facts: list[Fact] = []
    claims = count(1)
    for timer in range(1, draw(st.integers(1, 4)) + 1):
        issue = draw(st.sampled_from(list(ISSUES)))
        for index in range(draw(st.integers(1, 3))):
            claim = next(claims)
            start = draw(ticks)
            facts.append(Opened(timer, claim, None if index else issue, start))
            ends = draw(st.lists(st.tuples(st.booleans(), ticks), max_size=2))
            facts += [Ended(timer, claim, is_stop, at) for is_stop, at in ends]
        if draw(st.booleans()):
            facts.append(Ended(timer, None, is_stop=True, at=draw(ticks)))
    facts += draw(by_hand(facts, claims)) if draw(st.booleans()) else []
    facts += draw(decisions(len(facts))) if draw(st.booleans()) else []
    numbered = draw(st.permutations(list(enumerate(facts, start=1))))
    owners = draw(st.lists(st.integers(0, DEVICES - 1), min_size=len(facts), max_size=len(facts)))
    return Work(
        tuple(
            tuple(fact for fact, owner in zip(numbered, owners, strict=True) if owner == device)
            for device in range(DEVICES)
        )
    )


schedules = st.lists(
    st.builds(Step, st.integers(0, DEVICES - 1), st.integers(1, 5), st.booleans()), max_size=12
)
hourly_rates = st.integers(1, 10**7).map(lambda units: Decimal(units).scaleb(-4))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder: Path = tmp_path_factory.mktemp("projection")
    company = Company(OnSqlite(lay_out(folder)).empty(folder))
    company.projects["LAW"] = company.add_project("LAW")
    for project in ("BP", "LAW"):
        company.set_budget(project, 1000)
    company.lock_budget("LAW", f"0:0:{LOCKED_SINCE * TICK_S}")
    company.delete_issue("BP-3")
    company.clock.advance(seconds=MIDNIGHT + TICKS * TICK_S - company.clock.now_ms() // 1000)
    yield company
    company.check()
    company.close()


def second(tick: int) -> int:
    return MIDNIGHT + tick * TICK_S


def name(kind: int, run: int, number: int) -> str:
    return f"{run:08x}-{kind:04x}-7000-8000-{number:012d}"


class Run:
    """A person whose devices send the work in one particular order."""

    def __init__(self, company: Company, work: Work, hourly: Decimal) -> None:
        self.number = next(runs)
        self.company = company
        self.person: Person = company.hire(f"p{self.number}", ["BP", "LAW"], hourly=hourly)
        self.devices = [self.person.device() for _ in range(DEVICES)]
        for device, recorded in zip(self.devices, work.by_device, strict=True):
            for number, fact in recorded:
                self._record(device, number, fact)

    def _record(self, device: Device, number: int, fact: Fact) -> None:
        if isinstance(fact, Decided):
            device.record_body(
                "attention.resolve", self._decision(fact), action_id=name(3, self.number, number)
            )
        elif isinstance(fact, Added | Edited | Voided):
            kind, body = self._by_hand(fact)
            device.record_body(kind, body, action_id=name(3, self.number, number))
        else:
            self._record_timer(device, number, fact)

    def _decision(self, fact: Decided) -> dict[str, Any]:
        start, end = fact.span
        return {
            "ref": name(3, self.number, fact.ref),
            "choice": fact.choice,
            "issue_id": self.company.issues[fact.issue or ""],
            "start": second(start),
            "end": second(end),
            "t": instant(second(fact.made)),
        }

    def _by_hand(self, fact: Added | Edited | Voided) -> tuple[str, dict[str, Any]]:
        body: dict[str, Any] = {"timer_id": name(1, self.number, fact.timer), "t": instant(second(fact.made))}
        match fact:
            case Added(issue=issue, stretches=((claim, start, end), *more)):
                body |= {
                    "issue_id": self.company.issues.get(issue, 999_999),
                    **self._stretch(claim, start, end),
                }
                body["more"] = [self._stretch(*each) for each in more]
                return "log.add", body
            case Edited(base=base, issue=moved, bounds=bounds):
                body["base_rev"] = base
                body["set"] = {} if moved is None else {"issue_id": self.company.issues.get(moved, 999_999)}
                body["stretches"] = [
                    {**self._stretch(claim, start, end), "is_void": is_void}
                    for claim, start, end, is_void in bounds
                ]
                return "log.edit", body
            case Voided(base=base):
                return "log.void", {**body, "base_rev": base}
            case _:
                raise AssertionError(fact)

    def _stretch(self, claim: int, start: int, end: int | None) -> dict[str, Any]:
        return {
            "claim_id": name(2, self.number, claim),
            "start": second(start),
            "end": None if end is None else second(end),
        }

    def _record_timer(self, device: Device, number: int, fact: Opened | Ended) -> None:
        body: dict[str, Any] = {
            "timer_id": name(1, self.number, fact.timer),
            "claim_id": None if fact.claim is None else name(2, self.number, fact.claim),
            "t": instant(MIDNIGHT + fact.at * TICK_S),
        }
        match fact:
            case Opened(issue=None):
                kind = "timer.resume"
            case Opened(issue=str(issue)):
                kind = "timer.start"
                body["issue_id"] = self.company.issues.get(issue, 999_999)
            case Ended(claim=int(), is_stop=False):
                kind = "timer.pause"
            case _:
                kind = "timer.stop"
        device.record_body(kind, body, action_id=name(3, self.number, number))

    def send(self, schedule: list[Step]) -> None:
        for step in schedule:
            device = self.devices[step.device]
            waiting = device.actions[device.acked : device.acked + step.at_most]
            reply = device.push(device.request(actions=waiting))
            assert reply.code is SyncCode.OK
            if not step.is_lost:
                device.acked = reply.last_seq
        for device in self.devices:
            device.sync()

    def send_again(self) -> None:
        """All of it: once more from each device, and once from a copy of its profile."""
        for device in self.devices:
            start = ChainHead(seq=0, chain=device.chain_at(0))
            results = device.push(device.request(base=start, actions=device.actions)).results
            assert all(result.outcome == "duplicate" for result in results)
            copied = device.copied()
            copied.become_new_device()
            copied.sync()

    # ---- what the server made of it, with the run's own part of the ids left out

    def segments(self) -> list[tuple[int, int, int, int]]:
        """Timer, claim, first tick, tick after the last."""
        found = self.company.rows(
            "SELECT l.timer_id, s.claim_id, s.start_ms, s.end_ms FROM segments s"
            " JOIN issue_time_logs l ON l.id = s.time_log_id WHERE s.user_id = ? ORDER BY s.start_ms",
            self.person.principal.user_id,
        )
        return [
            (_number(timer), _number(claim), _tick(start), _tick(end)) for timer, claim, start, end in found
        ]

    def logs(self) -> dict[int, tuple[Any, ...]]:
        return {
            _number(log.timer_id): (
                log.status,
                log.start_time,
                log.end_time,
                log.paused_at,
                log.resumed_at,
                log.duration_seconds,
                log.total_cost,
                log.issue_key,
                log.revision,
            )
            for log in self.person.logs()
        }

    def claims(self) -> list[tuple[Any, ...]]:
        found = self.company.rows(
            "SELECT claim_id, admission, start_ms, corrected_start_ms, authored_ms, first_end_ms, last_end_ms, provisional_end_ms, hold_code,"
            " attention_code, attention_action_id FROM claims WHERE user_id = ? ORDER BY claim_id",
            self.person.principal.user_id,
        )
        return [(_number(row[0]), *row[1:10], row[10] and _number(row[10])) for row in found]

    def present(self) -> tuple[Any, ...] | None:
        timer = self.person.snapshot().active_timer
        if timer is None:
            return None
        claim = None if timer.claim_id is None else _number(timer.claim_id)
        return (
            _number(timer.timer_id),
            claim,
            timer.status,
            timer.running_since,
            timer.paused_at,
            timer.closed_seconds,
        )

    def all(self) -> tuple[object, ...]:
        attention = sorted((item.code, _number(item.action_id)) for item in self.person.attention())
        return (
            self.segments(),
            self.logs(),
            self.claims(),
            self.present(),
            self.person.snapshot().today,
            attention,
        )


def _number(identifier: str) -> int:
    return int(identifier.rsplit("-", maxsplit=1)[-1])


def _tick(instant_ms: int) -> int:
    seconds, rest = divmod(instant_ms - MIDNIGHT * 1000, 1000)
    assert rest == 0
    assert seconds % TICK_S == 0
    return seconds // TICK_S


@given(works(), schedules, hourly_rates)
@settings(max_examples=120)
def test_what_counts_is_what_the_rules_say(
    company: Company, work: Work, schedule: list[Step], hourly: Decimal
) -> None:
    run = Run(company, work, hourly)
    run.send(schedule)
    verdict = judge(work.facts, REFUSED)
    owners = {tick: claim for _, claim, start, end in run.segments() for tick in range(start, end)}
    assert owners == verdict.counted
    assert sum(end - start for *_, start, end in run.segments()) == len(owners)  # the pieces are disjoint
    assert len(verdict.counted) + len(verdict.held) == len(verdict.claimed)
    _check_figures(run, verdict, hourly)
    _check_today(run, verdict)


def _check_figures(run: Run, verdict: Verdict, hourly: Decimal) -> None:
    seconds = verdict.seconds(verdict.counted)
    logs = run.logs()
    expected = {timer for timer, issue in verdict.issues.items() if issue not in NO_LOG}
    assert set(logs) == expected - verdict.removed
    for timer, (*_, duration, total_cost, issue, _revision) in logs.items():
        assert issue == verdict.issues[timer]
        assert duration == seconds[timer]
        assert Fraction(total_cost) == price(seconds[timer], Fraction(hourly))


def _check_today(run: Run, verdict: Verdict) -> None:
    now = run.person.snapshot()
    assert now.today.counted_seconds == len(verdict.counted_now) * TICK_S
    assert now.today.held_seconds == len(verdict.held_now) * TICK_S
    if verdict.running is None:
        assert now.active_timer is None or now.active_timer.status == "paused"
        return
    timer = now.active_timer
    assert timer is not None
    assert timer.claim_id is not None
    assert _number(timer.claim_id) == verdict.running
    if timer.hold_code is None:
        assert timer.running_since is not None
        elapsed = timer.closed_seconds + max(0, now_s() - timer.running_since)
        assert elapsed == verdict.seconds(verdict.counted_now)[verdict.timers[verdict.running]]


def now_s() -> int:
    return MIDNIGHT + TICKS * TICK_S


@given(works(), schedules, schedules)
@settings(max_examples=100)
def test_order_batches_and_lost_replies_change_nothing(
    company: Company, work: Work, schedule: list[Step], other: list[Step]
) -> None:
    before = {key: company.spent(key) for key in ("BP", "LAW")}
    first = Run(company, work, Decimal("33.3333"))
    first.send(schedule)
    between = {key: company.spent(key) for key in ("BP", "LAW")}
    second = Run(company, work, Decimal("33.3333"))
    second.send(other)
    after = {key: company.spent(key) for key in ("BP", "LAW")}
    assert first.all() == second.all()
    assert {key: between[key] - before[key] for key in before} == {
        key: after[key] - between[key] for key in before
    }


@given(works(), schedules)
@settings(max_examples=60)
def test_what_is_sent_again_changes_nothing(company: Company, work: Work, schedule: list[Step]) -> None:
    run = Run(company, work, Decimal(50))
    run.send(schedule)
    before = run.all(), company.spent("BP"), company.spent("LAW")
    run.send_again()
    assert (run.all(), company.spent("BP"), company.spent("LAW")) == before
