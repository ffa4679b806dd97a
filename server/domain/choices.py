"""How may each reason for which somebody is asked be settled, and by whom?

One table. What is not named in it settles nothing, whoever sends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.domain.holds import HOLD_NOTHING, Hold, Rejection


class Choice(StrEnum):
    """KEEP: as it counts now. COUNT: the held rest too. USE_OTHER: the values that lost. ACCEPT: a manager lets it count."""

    MOVE_ISSUE = "move_issue"
    CHANGE_TIME = "change_time"
    USE_OTHER = "use_other"
    COUNT = "count"
    KEEP = "keep"
    ASK_MANAGER = "ask_manager"
    DISCARD = "discard"
    ACCEPT = "accept"
    REFUSE = "refuse"


MANAGERS_ONLY: Final = frozenset({Choice.ACCEPT, Choice.REFUSE})
OWNERS_ONLY: Final = frozenset({Choice.ASK_MANAGER})

_MOVE = (Choice.MOVE_ISSUE, Choice.ASK_MANAGER, Choice.DISCARD)
_TIME = (Choice.CHANGE_TIME, Choice.ASK_MANAGER, Choice.DISCARD)
_JUDGE = (Choice.ACCEPT, Choice.REFUSE)
_SEEN = (Choice.CHANGE_TIME, Choice.KEEP)

_LAST_WORDS: Final = frozenset({Choice.KEEP, Choice.REFUSE, Choice.DISCARD})
_COUNT_IT: Final = frozenset({Choice.ACCEPT, Choice.COUNT, Choice.USE_OTHER})

OFFERED: Final[dict[str, tuple[Choice, ...]]] = {
    Hold.ISSUE_UNKNOWN: _MOVE,
    Hold.ISSUE_DELETED: (*_MOVE, Choice.REFUSE),
    Hold.NO_PERMISSION: (*_MOVE, *_JUDGE),
    Hold.PROJECT_ARCHIVED: (*_MOVE, *_JUDGE),
    Hold.BUDGET_LOCKED: (*_MOVE, *_JUDGE),
    Hold.FUTURE: (*_TIME, Choice.REFUSE),
    Hold.LATE: (*_TIME, *_JUDGE),
    Hold.LONG: (*_TIME, *_JUDGE),
    Hold.PERIOD_CLOSED: (*_TIME, *_JUDGE),
    Hold.STOPPED_ELSEWHERE: (Choice.COUNT, Choice.CHANGE_TIME, Choice.ASK_MANAGER, Choice.DISCARD, *_JUDGE),
    Hold.VOID_VS_EDIT: (Choice.USE_OTHER, Choice.ASK_MANAGER, Choice.DISCARD),
    Hold.EDITED_TWICE: (Choice.USE_OTHER, Choice.KEEP),
    Hold.CONCURRENT: _SEEN,
    Hold.TRIMMED: _SEEN,
    Hold.CLOCK_UNSURE: _SEEN,
    Hold.DUPLICATE_CLAIM: (Choice.KEEP, Choice.DISCARD),
    Hold.DEVICE_SILENT: (*_SEEN, Choice.DISCARD),
    Hold.ORPHAN: (),
    Hold.VOID: (),
    **dict.fromkeys(Rejection, (Choice.DISCARD,)),
}


@dataclass(frozen=True, slots=True)
class Chooser:
    """Who settles it: whose time it is, and whether they lead there. An administrator is also their own manager."""

    is_owner: bool
    is_manager: bool


def offered(code: str, chooser: Chooser, impossible: Iterable[Choice] = ()) -> tuple[Choice, ...]:
    """`impossible`: what this very item cannot become."""
    without = set(impossible)
    if not chooser.is_manager:
        without |= MANAGERS_ONLY
    if not chooser.is_owner:
        without |= OWNERS_ONLY
    return tuple(choice for choice in OFFERED[code] if choice not in without)


@dataclass(frozen=True, slots=True)
class Ruling:
    """Somebody's decision about what the action `ref` is the reason for. `authored`: epoch seconds."""

    action_id: str
    ref: str
    choice: Choice
    authored: int

    @property
    def order(self) -> tuple[int, str]:
        return self.authored, self.action_id


Rulings = Mapping[str, Ruling]  # by `ref`, the one that counts


def winners(said: Iterable[Ruling]) -> dict[str, Ruling]:
    """Of several decisions about one thing the one that was made last counts, in whichever order they came.

    Asking a manager takes no decision back.
    """
    found: dict[str, Ruling] = {}
    for each in sorted(said, key=lambda ruling: ruling.order):
        if each.ref not in found or each.choice is not Choice.ASK_MANAGER:
            found[each.ref] = each
    return found


def silences(rulings: Rulings, code: str, cause: str) -> bool:
    """Whether it need not be said any more. Where time is held, a correction shows by itself what it mends."""
    ruling = rulings.get(cause)
    if ruling is None or ruling.choice not in OFFERED[code]:
        return False
    return ruling.choice in _LAST_WORDS or (code in HOLD_NOTHING and ruling.choice is not Choice.ASK_MANAGER)


def lets_count(rulings: Rulings, code: str, cause: str) -> bool:
    """Whether what is held for that reason counts, because somebody who may say so has said so."""
    ruling = rulings.get(cause)
    return ruling is not None and ruling.choice in OFFERED[code] and ruling.choice in _COUNT_IT
