"""What comes of one seed?"""

from __future__ import annotations

import hashlib
import shutil
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.chances import STEPS
from tests.simulation.device import Kinds
from tests.simulation.office import Office
from tests.simulation.oracle import heal, judge
from tests.simulation.world import World


@dataclass(frozen=True, slots=True)
class Outcome:
    """`failure` None: all is well. `history`: the same for the same life. `actions`: how many were recorded."""

    seed: int
    failure: str | None
    actions: int
    history: str
    trace: tuple[str, ...]


def live(
    seed: int, office: Office, folder: Path, *, steps: int = STEPS, kinds: Callable[[], Kinds] = Kinds
) -> Outcome:
    """Nothing is left in the folder."""
    world = World(seed, office, folder, kinds())
    failure = None
    try:
        for _ in range(steps):
            world.step()
        world.say("--- healed")
        heal(world)
        judge(world)
    except Exception as error:  # noqa: BLE001  # whatever it is, this seed shows it
        failure = "".join(traceback.format_exception(error))
    finally:
        for device in world.devices:
            device.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return Outcome(seed, failure, len(world.durable), _hash(world), tuple(world.trace))


def _hash(world: World) -> str:
    """Of what happened, in which order: names that are drawn anew each time are not in it."""
    numbers: dict[str, int] = {}
    lines = list(world.trace)
    for what, device, action_id in world.history:
        lines.append(f"{what} {device} {numbers.setdefault(action_id, len(numbers))}")
    for user, person in world.office.book.people.items():
        found = sorted(person.counted().seconds.values())
        lines.append(f"{user} {found} {person.counted().held}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
