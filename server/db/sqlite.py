"""How does work run on SQLite?

On the event loop itself, without a thread: a query takes less time than a switch between threads.
"""

from __future__ import annotations

import sqlite3
from asyncio import Future, get_running_loop
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from server.db.session import Database, DatabaseUnusable, StorageFailed
from server.db.swift import Swift

T = TypeVar("T")

AT_ONCE: Final = 32  # then those who read have a turn
IN_MEMORY: Final = ("", ":memory:")
OURS_ALONE: Final = 0o600

PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA cache_size = -8192",  # KiB for each of three connections; the system keeps the file too
    "PRAGMA cell_size_check = ON",
)


class SqliteDatabase(Database):
    """One connection that writes, one that reads, and one for reports, which has a thread of its own.

    DatabaseUnusable.
    """

    def __init__(self, url: URL) -> None:
        _make_private(url.database or "")
        self._engine = _engine(url)
        try:
            self._writer = _Writer(Swift(self._engine), "BEGIN IMMEDIATE")
            self._reader = _Reader(Swift(self._engine), "BEGIN")
        except SQLAlchemyError as failure:
            self._engine.dispose()
            raise DatabaseUnusable(f"The database cannot be opened: {failure}") from failure
        self._reporter: _Reader | None = None
        self._thread = ThreadPoolExecutor(1, "report")

    async def run(self, work: Callable[[Connection], T]) -> T:
        return await self._writer.together(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return self._reader.transact(work)

    async def report(self, work: Callable[[Connection], T]) -> T:
        return await get_running_loop().run_in_executor(self._thread, self._report, work)

    def _report(self, work: Callable[[Connection], T]) -> T:
        if self._reporter is None:
            self._reporter = _Reader(self._engine.connect(), "BEGIN")
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
            self._say(self._begin)
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

    @property
    def _driver(self) -> Any:
        return self._conn.connection.driver_connection

    def _say(self, words: str) -> None:
        """Past SQLAlchemy, where they would cost as much as a query. StorageFailed."""
        try:
            self._driver.execute(words)
        except sqlite3.OperationalError as failure:
            raise StorageFailed(words, None, failure) from failure


class _Reader(_Lane):
    """Has nothing to commit, so its transaction ends without what SQLAlchemy does for one that has."""

    def transact(self, work: Callable[[Connection], T]) -> T:
        self._say(self._begin)
        try:
            return work(self._conn)
        finally:
            self._conn.rollback()  # where a statement went the usual way
            self._driver.rollback()


@dataclass(frozen=True, slots=True)
class _End:
    result: Any = None
    failure: Exception | None = None


@dataclass(frozen=True, slots=True)
class _Errand:
    work: Callable[[Connection], Any]
    done: Future[Any]

    def settle(self, end: _End) -> None:
        if self.done.done():
            return  # who asked for it has gone
        if end.failure is None:
            self.done.set_result(end.result)
        else:
            self.done.set_exception(end.failure)


class _Writer(_Lane):
    """What waits in one turn of the event loop becomes durable in one commit, which takes as long for many as for one."""

    def __init__(self, conn: Connection, begin: str) -> None:
        super().__init__(conn, begin)
        self._waiting: list[_Errand] = []

    async def together(self, work: Callable[[Connection], T]) -> T:
        """As `transact`."""
        loop = get_running_loop()
        errand = _Errand(work, loop.create_future())
        if not self._waiting:
            loop.call_soon(self._go)
        self._waiting.append(errand)
        result: T = await errand.done
        return result

    def _go(self) -> None:
        errands, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        if self._waiting:
            get_running_loop().call_soon(self._go)
        try:
            ends = self._ends(errands)
        except BaseException:  # the program ends: nobody waits for an answer that will not come
            for errand in errands:
                errand.done.cancel()
            raise
        for errand, end in zip(errands, ends, strict=True):
            errand.settle(end)

    def _ends(self, errands: Sequence[_Errand]) -> list[_End]:
        """What each came to; what they did is committed."""
        if len(errands) > 1:
            try:
                return self.transact(lambda _: [self._one(each.work) for each in errands])
            except StorageFailed as failure:
                return [_End(failure=failure)] * len(errands)
            except Exception:  # noqa: BLE001, S110  # one of them spoils the others' commit: they go one by one
                pass
        return [self._alone(each.work) for each in errands]

    def _alone(self, work: Callable[[Connection], Any]) -> _End:
        try:
            return _End(self.transact(work))
        except Exception as failure:  # noqa: BLE001  # whose work it was gets it
            return _End(failure=failure)

    def _one(self, work: Callable[[Connection], Any]) -> _End:
        """When it raises, nothing of it is left, and the others go on."""
        self._say("SAVEPOINT one_errand")
        try:
            result = work(self._conn)
        except Exception as failure:
            if not self._driver.in_transaction:  # SQLite has undone everybody's
                raise
            self._say("ROLLBACK TO one_errand")
            self._say("RELEASE one_errand")
            return _End(failure=failure)
        self._say("RELEASE one_errand")
        return _End(result)


def _make_private(name: str) -> None:
    """A new file is for this system's user only, whatever the umask: passwords' hashes and people's words are in it.

    SQLite gives its files beside it the same rights, and says itself what is wrong where there can be none.
    """
    path = Path(name)
    if name not in IN_MEMORY and not path.exists():
        with suppress(OSError):
            path.touch(OURS_ALONE)


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
