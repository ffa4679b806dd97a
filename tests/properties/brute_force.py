"""What counts of a person's facts, second by second, by the rules of the journal?

Written from the rules alone (R1 to R7), without any code of the server. Time goes in ticks: every instant is a
whole number of them, so that looking at each tick is looking at each second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor

TICK_S = 1799
TICKS = 48  # within one day
LONG_S = 16 * 3600


@dataclass(frozen=True)
class Opened:
    """A start, or a resume when `issue` is None."""

    timer: int
    claim: int
    issue: str | None
    at: int


@dataclass(frozen=True)
class Ended:
    """`claim` None: the stop of a paused timer."""

    timer: int
    claim: int | None
    is_stop: bool
    at: int


@dataclass(frozen=True)
class Added:
    """Entered by hand at `made`: one stretch, or several."""

    timer: int
    issue: str
    stretches: tuple[tuple[int, int, int], ...]  # claim, start, end
    made: int


@dataclass(frozen=True)
class Edited:
    """`bounds`: claim, start, end or None, whether it was none at all."""

    timer: int
    base: int
    made: int
    issue: str | None
    bounds: tuple[tuple[int, int, int | None, bool], ...]


@dataclass(frozen=True)
class Voided:
    timer: int
    base: int
    made: int


Fact = Opened | Ended | Added | Edited | Voided
ByHand = Added | Edited | Voided
Numbered = tuple[int, Fact]


@dataclass(frozen=True)
class _Stretch:
    """`first` None: open. `first` and `last` are its earliest and latest end. `owned_from`: what R3 goes by."""

    claim: int
    timer: int
    start: int
    first: int | None
    last: int | None
    is_held: bool
    is_orphan: bool
    owned_from: int
    is_manual: bool = False
    is_void: bool = False
    kept: tuple[int, int] | None = None  # of a void one: what was recorded after it was deleted

    @property
    def authored(self) -> tuple[int, int]:
        return self.owned_from, self.claim

    @property
    def begun(self) -> tuple[int, int]:
        return self.start, self.claim

    @property
    def claimed(self) -> range:
        if self.is_void:
            return range(*(self.kept or (0, 0)))
        return range(self.start, self.last or 0)


@dataclass(frozen=True)
class Verdict:
    """Owner of each counted tick, by claim; the held ticks; and the same while the running timer goes on until now."""

    counted: dict[int, int]
    held: set[int]
    claimed: set[int]
    counted_now: dict[int, int]
    held_now: set[int]
    running: int | None
    timers: dict[int, int]
    issues: dict[int, str]  # of each timer, after it was moved
    removed: set[int]

    def seconds(self, owners: Mapping[int, int]) -> Counter[int]:
        """By timer."""
        return Counter(
            {timer: n * TICK_S for timer, n in Counter(self.timers[c] for c in owners.values()).items()}
        )


def judge(facts: list[Numbered], refused_issues: Mapping[str, int], now: int = TICKS) -> Verdict:
    """`refused_issues`: issue, and the tick from which time that begins on it is held. `now`: in ticks.

    The number of a fact is the order of their ids.
    """
    stretches = _stretches(facts, refused_issues)
    live = max(
        (s for s in stretches if s.first is None and not s.is_orphan and not s.is_void),
        key=lambda s: s.begun,
        default=None,
    )
    counted = _owners(stretches, None, now)
    counted_now = _owners(stretches, live, now)
    claimed = {tick for s in stretches for tick in s.claimed}
    stories = [_Story(timer, facts, refused_issues) for timer in {s.timer for s in stretches}]
    return Verdict(
        counted=counted,
        held=claimed - set(counted),
        claimed=claimed | set(counted),
        counted_now=counted_now,
        held_now=claimed - set(counted_now),
        running=None if live is None else live.claim,
        timers={s.claim: s.timer for s in stretches},
        issues={each.timer: each.moved_to or each.named for each in stories if each.named is not None},
        removed={f.timer for _, f in facts if isinstance(f, Voided)},
    )


def price(seconds: int, hourly: Fraction) -> Fraction:
    """Rounded once, half up, to four places."""
    return Fraction(floor(hourly * seconds / 3600 * 10_000 + Fraction(1, 2)), 10_000)


def _order(numbered: Numbered) -> tuple[int, int, int]:
    number, fact = numbered
    assert isinstance(fact, ByHand)
    return fact.made, 0 if isinstance(fact, Added) else fact.base, number


@dataclass(frozen=True)
class _Said:
    """Of one claim: when its bounds were said last, its start, its end, and whether it was none."""

    made: int
    start: int
    end: int | None
    is_void: bool


@dataclass(frozen=True)
class _Story:
    """All that was said of one timer. `refused`: issue, and from when on its time is held."""

    timer: int
    facts: list[Numbered]
    refused: Mapping[str, int]

    @property
    def by_hand(self) -> list[Added | Edited | Voided]:
        """In the order in which they were made, without those that move the log where it may not be."""
        own = [(n, f) for n, f in self.facts if isinstance(f, ByHand) and f.timer == self.timer]
        taken = [(n, f) for n, f in own if not (isinstance(f, Edited) and f.issue in self.refused)]
        return [f for _, f in sorted(taken, key=_order) if isinstance(f, ByHand)]

    @property
    def named(self) -> str | None:
        return next(
            (
                f.issue
                for _, f in self.facts
                if isinstance(f, Opened | Added) and f.timer == self.timer and f.issue
            ),
            None,
        )

    @property
    def moved_to(self) -> str | None:
        edits = [f.issue for f in self.by_hand if isinstance(f, Edited) and f.issue is not None]
        return edits[-1] if edits else None

    @property
    def removed(self) -> int | None:
        return max((f.made for f in self.by_hand if isinstance(f, Voided)), default=None)

    @property
    def is_changed_after(self) -> bool:
        kinds = [type(f) for f in self.by_hand if not isinstance(f, Added)]
        return Voided in kinds and kinds[-1] is not Voided

    def said_last(self, claim: int) -> _Said | None:
        said = [each for f in self.by_hand for each in _bounds(f, claim)]
        if not said:
            return None
        last = said[-1]
        entered = [each.end for f in self.by_hand if isinstance(f, Added) for each in _bounds(f, claim)]
        if last.end is None and entered and entered[0] is not None:
            return _Said(last.made, last.start, max(last.start, entered[0]), last.is_void)
        return last

    def gone(self, said: _Said | None) -> int | None:
        if self.removed is not None and not self.is_changed_after:
            return self.removed
        return said.made if said is not None and said.is_void else None

    def is_refused(self, at: int) -> bool:
        if self.named is None:
            return True
        return at >= self.refused.get(self.named, TICKS + 1) and self.moved_to is None

    def stretch(self, claim: int, at: int, began: int, made: int | None) -> _Stretch:
        """`began`: where the action that opened it says; `made`: when it was entered by hand."""
        said = self.said_last(claim)
        start = at if said is None else said.start
        raw = [f.at for _, f in self.facts if isinstance(f, Ended) and f.claim == claim and f.at >= at]
        ends = [max(start, end) for end in raw]
        if said is not None and said.end is not None:
            ends = [said.end]
        gone = self.gone(said)
        kept = None
        if gone is not None and made is None and max(raw, default=0) > gone:
            kept = (max(start, gone), max(start, *raw))
        is_long = bool(ends) and (min(ends) - start) * TICK_S > LONG_S
        return _Stretch(
            claim=claim,
            timer=self.timer,
            start=start,
            first=min(ends, default=None if gone is None else start),
            last=max(ends, default=None),
            is_held=self.is_refused(began) or is_long or gone is not None or self.removed is not None,
            is_orphan=self.named is None,
            owned_from=said.made if said is not None else start,
            is_manual=made is not None,
            is_void=gone is not None,
            kept=kept,
        )


def _bounds(fact: Added | Edited | Voided, claim: int) -> list[_Said]:
    match fact:
        case Added():
            return [
                _Said(fact.made, start, end, False) for name, start, end in fact.stretches if name == claim
            ]
        case Edited():
            return [
                _Said(fact.made, start, end, is_void)
                for name, start, end, is_void in fact.bounds
                if name == claim
            ]
        case _:
            return []


def _stretches(facts: list[Numbered], refused: Mapping[str, int]) -> list[_Stretch]:
    found = []
    for _, fact in facts:
        if isinstance(fact, Opened):
            story = _Story(fact.timer, facts, refused)
            found.append(story.stretch(fact.claim, fact.at, fact.at, None))
        elif isinstance(fact, Added):
            story = _Story(fact.timer, facts, refused)
            began = fact.stretches[0][1]
            found += [story.stretch(claim, start, began, fact.made) for claim, start, _ in fact.stretches]
    return found


def _owners(stretches: list[_Stretch], live: _Stretch | None, now: int) -> dict[int, int]:
    owners = {}
    for tick in range(TICKS):
        covering = [s for s in stretches if not s.is_held and s.start <= tick < _end(s, stretches, live, now)]
        if covering:
            owners[tick] = max(covering, key=lambda s: s.authored).claim
    return owners


def _end(stretch: _Stretch, stretches: list[_Stretch], live: _Stretch | None, now: int) -> int:
    if stretch is live:
        return now
    if stretch.first is not None:
        return stretch.first
    later = [s.start for s in stretches if not s.is_held and not s.is_manual and s.begun > stretch.begun]
    end = min(later, default=stretch.start)
    return end if (end - stretch.start) * TICK_S <= LONG_S else stretch.start
