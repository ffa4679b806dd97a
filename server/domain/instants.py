"""When did something happen, by the clocks of the device that says so (sync.md 2.9)?

A device's monotonic clock tells how much time has passed, whatever its wall clock is set to; an anchor says which second of
the server's clock was its second 0. All instants are whole epoch seconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from typing import Final

from server.domain.messages import ClockReading, Instant

DRIFT_S: Final = 2  # by which an anchor may be wrong before it is made anew
FASTEST_DRIFT: Final = 5000  # seconds in which a monotonic clock may lose one
SAME_CLOCK_S: Final = 60  # more than a slow request and a week's drift: what differs by more is another clock
LAST_SECOND: Final = 32_503_680_000  # the year 3000


class Quality(StrEnum):
    """How well an instant is known.

    ANCHORED: by a monotonic clock that the server knows. OFFSET: by the wall clock, corrected by what the device had
    learned of the server's. WALL: by the wall clock alone, or by clocks that contradict each other.
    """

    ANCHORED = "A"
    OFFSET = "B"
    WALL = "C"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Second 0 of the monotonic clock with this name (see `clock_of`) was epoch second `mono0`."""

    clock: str
    mono0: int

    def is_of(self, other: Anchor) -> bool:
        """Whether both can be of one clock; a copy of a virtual machine has the same name and shows another time."""
        return self.clock == other.clock and abs(self.mono0 - other.mono0) <= SAME_CLOCK_S


@dataclass(frozen=True, slots=True)
class Placed:
    """An instant of a device as the server takes it.

    `anchor`: what it makes of the session's monotonic clock; None where none was named.
    """

    at: int
    quality: Quality
    anchor: Anchor | None = None


def clock_of(session: str) -> str | None:
    """The name under which a session's clock is kept, 32 digits whatever the device calls it; None for a nameless one."""
    return hashlib.sha256(session.encode()).hexdigest()[:32] if session else None


def met(reading: ClockReading, now_ms: int) -> Anchor | None:
    """What one contact says of the device's clock. `now_ms`: the server's, epoch milliseconds.

    Late by as long as the request was under way. None: the session has no name, or began before 1970.
    """
    clock = clock_of(reading.session)
    mono0 = (now_ms - reading.mono_ms) // 1000
    return None if clock is None or mono0 < 0 else Anchor(clock, mono0)


def nearest(known: Iterable[Anchor], seen: Anchor) -> Anchor | None:
    """Which of the anchors is that of the clock that was seen; None for a new one."""
    same = [each for each in known if each.is_of(seen)]
    return min(same, key=lambda each: abs(each.mono0 - seen.mono0), default=None)


def follow(
    before: Anchor | None, seen: Anchor, mono_s: int, *, has_facts: bool, runs: Callable[[], bool]
) -> Anchor:
    """By which the clock that was seen at `mono_s` goes on. `before`: its anchor until now, None for a new one.

    `has_facts`: the contact brought some; `runs`: whether anything runs by it, asked only when that matters. A request is
    seen late and never early: so what is earlier than thought is right, and what is later than any drift was a slow network.
    """
    if before is None:
        return seen
    late = seen.mono0 - before.mono0
    has_gained = late < -DRIFT_S
    has_lost = DRIFT_S < late <= DRIFT_S + mono_s // FASTEST_DRIFT and not has_facts
    return seen if (has_gained or has_lost) and not runs() else before


