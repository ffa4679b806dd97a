"""When is which job done?

In the server's own event loop, on the one instance whose shift it is. What has to be done within seconds goes by a clock that
never goes back; what belongs to the night goes by the calendar.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]  # it has no types
from structlog.typing import FilteringBoundLogger

from server.db.session import StorageFailed
from server.jobs.courier import Courier
from server.jobs.keeping import Keeping
from server.jobs.shift import BEAT_S, Shift
from server.jobs.sweeper import Sweeper

DELIVER_EVERY_S: Final = 2.0
SOON_S: Final = 0.01
RECOUNT_AT: Final = 2  # o'clock, UTC

Job = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Jobs:
    """`ticks`: seconds of a clock that never goes back."""

    shift: Shift
    sweeper: Sweeper
    courier: Courier
    keeping: Keeping
    ticks: Callable[[], float]
    log: FilteringBoundLogger

    async def run(self) -> None:
        """Until it is cancelled; then another instance can take over at once."""
        calendar = self._calendar()
        calendar.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._again_and_again(self.watch, self._until_next_look))
                group.create_task(self._again_and_again(self.deliver, lambda: DELIVER_EVERY_S))
        finally:
            calendar.shutdown(wait=False)
            with suppress(StorageFailed):
                await self.shift.end()

    async def watch(self) -> None:
        """Is it our shift, and does a budget cross one of its thresholds?"""
        if await self.shift.beat():
            self.log.info("Took over the jobs")
            self.sweeper.look_now()
        if self.shift.is_on_duty:
            await self.sweeper.look()

    async def deliver(self) -> None:
        if self.shift.is_on_duty:
            await self.courier.round()

    def _until_next_look(self) -> float:
        return max(SOON_S, min(BEAT_S, self.sweeper.look_at - self.ticks()))

    async def _again_and_again(self, job: Job, pause_s: Callable[[], float]) -> None:
        while True:
            await self._attempt(job)
            await asyncio.sleep(pause_s())

    def _calendar(self) -> AsyncIOScheduler:
        calendar = AsyncIOScheduler(timezone=UTC)
        late = {"misfire_grace_time": None, "coalesce": True}
        calendar.add_job(self._attempt, "cron", [self._nightly], hour=RECOUNT_AT, **late)
        calendar.add_job(self._attempt, "interval", [self._hourly], hours=1, **late)
        return calendar

    async def _nightly(self) -> None:
        if self.shift.is_on_duty:
            await self.keeping.recount()

    async def _hourly(self) -> None:
        if self.shift.is_on_duty:
            await self.keeping.forget()

    async def _attempt(self, job: Job) -> None:
        """What fails is logged and comes again: nothing else would do it meanwhile."""
        try:
            await job()
        except StorageFailed as failure:
            self.log.warning("Job failed", job=job.__name__, error=type(failure).__name__)
        except Exception:  # the top of the loop
            self.log.exception("Job failed", job=job.__name__)
