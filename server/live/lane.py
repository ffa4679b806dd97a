"""Who goes on at once, who waits, and who is told to come back, when more is asked than can be done?

At most two seconds of work wait: whoever would wait longer is refused on the spot, because a server that works off what nobody
waits for any more never catches up. What is more urgent goes first, and takes the place of what is less.
"""

from __future__ import annotations

from asyncio import CancelledError, Future, get_running_loop
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, exp
from typing import Final

AT_ONCE: Final = 32  # as many as share a commit
WAIT_S: Final = 2.0
LATE: Final = 4  # times as long, where the work came to a halt meanwhile: soon after, nobody waits any more
FIRST_PACE_S: Final = 0.005  # until it is measured
SHORTEST_PACE_S: Final = 0.001  # also bounds how many wait, and with them their bodies
LONGEST_PACE_S: Final = 1.0
SMOOTH: Final = 1 / 64  # of a pace that was measured, in the mean
REMEMBERED_S: Final = 30.0  # how long who was refused counts as one who comes back
LOAD_OVER_S: Final = 10.0
STEP_S: Final = 1.0
EASY: Final = 0.5  # load up to which nobody is slowed down
SHORTEST_PAUSE_S: Final = 2
LONGEST_PAUSE_S: Final = 60
LONGEST_POLL_S: Final = 300


class Mean:
    """Of a value that changes in steps, over about the last `over_s` seconds; older ones count less and less."""

    def __init__(self, over_s: float) -> None:
        self._over_s = over_s
        self._mean = 0.0
        self._mean_at = 0.0
        self._value = 0.0
        self._since = 0.0
        self._sum = 0.0  # of value times seconds, after the mean

    def put(self, value: float, now: float) -> None:
        self._sum += self._value * (now - self._since)
        self._value, self._since = value, now
        if now - self._mean_at >= STEP_S:
            self._mean = self.at(now)
            self._mean_at, self._sum = now, 0.0

    def at(self, now: float) -> float:
        passed_s = now - self._mean_at
        if passed_s <= 0:
            return self._mean
        lately = (self._sum + self._value * (now - self._since)) / passed_s
        return lately + (self._mean - lately) * exp(-passed_s / self._over_s)


@dataclass(frozen=True, slots=True)
class _Waiting:
    turn: Future[bool]
    since: float


class Lane:
    """Used by one event loop. `ticks`: seconds of a clock that never goes back. `at_once`: how many go on together.

    `ranks`: how many degrees of urgency there are; 0 is the most urgent.
    """

    def __init__(
        self, ticks: Callable[[], float], at_once: int = AT_ONCE, wait_s: float = WAIT_S, ranks: int = 1
    ) -> None:
        self._ticks = ticks
        self._at_once = at_once
        self._wait_s = wait_s
        self._lines: tuple[deque[_Waiting], ...] = tuple(deque() for _ in range(ranks))
        self.waiting = 0
        self.in_hand = 0
        self.most_waiting = 0
        self._pace_s = FIRST_PACE_S
        self._left_at: float | None = None  # None: nobody waited since
        self._load = Mean(LOAD_OVER_S)
        self._refused = 0.0
        self._refused_at = 0.0

    @property
    def load(self) -> float:
        """How many were here lately, as a share of how many go on together: above 1, some wait all the time."""
        return self._load.at(self._ticks()) / self._at_once

    def has_room(self, rank: int = 0) -> bool:
        """Whether who comes now would be let in, or could wait."""
        return self.in_hand < self._at_once or self._fits() or any(self._lines[rank + 1 :])

    async def enter(self, rank: int = 0) -> bool:
        """False: come back later. True: now, and `leave` is owed."""
        now = self._ticks()
        if self.in_hand < self._at_once and not self.waiting:
            self.in_hand += 1
            self._count(now)
            return True
        self._refuse_late(now)
        if not self._make_room(now, rank):
            self._note_refusal_at(now)
            return False
        waiting = _Waiting(get_running_loop().create_future(), now)
        self._lines[rank].append(waiting)
        self.waiting += 1
        self.most_waiting = max(self.most_waiting, self.waiting)
        if self._left_at is None:
            self._left_at = now
        self._count(now)
        return await self._turn_of(waiting)

    def leave(self) -> None:
        """Done. The next one goes on."""
        now = self._ticks()
        following = None
        if self._left_at is not None:
            self._measure(now - self._left_at)
            self._refuse_late(now)
            following = self._next()
        if following is None:
            self.in_hand -= 1
            self._left_at = None
        else:
            following.turn.set_result(True)
            self._left_at = now
        self._count(now)

    def note_refusal(self) -> None:
        """Somebody was told to come back because there was no room."""
        self._note_refusal_at(self._ticks())

    def pause_s(self) -> int:
        """After how many seconds to come back: all who were refused lately have to be worked off too."""
        backlog_s = (self.waiting + self._refused_by(self._ticks())) * self._pace_s
        return min(LONGEST_PAUSE_S, max(SHORTEST_PAUSE_S, ceil(backlog_s)))

    def poll_s(self, usual_s: int) -> int:
        """When to ask again without a reason: `usual_s`, and later the more is asked."""
        slowed = usual_s * max(1.0, self.load / EASY)
        return max(usual_s, min(LONGEST_POLL_S, round(slowed)))

    async def _turn_of(self, waiting: _Waiting) -> bool:
        try:
            return await waiting.turn
        except CancelledError:
            if waiting.turn.done() and not waiting.turn.cancelled() and waiting.turn.result():
                self.leave()  # its turn had come at the same moment
            raise

    def _make_room(self, now: float, rank: int) -> bool:
        """Also by sending away who came last of those who are the least urgent, if they are less so."""
        if self._fits():
            return True
        for line in reversed(self._lines[rank + 1 :]):
            while line:
                latest = line.pop()
                self.waiting -= 1
                if not latest.turn.done():
                    self._refuse(latest, now)
                    return True
        return False

    def _fits(self) -> bool:
        return (self.waiting + 1) * self._pace_s <= self._wait_s

    def _refuse_late(self, now: float) -> None:
        """Those whose askers may have given up."""
        for line in self._lines:
            while line and (line[0].turn.done() or now - line[0].since > LATE * self._wait_s):
                self.waiting -= 1
                self._refuse(line.popleft(), now)

    def _refuse(self, waiting: _Waiting, now: float) -> None:
        if not waiting.turn.done():  # who asked may have gone
            waiting.turn.set_result(False)
            self._note_refusal_at(now)

    def _next(self) -> _Waiting | None:
        """The most urgent one who waited longest."""
        for line in self._lines:
            while line:
                following = line.popleft()
                self.waiting -= 1
                if not following.turn.done():
                    return following
        return None

    def _measure(self, took_s: float) -> None:
        """While somebody waits, one leaves as soon as the work allows it."""
        took_s = min(LONGEST_PACE_S, took_s)
        self._pace_s = max(SHORTEST_PACE_S, self._pace_s + (took_s - self._pace_s) * SMOOTH)

    def _count(self, now: float) -> None:
        self._load.put(self.in_hand + self.waiting, now)

    def _note_refusal_at(self, now: float) -> None:
        self._refused, self._refused_at = self._refused_by(now) + 1, now

    def _refused_by(self, now: float) -> float:
        return self._refused * exp(-max(0.0, now - self._refused_at) / REMEMBERED_S)
