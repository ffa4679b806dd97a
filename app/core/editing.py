"""What does it record when somebody enters, corrects, splits or deletes time by hand?

Refusals (`app.errors.Refused`) come before anything is recorded: what the server could only reject, or would hold for sure,
is said where it can still be put right. The timer at hand stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.clock import Reading
from app.core.actions import Draft, Kind
from app.core.gestures import AGO_LIMIT_S, Gesture, NewId, check_description
from app.core.instants import instant
from app.core.intervals import without
from app.core.logbook import LogStatus, OwnLog, Stretch
from app.core.timer import IssueRef, Timer
from app.errors import (
    AlreadyDeleted,
    EndBeforeStart,
    InFuture,
    NothingChanged,
    OutsideLog,
    SharedTime,
    StillRuns,
    TooEarly,
    TooLong,
)

FIRST_SECOND: Final = 946_684_800  # of the year 2000: what is earlier the server rejects
FIRST_YEAR: Final = 2000
LONGEST_S: Final = AGO_LIMIT_S


@dataclass(frozen=True, slots=True)
class Changes:
    """New values of a log; None leaves a value as it is, and an empty description removes it. Epoch seconds."""

    issue: IssueRef | None = None
    description: str | None = None
    is_billable: bool | None = None
    start: int | None = None
    end: int | None = None


def add_log(
    current: Timer | None,
    issue: IssueRef,
    span: tuple[int, int],
    reading: Reading,
    new_id: NewId,
    description: str | None = None,
    *,
    is_billable: bool = True,
) -> Gesture:
    """Time without a timer, from the first second of `span` to before the second."""
    check_span(*span, reading.now)
    start, end = span
    said = {"description": text} if (text := check_description(description)) is not None else {}
    draft = _draft(
        Kind.ADD, reading, new_id,
        timer_id=new_id(), claim_id=new_id(), issue_id=issue.id, start=start, end=end,
        is_billable=is_billable, **said,
    )  # fmt: skip
    return Gesture((draft,), current)


def edit_log(
    current: Timer | None, log: OwnLog, changes: Changes, reading: Reading, new_id: NewId
) -> Gesture:
    """What is said anew and is as before is left out; NothingChanged when that is all of it."""
    _must_have_ended(log)
    new = _new_values(log, changes)
    moved = _moved(log, changes, reading.now)
    if not new and not moved:
        raise NothingChanged
    draft = _draft(
        Kind.EDIT, reading, new_id,
        timer_id=log.timer_id, base_rev=log.revision, set=new, stretches=moved,
    )  # fmt: skip
    return Gesture((draft,), current)


def split_log(
    current: Timer | None,
    log: OwnLog,
    at: int,
    others: Iterable[OwnLog],
    reading: Reading,
    new_id: NewId,
) -> Gesture:
    """What was worked from second `at` on becomes a log of its own. OutsideLog; SharedTime with one of `others`."""
    _must_have_ended(log)
    before = [each for each in log.stretches if each.start < at]
    rest = [
        (max(each.start, at), each.end)
        for each in log.stretches
        if each.end is not None and each.end > max(each.start, at)
    ]  # a stretch without a second would have the server reject the whole new log
    if not before or not rest:
        raise OutsideLog
    _must_be_its_own(log, others)
    ended = [_stretch(each, end=min(at, each.end or at)) for each in before if (each.end or at) > at]
    gone = [_stretch(each, is_void=True) for each in log.stretches if each.start >= at]
    cut = _draft(
        Kind.EDIT, reading, new_id,
        timer_id=log.timer_id, base_rev=log.revision, set={}, stretches=[*ended, *gone],
    )  # fmt: skip
    return Gesture((cut, _rest_of(log, rest, reading, new_id)), current)


def void_log(
    current: Timer | None, log: OwnLog, reading: Reading, new_id: NewId, reason: str = ""
) -> Gesture:
    """The log was a mistake: nothing of it counts, and nothing is removed."""
    _must_have_ended(log)
    draft = _draft(
        Kind.VOID, reading, new_id, timer_id=log.timer_id, base_rev=log.revision, reason=reason.strip()
    )
    return Gesture((draft,), current)


def check_span(start: int, end: int, now: int) -> None:
    """EndBeforeStart, InFuture, TooEarly, TooLong."""
    if end <= start:
        raise EndBeforeStart
    if end > now:
        raise InFuture
    if start < FIRST_SECOND:
        raise TooEarly(FIRST_YEAR)
    if end - start > LONGEST_S:
        raise TooLong(LONGEST_S // 3600)


def _must_have_ended(log: OwnLog) -> None:
    if log.is_deleted:
        raise AlreadyDeleted
    if log.status is not LogStatus.STOPPED or any(each.end is None for each in log.stretches):
        raise StillRuns(log.issue.key)


def _must_be_its_own(log: OwnLog, others: Iterable[OwnLog]) -> None:
    own = [(each.start, each.end) for each in log.stretches if each.end is not None]
    for other in others:
        if other.timer_id == log.timer_id or other.is_deleted:
            continue
        theirs = [(each.start, each.end or each.start) for each in other.stretches]
        if without(own, theirs) != without(own, ()):
            raise SharedTime(other.issue.key)


def _new_values(log: OwnLog, changes: Changes) -> dict[str, Any]:
    new: dict[str, Any] = {}
    if changes.issue is not None and changes.issue.id != log.issue.id:
        new["issue_id"] = changes.issue.id
    if changes.description is not None:
        text = check_description(changes.description) or ""
        if text != (log.description or ""):
            new["description"] = text
    if changes.is_billable not in {None, log.is_billable}:
        new["is_billable"] = changes.is_billable
    return new


def _moved(log: OwnLog, changes: Changes, now: int) -> list[dict[str, Any]]:
    """The stretches that change. The first that is left begins at the new start, the last one ends at the new end."""
    start = log.start if changes.start is None else changes.start
    end = log.end if changes.end is None else changes.end
    if end is None or (start, end) == (log.start, log.end) or not log.stretches:
        return []
    in_order = sorted(log.stretches, key=lambda each: each.start)
    left = [each for each in in_order if (each.end or end) > start and each.start < end] or in_order[:1]
    if changes.start is not None or changes.end is not None:
        check_span(start, left[0].end if len(left) > 1 and left[0].end else end, now)
        check_span(left[-1].start if len(left) > 1 else start, end, now)
    bounds = {each.claim_id: (each.start, each.end or end) for each in left}
    bounds[left[0].claim_id] = (start, bounds[left[0].claim_id][1])
    bounds[left[-1].claim_id] = (bounds[left[-1].claim_id][0], end)
    return [
        _stretch(each, *bounds[each.claim_id]) if each.claim_id in bounds else _stretch(each, is_void=True)
        for each in in_order
        if bounds.get(each.claim_id) != (each.start, each.end)
    ]


def _rest_of(log: OwnLog, rest: Sequence[tuple[int, int]], reading: Reading, new_id: NewId) -> Draft:
    parts = [{"claim_id": new_id(), "start": start, "end": end} for start, end in sorted(rest)]
    said = {} if log.description is None else {"description": log.description}
    return _draft(
        Kind.ADD, reading, new_id,
        timer_id=new_id(), issue_id=log.issue.id, is_billable=log.is_billable,
        **parts[0], more=parts[1:], **said,
    )  # fmt: skip


def _stretch(
    stretch: Stretch, start: int | None = None, end: int | None = None, *, is_void: bool = False
) -> dict[str, Any]:
    return {
        "claim_id": stretch.claim_id,
        "start": stretch.start if start is None else start,
        "end": stretch.end if end is None else end,
        "is_void": is_void,
    }


def _draft(kind: Kind, reading: Reading, new_id: NewId, **said: Any) -> Draft:
    at = reading.now
    return Draft(action_id=new_id(), kind=kind, at=at, body={**said, "t": instant(reading, at)})
