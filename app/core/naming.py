"""How much of a long id does somebody have to type?"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise, takewhile
from typing import Final

SHORTEST: Final = 8


def short_names(names: Iterable[str]) -> dict[str, str]:
    """By name, its first letters that no other name begins with, eight at least."""
    in_order = sorted(set(names))
    lengths = dict.fromkeys(in_order, SHORTEST)
    for one, other in pairwise(in_order):
        needed = 1 + _shared(one, other)
        lengths[one], lengths[other] = max(lengths[one], needed), max(lengths[other], needed)
    return {name: name[:length] for name, length in lengths.items()}


def _shared(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
