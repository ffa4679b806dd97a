"""What did this instance hear lately, and who wants to know?

Events say only that something changed, so two of the same are as good as one: a slow listener has a set, not a queue.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Final

from server.domain.events import Event

REMEMBERED: Final = 1000  # for listeners that come back
WAITING: Final = 200  # for one listener; then it reads everything anew

Wants = Callable[[Event], bool]


@dataclass(frozen=True, slots=True)
class Heard:
    """`place`: where one goes on after this. `is_whole` False: something may be missing."""

    events: tuple[Event, ...]
    place: str
    is_whole: bool


class Bus:
    """Used by one event loop. `name`: of this process only."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._count = 0
        self._past: deque[Event] = deque(maxlen=REMEMBERED)
        self._ears: set[Ear] = set()
        self.is_closed = False

    @property
    def place(self) -> str:
        return f"{self.name}.{self._count}"

    @property
    def ears(self) -> int:
        return len(self._ears)

    def publish(self, events: Iterable[Event]) -> None:
        for event in events:
            self._count += 1
            self._past.append(event)
            for ear in self._ears:
                ear.hear(event)

    def lost(self) -> None:
        """Something may have been missed, so nobody can go on from an earlier place."""
        self._count += REMEMBERED + 1
        self._past.clear()
        for ear in self._ears:
            ear.lose()

    def close(self) -> None:
        """Everybody's listening ends."""
        self.is_closed = True
        for ear in self._ears:
            ear.wake()

    def listen(self, wants: Wants, after: str | None) -> Ear:
        """`after`: the place of the last thing heard; None: from now on."""
        ear = Ear(self, wants)
        self._ears.add(ear)
        if after is not None:
            missed = self._since(after)
            if missed is None:
                ear.lose()
            else:
                for event in missed:
                    ear.hear(event)
        return ear

    def forget(self, ear: Ear) -> None:
        self._ears.discard(ear)

    def _since(self, place: str) -> list[Event] | None:
        """None: it is not known what happened since."""
        name, _, number = place.rpartition(".")
        if name != self.name or not (number.isascii() and number.isdigit()):
            return None
        behind = self._count - int(number)
        if not 0 <= behind <= len(self._past):
            return None
        return list(islice(self._past, len(self._past) - behind, None))


class Ear:
    """One listener."""

    def __init__(self, bus: Bus, wants: Wants) -> None:
        self._bus = bus
        self._wants = wants
        self._waiting: dict[Event, None] = {}
        self._is_whole = True
        self._awake = asyncio.Event()

    async def next(self, within_s: float) -> Heard | None:
        """What happened since; nothing, after that time without anything. None: listening has ended."""
        if not self._bus.is_closed:
            with suppress(TimeoutError):
                # wait_for of Python 3.11 forgets that it was cancelled when it is woken at the same moment.
                async with asyncio.timeout(within_s):
                    await self._awake.wait()
        if self._bus.is_closed:
            return None
        self._awake.clear()
        heard = Heard(tuple(self._waiting), self._bus.place, self._is_whole)
        self._waiting.clear()
        self._is_whole = True
        return heard

    def want(self, wants: Wants) -> None:
        """From now on."""
        self._wants = wants

    def close(self) -> None:
        self._bus.forget(self)

    def hear(self, event: Event) -> None:
        if not self._wants(event):
            return
        self._waiting[event] = None
        if len(self._waiting) > WAITING:
            self.lose()
        self._awake.set()

    def lose(self) -> None:
        self._waiting.clear()
        self._is_whole = False
        self._awake.set()

    def wake(self) -> None:
        self._awake.set()
