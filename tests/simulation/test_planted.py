"""Does the simulation find the designs that lose, double or alter time, or show it otherwise than it is?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.simulation.bugs import BUGS, HEALS
from tests.simulation.bugs_of_logs import BUGS_OF_LOGS, ORDER_MATTERS
from tests.simulation.life import live
from tests.simulation.office import Office

WITHIN: Final = 300
HEALED: Final = 40
ALL_BUGS: Final = {**BUGS, **BUGS_OF_LOGS}


@pytest.mark.logs("ERROR")
@pytest.mark.parametrize("bug", ALL_BUGS)
def test_a_planted_bug_is_found(place: tuple[Office, Path], bug: str) -> None:
    assert any(live(seed, *place, kinds=ALL_BUGS[bug]).failure for seed in range(WITHIN))


@pytest.mark.logs("ERROR")
def test_what_hangs_on_the_order_is_found_when_all_arrives_again(place: tuple[Office, Path]) -> None:
    failures = (live(seed, *place, kinds=ORDER_MATTERS).failure for seed in range(WITHIN))
    assert any("I9 the order matters" in (failure or "") for failure in failures)


@pytest.mark.logs("ERROR")
def test_what_was_marked_as_sent_too_early_is_asked_for_again(place: tuple[Office, Path]) -> None:
    assert [live(seed, *place, kinds=HEALS).failure for seed in range(HEALED)] == [None] * HEALED
