"""When is a report read from a copy of the database that follows it?

When the copy has everything that was committed before the report was asked for, by whomever and through whichever instance
of the server: nobody misses in a report what they have just written. Otherwise the database itself is read.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from server.db.served import Patience, Pools, ServedDatabase, transact

T = TypeVar("T")

LOOKS: Final = 5

_WRITTEN: Final = text("SELECT CAST(pg_current_wal_lsn() AS text)")
_HAS: Final = text(
    "SELECT coalesce(pg_last_wal_replay_lsn() >= CAST(CAST(:written AS text) AS pg_lsn), false)"
)


class FollowedDatabase(ServedDatabase):
    """PostgreSQL with a streaming replica, `copy`."""

    def __init__(self, pools: Pools, patience: Patience, copy: AsyncEngine) -> None:
        super().__init__(pools, patience)
        self._copy = copy

    async def report(self, work: Callable[[Connection], T]) -> T:
        written = await self.read(lambda conn: str(conn.execute(_WRITTEN).scalar_one()))
        with suppress(DBAPIError):  # it is gone, or had to go on while it was read
            if await self._has(written):
                return await transact(self._copy, work)
        return await super().report(work)

    async def close(self) -> None:
        await self._copy.dispose()
        await super().close()

    async def _has(self, written: str) -> bool:
        """Waits a moment for it. In transactions of their own, because what one sees is older than what it is told."""

        def is_there(conn: Connection) -> bool:
            return bool(conn.execute(_HAS, {"written": written}).scalar_one())

        for look in range(1, LOOKS + 1):
            if await transact(self._copy, is_there):
                return True
            await self.patience.wait(look)
        return False
