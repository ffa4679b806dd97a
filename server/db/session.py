"""What is a piece of work in one transaction?

Work is a plain function over a `Connection`. It never commits: everything that it wrote is durable when `run` returns,
and nothing of it is there when `run` raises.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

from sqlalchemy import Insert, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError

__all__ = [
    "Connection",
    "ConstraintBroken",
    "Database",
    "DatabaseUnusable",
    "StorageFailed",
    "UnknownDatabase",
    "insert_row",
    "savepoint",
]

T = TypeVar("T")
ConstraintBroken = IntegrityError
StorageFailed = (
    OperationalError  # the disk is full, another program holds the file, the server does not answer
)

PROBE: Final = text("SELECT count(*) FROM server_meta")  # reads the file, which SELECT 1 does not


class UnknownDatabase(Exception):
    """The URL names a kind of database that this version does not speak."""


class DatabaseUnusable(Exception):
    """The database cannot be opened."""


class Database(ABC):
    """Used by one event loop. StorageFailed: nothing of the work was done, or nobody knows (the commit got no answer)."""

    @abstractmethod
    async def run(self, work: Callable[[Connection], T]) -> T:
        """Committed before it returns; rolled back when `work` or the commit raises.

        `work` may be done several times: others may have been in the way of the first.
        """

    @abstractmethod
    async def read(self, work: Callable[[Connection], T]) -> T:
        """One consistent state, whatever is written meanwhile."""

    async def report(self, work: Callable[[Connection], T]) -> T:
        """As `read`, for what may take long: timers do not wait for it. All that was committed before is in it."""
        return await self.read(work)

    async def lay_out(self, work: Callable[[Connection], T]) -> T:
        """As `run`, but done once, and by one program at a time: for what cannot be done twice."""
        return await self.run(work)

    async def warm(self) -> None:
        """What the first ones would wait for is done before they come, as far as the database answers."""
        await self.ready()

    @abstractmethod
    async def close(self) -> None: ...

    async def ready(self) -> bool:
        try:
            return bool(await self.read(lambda conn: conn.execute(PROBE).scalar_one()))
        except SQLAlchemyError:
            return False


@contextmanager
def savepoint(conn: Connection) -> Iterator[None]:
    """What happens inside is undone when it raises; the transaction around it goes on."""
    conn.exec_driver_sql("SAVEPOINT one_action")
    try:
        yield
    except ConstraintBroken:
        _undo(conn)
        raise
    except BaseException:
        # What broke may have ended the whole transaction already, as a deadlock does on MariaDB.
        with suppress(SQLAlchemyError):
            _undo(conn)
        raise
    conn.exec_driver_sql("RELEASE SAVEPOINT one_action")


def _undo(conn: Connection) -> None:
    conn.exec_driver_sql("ROLLBACK TO SAVEPOINT one_action")
    conn.exec_driver_sql("RELEASE SAVEPOINT one_action")


def insert_row(conn: Connection, statement: Insert, row: dict[str, Any]) -> int:
    """The id that the database gave to the new row."""
    key: Any = conn.execute(statement, row).inserted_primary_key
    return int(key[0])
