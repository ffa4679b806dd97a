"""Who goes on, who waits and who is refused, when more is asked than can be done?"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from server.live.lane import (
    FIRST_PACE_S,
    LATE,
    LONGEST_PAUSE_S,
    LONGEST_POLL_S,
    REMEMBERED_S,
    SHORTEST_PAUSE_S,
    WAIT_S,
    Lane,
    Mean,
)

ROOM = round(WAIT_S / FIRST_PACE_S)
USUAL_S = 60
ACTION, LIST, POLL = range(3)


class Watch:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Line:
    """A lane, and what became of whoever entered it."""

    def __init__(self, at_once: int = 1) -> None:
        self.watch = Watch()
        self.lane = Lane(self.watch, at_once, ranks=3)
        self.let_in: list[str] = []
        self.refused: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, *names: str, rank: int = POLL) -> None:
        for name in names:
            self.tasks[name] = asyncio.create_task(self._enter(name, rank))
        await settled()

    async def crowd(self, count: int) -> None:
        await self.come(*(f"poll {number}" for number in range(count)))

    async def leave(self, after_s: float = 0.0) -> None:
        self.watch.now += after_s
        self.lane.leave()
        await settled()

    async def end(self) -> None:
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)

    async def _enter(self, name: str, rank: int) -> None:
        (self.let_in if await self.lane.enter(rank) else self.refused).append(name)


async def settled() -> None:
    """Whoever can go on has."""
    for _ in range(3):
        await asyncio.sleep(0)


def in_a_loop(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def test_as_many_as_can_go_on_at_once() -> None:
    async def story() -> None:
        line = Line(at_once=2)
        await line.come("anna", "ben", "cleo")
        assert line.let_in == ["anna", "ben"]
        assert line.lane.waiting == 1
        await line.leave()
        assert line.let_in == ["anna", "ben", "cleo"]
        await line.leave()
        await line.leave()
        assert line.lane.in_hand == 0

    in_a_loop(story())


def test_new_actions_go_before_polls_and_each_in_its_order() -> None:
    async def story() -> None:
        line = Line()
        await line.come("first", "poll 1", "poll 2")
        await line.come("list", rank=LIST)
        await line.come("action 1", "action 2", rank=ACTION)
        for _ in range(5):
            await line.leave()
        assert line.let_in == ["first", "action 1", "action 2", "list", "poll 1", "poll 2"]

    in_a_loop(story())


def test_nobody_overtakes_who_waits() -> None:
    """Not even when a place becomes free at the same moment."""

    async def story() -> None:
        line = Line()
        await line.come("first", "second")
        line.lane.leave()
        await line.come("third")
        assert line.let_in == ["first", "second"]
        await line.end()

    in_a_loop(story())


def test_what_waits_is_at_most_two_seconds_of_work() -> None:
    async def story() -> None:
        line = Line()
        await line.come("first")
        await line.crowd(ROOM + 5)
        assert line.lane.waiting == line.lane.most_waiting == ROOM
        assert line.refused == [f"poll {number}" for number in range(ROOM, ROOM + 5)]
        assert not line.lane.has_room(POLL)
        await line.end()

    in_a_loop(story())


def test_an_action_takes_the_place_of_the_latest_poll() -> None:
    async def story() -> None:
        line = Line()
        await line.come("first")
        await line.crowd(ROOM)
        assert line.lane.has_room(ACTION)
        await line.come("action", rank=ACTION)
        assert line.refused == [f"poll {ROOM - 1}"]
        assert line.lane.waiting == ROOM
        await line.leave()
        assert line.let_in == ["first", "action"]
        await line.end()

    in_a_loop(story())


def test_a_list_takes_the_place_of_a_poll_and_never_of_an_action() -> None:
    async def story() -> None:
        line = Line()
        await line.come("first")
        await line.come(*(f"action {number}" for number in range(ROOM - 2)), rank=ACTION)
        await line.come("list 1", rank=LIST)
        await line.come("poll")
        await line.come("list 2", rank=LIST)
        assert line.refused == ["poll"]
        assert not line.lane.has_room(LIST)
        await line.come("list 3", rank=LIST)
        await line.come("action", rank=ACTION)
        assert line.refused == ["poll", "list 3", "list 2"]
        await line.end()

    in_a_loop(story())


def test_an_action_is_refused_where_only_actions_wait() -> None:
    async def story() -> None:
        line = Line()
        await line.come("first")
        await line.come(*map(str, range(ROOM)), rank=ACTION)
        assert not line.lane.has_room(ACTION)
        await line.come("one too many", rank=ACTION)
        assert line.refused == ["one too many"]
        await line.end()

    in_a_loop(story())


@pytest.mark.parametrize("pace", [2.0, 0.5])
def test_the_room_follows_how_fast_the_work_goes(pace: float) -> None:
    """`pace`: times as long as was thought at first."""

    async def story() -> None:
        line = Line()
        await line.come("first")
        for number in range(500):
            await line.come(f"waits {number}")
            await line.leave(after_s=FIRST_PACE_S * pace)
        await line.crowd(3 * ROOM)
        assert line.lane.waiting == pytest.approx(ROOM / pace, rel=0.05)
        await line.end()

    in_a_loop(story())


def test_a_lane_that_nobody_used_measures_nothing() -> None:
    """Time without anybody who waits says nothing about the work."""

    async def story() -> None:
        line = Line()
        for number in range(500):
            await line.come(f"alone {number}")
            await line.leave(after_s=60.0)
        await line.come("first")
        await line.crowd(3 * ROOM)
        assert line.lane.waiting == ROOM
        await line.end()

    in_a_loop(story())


def test_who_waited_too_long_is_refused() -> None:
    """Where the work came to a halt, nobody of them waits any more when it goes on."""

    async def story() -> None:
        line = Line()
        await line.come("first", "early")
        line.watch.now += 1.0
        await line.come("late")
        await line.leave(after_s=LATE * WAIT_S - 0.5)  # 7.5 and 8.5 s
        assert line.refused == ["early"]
        assert line.let_in == ["first", "late"]
        await line.end()

    in_a_loop(story())


def test_who_went_away_takes_no_turn() -> None:
    async def story() -> None:
        line = Line()
        await line.come("first", "second", "third")
        line.tasks["second"].cancel()
        await settled()
        await line.leave()
        assert line.let_in == ["first", "third"]
        await line.leave()
        assert line.lane.in_hand == 0

    in_a_loop(story())


def test_who_went_away_when_their_turn_came_gives_it_on() -> None:
    async def story() -> None:
        line = Line()
        await line.come("first", "second", "third")
        line.lane.leave()
        line.tasks["second"].cancel()
        await settled()
        assert line.let_in == ["first", "third"]
        await line.end()

    in_a_loop(story())


def test_who_is_refused_comes_back_when_the_others_are_done() -> None:
    async def story() -> None:
        line = Line()
        assert line.lane.pause_s() == SHORTEST_PAUSE_S
        await line.come("first")
        await line.crowd(6 * ROOM)
        assert line.lane.pause_s() == 6 * WAIT_S
        line.watch.now += 10 * REMEMBERED_S
        assert line.lane.pause_s() <= WAIT_S + 1
        await line.come(*(f"again {number}" for number in range(100 * ROOM)))
        assert line.lane.pause_s() == LONGEST_PAUSE_S
        await line.end()

    in_a_loop(story())


def test_polls_become_rarer_with_the_load() -> None:
    async def story() -> None:
        line = Line(at_once=4)
        assert line.lane.poll_s(USUAL_S) == USUAL_S
        await line.come("anna", "ben")
        line.watch.now += 3600
        assert line.lane.load == pytest.approx(0.5)
        assert line.lane.poll_s(USUAL_S) == USUAL_S
        await line.come("cleo", "dan")
        line.watch.now += 3600
        assert line.lane.poll_s(USUAL_S) == 2 * USUAL_S
        await line.crowd(100)
        line.watch.now += 3600
        assert line.lane.poll_s(USUAL_S) == LONGEST_POLL_S
        await line.end()

    in_a_loop(story())


def test_a_mean_forgets() -> None:
    mean = Mean(10.0)
    mean.put(8.0, 1000.0)
    assert mean.at(1000.0) == 0.0
    assert mean.at(1010.0) == pytest.approx(8 * 0.632, rel=0.01)
    mean.put(0.0, 2000.0)
    assert mean.at(2000.0) == pytest.approx(8.0)
    assert mean.at(2010.0) == pytest.approx(8 * 0.368, rel=0.01)
    assert mean.at(1990.0) == pytest.approx(8.0)  # a clock that stands still
