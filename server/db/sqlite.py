"""How does work run on SQLite?

On the event loop itself, without a thread: a query takes less time than a switch between threads.
"""

from __future__ import annotations

import sqlite3
from asyncio import get_running_loop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from server.db.session import Database, DatabaseUnusable, StorageFailed

T = TypeVar("T")

PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA cache_size = -65536",
    "PRAGMA cell_size_check = ON",
)


class SqliteDatabase(Database):
    """One connection that writes, one that reads, and one for reports, which has a thread of its own.

    DatabaseUnusable.
    """

    def __init__(self, url: URL) -> None:
        self._engine = _engine(url)
        try:
            self._writer = _Lane(self._engine.connect(), "BEGIN IMMEDIATE")
            self._reader = _Lane(self._engine.connect(), "BEGIN")
        except SQLAlchemyError as failure:
            self._engine.dispose()
            raise DatabaseUnusable(f"The database cannot be opened: {failure}") from failure
        self._reporter: _Lane | None = None
        self._thread = ThreadPoolExecutor(1, "report")

    async def run(self, work: Callable[[Connection], T]) -> T:
        return self._writer.transact(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return self._reader.transact(work)

    async def report(self, work: Callable[[Connection], T]) -> T:
        return await get_running_loop().run_in_executor(self._thread, self._report, work)

    def _report(self, work: Callable[[Connection], T]) -> T:
        if self._reporter is None:
            self._reporter = _Lane(self._engine.connect(), "BEGIN")
        return self._reporter.transact(work)

    async def close(self) -> None:
        self._thread.shutdown()
        if self._reporter is not None:
            self._reporter.close()
        self._writer.close()
        self._reader.close()
        self._engine.dispose()


class _Lane:
    def __init__(self, conn: Connection, begin: str) -> None:
        self._conn = conn
        self._begin = begin

    def transact(self, work: Callable[[Connection], T]) -> T:
        try:
            self._conn.begin()
            self._begin_now()
            result = work(self._conn)
            self._conn.commit()
        except BaseException:
            self._conn.rollback()
            # SQLAlchemy takes a commit that failed for the transaction's end; SQLite's goes on until it is told.
            self._conn.connection.rollback()
            raise
        return result

    def close(self) -> None:
        self._conn.close()

    def _begin_now(self) -> None:
        """Past SQLAlchemy, where these two words would cost as much as a query. StorageFailed."""
        driver: Any = self._conn.connection.driver_connection
        try:
            driver.execute(self._begin)
        except sqlite3.OperationalError as failure:
            raise StorageFailed(self._begin, None, failure) from failure


def _engine(url: URL) -> Engine:
    """An engine that leaves transactions to its user."""
    # The driver's own transactions begin too late and end at a savepoint: it is told to keep out.
    engine = create_engine(
        url,
        poolclass=NullPool,
        connect_args={"isolation_level": None, "check_same_thread": False},
        hide_parameters=True,  # a failure goes into the log with its words
    )
    event.listen(engine, "connect", _configure)
    return engine


def _configure(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]  # DB-API
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
