"""What does one gesture of the user record, and what does the screen show then?

One gesture is one commit. A switch is a stop and a start at the same instant. Nothing here records anything: a
refusal (`app.errors.Refused`) leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from app.clock import Reading
from app.core.actions import DESCRIPTION_LIMIT, Cause, Draft, Kind
from app.core.fold import fold
from app.core.instants import instant
from app.core.timer import IssueRef, Rate, Timer
from app.errors import (
    AgoInFuture,
    AgoTooFar,
    AlreadyPaused,
    AlreadyRuns,
    DescriptionTooLong,
    NothingRuns,
    NotPaused,
    TextUnreadable,
)

NewId = Callable[[], str]

AGO_LIMIT_S: Final = 16 * 3600  # the server holds longer stretches, so starting one helps nobody


@dataclass(frozen=True, slots=True)
class Gesture:
    """What to record in one commit, and the timer after it."""

    drafts: tuple[Draft, ...]
    timer: Timer | None


def start(
    current: Timer | None,
    issue: IssueRef,
    reading: Reading,
    new_id: NewId,
    rate: Rate | None,
    ago_s: int = 0,
) -> Gesture:
    """Start `issue`, `ago_s` seconds before the reading; stops what runs, resumes what is paused on the same issue."""
    at = _started_at(current, reading, ago_s)
    if current is not None and current.issue.id == issue.id:
        if current.running_since is not None:
            raise AlreadyRuns(f"{issue.key} is running already.")
        return _gesture(current, reading, (_resume_draft(current, reading, at, new_id),))
    opened = _draft(Kind.START, reading, at, new_id, timer_id=new_id(), claim_id=new_id(), issue_id=issue.id)
    if current is None:
        return _gesture(None, reading, (opened,), issue, rate)
    ended = _stop_draft(current, reading, new_id, at, cause=str(Cause.SWITCH))
    return _gesture(current, reading, (ended, opened), issue, rate)


def pause(current: Timer | None, reading: Reading, new_id: NewId, cause: Cause = Cause.USER) -> Gesture:
    if current is None:
        raise NothingRuns
    if current.running_since is None:
        raise AlreadyPaused
    at = _end_at(current, reading.now)
    draft = _draft(
        Kind.PAUSE, reading, at, new_id,
        timer_id=current.timer_id, claim_id=current.claim_id, cause=str(cause),
    )  # fmt: skip
    return _gesture(current, reading, (draft,))


def resume(current: Timer | None, reading: Reading, new_id: NewId) -> Gesture:
    if current is None:
        raise NothingRuns
    if current.running_since is not None:
        raise NotPaused
    return _gesture(current, reading, (_resume_draft(current, reading, reading.now, new_id),))


def stop(
    current: Timer | None,
    reading: Reading,
    new_id: NewId,
    description: str | None = None,
    cause: Cause = Cause.USER,
    at: int | None = None,
) -> Gesture:
    """`at`: the second at which stop was pressed, when its description came later; None for now."""
    if current is None:
        raise NothingRuns
    text = check_description(description)
    said = {} if text is None else {"description": text}
    pressed = reading.now if at is None else min(at, reading.now)
    draft = _stop_draft(current, reading, new_id, pressed, cause=str(cause), **said)
    return _gesture(current, reading, (draft,))


def supersede(own: Timer, began: int, reading: Reading, new_id: NewId) -> Draft:
    """The end of `own`, which runs here, at the second at which another device began something else."""
    return _stop_draft(own, reading, new_id, began, cause=str(Cause.SUPERSEDED))


def check_description(description: str | None) -> str | None:
    """The text to record, None for nothing said. DescriptionTooLong, TextUnreadable."""
    text = (description or "").strip()
    if len(text) > DESCRIPTION_LIMIT:
        raise DescriptionTooLong(len(text), DESCRIPTION_LIMIT)
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text):
        raise TextUnreadable
    return text or None


def _started_at(current: Timer | None, reading: Reading, ago_s: int) -> int:
    if ago_s < 0:
        raise AgoInFuture
    at = reading.now - ago_s
    if ago_s > AGO_LIMIT_S or at < 0:
        raise AgoTooFar(f"A start can lie at most {AGO_LIMIT_S // 3600} hours back.")
    # Without `ago` the clock was set back: what the user does now is never refused.
    if ago_s and current is not None and at < _last_fact_at(current):
        raise AgoTooFar
    return at


def _last_fact_at(timer: Timer) -> int:
    if timer.running_since is not None:
        return timer.running_since
    return timer.started_at if timer.paused_at is None else timer.paused_at


def _end_at(timer: Timer, at: int) -> int:
    """A stretch never ends before it began, also when the clock was set back: the server would refuse such an end."""
    return at if timer.running_since is None else max(at, timer.running_since)


def _resume_draft(timer: Timer, reading: Reading, at: int, new_id: NewId) -> Draft:
    return _draft(Kind.RESUME, reading, at, new_id, timer_id=timer.timer_id, claim_id=new_id())


def _stop_draft(timer: Timer, reading: Reading, new_id: NewId, at: int, **said: Any) -> Draft:
    return _draft(
        Kind.STOP, reading, _end_at(timer, at), new_id,
        timer_id=timer.timer_id, claim_id=timer.claim_id, **said,
    )  # fmt: skip


def _draft(kind: Kind, reading: Reading, at: int, new_id: NewId, **said: Any) -> Draft:
    return Draft(action_id=new_id(), kind=kind, at=at, body={**said, "t": instant(reading, at)})


def _gesture(
    current: Timer | None,
    reading: Reading,
    drafts: tuple[Draft, ...],
    issue: IssueRef | None = None,
    rate: Rate | None = None,
) -> Gesture:
    return Gesture(drafts, fold(current, drafts, lambda _issue_id: issue, rate, reading.anchor))
