"""Does a gesture record what the user did, and refuse what makes no sense?"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from app.core.actions import DESCRIPTION_LIMIT, Draft
from app.core.gestures import AGO_LIMIT_S, Gesture, pause, resume, start, stop
from app.core.timer import IssueRef, Rate, RateType, Status, Timer, elapsed_seconds
from app.errors import (
    AgoInFuture,
    AgoTooFar,
    AlreadyPaused,
    AlreadyRuns,
    DescriptionTooLong,
    NothingRuns,
    NotPaused,
    TextUnreadable,
)
from tests.fakes.clock import START, FakeClock

LOGIN = IssueRef(123, "BP-123", "Fix the login redirect", 1)
MENU = IssueRef(7, "WEB-7", "Tidy the menu", 2)
RATE = Rate(RateType.HOURLY, Decimal("50.0000"), "USD")

NewId = Callable[[], str]


class Desk:
    """One user's gestures, one after the other."""

    def __init__(self, clock: FakeClock, new_id: NewId) -> None:
        self.clock = clock
        self.new_id = new_id
        self.timer: Timer | None = None

    def start(self, issue: IssueRef, ago_s: int = 0) -> tuple[Draft, ...]:
        return self._keep(start(self.timer, issue, self.clock.reading(), self.new_id, RATE, ago_s))

    def pause(self) -> tuple[Draft, ...]:
        return self._keep(pause(self.timer, self.clock.reading(), self.new_id))

    def resume(self) -> tuple[Draft, ...]:
        return self._keep(resume(self.timer, self.clock.reading(), self.new_id))

    def stop(self, description: str | None = None) -> tuple[Draft, ...]:
        return self._keep(stop(self.timer, self.clock.reading(), self.new_id, description))

    def running(self) -> Timer:
        assert self.timer is not None
        return self.timer

    def elapsed(self) -> int:
        return elapsed_seconds(self.running(), self.clock.now())

    def _keep(self, gesture: Gesture) -> tuple[Draft, ...]:
        self.timer = gesture.timer
        return gesture.drafts


@pytest.fixture
def desk(clock: FakeClock, new_id: NewId) -> Desk:
    return Desk(clock, new_id)


def test_a_start_says_which_issue_when_and_by_which_clock(desk: Desk) -> None:
    (draft,) = desk.start(LOGIN)

    assert (draft.kind, draft.at) == ("timer.start", START)
    assert draft.body == {
        "timer_id": desk.running().timer_id,
        "claim_id": desk.running().claim_id,
        "issue_id": 123,
        "t": {
            "wall": START,
            "session": desk.clock.reading().session,
            "mono_s": 5000,
            "awake_s": 4000,
            "tz": "Europe/Berlin",
            "off_ms": None,
        },
    }
    assert desk.running().issue == LOGIN
    assert desk.running().rate == RATE


def test_every_id_is_its_own(desk: Desk) -> None:
    (started,) = desk.start(LOGIN)
    ids = {started.action_id, started.body["timer_id"], started.body["claim_id"]}
    assert len(ids) == 3


def test_pauses_count_nothing(desk: Desk) -> None:
    desk.start(LOGIN)
    desk.clock.advance(minutes=40)
    desk.pause()
    desk.clock.advance(hours=1)
    assert desk.elapsed() == 40 * 60
    desk.resume()
    desk.clock.advance(minutes=20)
    assert desk.elapsed() == 60 * 60


def test_each_stretch_is_a_claim_of_one_timer(desk: Desk) -> None:
    (started,) = desk.start(LOGIN)
    (paused,) = desk.pause()
    (resumed,) = desk.resume()
    (stopped,) = desk.stop("Done")

    assert [each.kind for each in (paused, resumed, stopped)] == ["timer.pause", "timer.resume", "timer.stop"]
    assert {each.body["timer_id"] for each in (started, paused, resumed, stopped)} == {
        started.body["timer_id"]
    }
    assert paused.body["claim_id"] == started.body["claim_id"] != resumed.body["claim_id"]
    assert stopped.body["claim_id"] == resumed.body["claim_id"]
    assert (stopped.body["cause"], stopped.body["description"]) == ("user", "Done")
    assert desk.timer is None


def test_a_paused_timer_is_stopped_without_a_claim(desk: Desk) -> None:
    desk.start(LOGIN)
    desk.pause()
    (stopped,) = desk.stop()
    assert stopped.body["claim_id"] is None
    assert "description" not in stopped.body


def test_a_switch_stops_and_starts_at_the_same_instant(desk: Desk) -> None:
    (first,) = desk.start(LOGIN)
    desk.clock.advance(minutes=5)
    stopped, started = desk.start(MENU)

    assert (stopped.kind, stopped.body["cause"]) == ("timer.stop", "switch")
    assert stopped.body["claim_id"] == first.body["claim_id"]
    assert stopped.body["t"] == started.body["t"]
    assert stopped.at == started.at == START + 300
    assert desk.running().issue == MENU


def test_a_switch_may_lie_a_while_back(desk: Desk) -> None:
    desk.start(LOGIN)
    desk.clock.advance(minutes=30)
    stopped, started = desk.start(MENU, ago_s=600)

    assert stopped.at == started.at == START + 20 * 60
    assert stopped.body["t"] == started.body["t"]
    assert started.body["t"]["mono_s"] == 5000 + 20 * 60
    assert desk.elapsed() == 600


