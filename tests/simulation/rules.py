"""What do the journal's rules make of everything that was ever said of one stretch of time?

Written from sync.md 2.10 alone, without any code of the server or the app. Instants are whole epoch seconds, stretches half
open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

FOREVER: Final = 2**40
LONG_S: Final = 16 * 3600
FUTURE_S: Final = 120
LATE_S: Final = 35 * 86_400

OPENING: Final = frozenset({"timer.start", "timer.resume"})
ENDING: Final = frozenset({"timer.pause", "timer.stop"})
BY_HAND: Final = frozenset({"log.add", "log.edit", "log.void"})
OF_ISSUE: Final = frozenset({"ISSUE_UNKNOWN", "ISSUE_DELETED", "NO_PERMISSION", "BUDGET_LOCKED"})
OF_TIME: Final = frozenset({"FUTURE", "LATE", "PERIOD_CLOSED"})

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Fact:
    """An action as the server took it. `at`: when it happened; `hold`: why it was kept and does not count."""

    action_id: str
    kind: str
    body: dict[str, Any]
    at: int
    hold: str | None = None

    @property
    def timer(self) -> str:
        return str(self.body["timer_id"])

    @property
    def made(self) -> tuple[int, int, str]:
        """The order of what is done by hand: of two in one second the one that knew the other is the later."""
        return self.at, int(self.body.get("base_rev", 0)), self.action_id


@dataclass(frozen=True, slots=True)
class Stretch:
    """One claim, by everything that was said of it. `last`: its latest explicit end. `is_void`: it was none at all."""

    claim: str
    timer: str
    start: int
    end: int | None
    last: int | None
    hold: str | None
    owned_from: int
    is_manual: bool
    is_void: bool = False

    @property
    def authored(self) -> tuple[int, str]:
        return self.owned_from, self.claim

    @property
    def begun(self) -> tuple[int, str]:
        return self.start, self.claim

    @property
    def held(self) -> Span | None:
        """What is kept of it and does not count, wherever no other stretch covers it."""
        if self.end is None or self.last is None:
            return None
        return (self.end if self.is_void or self.hold is None else self.start, self.last)


@dataclass(slots=True)
class Story:
    """All that was said of one timer, in the order in which it arrived."""

    timer: str
    facts: list[Fact] = field(default_factory=list)
    decided: dict[str, Fact] = field(default_factory=dict)

    def decide(self, fact: Fact) -> None:
        """Of several decisions about one action the one that was made last counts; asking a manager takes none back."""
        before = self.decided.get(fact.body["ref"])
        if (
            before is None
            or (fact.body["choice"] != "ask_manager" and fact.made > before.made)
            or before.body["choice"] == "ask_manager"
        ):
            self.decided[fact.body["ref"]] = fact

    def _is_decided(self, action_id: str, choice: str) -> bool:
        found = self.decided.get(action_id)
        return found is not None and found.body["choice"] == choice

    @property
    def first(self) -> Fact | None:
        return next((each for each in self.facts if each.kind in {"timer.start", "log.add"}), None)

    @property
    def named(self) -> int | None:
        return None if self.first is None else int(self.first.body["issue_id"])

    @property
    def by_hand(self) -> list[Fact]:
        """What counts of it, in the order in which it was made."""
        own = [each for each in self.facts if each.kind in BY_HAND]
        return sorted((f for f in own if f.kind == "log.add" or f.hold is None), key=lambda f: f.made)

    @property
    def moved_to(self) -> int | None:
        moves = [f.body["set"].get("issue_id") for f in self.by_hand if f.kind == "log.edit"]
        return next((each for each in reversed(moves) if each is not None), None)

    @property
    def issue(self) -> int | None:
        return self.named if self.moved_to is None else self.moved_to

    @property
    def revision(self) -> int:
        return 1 + sum(each.kind in {"log.edit", "log.void"} for each in self.facts)

    def stretches(self) -> list[Stretch]:
        found = []
        for fact in self.facts:
            if fact.kind in OPENING:
                found.append(self._stretch(fact, fact.body["claim_id"], fact.at, None))
            elif fact.kind == "log.add":
                found += [
                    self._stretch(fact, each["claim_id"], each["start"], fact.at) for each in entered(fact)
                ]
        return found

    def _stretch(self, opened: Fact, claim: str, began: int, by_hand_at: int | None) -> Stretch:
        said = _said(self.by_hand, claim)
        start = began if said is None else said.start
        raw = sorted(
            (f for f in self.facts if f.kind in ENDING and f.body["claim_id"] == claim and f.at >= began),
            key=lambda f: (f.at, f.action_id),
        )
        raw = raw[:1] + [f for f in raw[1:] if not self._is_decided(f.action_id, "discard")]
        ends = [max(start, f.at) for f in raw] if said is None or said.end is None else [said.end]
        owned = start if said is None and by_hand_at is None else (by_hand_at if said is None else said.made)
        made = Stretch(
            claim,
            self.timer,
            start,
            ends[0] if ends else None,
            ends[-1] if ends else None,
            None,
            start if owned is None else owned,
            by_hand_at is not None,
        )
        gone_at = self._gone_at(said)
        if gone_at is not None:
            return _gone(made, gone_at, [f.at for f in raw])
        hold, cause = self._hold(opened, made, said, raw)
        if self._is_decided(opened.action_id, "discard") or (
            hold is not None and self._is_decided(cause, "discard")
        ):
            end = made.start if made.end is None else made.end
            return replace(made, end=end, last=end, hold="VOID", is_void=True, owned_from=made.start)
        return replace(made, end=self._counted_end(made, said, raw), hold=hold)

    def _counted_end(self, made: Stretch, said: _Said | None, raw: Sequence[Fact]) -> int | None:
        """The earliest, or a later one of which its person said that it counts."""
        if said is not None and said.end is not None:
            return made.end
        later = [
            max(made.start, f.at)
            for f in raw[1:]
            if self._is_decided(f.action_id, "count") and f.hold is None and f.at - made.start <= LONG_S
        ]
        return max(later, default=made.end)

    def _gone_at(self, said: _Said | None) -> int | None:
        voids = [f for f in self.by_hand if f.kind == "log.void"]
        edits = [f for f in self.by_hand if f.kind == "log.edit"]
        if voids and not any(f.made > voids[-1].made for f in edits):
            return voids[-1].at
        return said.made if said is not None and said.is_void else None

    def _hold(
        self, opened: Fact, made: Stretch, said: _Said | None, raw: Sequence[Fact]
    ) -> tuple[str | None, str]:
        """Why it does not count, and the action because of which."""
        admission = opened.hold
        if admission in OF_ISSUE and self.moved_to is not None:
            admission = None
        if admission in OF_TIME and said is not None and said.action_id != opened.action_id:
            admission = None
        if admission is not None:
            return admission, opened.action_id
        is_ended_by_hand = said is not None and said.end is not None
        if raw and not is_ended_by_hand and raw[0].hold is not None:
            return raw[0].hold, raw[0].action_id
        if made.end is not None and made.end - made.start > LONG_S:
            return "LONG", said.action_id if said is not None and is_ended_by_hand else raw[0].action_id
        voids = [f for f in self.by_hand if f.kind == "log.void"]
        later = [f for f in self.by_hand if f.kind == "log.edit" and voids and f.made > voids[-1].made]
        return ("VOID_VS_EDIT", later[-1].action_id) if voids else (None, "")


@dataclass(frozen=True, slots=True)
class _Said:
    """The bounds that were given by hand last, and when."""

    action_id: str
    made: int
    start: int
    end: int | None
    is_void: bool


def entered(fact: Fact) -> list[dict[str, Any]]:
    """The stretches of a log that was entered by hand."""
    body = fact.body
    first = {"claim_id": body["claim_id"], "start": body["start"], "end": body["end"]}
    return [first, *body.get("more", [])]


def _said(by_hand: Sequence[Fact], claim: str) -> _Said | None:
    found = None
    entered_end = None
    for fact in by_hand:
        named = entered(fact) if fact.kind == "log.add" else fact.body.get("stretches", [])
        for each in named:
            if each["claim_id"] != claim:
                continue
            if fact.kind == "log.add":
                entered_end = each["end"]
            end = each.get("end")
            if end is None and entered_end is not None:
                end = max(each["start"], entered_end)
            found = _Said(fact.action_id, fact.at, each["start"], end, each.get("is_void", False))
    return found


def _gone(made: Stretch, gone_at: int, raw: Sequence[int]) -> Stretch:
    """Nothing of it counts or is kept, but what its timer went on to record after it was deleted."""
    end, last = made.end if made.end is not None else max(made.start, gone_at), None
    if raw and not made.is_manual and raw[-1] > gone_at + FUTURE_S:
        end, last = max(made.start, gone_at), max(made.start, raw[-1])
    else:
        last = end
    return Stretch(
        made.claim, made.timer, made.start, end, last, "VOID", made.start, made.is_manual, is_void=True
    )


def runs_last(stretches: Iterable[Stretch]) -> Stretch | None:
    """The timer that runs: the open claim that was begun last."""
    running = [each for each in stretches if each.end is None and each.hold != "ORPHAN"]
    return max(running, key=lambda each: each.begun, default=None)


def owners(stretches: Sequence[Stretch], live_until: int | None = None) -> list[tuple[str, Span]]:
    """Which stretch owns which seconds: each takes what no later-authored one has. `live_until`: the running one goes on so far."""
    live = runs_last(stretches) if live_until is not None else None
    ends = _ends(stretches)
    taken: list[Span] = []
    found: list[tuple[str, Span]] = []
    for each in sorted(stretches, key=lambda s: s.authored, reverse=True):
        if each.hold is not None:
            continue
        end = (live_until or 0) if each is live else ends[each.claim]
        if end > each.start:
            own = subtract((each.start, end), taken)
            found += [(each.claim, span) for span in own]
            taken = sorted([*taken, *own])
    return found


def _ends(stretches: Sequence[Stretch]) -> dict[str, int]:
    """An open claim that a later one follows ends there for now, where that is not too long."""
    ends = {each.claim: each.start if each.end is None else each.end for each in stretches}
    tracked = sorted((s for s in stretches if s.hold is None and not s.is_manual), key=lambda s: s.begun)
    for each, later in pairwise(tracked):
        if each.end is None and later.start - each.start <= LONG_S:
            ends[each.claim] = later.start
    return ends


def subtract(span: Span, taken: Iterable[Span]) -> list[Span]:
    """What of it is in none of the others, which are in order and disjoint."""
    left = []
    start, end = span
    for a, b in taken:
        if b <= start:
            continue
        if a >= end:
            break
        if a > start:
            left.append((start, a))
        start = max(start, b)
    if start < end:
        left.append((start, end))
    return left


def union(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
