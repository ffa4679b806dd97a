"""How does this instance work together with others?

Imported only where Redis is configured: a single instance needs none of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from structlog.typing import FilteringBoundLogger

from server.domain.events import Event
from server.live.bus import Bus
from server.live.fanout import Fanout
from server.live.gate import Gate, OwnGate
from server.live.shared import Shared
from server.live.shared_cache import SharedCache
from server.live.shared_gate import SharedGate


@dataclass(frozen=True, slots=True)
class Together:
    """`run` is to be run as long as the application lives."""

    gate: Gate
    cache: SharedCache
    _bus: Bus
    _shared: Shared
    _fanout: Fanout

    def hear(self, events: tuple[Event, ...]) -> None:
        """What happened here."""
        self._bus.publish(events)
        self._fanout.send(events)
        self.cache.forget(events)

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._fanout.run())
                group.create_task(self.cache.run())
        finally:
            await self._shared.close()


def join(url: str, company: str, bus: Bus, ticks: Callable[[], float], log: FilteringBoundLogger) -> Together:
    """`company`: several may use one Redis."""
    shared = Shared(url, f"hourkeep:{company}", ticks, log)
    fanout = Fanout(shared, bus.name, bus.publish, bus.lost)
    return Together(SharedGate(shared, OwnGate()), SharedCache(shared), bus, shared, fanout)
