"""Whatever happens to a device's clocks: does the server know how long was worked, and when, or that it does not know?

The world has a true time that nothing in the product sees. Machines drift, sleep, boot anew, are halted, reverted and
copied; their wall clocks are set. What the server makes of their instants is compared with what the world knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from server.domain.instants import Anchor, Clocks, Placed, Quality, follow, met, nearest
from server.domain.messages import ClockReading, Instant

SEEDS: Final = 20_000
SECOND: Final = 1000
HOUR: Final = 3600 * SECOND
DAY: Final = 24 * HOUR
YEAR: Final = 365 * DAY
SLOWEST_MS: Final = 3 * SECOND  # request
DRIFT_PPM: Final = 100
SEEN_BREAK_S: Final = 120  # a machine that was away for longer is noticed
RIGHT_S: Final = 5  # a wall clock that is off by less is right
ZONES: Final = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
FIRST: Final = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * SECOND


def changes(zone: str) -> Iterator[tuple[int, int]]:
    """When this zone's clocks are set in 2026, and by how much, in milliseconds."""
    hours = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(365 * 24)]
    offsets = [(hour, hour.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()) for hour in hours]
    for (_, before), (hour, after) in pairwise(offsets):
        if before != after:
            yield int(hour.timestamp()) * SECOND, int((after - before).total_seconds()) * SECOND


DST: Final = [change for zone in ZONES for change in changes(zone)]


