"""How long does a server take to work off ten thousand devices that come back after half an hour?

What must hold meanwhile is what the test with fewer of them asks for: all are done, actions go before polls, and health checks and an
administrator's pages are answered. The devices' clock runs faster than ours, so that they come as densely as no real crowd would.
"""

from __future__ import annotations

from typing import Final

from server.api.accepting import take_many_files
from tests.bench._places import folder
from tests.bench.rows import Row
from tests.growing.test_crowd import SPEED, Return, rank, returned

DEVICES: Final = 10_000


def measure() -> list[Row]:
    take_many_files()  # a connection each
    with folder() as place:
        end = returned(place, DEVICES, SPEED)
    name = f"{DEVICES:,} devices come back"
    return [
        Row(f"{name}, the last is done", "s", end.seconds),
        Row(f"{name}, refusals", "", end.story.refused),
        Row(f"{name}, the most that waited at once", "", end.most_waiting),
        Row(f"{name}, not done, or not once", "", _missing(end), bar=0),
        Row(f"{name}, place of an action among all", "", rank(end.story.settled, recorded=True)),
        Row(f"{name}, place of a poll among all", "", rank(end.story.settled, recorded=False)),
        Row(f"{name}, pages and health checks that were refused", "", _refused_pages(end), bar=0),
    ]


def _missing(end: Return) -> int:
    return DEVICES - len(end.story.settled) + abs(DEVICES // 2 - end.recorded)


def _refused_pages(end: Return) -> int:
    return sum(status != 200 for seen in end.watch.seen.values() for status in seen)
