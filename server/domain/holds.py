"""Why is time kept but not counted, and which actions cannot be applied at all?

Time that somebody worked is never refused: it is held until a person decides (sync.md 2.11).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FUTURE_LIMIT_S: Final = 120


@dataclass(frozen=True, slots=True)
class Limits:
    """The organisation's: how long one uninterrupted stretch may be, and how late it may come. Both are at least 2."""

    long_hours: int = 16
    late_days: int = 35

    @property
    def long_s(self) -> int:
        return self.long_hours * 3600

    @property
    def late_s(self) -> int:
        return self.late_days * 24 * 3600


USUAL: Final = Limits()


class Hold(StrEnum):
    """Why a claim, or a part of it, is held.

    ORPHAN: its timer's start has not come yet; nobody need act. VOID: deleted; it is neither counted nor held.
    Those of HOLD_NOTHING are only to be known.
    """

    ISSUE_UNKNOWN = "ISSUE_UNKNOWN"
    ISSUE_DELETED = "ISSUE_DELETED"
    NO_PERMISSION = "NO_PERMISSION"
    PROJECT_ARCHIVED = "PROJECT_ARCHIVED"
    BUDGET_LOCKED = "BUDGET_LOCKED"
    FUTURE = "FUTURE"
    LATE = "LATE"
    LONG = "LONG"
    STOPPED_ELSEWHERE = "STOPPED_ELSEWHERE"
    PERIOD_CLOSED = "PERIOD_CLOSED"
    VOID_VS_EDIT = "VOID_VS_EDIT"
    EDITED_TWICE = "EDITED_TWICE"
    CONCURRENT = "CONCURRENT"
    TRIMMED = "TRIMMED"
    DUPLICATE_CLAIM = "DUPLICATE_CLAIM"
    DEVICE_SILENT = "DEVICE_SILENT"
    CLOCK_UNSURE = "CLOCK_UNSURE"
    ORPHAN = "ORPHAN"
    VOID = "VOID"


ISSUE_HOLDS: Final = frozenset(
    {
        Hold.ISSUE_UNKNOWN,
        Hold.ISSUE_DELETED,
        Hold.NO_PERMISSION,
        Hold.PROJECT_ARCHIVED,
        Hold.BUDGET_LOCKED,
    }
)
TIME_HOLDS: Final = frozenset({Hold.FUTURE, Hold.LATE, Hold.PERIOD_CLOSED})
HOLD_NOTHING: Final = frozenset(
    {
        Hold.EDITED_TWICE,
        Hold.CONCURRENT,
        Hold.TRIMMED,
        Hold.DUPLICATE_CLAIM,
        Hold.DEVICE_SILENT,
        Hold.CLOCK_UNSURE,
    }
)
NOBODY_NEED_ACT: Final = frozenset({Hold.ORPHAN, Hold.VOID})


class Rejection(StrEnum):
    """Why an action was not applied. A copy of it is kept as a dead letter."""

    SCHEMA = "SCHEMA"
    END_BEFORE_START = "END_BEFORE_START"
    ID_REUSE = "ID_REUSE"
    WRONG_USER = "WRONG_USER"
    UNKNOWN_KIND = "UNKNOWN_KIND"


HOLD_WORDS: Final = {
    Hold.ISSUE_UNKNOWN: "The server does not know this issue. The time is kept; choose the issue it belongs to.",
    Hold.ISSUE_DELETED: "This issue was deleted. The time is kept; choose another issue.",
    Hold.NO_PERMISSION: "You are not a member of this project. The time is kept; ask its manager, or choose another issue.",
    Hold.PROJECT_ARCHIVED: "This project is archived. The time is kept; ask its manager, or choose another issue.",
    Hold.BUDGET_LOCKED: "The project's budget is locked. The time is kept; ask its manager.",
    Hold.FUTURE: "This lies in the future: the device's clock was ahead. The time is kept; correct it.",
    Hold.LATE: "This is more than {late_days} days old. The time is kept; ask your manager to add it.",
    Hold.LONG: "This is longer than {long_hours} hours without a break. The time is kept; correct its end.",
    Hold.STOPPED_ELSEWHERE: "The timer was stopped earlier on another device. What follows that stop is kept, not counted.",
    Hold.PERIOD_CLOSED: "This lies in a closed period. The time is kept; ask your manager to approve it.",
    Hold.VOID_VS_EDIT: "This log was deleted, and worked on or changed afterwards. What came afterwards is kept, not counted.",
    Hold.EDITED_TWICE: "This log was changed in two places. The later change counts; compare it with the other one.",
    Hold.CONCURRENT: "Another timer began and ended while this one went on. Each second counts once; correct its end if it had ended before.",
    Hold.TRIMMED: "Time that was entered by hand lies over this. The seconds count there.",
    Hold.DUPLICATE_CLAIM: "The same work was tracked on two devices. It counts once, on the other one.",
    Hold.DEVICE_SILENT: "This timer is still open, and its device was not heard of for a week. Say when it ended.",
    Hold.CLOCK_UNSURE: "The device's clock cannot be trusted here. The time counts; check its start and end.",
    Hold.VOID: "This log was deleted.",
    Hold.ORPHAN: "Its start has not arrived yet.",
}


def words(hold: Hold, limits: Limits) -> str:
    """For the person whose time it is."""
    return HOLD_WORDS[hold].format(late_days=limits.late_days, long_hours=limits.long_hours)


def time_hold(at: int, now: int, limits: Limits) -> Hold | None:
    """Is this instant one that the server takes for granted? Both are epoch seconds."""
    if at > now + FUTURE_LIMIT_S:
        return Hold.FUTURE
    if at < now - limits.late_s:
        return Hold.LATE
    return None
