"""What do the instances keep for each other in Redis, and how is it let go of?

Each topic has a mark, and what is kept carries the mark that its topic had before the database was asked. A change gives the
topic another mark after its commit. So what was read before a change and kept after it carries an old mark, and nobody takes it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from typing import Any, Final

from server.domain.events import Event
from server.live.cache import Read, topics
from server.live.shared import Away, Shared

MARK_BYTES: Final = 8
MARK_LENGTH: Final = 2 * MARK_BYTES
PAUSE_S: Final = 1.0


class SharedCache:
    """While Redis is away nothing is taken from it, and what changed meanwhile is let go of when it is back."""

    is_on = True

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._stale: dict[str, int] = {}  # how often each changed since its mark was
        self._some = asyncio.Event()

    def forget(self, events: tuple[Event, ...]) -> None:
        """Here at once, elsewhere in a moment."""
        for topic in topics(events):
            self._stale[topic] = self._stale.get(topic, 0) + 1
            self._some.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._some.wait()
            self._some.clear()
            stale = dict(self._stale)
            try:
                await self._mark(stale)
            except Away:
                self._some.set()
                await asyncio.sleep(PAUSE_S)
                continue
            for topic, times in stale.items():
                if self._stale[topic] == times:
                    del self._stale[topic]

    async def through(self, key: str, topic: str, lasts_s: int, read: Read) -> bytes:
        if topic in self._stale:
            return (await read()).body
        try:
            mark, kept = await self._look(key, topic)
        except Away:
            return (await read()).body
        if kept is not None:
            return kept
        fresh = await read()
        if fresh.may_keep:
            await self._keep(key, mark + fresh.body, lasts_s)
        return fresh.body

    async def _look(self, key: str, topic: str) -> tuple[bytes, bytes | None]:
        """The topic's mark, and what is kept under it. Away."""
        names = [self._shared.name("mark", topic), self._shared.name("kept", key)]
        found: list[Any] = await self._shared.ask(lambda redis: redis.mget(names))
        mark, kept = found
        if mark is None:
            await self._shared.ask(lambda redis: redis.set(names[0], _new_mark(), nx=True))
            mark = await self._shared.ask(lambda redis: redis.get(names[0]))
        if mark is None:
            raise Away  # it forgets as we speak
        is_current = kept is not None and kept[:MARK_LENGTH] == mark
        return mark, kept[MARK_LENGTH:] if is_current else None

    async def _keep(self, key: str, marked: bytes, lasts_s: int) -> None:
        name = self._shared.name("kept", key)
        try:
            await self._shared.ask(lambda redis: redis.set(name, marked, ex=lasts_s))
        except Away:
            return

    async def _mark(self, stale: Iterable[str]) -> None:
        new = {self._shared.name("mark", topic): _new_mark() for topic in stale}
        await self._shared.ask(lambda redis: redis.mset(new))


def _new_mark() -> bytes:
    return secrets.token_hex(MARK_BYTES).encode()
