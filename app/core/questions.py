"""What does the app have to ask, and what does each answer record?

Only the person knows what was worked on while two timers ran, or nobody was seen here. Until it is answered nothing is lost and
nothing is decided: the claim stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.clock import Reading
from app.core.actions import Cause, Draft, Kind
from app.core.gestures import NewId, supersede
from app.core.instants import instant, instant_of
from app.core.timer import IssueRef, Timer


class Option(StrEnum):
    """END_OURS: what ran here ends where the other began. KEEP_OURS: the other one was a mistake, KEEP_BOTH: none was.

    KEEP: it was worked all the time. DROP: nothing was worked meanwhile. SPLIT: what was worked meanwhile is a log of its own.
    """

    END_OURS = "end_ours"
    KEEP_OURS = "keep_ours"
    KEEP_BOTH = "keep_both"
    KEEP = "keep"
    DROP = "drop"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Another device began `other` while `ours` ran here and nobody noticed (sync.md 2.10)."""

    ours: Timer
    other: Timer

    @property
    def options(self) -> tuple[Option, ...]:
        return (Option.END_OURS, Option.KEEP_OURS, Option.KEEP_BOTH)

    @property
    def began(self) -> int:
        """When the other one began, epoch seconds."""
        return self.other.started_at if self.other.running_since is None else self.other.running_since


@dataclass(frozen=True, slots=True)
class Away:
    """The timer of `issue` ran from second `since` to `until`, and the machine slept, or the app was not there.

    `cause` SLEEP: it slept, and the timer goes on. CRASH_RECOVERED: it was last seen at `since`; DROP ends the stretch there, or at
    another second between both.
    """

    issue: IssueRef
    cause: Cause
    since: int
    until: int

    @property
    def options(self) -> tuple[Option, ...]:
        if self.cause is Cause.SLEEP:
            return (Option.KEEP, Option.DROP, Option.SPLIT)
        return (Option.KEEP, Option.DROP)


Question = TakenOver | Away


@dataclass(frozen=True, slots=True)
class Gap:
    """As `Away`, as facts: `since` and `until` are instants as they stand in bodies (`t`), which no change of clocks moves."""

    timer_id: str
    claim_id: str
    issue: IssueRef
    cause: Cause
    since: Mapping[str, Any]
    until: Mapping[str, Any]


def take_over(question: TakenOver, option: Option, reading: Reading, new_id: NewId) -> tuple[Draft, ...]:
    """What the answer records; nothing where both count, each in its seconds."""
    match option:
        case Option.END_OURS:
            return (supersede(question.ours, question.began, reading, new_id),)
        case Option.KEEP_OURS:
            return (supersede(question.other, question.began, reading, new_id),)
        case _:
            return ()


def explain(gap: Gap, option: Option, reading: Reading, new_id: NewId) -> tuple[Draft, ...]:
    """What the answer records; nothing where it was worked all the time."""
    ended = _end(gap, gap.since, reading, new_id)
    match option:
        case Option.DROP if gap.cause is Cause.SLEEP:
            return (ended, _resume(gap, reading, new_id))
        case Option.DROP:
            return (ended,)
        case Option.SPLIT:
            return (ended, _log(gap, reading, new_id), _resume(gap, reading, new_id))
        case _:
            return ()


def unexplained(gap: Gap, reading: Reading, new_id: NewId) -> tuple[Draft, ...]:
    """Nobody answered and the timer is used again: the stretch ends twice, so that the server holds what lies between (R2)."""
    return (
        _end(gap, gap.since, reading, new_id),
        _end(gap, gap.until, reading, new_id),
        _resume(gap, reading, new_id),
    )


def left_open(gap: Gap, reading: Reading, new_id: NewId) -> tuple[Draft, ...]:
    """Nobody answered before the app was quit: what came after the gap may be nobody's either, and is held with it."""
    last = instant(reading, reading.now)
    return (_end(gap, gap.since, reading, new_id), _end(gap, last, reading, new_id))


def _end(gap: Gap, t: Mapping[str, Any], reading: Reading, new_id: NewId) -> Draft:
    return _draft(
        Kind.PAUSE, t, reading, new_id, timer_id=gap.timer_id, claim_id=gap.claim_id, cause=str(gap.cause)
    )


def _resume(gap: Gap, reading: Reading, new_id: NewId) -> Draft:
    return _draft(Kind.RESUME, gap.until, reading, new_id, timer_id=gap.timer_id, claim_id=new_id())


def _log(gap: Gap, reading: Reading, new_id: NewId) -> Draft:
    said = {
        "timer_id": new_id(),
        "claim_id": new_id(),
        "issue_id": gap.issue.id,
        "start": instant_of(gap.since, reading.anchor),
        "end": instant_of(gap.until, reading.anchor),
    }
    return _draft(Kind.ADD, instant(reading, reading.now), reading, new_id, **said)


def _draft(kind: Kind, t: Mapping[str, Any], reading: Reading, new_id: NewId, **said: Any) -> Draft:
    at = instant_of(t, reading.anchor)
    return Draft(action_id=new_id(), kind=kind, at=at, body={**said, "t": dict(t)})
