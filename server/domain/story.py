"""What became of a timer, told by all its claims and ends?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.claims import Claim
from server.domain.corrections import UNCORRECTED, Corrected
from server.domain.holds import Hold
from server.domain.messages import ActionKind, TimerStatus


@dataclass(frozen=True, slots=True)
class EndFact:
    """A pause or a stop of the timer."""

    action_id: str
    kind: ActionKind
    at: int
    description: str | None

    @property
    def order(self) -> tuple[int, bool, str]:
        """At the same instant a stop comes after a pause."""
        return self.at, self.kind is ActionKind.STOP, self.action_id


@dataclass(frozen=True, slots=True)
class Story:
    """Instants are epoch seconds. `paused_at`, `resumed_at`: the latest, None when there was none."""

    status: TimerStatus
    end_time: int | None
    paused_at: int | None
    resumed_at: int | None
    description: str | None


def tell(
    claims: Sequence[Claim],
    resumed: Sequence[Claim],
    ends: Sequence[EndFact],
    corrected: Corrected = UNCORRECTED,
) -> Story:
    """`claims`: all of the timer; `resumed`: those of them that a resume opened; `ends`: all its ends."""
    worked = [claim for claim in claims if claim.hold is not Hold.VOID] or claims
    status = TimerStatus.STOPPED if corrected.is_removed else _status(worked, ends)
    pauses = [end.at for end in ends if end.kind is ActionKind.PAUSE]
    return Story(
        status=status,
        end_time=_end_time(worked, ends, corrected) if status is TimerStatus.STOPPED else None,
        paused_at=max(pauses, default=None),
        resumed_at=max((claim.start for claim in resumed), default=None),
        description=_description(ends, corrected),
    )


def _description(ends: Sequence[EndFact], corrected: Corrected) -> str | None:
    """The one that was given last, with a stop or by a correction; at the same second the correction's."""
    told = max((end for end in ends if end.description is not None), key=lambda end: end.order, default=None)
    words = corrected.words
    if words is not None and (told is None or words.at >= told.at):
        return words.text or None
    return None if told is None else told.description or None


def _status(claims: Sequence[Claim], ends: Sequence[EndFact]) -> TimerStatus:
    """It runs while a device says so, whatever another device runs on top of it.

    What was worked after its last pause, and has an end, was ended by hand.
    """
    if any(claim.is_open for claim in claims):
        return TimerStatus.RUNNING
    latest = max(ends, key=lambda end: end.order, default=None)
    if latest is None or latest.kind is ActionKind.STOP:
        return TimerStatus.STOPPED
    return TimerStatus.STOPPED if any(claim.start > latest.at for claim in claims) else TimerStatus.PAUSED


def _end_time(claims: Sequence[Claim], ends: Sequence[EndFact], corrected: Corrected) -> int | None:
    """Where a correction ends its last claim; else the first stop after which nothing more was worked."""
    ended = (claim for claim in claims if claim.end is not None)
    last = max(ended, key=lambda claim: (claim.end or 0, claim.begun), default=None)
    worked_until = 0 if last is None or last.end is None else last.end
    if corrected.is_removed or (last is not None and _is_cut(last, corrected)):
        return worked_until
    stops = [end.at for end in ends if end.kind is ActionKind.STOP]
    return min((at for at in stops if at >= worked_until), default=max(stops, default=None))


def _is_cut(last: Claim, corrected: Corrected) -> bool:
    """A correction says where it ends, or that nothing was worked after it."""
    correction = corrected.bounds.get(last.claim_id)
    if correction is not None and correction.end is not None:
        return True
    return any(each.is_void and each.start >= last.start for each in corrected.bounds.values())
