"""Do single requests and devices that sync now and then together keep one person's books, at every moment?

After each step what the server says is compared with what brute force makes of the facts that it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.errors import NoTimer, Refusal
from server.domain.messages import TimerStatus
from tests.fakes.server_clock import FakeClock
from tests.properties.brute_force import TICK_S, TICKS, Ended, Fact, Opened, Verdict, judge, price
from tests.server.company import Company, Person
from tests.server.databases import OnSqlite, lay_out
from tests.server.daytime import MIDNIGHT, spoken
from tests.server.device import Device

STEPS = 15
LOCKED_SINCE = 20
ISSUES = ("BP-1", "BP-2", "BP-3", "WEB-1", "LAW-1")
REFUSED = {"BP-3": 0, "WEB-1": 0, "LAW-1": LOCKED_SINCE}
HOURLY = Decimal("33.3333")

people = count(1)
issues = st.sampled_from(ISSUES)
request_steps = st.tuples(st.sampled_from(["start", "pause", "resume", "stop"]), issues)
device_steps = st.tuples(
    st.sampled_from(["begin", "rest", "go on", "end", "sync", "see"]), issues, st.integers(0, 1)
)
steps = st.lists(st.tuples(st.integers(0, TICKS // STEPS), request_steps | device_steps), max_size=STEPS)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder: Path = tmp_path_factory.mktemp("requests")
    company = Company(OnSqlite(lay_out(folder)).empty(folder))
    company.projects["LAW"] = company.add_project("LAW")
    for project in ("BP", "LAW"):
        company.set_budget(project, 1000)
    company.lock_budget("LAW", f"0:0:{LOCKED_SINCE * TICK_S}")
    company.delete_issue("BP-3")
    yield company
    company.check()
    company.close()


class Day:
    """One person with two devices, from midnight on."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.company.clock = FakeClock(MIDNIGHT * 1000)
        self.person: Person = company.hire(f"q{next(people)}", ["BP", "LAW"], hourly=HOURLY)
        self.devices = [self.person.device() for _ in range(2)]
        self._claims: list[str] = []

    def take(self, step: tuple[str, str] | tuple[str, str, int]) -> None:
        match step:
            case ("start", issue):
                with suppress(Refusal):
                    self.person.start(issue)
            case ("pause", _):
                with suppress(Refusal):
                    self.person.pause()
            case ("resume", _):
                with suppress(Refusal):
                    self.person.resume()
            case ("stop", _):
                self._stop()
            case (gesture, issue, number):
                self._gesture(gesture, issue, self.devices[number], self.devices[1 - number])
            case _:
                pytest.fail(f"no step {step}")

    def _stop(self) -> None:
        """Always works while there is a timer."""
        if self.person.status().status is TimerStatus.STOPPED:
            with pytest.raises(NoTimer):
                self.person.stop()
            return
        stopped = self.person.stop()
        for log in self.person.logs():
            if log.id == stopped.time_log_id:
                assert (stopped.elapsed_seconds, stopped.cost) == (log.duration_seconds, log.total_cost)

    def _gesture(self, gesture: str, issue: str, device: Device, other: Device) -> None:
        now = spoken(self.company.clock.now_ms() // 1000)
        match gesture:
            case "begin":
                device.start(issue, now)
            case "rest" if device.claim_id is not None:
                device.pause(now)
            case "go on" if device.timer_id is not None and device.claim_id is None:
                device.resume(now)
            case "end" if device.timer_id is not None:
                device.stop(now)
            case "see":
                device.take_over(other)
            case "sync":
                device.sync()

    # ---- what the server knows, as facts

    def facts(self) -> list[Fact]:
        user_id = self.person.principal.user_id
        keys = {issue_id: key for key, issue_id in self.company.issues.items()}
        opened = self.company.rows(
            "SELECT timer_id, claim_id, is_first, named_issue_id, start_ms FROM claims WHERE user_id = ?",
            user_id,
        )
        ended = self.company.rows(
            "SELECT timer_id, claim_id, kind, at_ms FROM claim_ends WHERE user_id = ?", user_id
        )
        self._claims = sorted({row[1] for row in opened + ended if row[1] is not None})
        timers = sorted({row[0] for row in opened + ended})
        starts: list[Fact] = [
            Opened(timers.index(timer), self._claims.index(claim), keys[issue] if first else None, tick(at))
            for timer, claim, first, issue, at in opened
        ]
        return starts + [
            Ended(
                timers.index(timer),
                None if claim is None else self._claims.index(claim),
                is_stop=kind == "timer.stop",
                at=tick(at),
            )
            for timer, claim, kind, at in ended
        ]

    def check(self) -> None:
        facts = list(enumerate(self.facts()))
        verdict = judge(facts, REFUSED, tick(self.company.clock.now_ms()))
        found = self.company.rows(
            "SELECT claim_id, start_ms, end_ms FROM segments WHERE user_id = ?", self.person.principal.user_id
        )
        owners = {
            at: self._claims.index(claim)
            for claim, start, end in found
            for at in range(tick(start), tick(end))
        }
        assert owners == verdict.counted
        self._check_now(verdict)

    def _check_now(self, verdict: Verdict) -> None:
        snapshot, status = self.person.snapshot(), self.person.status()
        assert snapshot.today.counted_seconds == len(verdict.counted_now) * TICK_S
        assert snapshot.today.held_seconds == len(verdict.held_now) * TICK_S
        timer = snapshot.active_timer
        assert (timer is None) == (status.status is TimerStatus.STOPPED)
        if verdict.running is None:
            assert timer is None or timer.status is TimerStatus.PAUSED
            return
        assert timer is not None
        assert timer.claim_id == self._claims[verdict.running]
        if timer.hold_code is None:
            seconds = verdict.seconds(verdict.counted_now)[verdict.timers[verdict.running]]
            assert status.elapsed_seconds == seconds
            assert Fraction(str(status.cost)) == price(seconds, Fraction(HOURLY))


def tick(instant_ms: int) -> int:
    ticks, rest = divmod(instant_ms - MIDNIGHT * 1000, TICK_S * 1000)
    assert rest == 0
    return ticks


@given(steps)
@settings(max_examples=80)
def test_the_books_are_right_after_every_step(
    company: Company, taken: list[tuple[int, tuple[str, str] | tuple[str, str, int]]]
) -> None:
    day = Day(company)
    for waited, step in taken:
        company.clock.advance(seconds=waited * TICK_S)
        day.take(step)
        day.check()
    for device in day.devices:
        device.sync()
        day.check()
