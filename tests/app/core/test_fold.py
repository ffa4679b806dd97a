"""Is the folded view what the user did, counted by somebody else?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from app.core.actions import Draft
from app.core.fold import fold
from app.core.gestures import Gesture, pause, resume, start, stop
from app.core.timer import IssueRef, Rate, RateType, Timer, elapsed_seconds
from app.errors import Refused
from tests.fakes.clock import FakeClock

ISSUES = {number: IssueRef(number, f"BP-{number}", f"Issue {number}", 1) for number in (1, 2, 3)}
RATE = Rate(RateType.MINUTELY, Decimal("1.2500"), "EUR")

steps = st.lists(
    st.tuples(
        st.integers(0, 7200),
        st.sampled_from(["start", "pause", "resume", "stop"]),
        st.sampled_from(sorted(ISSUES)),
        st.integers(0, 900),
    ),
    max_size=30,
)


@dataclass
class Tally:
    """The second opinion: a list of stretches of the timer at hand, each with its seconds."""

    issue: int | None = None
    stretches: list[list[int]] = field(default_factory=list)
    runs: bool = False

    def seconds(self, now: int) -> int:
        ends = [stretch[1] if len(stretch) > 1 else now for stretch in self.stretches]
        return sum(end - stretch[0] for end, stretch in zip(ends, self.stretches, strict=True))

    def did(self, kind: str, issue: int, at: int) -> None:
        if self.runs and (kind != "start" or issue != self.issue):
            self.stretches[-1].append(at)
        if kind == "start" and issue != self.issue:
            self.issue, self.stretches = issue, []
        self.runs = kind in {"start", "resume"}
        if self.runs:
            self.stretches.append([at])
        if kind == "stop":
            self.issue, self.stretches = None, []


def perform(
    timer: Timer | None, clock: FakeClock, ids: count[int], step: tuple[int, str, int, int]
) -> Gesture:
    _, kind, issue, ago_s = step
    reading = clock.reading()

    def new_id() -> str:
        return f"id-{next(ids)}"

    match kind:
        case "start":
            return start(timer, ISSUES[issue], reading, new_id, RATE, ago_s)
        case "pause":
            return pause(timer, reading, new_id)
        case "resume":
            return resume(timer, reading, new_id)
        case _:
            return stop(timer, reading, new_id)


@given(steps)
def test_folding_everything_gives_what_was_lived(lived: list[tuple[int, str, int, int]]) -> None:
    clock, ids, tally = FakeClock(), count(), Tally()
    timer: Timer | None = None
    drafts: list[Draft] = []
    for step in lived:
        clock.advance(seconds=step[0])
        try:
            gesture = perform(timer, clock, ids, step)
        except Refused:
            continue
        tally.did(step[1], step[2], clock.now() - (step[3] if step[1] == "start" else 0))
        drafts.extend(gesture.drafts)
        timer = gesture.timer

    view = fold(None, drafts, ISSUES.get, RATE)
    assert view == timer
    assert (None if view is None else view.issue.id) == tally.issue
    if view is not None:
        assert elapsed_seconds(view, clock.now() + 5) == tally.seconds(clock.now() + 5)
        assert (view.running_since is not None) == tally.runs


@given(steps, st.integers(0, 60))
def test_it_makes_no_difference_where_the_snapshot_was_taken(
    lived: list[tuple[int, str, int, int]], cut: int
) -> None:
    clock, ids = FakeClock(), count()
    timer: Timer | None = None
    drafts: list[Draft] = []
    for step in lived:
        clock.advance(seconds=step[0])
        try:
            gesture = perform(timer, clock, ids, step)
        except Refused:
            continue
        drafts.extend(gesture.drafts)
        timer = gesture.timer
    snapshot = fold(None, drafts[:cut], ISSUES.get, RATE)
    assert fold(snapshot, drafts[cut:], ISSUES.get, RATE) == timer


def opened(clock: FakeClock) -> Timer:
    timer = start(None, ISSUES[1], clock.reading(), lambda: f"id-{clock.now()}", RATE).timer
    assert timer is not None
    return timer


def test_what_another_timer_does_is_not_ours() -> None:
    clock = FakeClock()
    elsewhere = replace(opened(clock), timer_id="other")
    for gesture in (pause(opened(clock), clock.reading(), str), stop(opened(clock), clock.reading(), str)):
        assert fold(elsewhere, gesture.drafts, ISSUES.get, RATE) == elsewhere


def test_a_late_pause_of_an_earlier_stretch_changes_nothing() -> None:
    clock = FakeClock()
    timer = opened(clock)
    late = pause(timer, clock.reading(), str).drafts
    running_again = replace(timer, claim_id="second")
    assert fold(running_again, late, ISSUES.get, RATE) == running_again


def test_an_issue_that_the_cache_lost_still_has_a_name() -> None:
    clock = FakeClock()
    drafts = start(None, ISSUES[2], clock.reading(), lambda: "id", RATE).drafts
    view = fold(None, drafts, lambda _issue_id: None, RATE)
    assert view is not None
    assert view.issue == IssueRef(2, "#2", "", None)


def test_kinds_of_a_later_version_are_left_alone() -> None:
    timer = opened(FakeClock())
    later = Draft("id", "log.edit", 0, {"timer_id": timer.timer_id})  # type: ignore[arg-type]
    assert fold(timer, [later], ISSUES.get, RATE) == timer
