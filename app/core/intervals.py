"""Which seconds are left of some when others are taken away?

A span is half open, `(start, end)` in whole epoch seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Span = tuple[int, int]


def union(spans: Iterable[Span]) -> list[Span]:
    """In order, disjoint, none of them empty."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What of `spans` is not in `taken`."""
    left = union(spans)
    for cut_start, cut_end in union(taken):
        left = [
            part
            for start, end in left
            for part in ((start, min(end, cut_start)), (max(start, cut_end), end))
            if part[0] < part[1]
        ]
    return left


def measure(spans: Sequence[Span]) -> int:
    """Seconds in disjoint spans."""
    return sum(end - start for start, end in spans)
