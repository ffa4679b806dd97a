"""What was read a while ago and is still so?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from server.domain.events import BudgetMoved, Event, RatesChanged

RATES = "rates"


@dataclass(frozen=True, slots=True)
class Fresh:
    """Just read. `may_keep` False: it changes by itself."""

    body: bytes
    may_keep: bool


Read = Callable[[], Awaitable[Fresh]]


class Cache(Protocol):
    @property
    def is_on(self) -> bool:
        """False: nothing is ever kept."""

    async def through(self, key: str, topic: str, lasts_s: int, read: Read) -> bytes:
        """What is kept under `key`, or what `read` gives. It is let go of when something of `topic` changes."""


class NoCache:
    """Of a single instance, whose database is as near as a cache would be."""

    is_on = False

    async def through(self, key: str, topic: str, lasts_s: int, read: Read) -> bytes:  # noqa: ARG002  # it keeps nothing
        return (await read()).body


def budget_topic(project_id: int) -> str:
    return f"budget.{project_id}"


def topics(events: tuple[Event, ...]) -> set[str]:
    """What these events change."""
    found = set()
    for event in events:
        match event:
            case RatesChanged():
                found.add(RATES)
            case BudgetMoved(project_id):
                found.add(budget_topic(project_id))
            case _:
                pass
    return found
