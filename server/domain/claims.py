"""Which seconds of a person's claims count?

A pure function of the set of facts: the order in which they came does not matter, and a fact told twice is one fact.
The rules have the numbers of sync.md 2.10. All instants are whole epoch seconds; stretches are half open, `[start, end)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from typing import Final

from server.domain.holds import USUAL, Hold, Limits

FOREVER: Final = 2**40
COUNTS_TO_ITS_END: Final = frozenset({None, Hold.VOID})  # only what was claimed after its end is held


@dataclass(frozen=True, slots=True)
class Claim:
    """One uninterrupted stretch as it was reported, and corrected since.

    `end` is the earliest explicit end, None while it is open; `last_end` the latest. `hold`: none of it counts.
    `authored_at`: the moment of the entry or correction by hand, None where a timer ran. `is_manual`: none ever ran.
    """

    claim_id: str
    start: int
    end: int | None = None
    last_end: int | None = None
    hold: Hold | None = None
    authored_at: int | None = None
    is_manual: bool = False

    @property
    def authored(self) -> tuple[int, str]:
        """R3: of two claims to one instant, the greater owns it."""
        return self.start if self.authored_at is None else self.authored_at, self.claim_id

    @property
    def begun(self) -> tuple[int, str]:
        """The order in which timers were started."""
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


def provisional_ends(claims: Iterable[Claim], limits: Limits = USUAL) -> dict[str, int]:
    """R4: where the open claims end for now, by claim. One that no later claim follows is not there.

    Nor is one that would be held for its length if it ended so: a device that was lost with a running timer counts no days.
    What was entered by hand says nothing of a timer's end.
    """
    counting = sorted(
        (claim for claim in claims if claim.hold is None and not claim.is_manual),
        key=lambda claim: claim.begun,
    )
    return {
        claim.claim_id: later.start
        for claim, later in pairwise(counting)
        if claim.is_open and later.start - claim.start <= limits.long_s
    }


def counted(
    claims: Sequence[Claim], since: int = 0, live: str | None = None, *, limits: Limits = USUAL
) -> list[Piece]:
    """The pieces from `since` on, in order, disjoint. `live`: this open claim counts as if it never ended."""
    provisional = provisional_ends(claims, limits)
    ranked = sorted((claim for claim in claims if claim.hold is None), key=lambda claim: claim.authored)
    begins = sorted(
        (max(claim.start, since), rank, _end(claim, provisional, live)) for rank, claim in enumerate(ranked)
    )
    covering: list[tuple[int, int]] = []  # rank and end of what covers the present instant, its owner first
    pieces: list[Piece] = []
    at = since
    for start, rank, end in begins:
        if end > start:
            _advance(covering, pieces, ranked, at, start)
            at = start
            heappush(covering, (-rank, end))
    _advance(covering, pieces, ranked, at, FOREVER)
    return pieces


def _end(claim: Claim, provisional: Mapping[str, int], live: str | None) -> int:
    if claim.claim_id == live:
        return FOREVER
    return provisional.get(claim.claim_id, claim.start) if claim.end is None else claim.end


def _advance(
    covering: list[tuple[int, int]], pieces: list[Piece], ranked: Sequence[Claim], start: int, end: int
) -> None:
    """Gives the seconds between to their owners."""
    at = start
    while covering and at < end:
        rank, claim_end = covering[0]
        if claim_end > at:
            until = min(claim_end, end)
            _add(pieces, Piece(ranked[-rank].claim_id, at, until))
            at = until
        if claim_end <= at:
            heappop(covering)


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
        spans.append((claim.end if claim.hold in COUNTS_TO_ITS_END else claim.start, claim.last_end))
    return without(_union(spans), [(piece.start, piece.end) for piece in pieces])


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


def without(stretches: Sequence[tuple[int, int]], taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What of the first is not in the others; both disjoint and in order."""
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
