"""Do all devices and the server end up with the same, whatever a person, the network and the managers do, in any order?

The world of the simulation, led by Hypothesis: what goes wrong is shrunk to the fewest steps.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.simulation.air import Fault
from tests.simulation.chances import Mix
from tests.simulation.deeds import RULES
from tests.simulation.life import workplace
from tests.simulation.office import Office
from tests.simulation.oracle import heal, judge
from tests.simulation.world import World

EXAMPLES = 100
STEPS = 30
EVERY_FAULT: dict[Fault, float] = {fault: 1.0 for fault in Fault if fault is not Fault.NONE}
chances = st.randoms(use_true_random=False)


class Lives(RuleBasedStateMachine):
    """Each rule is a step of the world. Afterwards everything is mended, and everything must be in its place."""

    place: ClassVar[tuple[Office, Path]]
    world: World

    @initialize(users=st.integers(1, 2), devices=st.integers(2, 3), faults=st.sampled_from([0.0, 0.4]))
    def begin(self, users: int, devices: int, faults: float) -> None:
        mix = Mix(users, devices, {}, EVERY_FAULT, faults, 4000)
        self.world = World(0, *self.place, mix=mix)

    def teardown(self) -> None:
        world = self.world
        try:
            heal(world)
            judge(world)
        finally:
            for device in world.devices:
                device.kill()
            shutil.rmtree(world.folder)


def _step(name: str) -> Callable[..., None]:
    def step(self: Lives, chance: Random) -> None:
        self.world.random = chance
        RULES[name](self.world)

    return step


for each in sorted(RULES):
    setattr(Lives, each, rule(chance=chances)(_step(each)))


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Office, Path]]:
    with workplace() as found:
        yield found


@pytest.mark.logs("ERROR")
def test_every_life_ends_with_everything_in_its_place(place: tuple[Office, Path]) -> None:
    machine: Any = type("TestedLives", (Lives,), {"place": place})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            stateful_step_count=STEPS,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
