"""What became of one action?"""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.holds import Hold, Rejection
from server.domain.messages import OutcomeKind


@dataclass(frozen=True, slots=True)
class Outcome:
    """`of`, for a duplicate: the first outcome, whose code and detail these are.

    `dead_letter_id` is set when the action's id is another action's, so that its outcome stands nowhere else.
    """

    kind: OutcomeKind
    code: str | None = None
    detail: str | None = None
    time_log_id: int | None = None
    of: OutcomeKind | None = None
    dead_letter_id: int | None = None


def applied(time_log_id: int | None, note: str | None = None) -> Outcome:
    return Outcome(OutcomeKind.APPLIED, detail=note, time_log_id=time_log_id)


def held(hold: Hold, time_log_id: int | None) -> Outcome:
    """Its words are the organisation's: they name its limits."""
    return Outcome(OutcomeKind.HELD, hold, time_log_id=time_log_id)


def rejected(code: Rejection, detail: str) -> Outcome:
    return Outcome(OutcomeKind.REJECTED, code, detail)