@dataclass
class Machine:
    """`true` is the world's; the others are what the machine believes. All in milliseconds, sessions numbered."""

    true: int
    drift_ppm: int
    wall_off: int = 0
    session: int = 1
    mono: int = 20 * SECOND
    slept: int = 0
    breaks: int = 0  # how often the machine was halted or reverted
    learned: Anchor | None = None  # of this session

    def live(self, ms: int, *, awake: bool = True) -> None:
        self.true += ms
        self.mono += ms + ms * self.drift_ppm // 1_000_000
        if not awake:
            self.slept += ms

    def halt(self, ms: int) -> None:
        """Its clocks stand still; the host then puts the wall clock right."""
        self.true += ms
        self.breaks += 1

    def revert(self, ms: int) -> None:
        """To a snapshot: its monotonic clock shows again what it showed then."""
        self.mono = max(SECOND, self.mono - ms)
        self.breaks += 1

    def boot(self, ms: int) -> None:
        self.true += ms
        self.session += 1
        self.mono = 20 * SECOND
        self.learned = None

    @property
    def wall(self) -> int:
        return max(0, self.true + self.wall_off)

    def instant(self) -> Instant:
        off_ms = None
        if self.learned is not None:
            off_ms = (self.learned.mono0 + self.mono // SECOND - self.wall // SECOND) * SECOND
        awake = (self.mono - self.slept) // SECOND
        return Instant(self.wall // SECOND, self._name, self.mono // SECOND, max(0, awake), "UTC", off_ms)

    def reading(self) -> ClockReading:
        return ClockReading(self._name, self.mono, self.wall // SECOND, "UTC")

    @property
    def _name(self) -> str:
        return f"boot {self.session}"


@dataclass(frozen=True)
class Fact:
    """What was done, and what the world knows of that moment."""

    is_start: bool
    t: Instant
    true: int
    session: int
    breaks: int
    is_wall_right: bool


@dataclass(frozen=True)
class Taken:
    """A fact, what the server made of it, and how often the machine had been away when it heard of it."""

    fact: Fact
    placed: Placed
    breaks: int


@dataclass
class Book:
    """The server's side: its anchors, and what it took. `made`: when, by the world's time, each anchor was."""

    anchors: list[Anchor] = field(default_factory=list)
    made: dict[Anchor, int] = field(default_factory=dict)
    begun: Placed | None = None
    taken: list[Taken] = field(default_factory=list)

    def contact(self, machine: Machine, delay: int, facts: list[Fact]) -> None:
        now_ms = machine.true + delay
        seen = met(machine.reading(), now_ms)
        assert seen is not None
        before = nearest(self.anchors, seen)
        runs = self.begun is not None
        present = follow(before, seen, machine.mono // SECOND, has_facts=bool(facts), runs=lambda: runs)
        if present != before:
            self.made[present] = machine.true
        self.anchors = [present, *(each for each in self.anchors if each != before)]
        clocks = Clocks(now_ms // SECOND, machine.wall // SECOND, present, self.anchors)
        for fact in facts:
            placed = self._placed(clocks, fact.t)
            self.begun = placed if fact.is_start else None
            self.taken.append(Taken(fact, placed, machine.breaks))
        machine.learned = present

    def _placed(self, clocks: Clocks, t: Instant) -> Placed:
        begun = self.begun
        if begun is None:
            return clocks.place("", t)
        placed = clocks.place_end("", t, begun)
        if placed.at >= begun.at:
            return placed
        return clocks.put_off(t, begun, self.taken[-1].fact.t) or placed


@dataclass
class Story:
    """One device for some days."""

    chance: Random
    machine: Machine
    book: Book = field(default_factory=Book)
    waiting: list[Fact] = field(default_factory=list)
    may_break: bool = True
    is_running: bool = False
    has_forgotten: bool = False
    contacts: set[tuple[int, int]] = field(default_factory=set)  # in which session, after how many breaks

    def press(self) -> None:
        self.is_running = not self.is_running
        machine = self.machine
        is_right = abs(machine.wall_off) <= RIGHT_S * SECOND
        self.waiting.append(
            Fact(self.is_running, machine.instant(), machine.true, machine.session, machine.breaks, is_right)
        )

    def sync(self, at_most: int = 1000) -> None:
        self.contacts.add((self.machine.session, self.machine.breaks))
        self.book.contact(self.machine, self.chance.randrange(SLOWEST_MS), self.waiting[:at_most])
        self.waiting = self.waiting[at_most:]

    def restore(self) -> None:
        """The server's backup is from before it knew this machine."""
        self.book.anchors = []
        self.has_forgotten = True

    def known(self, fact: Fact) -> set[int]:
        """After how many breaks there was a contact in that session."""
        return {breaks for session, breaks in self.contacts if session == fact.session}

    def knew(self, fact: Fact) -> bool:
        """Whether the server saw the machine's clock as it went then, and has not lost that."""
        has_lost = self.has_forgotten and self.machine.breaks > 0
        return fact.breaks in self.known(fact) and not has_lost

    def step(self) -> None:
        self.machine.live(self.chance.randrange(1, 2 * HOUR))
        rare = [self._sleep, self._set, self._put_right, self._strobe, self._boot, self._change_to_dst]
        if self.may_break:
            rare.append(self._break)
        if self.chance.random() < 0.02:
            self.restore()
        usual = [self.press] * 6 + [self.sync] * 2 + [lambda: self.sync(at_most=1)]
        self.chance.choice([*usual, *rare])()

    def _sleep(self) -> None:
        self.machine.live(self.chance.randrange(1, 12 * HOUR), awake=False)

    def _set(self) -> None:
        self.machine.wall_off += self.chance.choice([HOUR, -HOUR, DAY, -DAY, -YEAR])

    def _put_right(self) -> None:
        """By the network's time."""
        self.machine.wall_off = 0

    def _change_to_dst(self) -> None:
        """Of a machine whose hardware clock keeps the local time."""
        self.machine.wall_off += self.chance.choice(DST)[1]

    def _boot(self) -> None:
        self.machine.boot(self.chance.randrange(SECOND, 8 * HOUR))

    def _strobe(self) -> None:
        for _ in range(3):
            self.machine.wall_off += HOUR
            self.press()
            self.machine.live(self.chance.randrange(1, 3000))
            self.machine.wall_off -= HOUR
            self.press()
            self.machine.live(self.chance.randrange(1, 3000))

    def _break(self) -> None:
        away = self.chance.randrange(SEEN_BREAK_S * SECOND, 5 * HOUR)
        if self.chance.random() < 0.5:
            self.machine.halt(away)
        elif self.machine.mono > away + SECOND:
            self.machine.revert(away)


def told(seed: int) -> Story:
    chance = Random(seed)  # noqa: S311  # a story that can be told again
    start = chance.choice(DST)[0] - chance.randrange(DAY) if chance.random() < 0.3 else FIRST
    machine = Machine(start, chance.randint(-DRIFT_PPM, DRIFT_PPM))
    story = Story(chance, machine, may_break=chance.random() < 0.5)
    for _ in range(14):
        story.step()
    if story.is_running:
        story.press()
    story.sync()
    return story


def check(story: Story, seen: Counter[str]) -> None:
    for each in story.book.taken:
        seen[each.placed.quality] += 1
        _check_instant(story, each, seen)
    for begun, ended in pairwise(story.book.taken):
        if begun.fact.is_start:
            assert ended.placed.at >= begun.placed.at or _is_said_before(begun.fact, ended.fact)
            _check_length(story, begun, ended, seen)


def _is_said_before(begun: Fact, ended: Fact) -> bool:
    """A machine that was reverted, and whose wall clock was set back as well."""
    return ended.t.mono_s <= begun.t.mono_s and ended.t.wall < begun.t.wall


def _check_instant(story: Story, taken: Taken, seen: Counter[str]) -> None:
    """What is said to be known is right, but where the wall clock was wrong while the machine was away."""
    fact = taken.fact
    known = story.known(fact)
    if taken.placed.quality is Quality.WALL:
        assert known != {fact.breaks} or not fact.is_start or story.has_forgotten
        return
    if not story.knew(fact) or (len(known) > 1 and not fact.is_wall_right):
        seen["beyond knowing"] += 1
        return
    made = story.book.made.get(taken.placed.anchor or Anchor("", 0), FIRST - DAY)
    error_s = abs(taken.placed.at - fact.true / SECOND)
    assert error_s <= SLOWEST_MS / SECOND + 1 + abs(fact.true - made) / SECOND * DRIFT_PPM / 1_000_000
    seen["right"] += 1


def _check_length(story: Story, begun: Taken, ended: Taken, seen: Counter[str]) -> None:
    """To the second what the monotonic clock says, of a machine that was not away meanwhile."""
    one, other = begun.fact, ended.fact
    if one.session != other.session or one.breaks != other.breaks:
        return
    is_steady = other.breaks == ended.breaks and len(story.known(one)) == 1
    if is_steady or (story.knew(one) and one.is_wall_right and other.is_wall_right):
        assert ended.placed.at - begun.placed.at == other.t.mono_s - one.t.mono_s
        seen["exact"] += 1


@pytest.mark.parametrize("first", range(0, SEEDS, 5000))
def test_durations_are_exact_and_nothing_is_silently_wrong(first: int) -> None:
    seen: Counter[str] = Counter()
    for seed in range(first, first + 5000):
        check(told(seed), seen)
    assert seen["exact"] > 10_000
    assert seen["right"] > 30_000
    assert seen["beyond knowing"] < seen["right"] / 5
    assert all(seen[quality] > 50 for quality in Quality)
