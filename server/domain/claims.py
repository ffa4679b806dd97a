"""Which seconds of a person's claims count?

A pure function of the set of facts: the order in which they came does not matter, and a fact told twice is one fact.
The rules have the numbers of sync.md 2.10. All instants are whole epoch seconds; stretches are half open, `[start, end)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from server.domain.holds import LONG_LIMIT_S, Hold

FOREVER: Final = 2**40


@dataclass(frozen=True, slots=True)
class End:
    """An explicit end of a claim."""

    action_id: str
    at: int
    admission: Hold | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One uninterrupted stretch as a device reported it (R1).

    `end` is the earliest explicit end, None while it is open; `last_end` the latest. `hold`: none of it counts.
    """

    claim_id: str
    start: int
    end: int | None = None
    last_end: int | None = None
    hold: Hold | None = None

    @property
    def authored(self) -> tuple[int, str]:
        """R3: of two claims to one instant, the greater owns it."""
        return self.start, self.claim_id

    @property
    def is_open(self) -> bool:
        return self.end is None


@dataclass(frozen=True, slots=True)
class Piece:
    """A counted stretch, as long as it can be."""

    claim_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A claim with its ends. `flag` and `flagged_by`: what its user should know, and the action that made it so."""

    claim: Claim
    flag: Hold | None
    flagged_by: str | None


def settle(claim_id: str, start: int, admission: Hold | None, opened_by: str, ends: Iterable[End]) -> Settled:
    """R2 and R7. An end before the start is no end of this claim."""
    valid = sorted((end for end in ends if end.at >= start), key=lambda end: (end.at, end.action_id))
    if not valid:
        claim = Claim(claim_id, start, hold=admission)
        return Settled(claim, admission, None if admission is None else opened_by)
    first, last = valid[0], valid[-1]
    hold, cause = _hold(start, admission, opened_by, first)
    claim = Claim(claim_id, start, first.at, last.at, hold)
    if hold is None and last.at > first.at:
        return Settled(claim, Hold.STOPPED_ELSEWHERE, last.action_id)
    return Settled(claim, hold, cause)


def _hold(
    start: int, admission: Hold | None, opened_by: str, first: End
) -> tuple[Hold, str] | tuple[None, None]:
    if admission is not None:
        return admission, opened_by
    if first.admission is not None:
        return first.admission, first.action_id
    if first.at - start > LONG_LIMIT_S:
        return Hold.LONG, first.action_id
    return None, None


def provisional_ends(claims: Iterable[Claim]) -> dict[str, int]:
    """R4: where the open claims end for now, by claim. One that no later claim follows is not there."""
    counting = sorted((claim for claim in claims if claim.hold is None), key=lambda claim: claim.authored)
    return {claim.claim_id: later.start for claim, later in pairwise(counting) if claim.is_open}


def counted(claims: Sequence[Claim], since: int = 0, live: str | None = None) -> list[Piece]:
    """The pieces from `since` on, in order, disjoint. `live`: this open claim counts as if it never ended."""
    provisional = provisional_ends(claims)
    running: list[tuple[str, int]] = []  # claims that cover the present instant, the owner last
    pieces: list[Piece] = []
    at = since
    for claim in sorted(claims, key=lambda each: each.authored):
        if claim.hold is not None:
            continue
        end = FOREVER if claim.claim_id == live else claim.end
        if end is None:
            end = provisional.get(claim.claim_id, claim.start)
        start = max(claim.start, since)
        _advance(running, pieces, at, start)
        at = start
        if end > start:
            running.append((claim.claim_id, end))
    _advance(running, pieces, at, FOREVER)
    return pieces


def _advance(running: list[tuple[str, int]], pieces: list[Piece], start: int, end: int) -> None:
    """Gives the seconds between to their owners."""
    at = start
    while running and at < end:
        claim_id, claim_end = running[-1]
        if claim_end > at:
            until = min(claim_end, end)
            _add(pieces, Piece(claim_id, at, until))
            at = until
        if claim_end <= at:
            running.pop()


def _add(pieces: list[Piece], piece: Piece) -> None:
    if pieces and pieces[-1].claim_id == piece.claim_id and pieces[-1].end == piece.start:
        pieces[-1] = Piece(piece.claim_id, pieces[-1].start, piece.end)
    else:
        pieces.append(piece)


def held(claims: Iterable[Claim], pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """What was claimed and does not count: held claims, and the tails after an earlier stop; disjoint, in order."""
    spans = []
    for claim in claims:
        if claim.end is None or claim.last_end is None:
            continue
        spans.append((claim.end if claim.hold is None else claim.start, claim.last_end))
    return _without(_union(spans), [(piece.start, piece.end) for piece in pieces])


def measure(stretches: Iterable[tuple[int, int]]) -> int:
    """Seconds in disjoint stretches."""
    return sum(end - start for start, end in stretches)


def clip(stretches: Iterable[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """What of them lies between."""
    cut = ((max(start, a), min(end, b)) for a, b in stretches)
    return [(a, b) for a, b in cut if a < b]


def _union(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        elif end > start:
            joined.append((start, end))
    return joined


def _without(stretches: Sequence[tuple[int, int]], taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Both disjoint and in order."""
    left: list[tuple[int, int]] = []
    following = 0
    for start, end in stretches:
        at = start
        while following < len(taken) and taken[following][1] <= at:
            following += 1
        index = following
        while index < len(taken) and taken[index][0] < end:
            if taken[index][0] > at:
                left.append((at, taken[index][0]))
            at = max(at, taken[index][1])
            index += 1
        if at < end:
            left.append((at, end))
    return left
