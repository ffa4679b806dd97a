"""What counts of a person's facts, second by second, by the rules of the journal?

Written from the rules alone (R1 to R7), without any code of the server. Time goes in ticks: every instant is a
whole number of them, so that looking at each tick is looking at each second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    is_decision: bool = False


@dataclass(frozen=True)
class Voided:
    timer: int
    base: int
    made: int


@dataclass(frozen=True)
class Decided:
    """What somebody said about what the fact with the number `ref` is the reason for."""

    ref: int
    choice: str  # count, discard, keep, move_issue or change_time
    made: int
    issue: str | None = None
    span: tuple[int, int] = (0, 0)


Fact = Opened | Ended | Added | Edited | Voided | Decided
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
    number: int = 0


@dataclass(frozen=True)
class _Story:
    """All that was said of one timer. `refused`: issue, and from when on its time is held."""

    timer: int
    facts: list[Numbered]
    refused: Mapping[str, int]

    @property
    def by_hand(self) -> list[Added | Edited | Voided]:
        """In the order in which they were made, without those that move the log where it may not be."""
        own = self.numbered
        taken = [(n, f) for n, f in own if not (isinstance(f, Edited) and f.issue in self.refused)]
        return [f for _, f in sorted(taken, key=_order)]

    @property
    def numbered(self) -> list[tuple[int, ByHand]]:
        """With the corrections that decisions mean."""
        own = [(n, f) for n, f in self.facts if isinstance(f, ByHand) and f.timer == self.timer]
        return own + [(n, edit) for n, edit in _decisions(self.facts) if edit.timer == self.timer]

    def last_word(self, ref: int | None) -> str | None:
        """Of all decisions about one thing, the one that was made last."""
        said = [(f.made, n, f.choice) for n, f in self.facts if isinstance(f, Decided) and f.ref == ref]
        return max(said)[2] if said else None

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
        return self.restored_by is not None

    @property
    def restored_by(self) -> int | None:
        """The number of the last change after the deletion."""
        told = [
            (n, f)
            for n, f in sorted(self.numbered, key=_order)
            if not isinstance(f, Added)
            and not (isinstance(f, Edited) and (f.is_decision or f.issue in self.refused))
        ]
        is_changed = any(isinstance(f, Voided) for _, f in told) and not isinstance(told[-1][1], Voided)
        return told[-1][0] if is_changed else None

    def said_last(self, claim: int) -> _Said | None:
        taken = [(n, f) for n, f in self.numbered if not (isinstance(f, Edited) and f.issue in self.refused)]
        said = [replace(each, number=n) for n, f in sorted(taken, key=_order) for each in _bounds(f, claim)]
        if not said:
            return None
        last = said[-1]
        entered = [each.end for f in self.by_hand if isinstance(f, Added) for each in _bounds(f, claim)]
        if last.end is None and entered and entered[0] is not None:
            return replace(last, end=max(last.start, entered[0]))
        return last

    def gone(self, said: _Said | None) -> int | None:
        if self.removed is not None and not self.is_changed_after:
            return self.removed
        return said.made if said is not None and said.is_void else None

    def is_refused(self, at: int) -> bool:
        if self.named is None:
            return True
        return at >= self.refused.get(self.named, TICKS + 1) and self.moved_to is None

    def stretch(self, claim: int, at: int, began: int, made: int | None, opened: int) -> _Stretch:
        """`began`: where the action that `opened` it says; `made`: when it was entered by hand."""
        said = self.said_last(claim)
        start = at if said is None else said.start
        told = sorted(
            (f.at, n) for n, f in self.facts if isinstance(f, Ended) and f.claim == claim and f.at >= at
        )
        told = [
            (end, n) for index, (end, n) in enumerate(told) if index == 0 or self.last_word(n) != "discard"
        ]
        raw = [end for end, _ in told]
        bounds = [(max(start, end), n) for end, n in told]
        if said is not None and said.end is not None:
            bounds = [(said.end, said.number)]
        ends = [end for end, _ in bounds]
        later = [
            end for end, n in bounds[1:] if self.last_word(n) == "count" and (end - start) * TICK_S <= LONG_S
        ]
        gone = self.gone(said)
        kept = None
        if gone is not None and made is None and max(raw, default=0) > gone:
            kept = (max(start, gone), max(start, *raw))
        is_long = bool(ends) and (min(ends) - start) * TICK_S > LONG_S
        cause = None
        if not self.is_refused(began):
            cause = bounds[0][1] if is_long else self.restored_by
        if gone is None and "discard" in {self.last_word(opened), self.last_word(cause)}:
            gone, kept = start, None
        return _Stretch(
            claim=claim,
            timer=self.timer,
            start=start,
            first=max(later, default=min(ends, default=None if gone is None else start)),
            last=max(ends, default=None),
            is_held=self.is_refused(began) or is_long or gone is not None or self.removed is not None,
            is_orphan=self.named is None,
            owned_from=said.made if said is not None else start,
            is_manual=made is not None,
            is_void=gone is not None,
            kept=kept,
        )


def _decisions(facts: list[Numbered]) -> list[tuple[int, Edited]]:
    """The corrections that those decisions mean which count."""
    by_number = dict(facts)
    last: dict[int, tuple[int, int]] = {}
    for number, fact in facts:
        if isinstance(fact, Decided):
            last[fact.ref] = max(last.get(fact.ref, (-1, 0)), (fact.made, number))
    found = []
    for ref, (_, number) in last.items():
        decided, about = by_number[number], by_number[ref]
        assert isinstance(decided, Decided)
        if isinstance(about, Decided) or decided.choice not in {"move_issue", "change_time"}:
            continue
        claims = _claims_of(about)
        if decided.choice == "move_issue":
            found.append((number, Edited(about.timer, 1, decided.made, decided.issue, (), is_decision=True)))
        elif len(claims) == 1:
            bounds = ((claims[0], *decided.span, False),)
            found.append((number, Edited(about.timer, 1, decided.made, None, bounds, is_decision=True)))
    return found


def _claims_of(about: Opened | Ended | Added | Edited | Voided) -> list[int]:
    match about:
        case Opened():
            return [about.claim]
        case Ended():
            return [] if about.claim is None else [about.claim]
        case Added():
            return [claim for claim, *_ in about.stretches]
        case Edited():
            return [claim for claim, *_ in about.bounds]
        case _:
            return []


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
    for number, fact in facts:
        if isinstance(fact, Opened):
            story = _Story(fact.timer, facts, refused)
            found.append(story.stretch(fact.claim, fact.at, fact.at, None, number))
        elif isinstance(fact, Added):
            story = _Story(fact.timer, facts, refused)
            began = fact.stretches[0][1]
            found += [
                story.stretch(claim, start, began, fact.made, number) for claim, start, _ in fact.stretches
            ]
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
