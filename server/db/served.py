"""How does work run on a database server?

The same functions as on SQLite, each in a greenlet: where they wait for the server, the event loop goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from random import Random
from typing import Final, TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.db.failures import give_up, may_work_again, unanswered
from server.db.session import Database

T = TypeVar("T")

TRIES: Final = 6
WARM: Final = 4  # of the connections to write with: the others are for crowds
FIRST_PAUSE_S: Final = 0.01


@dataclass(frozen=True, slots=True)
class Patience:
    """How is waited before the next try? `pause` in seconds."""

    rng: Random
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def wait(self, tries: int) -> None:
        """Longer after each try, and not as long as others do."""
        await self.pause(self.rng.uniform(0, FIRST_PAUSE_S * 2**tries))


@dataclass(frozen=True, slots=True)
class Pools:
    """Connections to write and to read with, a few for reports, and what stops a second program that lays out tables."""

    writers: AsyncEngine
    readers: AsyncEngine
    reporters: AsyncEngine
    alone: Callable[[Connection], AbstractContextManager[None]]

    async def close(self) -> None:
        for each in (self.writers, self.readers, self.reporters):
            await each.dispose()


class ServedDatabase(Database):
    """Connects when there is work, but for what was warmed."""

    def __init__(self, pools: Pools, patience: Patience) -> None:
        self._pools = pools
        self.patience = patience

    async def run(self, work: Callable[[Connection], T]) -> T:
        return await self._patiently(self._pools.writers, work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self._patiently(self._pools.readers, work)

    async def report(self, work: Callable[[Connection], T]) -> T:
        return await self._patiently(self._pools.reporters, work)

    async def lay_out(self, work: Callable[[Connection], T]) -> T:
        def alone(conn: Connection) -> T:
            with self._pools.alone(conn):
                return work(conn)

        return await transact(self._pools.writers, alone)

    async def warm(self) -> None:
        """Whoever starts a timer with many others does not wait for a connection to be made."""
        made = await asyncio.gather(
            *(_connected(self._pools.writers) for _ in range(WARM)), return_exceptions=True
        )
        for each in made:
            if not isinstance(each, BaseException):
                await each.close()

    async def close(self) -> None:
        await self._pools.close()

    async def _patiently(self, engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
        for tries in range(1, TRIES):
            try:
                return await transact(engine, work)
            except DBAPIError as failure:
                if not may_work_again(failure):
                    give_up(failure)
            await self.patience.wait(tries)
        try:
            return await transact(engine, work)
        except DBAPIError as failure:
            give_up(failure)


async def transact(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    """Once. DBAPIError; StorageFailed when there is no connection, or the commit got no answer."""
    conn = await _connected(engine)
    try:
        return await conn.run_sync(_whole, work)
    except asyncio.CancelledError:
        await conn.invalidate()  # it may still be in the middle of an answer
        raise
    finally:
        await asyncio.shield(conn.close())


async def _connected(engine: AsyncEngine) -> AsyncConnection:
    try:
        return await engine.connect()
    except Exception as failure:  # each driver has its own, and the system's come as they are
        raise unanswered(failure) from failure


def _whole(conn: Connection, work: Callable[[Connection], T]) -> T:
    transaction = conn.begin()
    try:
        result = work(conn)
    except BaseException:
        transaction.rollback()
        raise
    try:
        transaction.commit()
    except DBAPIError as failure:
        if failure.connection_invalidated:  # nobody knows what became of it: it is not simply done again
            raise unanswered(failure) from failure
        raise
    return result
