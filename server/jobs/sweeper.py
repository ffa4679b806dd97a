"""Does a budget cross one of its thresholds while nobody does anything?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from structlog.typing import FilteringBoundLogger

from server.clock import Clock
from server.db.session import Database
from server.services.money import crossing

LOOK_EVERY_S: Final = 5.0


class Sweeper:
    """Looks at the second at which running timers will cross, and every few seconds, because timers start and stop meanwhile.

    `look_at`: when next, by `ticks`, in seconds.
    """

    def __init__(
        self, database: Database, clock: Clock, ticks: Callable[[], float], log: FilteringBoundLogger
    ) -> None:
        self._database = database
        self._clock = clock
        self._ticks = ticks
        self._log = log
        self.look_at = ticks()

    def look_now(self) -> None:
        self.look_at = self._ticks()

    async def look(self) -> None:
        if self._ticks() < self.look_at:
            return
        self.look_at = self._ticks() + LOOK_EVERY_S
        due_ms = await self._due()
        if due_ms is not None and due_ms <= self._clock.now_ms():
            await self._sweep()
            due_ms = await self._due()
        if due_ms is not None:
            wait_s = max(0.0, (due_ms - self._clock.now_ms()) / 1000)
            self.look_at = min(self.look_at, self._ticks() + wait_s)

    async def _due(self) -> int | None:
        now_ms = self._clock.now_ms()
        return await self._database.read(lambda conn: crossing.due(conn, now_ms))

    async def _sweep(self) -> None:
        now_ms = self._clock.now_ms()
        raised = await self._database.run(lambda conn: crossing.sweep(conn, now_ms))
        if raised:
            self._log.info("Alerts raised", alert_ids=raised)
