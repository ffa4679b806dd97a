"""Of claims that lie over each other, which should their person look at once more?

All of it counts already, each second once (R3); this only says where it may have been meant otherwise. A pure function of
the claims, with the cases of sync.md 2.10. Instants are whole epoch seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from server.domain.claims import Claim, Piece, clip, measure
from server.domain.holds import Hold

SLACK_S: Final = 60  # so much happens by itself when two devices are used one after the other
OVERLAPS: Final = frozenset({Hold.CONCURRENT, Hold.TRIMMED, Hold.DUPLICATE_CLAIM})


@dataclass(frozen=True, slots=True)
class Lain:
    """A claim with what it is about. `issue_id`: as it was started."""

    claim: Claim
    timer_id: str
    issue_id: int | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """`until`: where the claim may have ended, None where nothing is proposed."""

    code: Hold
    until: int | None = None


def lie_over(claims: Iterable[Claim]) -> bool:
    """Whether any two that have ended and count share a second."""
    reached = 0
    for start, end in sorted((each.start, each.end or 0) for each in claims if _counts(each)):
        if start < reached and end > start:
            return True
        reached = max(reached, end)
    return False


def doubts(claims: Sequence[Lain], pieces: Sequence[Piece]) -> dict[str, Doubt]:
    """By claim. `pieces`: what counts of all of them, from where the first one starts."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for piece in pieces:
        spans.setdefault(piece.claim_id, []).append((piece.start, piece.end))
    counting = [each for each in claims if _counts(each.claim)]
    found = {}
    for each in counting:
        if not each.claim.is_manual:
            doubt = _doubt(each, counting, spans)
            if doubt is not None:
                found[each.claim.claim_id] = doubt
    return found


def _counts(claim: Claim) -> bool:
    return claim.hold is None and claim.end is not None


def _doubt(each: Lain, others: Sequence[Lain], spans: dict[str, list[tuple[int, int]]]) -> Doubt | None:
    near = [
        other
        for other in others
        if other.timer_id != each.timer_id
        and other.claim.start < (each.claim.end or 0)
        and each.claim.start < (other.claim.end or 0)
    ]
    tracked = [other for other in near if not other.claim.is_manual]
    if any(_is_same_work(each, other) and _counts_less(each, other, spans) for other in tracked):
        return Doubt(Hold.DUPLICATE_CLAIM)
    until = min((other.claim.start for other in tracked if _goes_on_after(each, other, spans)), default=None)
    if until is not None:
        return Doubt(Hold.CONCURRENT, until)
    taken = sum(
        measure(clip(spans.get(other.claim.claim_id, ()), each.claim.start, each.claim.end or 0))
        for other in near
        if other.claim.is_manual
    )
    return Doubt(Hold.TRIMMED) if taken > SLACK_S else None


def _is_same_work(one: Lain, other: Lain) -> bool:
    """Case 4: the same issue, started and stopped together, and for more than a moment."""
    shared = min(one.claim.end or 0, other.claim.end or 0) - max(one.claim.start, other.claim.start)
    return (
        one.issue_id is not None
        and one.issue_id == other.issue_id
        and shared > SLACK_S
        and abs(one.claim.start - other.claim.start) <= SLACK_S
        and abs((one.claim.end or 0) - (other.claim.end or 0)) <= SLACK_S
    )


def _counts_less(one: Lain, other: Lain, spans: dict[str, list[tuple[int, int]]]) -> bool:
    mine, theirs = (measure(spans.get(each.claim.claim_id, ())) for each in (one, other))
    return (mine, one.claim.authored) < (theirs, other.claim.authored)


def _goes_on_after(each: Lain, other: Lain, spans: dict[str, list[tuple[int, int]]]) -> bool:
    """Cases 1 and 5: it counts again after a timer that was begun later has ended."""
    if other.claim.begun <= each.claim.begun or other.claim.end == other.claim.start:
        return False
    after = clip(spans.get(each.claim.claim_id, ()), other.claim.end or 0, each.claim.end or 0)
    return measure(after) > SLACK_S
