"""Is only asked what nobody else can know, and is nothing lost or decided until it is answered?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.core import gestures
from app.core.actions import Cause, Recorded
from app.core.notices import Notice
from app.core.questions import Away, Option, TakenOver
from app.core.timer import Timer, elapsed_seconds
from app.sync.clerk import do
from app.sync.desk import Desk
from app.sync.events import Settle
from tests.app.sync.conftest import open_desk
from tests.app.sync.pieces import RATE, answer, snapshot
from tests.fakes.clock import START, FakeClock
from tests.fakes.desk import LOGIN, MENU


def start(desk: Desk, clock: FakeClock) -> None:
    desk.record(gestures.start(desk.timer, LOGIN, clock.reading(), desk.new_id, RATE))
    desk.beat()


def settle(desk: Desk, timer: Timer | None) -> None:
    do(desk, Settle(replace(answer(snapshot=snapshot(timer, as_of=START)), head=desk.outbox.head())))


def new(desk: Desk) -> list[tuple[str, int, str | None]]:
    """Kind, second and cause of what waits, but the start."""
    return [(each.kind, each.body["t"]["wall"], each.body.get("cause")) for each in waiting(desk)]


def waiting(desk: Desk) -> tuple[Recorded, ...]:
    return tuple(each for each in desk.outbox.unsent() if each.kind != "timer.start")


def works_an_hour_and_sleeps_nine(desk: Desk, clock: FakeClock) -> None:
    """Seen at 10:00, slept until 19:00, seen again a minute later."""
    start(desk, clock)
    clock.advance(hours=1)
    desk.beat()
    clock.sleep_machine(hours=9)
    clock.advance(minutes=1)
    desk.beat()


SLEPT_AT = START + 3600
WOKE_AT = START + 36_000


# ---- sleep --------------------------------------------------------------------------------------------------


def test_a_sleep_while_the_timer_runs_is_asked_about(desk: Desk, clock: FakeClock) -> None:
    works_an_hour_and_sleeps_nine(desk, clock)
    assert desk.question() == Away(LOGIN, Cause.SLEEP, SLEPT_AT, WOKE_AT)
    assert new(desk) == [], "nothing is decided"


def test_a_nap_and_a_sleep_without_a_timer_are_not(desk: Desk, clock: FakeClock) -> None:
    clock.sleep_machine(hours=9)
    start(desk, clock)
    clock.sleep_machine(minutes=5)
    desk.beat()
    assert desk.question() is None


@pytest.mark.parametrize(
    ("option", "facts", "counted"),
    [
        (Option.KEEP, [], 36_060),
        (Option.DROP, [("timer.pause", SLEPT_AT, "sleep"), ("timer.resume", WOKE_AT, None)], 3660),
        (
            Option.SPLIT,
            [
                ("timer.pause", SLEPT_AT, "sleep"),
                ("log.add", WOKE_AT + 60, None),
                ("timer.resume", WOKE_AT, None),
            ],
            3660,
        ),
    ],
)
def test_each_answer_records_what_it_says(
    desk: Desk,
    clock: FakeClock,
    option: Option,
    facts: list[tuple[str, int, str | None]],
    counted: int,
) -> None:
    works_an_hour_and_sleeps_nine(desk, clock)
    desk.answer(option)
    assert new(desk) == facts
    assert desk.question() is None
    assert desk.timer is not None
    assert elapsed_seconds(desk.timer, clock.now()) == counted
    for each in waiting(desk):
        if each.kind == "log.add":
            assert (each.body["start"], each.body["end"]) == (SLEPT_AT, WOKE_AT)


def test_unanswered_the_gap_is_held_and_the_rest_goes_on(desk: Desk, clock: FakeClock) -> None:
    """Two ends of one stretch: it counts to the first, and the server holds what lies between."""
    works_an_hour_and_sleeps_nine(desk, clock)
    desk.leave_gap()
    assert new(desk) == [
        ("timer.pause", SLEPT_AT, "sleep"),
        ("timer.pause", WOKE_AT, "sleep"),
        ("timer.resume", WOKE_AT, None),
    ]
    assert len({each.body["claim_id"] for each in waiting(desk)[:2]}) == 1
    assert desk.timer is not None
    assert elapsed_seconds(desk.timer, clock.now()) == 3660
    assert desk.question() is None


def test_unanswered_when_the_app_is_quit_the_timer_is_paused_at_the_sleep(
    desk: Desk, clock: FakeClock, tmp_path: Path
) -> None:
    works_an_hour_and_sleeps_nine(desk, clock)
    desk.close()
    again = open_desk(tmp_path, clock, [])
    assert new(again) == [("timer.pause", SLEPT_AT, "sleep"), ("timer.pause", WOKE_AT + 60, "sleep")]
    assert again.timer is not None
    assert (again.timer.claim_id, again.timer.closed_seconds) == (None, 3600)
    assert again.question() is None
    again.close()


def test_a_second_sleep_before_the_answer_is_part_of_the_question(desk: Desk, clock: FakeClock) -> None:
    works_an_hour_and_sleeps_nine(desk, clock)
    clock.sleep_machine(hours=1)
    desk.beat()
    assert desk.question() == Away(LOGIN, Cause.SLEEP, SLEPT_AT, WOKE_AT + 60 + 3600)


def test_after_stop_was_pressed_nothing_is_asked(desk: Desk, clock: FakeClock) -> None:
    start(desk, clock)
    clock.advance(hours=1)
    desk.beat()
    desk.note_stopping(clock.now())
    clock.sleep_machine(hours=9)
    desk.beat()
    assert desk.question() is None


# ---- a crash --------------------------------------------------------------------------------------------------


def loses_power(desk: Desk, clock: FakeClock, folder: Path, seen_minutes: int = 1) -> Desk:
    """At 10:00 after work since 9:00; `seen_minutes` of them after the last beat on the disk. Back at 10:30."""
    start(desk, clock)
    clock.advance(minutes=60 - seen_minutes)
    desk.beat()
    clock.advance(minutes=seen_minutes)
    desk.outbox.close()
    desk.cache.close()
    clock.reboot(minutes=30)
    return open_desk(folder, clock, [])


def test_after_a_loss_of_power_it_is_asked_when_it_was_last_seen(
    desk: Desk, clock: FakeClock, tmp_path: Path
) -> None:
    again = loses_power(desk, clock, tmp_path)
    seen = START + 59 * 60
    assert again.question() == Away(LOGIN, Cause.CRASH_RECOVERED, seen, START + 5400)
    again.answer(Option.DROP)
    assert new(again) == [("timer.pause", seen, "crash_recovered")]
    [end] = waiting(again)
    assert end.body["t"]["session"] != clock.reading().session, "the clocks of the boot that ended"
    assert again.timer is not None
    assert again.timer.closed_seconds == 59 * 60
    again.close()


def test_it_may_have_ended_at_another_second_or_not_at_all(
    desk: Desk, clock: FakeClock, tmp_path: Path
) -> None:
    again = loses_power(desk, clock, tmp_path)
    again.answer(Option.DROP, at=START + 4000)
    assert new(again) == [("timer.pause", START + 4000, "crash_recovered")]
    again.close()


def test_all_of_it_may_have_been_worked(desk: Desk, clock: FakeClock, tmp_path: Path) -> None:
    again = loses_power(desk, clock, tmp_path)
    again.answer(Option.KEEP)
    assert (new(again), again.question()) == ([], None)
    assert again.timer is not None
    assert again.timer.running_since == START
    again.close()


def test_without_any_sign_of_life_it_was_seen_when_it_began(
    desk: Desk, clock: FakeClock, tmp_path: Path
) -> None:
    desk.record(gestures.start(None, LOGIN, clock.reading(), desk.new_id, RATE))
    desk.outbox.close()
    desk.cache.close()
    clock.reboot(minutes=30)
    again = open_desk(tmp_path, clock, [])
    assert again.question() == Away(LOGIN, Cause.CRASH_RECOVERED, START, START + 1800)
    again.close()


def test_a_quick_new_start_and_a_crash_of_the_app_alone_ask_nothing(
    desk: Desk, clock: FakeClock, tmp_path: Path
) -> None:
    start(desk, clock)
    clock.advance(minutes=30)
    desk.outbox.close()
    desk.cache.close()
    clock.restart_program()
    again = open_desk(tmp_path, clock, [])
    assert again.question() is None, "the machine was there all the time"
    again.beat()
    again.close()
    clock.reboot(minutes=2)
    once_more = open_desk(tmp_path, clock, [])
    assert once_more.question() is None
    once_more.close()


def test_what_was_not_answered_is_asked_again_after_a_crash(clock: FakeClock, tmp_path: Path) -> None:
    desk = open_desk(tmp_path, clock, [])
    works_an_hour_and_sleeps_nine(desk, clock)
    desk.outbox.close()
    desk.cache.close()
    again = open_desk(tmp_path, clock, [])
    assert again.question() == Away(LOGIN, Cause.SLEEP, SLEPT_AT, WOKE_AT)
    again.close()


# ---- another device -------------------------------------------------------------------------------------------


def taken_over(desk: Desk, clock: FakeClock) -> TakenOver:
    """BP-123 runs here from 9:00 without a network; WEB-7 began elsewhere at 9:20; it is 10:00."""
    start(desk, clock)
    clock.advance(hours=1)
    settle(desk, Timer("timer-b", MENU, START + 1200, 0, "claim-b", START + 1200, None, RATE, None, "b"))
    asked = desk.question()
    assert isinstance(asked, TakenOver)
    assert (asked.ours.issue, asked.other.issue, asked.began) == (LOGIN, MENU, START + 1200)
    assert new(desk) == [], "our claim stays open"
    return asked


Expected = Callable[[TakenOver], list[tuple[str, str | None, int]]]


@pytest.mark.parametrize(
    ("option", "expected", "runs"),
    [
        (Option.END_OURS, lambda asked: [("timer.stop", asked.ours.claim_id, START + 1200)], MENU),
        (Option.KEEP_OURS, lambda _asked: [("timer.stop", "claim-b", START + 1200)], LOGIN),
        (Option.KEEP_BOTH, lambda _asked: [], MENU),
    ],
)
def test_which_of_two_was_worked_on_is_for_the_person_to_say(
    desk: Desk, clock: FakeClock, option: Option, expected: Expected, runs: object
) -> None:
    asked = taken_over(desk, clock)
    desk.answer(option)
    said = [(each.kind, each.body["claim_id"], each.body["t"]["wall"]) for each in waiting(desk)]
    assert said == expected(asked)
    assert desk.question() is None
    assert desk.timer is not None
    assert desk.timer.issue == runs


def test_it_is_asked_after_a_restart_and_no_more_once_ours_runs_again(
    desk: Desk, clock: FakeClock, tmp_path: Path, told: list[Notice]
) -> None:
    asked = taken_over(desk, clock)
    desk.close()
    again = open_desk(tmp_path, clock, told)
    assert again.question() == asked
    settle(again, asked.ours)
    assert again.question() is None
    again.close()
