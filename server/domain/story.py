"""What became of a timer, told by all its claims and ends?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.claims import Claim
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


def tell(claims: Sequence[Claim], resumed: Sequence[Claim], ends: Sequence[EndFact]) -> Story:
    """`claims`: all of the timer; `resumed`: those of them that a resume opened; `ends`: all its ends."""
    status = _status(claims, ends)
    pauses = [end.at for end in ends if end.kind is ActionKind.PAUSE]
    words = [end for end in ends if end.description is not None]
    return Story(
        status=status,
        end_time=_end_time(claims, ends) if status is TimerStatus.STOPPED else None,
        paused_at=max(pauses, default=None),
        resumed_at=max((claim.start for claim in resumed), default=None),
        description=max(words, key=lambda end: end.order).description if words else None,
    )


def _status(claims: Sequence[Claim], ends: Sequence[EndFact]) -> TimerStatus:
    """It runs while a device says so, whatever another device runs on top of it."""
    if not ends or any(claim.is_open for claim in claims):
        return TimerStatus.RUNNING
    latest = max(ends, key=lambda end: end.order)
    return TimerStatus.STOPPED if latest.kind is ActionKind.STOP else TimerStatus.PAUSED


def _end_time(claims: Sequence[Claim], ends: Sequence[EndFact]) -> int | None:
    """The first stop after which nothing more was worked."""
    worked_until = max((claim.end for claim in claims if claim.end is not None), default=0)
    stops = [end.at for end in ends if end.kind is ActionKind.STOP]
    return min((at for at in stops if at >= worked_until), default=max(stops, default=None))
