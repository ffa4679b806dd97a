"""What is a claim, by everything that was ever said of it?

The rules have the numbers of sync.md 2.10. Instants are whole epoch seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.domain.choices import Choice, Rulings, lets_count, silences
from server.domain.claims import Claim
from server.domain.holds import FUTURE_LIMIT_S, ISSUE_HOLDS, TIME_HOLDS, USUAL, Hold, Limits


@dataclass(frozen=True, slots=True)
class Opening:
    """How a claim began. `opened_by`: the action. `manual_at`: when it was entered by hand, None where a timer ran."""

    claim_id: str
    start: int
    opened_by: str
    admission: Hold | None = None
    manual_at: int | None = None


@dataclass(frozen=True, slots=True)
class End:
    """An explicit end of a claim."""

    action_id: str
    at: int
    admission: Hold | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """The bounds that a claim was given by hand last. `end` None: it ends where its explicit ends say.

    `authored` None: it was only split, and owns what is left of it as before.
    """

    action_id: str
    authored: int | None
    start: int
    end: int | None
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a claim's whole log.

    `removed_at`: when it was deleted; `restored_by`: the edit that was made after that; `is_moved`: to another issue,
    which takes its time.
    """

    removed_at: int | None = None
    restored_by: str | None = None
    is_moved: bool = False


UNTOUCHED: Final = Fate()
NO_RULINGS: Final[Rulings] = {}


@dataclass(frozen=True, slots=True)
class Settled:
    """A claim as it is now. `flag` and `flagged_by`: what its user should know, and the action that made it so."""

    claim: Claim
    flag: Hold | None
    flagged_by: str | None


def settle(
    opening: Opening,
    ends: Iterable[End],
    correction: Correction | None = None,
    fate: Fate = UNTOUCHED,
    rulings: Rulings = NO_RULINGS,
    *,
    limits: Limits = USUAL,
) -> Settled:
    """R2, R5, R6, R7, and what was decided about what they hold. An end before the start is no end of this claim."""
    settled = _settle(opening, ends, correction, fate, rulings, limits)
    if settled.flag is None or settled.flagged_by is None:
        return settled
    return (
        replace(settled, flag=None, flagged_by=None)
        if silences(rulings, settled.flag, settled.flagged_by)
        else settled
    )


def _settle(
    opening: Opening,
    ends: Iterable[End],
    correction: Correction | None,
    fate: Fate,
    rulings: Rulings,
    limits: Limits,
) -> Settled:
    valid = sorted((end for end in ends if end.at >= opening.start), key=lambda end: (end.at, end.action_id))
    valid = valid[:1] + [end for end in valid[1:] if not _is_dropped(end, rulings)]
    start = opening.start if correction is None else correction.start
    if correction is not None and correction.end is not None:
        bounds = [End(correction.action_id, correction.end)]
    else:
        bounds = [End(end.action_id, max(start, end.at), end.admission) for end in valid]
    gone_at = _gone_at(correction, fate)
    if gone_at is not None:
        return _gone(opening, start, bounds, valid, gone_at)
    hold, cause = _hold(opening, start, bounds, correction, fate, rulings, limits)
    if _is_discarded(opening, hold, cause, rulings):
        return _none(opening, start, bounds, start)
    end = _counted_end(start, bounds, rulings, limits)
    claim = Claim(
        opening.claim_id,
        start,
        end,
        bounds[-1].at if bounds else None,
        hold,
        _authored_at(opening, correction),
        opening.manual_at is not None,
    )
    if hold is None and end is not None and bounds[-1].at > end:
        return Settled(claim, Hold.STOPPED_ELSEWHERE, bounds[-1].action_id)
    return Settled(claim, hold, cause)


def _is_discarded(opening: Opening, hold: Hold | None, cause: str | None, rulings: Rulings) -> bool:
    """Somebody said that nothing was worked: of what began with that action, or of what is held because of it."""
    if _says_none(rulings, opening.opened_by):
        return True
    return hold is not None and cause is not None and _says_none(rulings, cause)


def _says_none(rulings: Rulings, cause: str) -> bool:
    ruling = rulings.get(cause)
    return ruling is not None and ruling.choice is Choice.DISCARD


def _is_dropped(end: End, rulings: Rulings) -> bool:
    """A later end of which somebody said that nothing was worked until then."""
    return _says_none(rulings, end.action_id)


def _counted_end(start: int, bounds: Sequence[End], rulings: Rulings, limits: Limits) -> int | None:
    """The earliest one, or a later one of which somebody said that it counts: never too long, nor in what is closed."""
    later = [
        end.at
        for end in bounds[1:]
        if lets_count(rulings, Hold.STOPPED_ELSEWHERE, end.action_id)
        and (end.admission is None or rulings[end.action_id].choice is Choice.ACCEPT)
        and end.at - start <= limits.long_s
    ]
    return max(later, default=bounds[0].at if bounds else None)


def _authored_at(opening: Opening, correction: Correction | None) -> int | None:
    """None: where it starts."""
    if correction is None:
        return opening.manual_at
    if correction.authored is not None:
        return correction.authored
    return opening.start if opening.manual_at is None else opening.manual_at


def _gone_at(correction: Correction | None, fate: Fate) -> int | None:
    """When somebody said that this stretch was none."""
    if fate.removed_at is not None and fate.restored_by is None:
        return fate.removed_at
    return correction.authored if correction is not None and correction.is_void else None


def _gone(opening: Opening, start: int, bounds: Sequence[End], valid: Sequence[End], gone_at: int) -> Settled:
    """Nothing of it counts or is held, but what its timer went on to record afterwards."""
    is_manual = opening.manual_at is not None
    if valid and not is_manual and valid[-1].at > gone_at + FUTURE_LIMIT_S:
        last = valid[-1]
        claim = Claim(opening.claim_id, start, max(start, gone_at), max(start, last.at), Hold.VOID)
        return Settled(claim, Hold.VOID_VS_EDIT, last.action_id)
    return _none(opening, start, bounds, max(start, gone_at))


def _none(opening: Opening, start: int, bounds: Sequence[End], end_if_open: int) -> Settled:
    """It is no time at all."""
    end = bounds[0].at if bounds else end_if_open
    is_manual = opening.manual_at is not None
    return Settled(
        Claim(opening.claim_id, start, end, end, Hold.VOID, opening.manual_at, is_manual), None, None
    )


def _hold(
    opening: Opening,
    start: int,
    bounds: Sequence[End],
    correction: Correction | None,
    fate: Fate,
    rulings: Rulings,
    limits: Limits,
) -> tuple[Hold, str] | tuple[None, None]:
    """The first reason that nobody has overruled."""
    reasons: list[tuple[Hold | None, str]] = [(_admission(opening, correction, fate), opening.opened_by)]
    if bounds:
        first = bounds[0]
        is_long = first.at - start > limits.long_s
        reasons += [(first.admission, first.action_id), (Hold.LONG if is_long else None, first.action_id)]
    if fate.restored_by is not None:
        reasons.append((Hold.VOID_VS_EDIT, fate.restored_by))
    for hold, cause in reasons:
        if hold is not None and not lets_count(rulings, hold, cause):
            return hold, cause
    return None, None


def _admission(opening: Opening, correction: Correction | None, fate: Fate) -> Hold | None:
    """What is wrong with its start, unless somebody has put that right."""
    if fate.is_moved and opening.admission in ISSUE_HOLDS:
        return None
    is_put_right = correction is not None and correction.action_id != opening.opened_by
    if is_put_right and opening.admission in TIME_HOLDS:
        return None
    return opening.admission