@dataclass(frozen=True, slots=True)
class Clocks:
    """By what the instants of one device's batch are read.

    `now`: the server's second; `wall`: the device's at the same moment. `present`: the anchor of the clock that the device has now. `known`: all anchors of the
    sessions that the batch names, this one among them. `doubted`: actions before which the wall clock was set.
    """

    now: int
    wall: int
    present: Anchor | None = None
    known: Sequence[Anchor] = ()
    doubted: frozenset[str] = field(default_factory=frozenset)

    def place(self, action_id: str, t: Instant, by: Anchor | None = None) -> Placed:
        """`by`: its most likely anchor, where its clock has several; None for that of the present clock."""
        by_wall = _by_wall(t)
        if action_id in self.doubted:
            by_wall = replace(by_wall, quality=Quality.WALL)
        clock = clock_of(t.session)
        anchors = {each for each in (*self.known, by) if each is not None and each.clock == clock}
        read = [Placed(each.mono0 + t.mono_s, Quality.ANCHORED, each) for each in anchors]
        possible = [each for each in read if 0 <= each.at <= self._latest]
        if possible and _is_told_otherwise(t, by_wall, possible):
            return by_wall
        if len(possible) > 1:
            return self._likeliest(possible, t, by or self.present)
        return possible[0] if possible else by_wall

    def place_end(self, action_id: str, t: Instant, begun: Placed) -> Placed:
        """Of what began then. Within one session the difference is the monotonic clock's, whatever the wall clock did."""
        by, clock = begun.anchor, clock_of(t.session)
        is_known = begun.quality is Quality.ANCHORED
        if by is not None and by.clock == clock and self._goes_on(by):
            at = by.mono0 + t.mono_s
            if 0 <= at <= (self._latest if is_known else LAST_SECOND):
                return Placed(at, begun.quality, by)
        placed = self.place(action_id, t, by if is_known else None)
        if by is not None and by.clock == clock and by != placed.anchor:
            return replace(placed, quality=Quality.WALL)
        return placed

    def put_off(self, t: Instant, begun: Placed, began: Instant) -> Placed | None:
        """For an end that would lie before its start: what can be made of it. `began`: as the device said it.

        None when the device itself puts it there. Else two of its clocks disagree, and none of what was worked is known.
        """
        is_said = t.session == began.session and t.wall < began.wall and t.mono_s <= began.mono_s
        if is_said:
            return None
        return Placed(max(begun.at, min(max(self._by_wall(t)), self.now)), Quality.WALL)

    @property
    def _latest(self) -> int:
        """Nothing that has happened lies after this, by a clock that never goes back."""
        return self.now + SAME_CLOCK_S

    def _by_wall(self, t: Instant) -> tuple[int, int]:
        """If the wall clock was right, and if it was as wrong as it is now."""
        return t.wall, t.wall + self.now - self.wall

    def _goes_on(self, anchor: Anchor) -> bool:
        """False when the clock of that name was ever halted, set back or copied, with its whole machine."""
        return all(each.is_of(anchor) for each in self.known if each.clock == anchor.clock)

    def _likeliest(self, possible: Sequence[Placed], t: Instant, by: Anchor | None) -> Placed:
        """A machine that was halted or copied has two clocks of one name: the wall clock says which one it was.

        What the device had learned of the server's time came from one of the two, and tells nothing.
        """
        apart = {each: min(abs(each.at - at) for at in self._by_wall(t)) for each in possible}
        closest = min(possible, key=lambda each: (apart[each], each.at))
        likely = next((each for each in possible if each.anchor == by), closest)
        if apart[closest] > SAME_CLOCK_S:
            return replace(likely, quality=Quality.WALL)
        return likely if abs(likely.at - closest.at) <= SAME_CLOCK_S else closest


def _is_told_otherwise(t: Instant, by_wall: Placed, possible: Sequence[Placed]) -> bool:
    """The device had learned the server's time, and its wall clock agrees; then a request that came late shows no clock."""
    is_sure = t.off_ms is not None and abs(t.wall - by_wall.at) <= SAME_CLOCK_S
    return is_sure and all(abs(each.at - by_wall.at) > SAME_CLOCK_S for each in possible)


def set_between(before: Instant | None, following: Iterable[tuple[str, Instant]]) -> frozenset[str]:
    """Those of a device's actions, in its own order, before which its wall clock was set.

    `before`: of the action that came before them. An instant before the boot, which was asked for by hand, says nothing.
    """
    told = [("", before)] if before is not None else []
    told += [each for each in following if each[1].session]
    return frozenset(action_id for (_, one), (action_id, other) in pairwise(told) if _is_set(one, other))


def _is_set(one: Instant, other: Instant) -> bool:
    """Within one session, wall and monotonic clock go on together, also where an instant is said afterwards."""
    if one.session == other.session:
        return abs((other.wall - other.mono_s) - (one.wall - one.mono_s)) > SAME_CLOCK_S
    return other.wall < one.wall


def _by_wall(t: Instant) -> Placed:
    if t.off_ms is not None:
        at = (t.wall * 1000 + t.off_ms) // 1000
        if 0 <= at <= LAST_SECOND:
            return Placed(at, Quality.OFFSET, _implied(t, at))
    at = min(t.wall, LAST_SECOND)
    return Placed(at, Quality.WALL, _implied(t, at))


def _implied(t: Instant, at: int) -> Anchor | None:
    clock = clock_of(t.session)
    return None if clock is None else Anchor(clock, at - t.mono_s)
