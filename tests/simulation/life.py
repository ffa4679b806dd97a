"""What comes of one seed, and which of its steps are to blame?"""

from __future__ import annotations

import gc
import hashlib
import shutil
import subprocess
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.simulation.chances import STEPS
from tests.simulation.deeds import RULES
from tests.simulation.device import Kinds
from tests.simulation.office import Office
from tests.simulation.oracle import heal, judge
from tests.simulation.replay import live_again
from tests.simulation.world import World

IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108  # what is durable is tried elsewhere; here nothing has to be
PREFIX: Final = "hourkeep-lives-"
TRIES: Final = 200  # to find the shortest life that goes wrong
ALL: Final = tuple(range(STEPS))
EVERY: Final = 3
"""Of so many lives one arrives a second time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`failure` None: all is well. `history`: the same for the same life. `actions`: how many were recorded.

    `is_repeated`: whether all of it arrived a second time, in another order.
    """

    seed: int
    failure: str | None
    actions: int
    history: str
    trace: tuple[str, ...]
    is_repeated: bool = False


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder: in memory where the system has that."""
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as name:
        yield Path(name)


@contextmanager
def workplace(within: Path | None = None) -> Iterator[tuple[Office, Path]]:
    """A server, and a folder for its devices. `within`: whose owner removes it, should this process be killed."""
    with scratch() if within is None else nullcontext(Path(tempfile.mkdtemp(dir=within))) as folder:
        (folder / "server").mkdir()
        office = Office(folder / "server")
        gc.freeze()  # what is there now stays: looking at it again and again took a tenth of the time
        try:
            yield office, folder / "devices"
        finally:
            gc.unfreeze()
            office.close()


def live(
    seed: int, office: Office, folder: Path, *, steps: Sequence[int] = ALL, kinds: Kinds | None = None
) -> Outcome:
    """Nothing is left in the folder. `steps`: which of them are done."""
    world = World(seed, office, folder, kinds or Kinds(), rules=RULES)
    failure, is_repeated = None, False
    try:
        for number in steps:
            world.step(number)
        world.say("all is mended")
        heal(world)
        judge(world)
        is_repeated = seed % EVERY == 0 and live_again(world)
    except Exception as error:  # noqa: BLE001  # whatever it is, this seed shows it
        failure = "".join(traceback.format_exception(error))
    finally:
        for device in world.devices:
            device.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return Outcome(seed, failure, len(world.durable), _hash(world), tuple(world.trace), is_repeated)


def shortest(seed: int, office: Office, folder: Path) -> Outcome:
    """A life of as few of its steps as was found in which it still goes wrong."""
    steps = list(ALL)
    found = live(seed, office, folder)
    tries, chunk = 0, len(steps) // 2
    while chunk and tries < TRIES and found.failure is not None:
        start = 0
        while start < len(steps) and tries < TRIES:
            fewer = steps[:start] + steps[start + chunk :]
            tries += 1
            outcome = live(seed, office, folder, steps=fewer)
            if outcome.failure is None:
                start += chunk
            else:
                steps, found = fewer, outcome
        chunk //= 2
    return found


def report(outcome: Outcome) -> str:
    """For whoever has to find out why."""
    return "\n".join(
        [
            f"make simulate SEED={outcome.seed}   # at commit {_commit()}",
            *outcome.trace,
            outcome.failure or "all is well",
        ]
    )


def _commit() -> str:
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
        )
    except OSError:
        return "unknown"
    return found.stdout.strip() or "unknown"


def _hash(world: World) -> str:
    """Of what happened, in which order: names that are drawn anew each time are not in it."""
    numbers: dict[str, int] = {}
    lines = list(world.trace)
    for what, device, action_id in world.history.lines:
        lines.append(f"{what} {device} {numbers.setdefault(action_id, len(numbers))}")
    for user, person in world.office.book.people.items():
        counted = person.counted()
        lines.append(f"{user} {sorted(counted.seconds.values())} {counted.held}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
