"""What counts of a person's facts, second by second, by the rules of the journal?

Written from the rules alone (R1 to R4 and R7), without any code of the server. Time goes in ticks: every instant is a
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


Fact = Opened | Ended


@dataclass(frozen=True)
class _Stretch:
    """`first` None: open. `first` and `last` are its earliest and latest end."""

    claim: int
    timer: int
    start: int
    first: int | None
    last: int | None
    is_held: bool
    is_orphan: bool

    @property
    def authored(self) -> tuple[int, int]:
        return self.start, self.claim


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

    def seconds(self, owners: Mapping[int, int]) -> Counter[int]:
        """By timer."""
        return Counter(
            {timer: n * TICK_S for timer, n in Counter(self.timers[c] for c in owners.values()).items()}
        )


def judge(facts: list[Fact], refused_issues: Mapping[str, int], now: int = TICKS) -> Verdict:
    """`refused_issues`: issue, and the tick from which time that begins on it is held. `now`: in ticks."""
    stretches = _stretches(facts, refused_issues)
    live = max(
        (s for s in stretches if s.first is None and not s.is_orphan), key=lambda s: s.authored, default=None
    )
    counted = _owners(stretches, None, now)
    counted_now = _owners(stretches, live, now)
    claimed = {tick for s in stretches for tick in range(s.start, s.last or 0)}
    return Verdict(
        counted=counted,
        held=claimed - set(counted),
        claimed=claimed | set(counted),
        counted_now=counted_now,
        held_now=claimed - set(counted_now),
        running=None if live is None else live.claim,
        timers={s.claim: s.timer for s in stretches},
    )


def price(seconds: int, hourly: Fraction) -> Fraction:
    """Rounded once, half up, to four places."""
    return Fraction(floor(hourly * seconds / 3600 * 10_000 + Fraction(1, 2)), 10_000)


def _stretches(facts: list[Fact], refused: Mapping[str, int]) -> list[_Stretch]:
    issues = {f.timer: f.issue for f in facts if isinstance(f, Opened) and f.issue is not None}
    found = []
    for fact in facts:
        if not isinstance(fact, Opened):
            continue
        ends = [f.at for f in facts if isinstance(f, Ended) and f.claim == fact.claim and f.at >= fact.at]
        issue = issues.get(fact.timer)
        is_long = bool(ends) and (min(ends) - fact.at) * TICK_S > LONG_S
        is_refused = issue is None or fact.at >= refused.get(issue, TICKS + 1)
        found.append(
            _Stretch(
                claim=fact.claim,
                timer=fact.timer,
                start=fact.at,
                first=min(ends, default=None),
                last=max(ends, default=None),
                is_held=is_refused or is_long,
                is_orphan=issue is None,
            )
        )
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
    later = [s.start for s in stretches if not s.is_held and s.authored > stretch.authored]
    return min(later, default=stretch.start)