def test_a_start_cannot_reach_before_the_running_stretch(desk: Desk) -> None:
    desk.start(LOGIN)
    desk.clock.advance(minutes=10)
    before = desk.timer
    with pytest.raises(AgoTooFar):
        desk.start(MENU, ago_s=601)
    assert desk.timer == before
    desk.start(MENU, ago_s=600)
    assert desk.elapsed() == 600


def test_a_start_cannot_reach_before_the_pause(desk: Desk) -> None:
    desk.start(LOGIN)
    desk.clock.advance(minutes=10)
    desk.pause()
    desk.clock.advance(minutes=3)
    with pytest.raises(AgoTooFar):
        desk.start(MENU, ago_s=181)
    with pytest.raises(AgoTooFar):
        desk.start(LOGIN, ago_s=181)
    desk.start(LOGIN, ago_s=180)
    assert desk.elapsed() == 13 * 60


@pytest.mark.parametrize(("ago_s", "refusal"), [(-1, AgoInFuture), (AGO_LIMIT_S + 1, AgoTooFar)])
def test_a_start_lies_at_most_a_working_day_back(desk: Desk, ago_s: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        desk.start(LOGIN, ago_s=ago_s)
    assert desk.timer is None


def test_a_start_before_the_boot_has_no_clock_session(desk: Desk) -> None:
    (draft,) = desk.start(LOGIN, ago_s=5001)
    assert draft.body["t"] | {"tz": ""} == {
        "wall": START - 5001, "session": "", "mono_s": 0, "awake_s": 0, "tz": "", "off_ms": None
    }  # fmt: skip


def test_the_running_issue_cannot_be_started_again(desk: Desk) -> None:
    desk.start(LOGIN)
    with pytest.raises(AlreadyRuns):
        desk.start(LOGIN)


def test_starting_the_paused_issue_resumes_it(desk: Desk) -> None:
    desk.start(LOGIN)
    desk.clock.advance(minutes=1)
    desk.pause()
    (draft,) = desk.start(LOGIN)
    assert draft.kind == "timer.resume"
    assert desk.running().closed_seconds == 60


def test_another_issue_ends_a_paused_timer(desk: Desk) -> None:
    desk.start(LOGIN)
    desk.pause()
    stopped, started = desk.start(MENU)
    assert (stopped.kind, stopped.body["claim_id"]) == ("timer.stop", None)
    assert started.body["issue_id"] == MENU.id


def test_nothing_can_be_done_to_no_timer(desk: Desk) -> None:
    for gesture in (desk.pause, desk.resume, desk.stop):
        with pytest.raises(NothingRuns):
            gesture()


def test_pause_and_resume_are_refused_twice(desk: Desk) -> None:
    desk.start(LOGIN)
    with pytest.raises(NotPaused):
        desk.resume()
    desk.pause()
    with pytest.raises(AlreadyPaused):
        desk.pause()
    assert desk.running().status is Status.PAUSED


def test_a_description_that_is_too_long_stops_nothing(desk: Desk) -> None:
    desk.start(LOGIN)
    with pytest.raises(DescriptionTooLong, match="10,001 characters; 10,000 are possible"):
        desk.stop("ä" * (DESCRIPTION_LIMIT + 1))
    assert desk.running().status is Status.RUNNING
    (stopped,) = desk.stop("ä" * DESCRIPTION_LIMIT)
    assert len(stopped.body["description"]) == DESCRIPTION_LIMIT


@pytest.mark.parametrize("text", ["half \ud83d of a smile", "a\0b"])
def test_a_description_that_cannot_be_kept_is_refused(desk: Desk, text: str) -> None:
    desk.start(LOGIN)
    with pytest.raises(TextUnreadable):
        desk.stop(text)
    assert desk.timer is not None


@pytest.mark.parametrize("text", [None, "", " \n\t "])
def test_saying_nothing_is_fine(desk: Desk, text: str | None) -> None:
    desk.start(LOGIN)
    (stopped,) = desk.stop(text)
    assert "description" not in stopped.body


def test_a_wall_clock_that_is_set_changes_no_duration(desk: Desk) -> None:
    desk.start(LOGIN)
    desk.clock.advance(minutes=10)
    desk.clock.set_wall(by_seconds=-86_400)
    desk.clock.advance(minutes=10)
    assert desk.elapsed() == 20 * 60


def test_a_clock_that_comes_back_earlier_refuses_no_stop(desk: Desk) -> None:
    desk.start(LOGIN)
    desk.clock.set_wall(by_seconds=-3600)
    desk.clock.reboot()
    (stopped,) = desk.stop()
    assert stopped.at == START, "an end before its start would be refused by the server"
    desk.start(MENU)
    assert desk.running().running_since == desk.clock.now()


def test_sleep_is_part_of_the_time_and_visible(desk: Desk) -> None:
    (started,) = desk.start(LOGIN)
    desk.clock.sleep_machine(hours=8)
    (stopped,) = desk.stop()
    before, after = started.body["t"], stopped.body["t"]
    assert after["mono_s"] - before["mono_s"] == 8 * 3600
    assert after["awake_s"] == before["awake_s"]
