"""Which stretches has a log after its start or end was moved, or after it was split?

All instants are whole epoch seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.claims import Claim
from server.domain.corrections import Bounds


def moved(stretches: Sequence[Claim], start: int | None, end: int | None) -> list[Bounds]:
    """What changes. `stretches` in order; None leaves that side. A stretch that lies outside was none.

    The first that is left begins at `start`, the last one ends at `end`. Where none is left, the first one moves there.
    """
    left = [
        each
        for each in stretches
        if (start is None or each.end is None or each.end > start) and (end is None or each.start < end)
    ] or [stretches[0]]
    after = {each.claim_id: Bounds(each.claim_id, each.start, each.end) for each in left}
    if start is not None:
        first = after[left[0].claim_id]
        after[first.claim_id] = Bounds(first.claim_id, start, first.end)
    if end is not None:
        last = after[left[-1].claim_id]
        after[last.claim_id] = Bounds(last.claim_id, last.start, end)
    return [
        after.get(each.claim_id) or Bounds(each.claim_id, each.start, each.end, is_void=True)
        for each in stretches
        if after.get(each.claim_id) != Bounds(each.claim_id, each.start, each.end)
    ]


def without_rest(stretches: Sequence[Claim], at: int) -> list[Bounds]:
    """What changes when nothing from `at` on belongs to them any more."""
    return [
        Bounds(each.claim_id, each.start, at if each.start < at else each.end, is_void=each.start >= at)
        for each in stretches
        if each.end is None or each.end > at
    ]


def without_beginning(stretches: Sequence[Claim], at: int) -> list[Bounds]:
    """What changes when nothing before `at` belongs to them any more."""
    return [
        Bounds(each.claim_id, each.start, each.end, is_void=True)
        if each.end is not None and each.end <= at
        else Bounds(each.claim_id, at, each.end)
        for each in stretches
        if each.start < at
    ]


def rest(stretches: Sequence[Claim], at: int) -> list[tuple[int, int]]:
    """Start and end of what lies at or after that second; all of them have ended. One without a second is left out."""
    return [
        (max(each.start, at), each.end)
        for each in stretches
        if each.end is not None and each.end > max(each.start, at)
    ]


def beginning(stretches: Sequence[Claim], at: int) -> list[tuple[int, int]]:
    """Start and end of what lies before that second. One without a second is left out."""
    return [
        (each.start, at if each.end is None else min(each.end, at))
        for each in stretches
        if each.start < at and each.start != each.end
    ]
