"""What needs the person, and what does a decision about it record?

What the server offers is shown and nothing else. A decision is an action like any other: it works without a network, and
what was decided stays in sight until the server has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.clock import Reading
from app.core.actions import Draft, Kind
from app.core.editing import check_span
from app.core.fold import Fact
from app.core.gestures import Gesture, NewId
from app.core.instants import instant
from app.core.snapshot import Held
from app.core.timer import IssueRef, Timer
from app.errors import ChoiceIncomplete, NotOffered, SettledAlready


class Choice(StrEnum):
    """KEEP: as it counts now. COUNT: the held rest too. USE_OTHER: the values that lost against a later change."""

    MOVE_ISSUE = "move_issue"
    CHANGE_TIME = "change_time"
    USE_OTHER = "use_other"
    COUNT = "count"
    KEEP = "keep"
    ASK_MANAGER = "ask_manager"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Decision:
    """`issue` for MOVE_ISSUE; `start`, `end` (epoch seconds) for CHANGE_TIME."""

    choice: Choice
    issue: IssueRef | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """One item. `decided`: the choice that was made here and that the server does not know yet."""

    item: Held
    decided: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits for this person; not when a manager is asked."""
        return self.decided is None and self.item.asked_at is None

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be chosen now, in the order in which it is shown; what only a newer app knows is left out."""
        if self.decided is not None:
            return ()
        return tuple(choice for choice in Choice if choice in self.item.choices)


def needs(items: Iterable[Held], pending: Iterable[Fact]) -> tuple[Need, ...]:
    """`items` as the server named them last; the decisions among the `pending` actions are not in that yet."""
    decided = {fact.body["ref"]: Choice(fact.body["choice"]) for fact in pending if fact.kind == Kind.RESOLVE}
    return tuple(Need(item, decided.get(item.action_id)) for item in items)


def resolve(
    current: Timer | None, need: Need, decision: Decision, reading: Reading, new_id: NewId
) -> Gesture:
    """SettledAlready, NotOffered, ChoiceIncomplete, and what refuses a span of time."""
    if need.decided is not None:
        raise SettledAlready
    choice = decision.choice
    if choice not in need.choices:
        raise NotOffered(tuple(need.choices))
    issue_id, start, end = None, None, None
    if choice is Choice.MOVE_ISSUE:
        if decision.issue is None:
            raise ChoiceIncomplete
        issue_id = decision.issue.id
    if choice is Choice.CHANGE_TIME:
        start, end = _span(need.item, decision, reading.now)
    body = {
        "ref": need.item.action_id,
        "choice": str(choice),
        "issue_id": issue_id,
        "start": start,
        "end": end,
        "t": instant(reading, reading.now),
    }
    draft = Draft(action_id=new_id(), kind=Kind.RESOLVE, at=reading.now, body=body)
    return Gesture((draft,), current)


def _span(item: Held, decision: Decision, now: int) -> tuple[int, int]:
    """A side that nobody named stays as it is."""
    start = item.start if decision.start is None else decision.start
    end = item.end if decision.end is None else decision.end
    if start is None or end is None:
        raise ChoiceIncomplete
    check_span(start, end, now)
    return start, end
