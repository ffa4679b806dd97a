"""What is to be heard once this transaction has been committed?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from server.db.session import Connection, Database
from server.domain.events import Event

T = TypeVar("T")
Hear = Callable[[tuple[Event, ...]], None]

_KEY: Final = "hourkeep.events"


def tell(conn: Connection, event: Event) -> None:
    """Heard by nobody when the transaction is rolled back; the same event twice is heard once."""
    events: dict[Event, None] = _info(conn).setdefault(_KEY, {})
    events[event] = None


def told(conn: Connection) -> tuple[Event, ...]:
    """What was told so far in this transaction; it is forgotten with this."""
    return tuple(_info(conn).pop(_KEY, {}))


class Heard(Database):
    """A database whose committed events somebody hears, in the event loop, before the caller goes on.

    `hear` must neither raise nor wait.
    """

    def __init__(self, database: Database, hear: Hear) -> None:
        self._database = database
        self._hear = hear

    async def run(self, work: Callable[[Connection], T]) -> T:
        def listened(conn: Connection) -> tuple[T, tuple[Event, ...]]:
            told(conn)  # what an attempt that was rolled back had to say is not so
            return work(conn), told(conn)

        result, events = await self._database.run(listened)
        if events:
            self._hear(events)
        return result

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self._database.read(work)

    async def report(self, work: Callable[[Connection], T]) -> T:
        return await self._database.report(work)

    async def lay_out(self, work: Callable[[Connection], T]) -> T:
        return await self._database.lay_out(work)

    async def warm(self) -> None:
        await self._database.warm()

    async def close(self) -> None:
        await self._database.close()

    async def ready(self) -> bool:
        return await self._database.ready()


def _info(conn: Connection) -> dict[Any, Any]:
    return conn.info
