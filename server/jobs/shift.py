"""Is it this instance that does the jobs?

One does them at a time. The others watch its beat and take over when that has not moved for a while by their own clock,
so that it does not matter whose clock is right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from server.db.repositories import leases
from server.db.repositories.leases import NOBODY, Lease
from server.db.session import Connection, Database

BEAT_S: Final = 1.5
PATIENCE_S: Final = 5.0  # of others, and of the holder with itself when it cannot reach the database
NAME: Final = "jobs"


class Shift:
    """`holder`: of this process only. `ticks`: seconds of a clock that never goes back."""

    def __init__(self, database: Database, holder: str, ticks: Callable[[], float]) -> None:
        self._database = database
        self._holder = holder
        self._ticks = ticks
        self._seen: Lease | None = None
        self._seen_at = 0.0
        self._mine_since: float | None = None

    @property
    def is_on_duty(self) -> bool:
        return self._mine_since is not None and self._ticks() - self._mine_since < PATIENCE_S

    async def beat(self) -> bool:
        """A sign of life, or a look at the other's. True: the shift begins now."""
        was_on_duty = self.is_on_duty
        now = self._ticks()
        seen = await self._database.read(lambda conn: leases.look(conn, NAME))
        if self._is_free(seen, now) and await self._take(seen, self._holder):
            self._mine_since = now
        else:
            self._mine_since = None
        return self.is_on_duty and not was_on_duty

    async def end(self) -> None:
        """Somebody else can begin at once."""
        if not self.is_on_duty:
            return
        self._mine_since = None
        seen = await self._database.read(lambda conn: leases.look(conn, NAME))
        if seen.holder == self._holder:
            await self._take(seen, NOBODY)

    def _is_free(self, seen: Lease, now: float) -> bool:
        if seen.holder in (NOBODY, self._holder):
            return True
        if seen != self._seen:
            self._seen, self._seen_at = seen, now
        return now - self._seen_at >= PATIENCE_S

    async def _take(self, seen: Lease, holder: str) -> bool:
        def take(conn: Connection) -> bool:
            return leases.take(conn, NAME, seen, holder)

        return await self._database.run(take)
