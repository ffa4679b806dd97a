"""Does the simulation find the designs that lose, double or alter time?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.simulation.bugs import BUGS, HEALS
from tests.simulation.life import live
from tests.simulation.office import Office

WITHIN: Final = 300
HEALED: Final = 40


@pytest.mark.logs("ERROR")
@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(place: tuple[Office, Path], bug: str) -> None:
    assert any(live(seed, *place, kinds=BUGS[bug]).failure for seed in range(WITHIN))


@pytest.mark.logs("ERROR")
def test_what_was_marked_as_sent_too_early_is_asked_for_again(place: tuple[Office, Path]) -> None:
    assert [live(seed, *place, kinds=HEALS).failure for seed in range(HEALED)] == [None] * HEALED
