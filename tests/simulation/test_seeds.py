"""Is nothing lost, doubled or silently altered, whatever happens to devices, network and server?

Two thousand lives, in blocks of one length, so that all workers have a share. What goes wrong is told with its shortest life.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.simulation.life import EVERY, live, report, shortest
from tests.simulation.office import Office

SEEDS: Final = 2000
BLOCKS: Final = 20
EACH: Final = SEEDS // BLOCKS
SHARE: Final = 0.3
"""Of the lives that could arrive a second time so many must at least."""


@pytest.mark.logs("ERROR")
@pytest.mark.parametrize("first", range(0, SEEDS, EACH))
def test_every_life_ends_with_everything_in_its_place(place: tuple[Office, Path], first: int) -> None:
    repeated = 0
    for seed in range(first, first + EACH):
        outcome = live(seed, *place)
        repeated += outcome.is_repeated
        if outcome.failure is not None:
            pytest.fail(report(shortest(seed, *place)), pytrace=False)
    assert repeated >= SHARE * EACH / EVERY


def test_the_same_seed_is_the_same_life(place: tuple[Office, Path]) -> None:
    once = [live(seed, *place) for seed in range(6)]
    again = [live(seed, *place) for seed in range(6)]
    assert [each.history for each in once] == [each.history for each in again]
    assert len({each.history for each in once}) == 6
