"""How does a piece of work run in one transaction?

Work is a plain function over a `Connection`. It never commits: everything that it wrote is durable when `run` returns,
and nothing of it is there when `run` raises.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, Insert, create_engine, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from server.db.types import SQLITE

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
StorageFailed = OperationalError  # the disk is full, another program holds the file, it may not be written

PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA cache_size = -65536",
    "PRAGMA cell_size_check = ON",
)
DRIVERS: Final = (SQLITE, f"{SQLITE}+pysqlite")
PROBE: Final = text("SELECT count(*) FROM server_meta")  # reads the file, which SELECT 1 does not


class UnknownDatabase(Exception):
    """The URL names a kind of database that this version does not speak."""


class DatabaseUnusable(Exception):
    """The database cannot be opened."""


class Database:
    """One connection that writes and one that reads, each used by one caller at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = _Lane(engine.connect(), "BEGIN IMMEDIATE")
        self._reader = _Lane(engine.connect(), "BEGIN")

    @classmethod
    def open(cls, url: str) -> Database:
        """`sqlite:////absolute/path`. UnknownDatabase, DatabaseUnusable."""
        engine = open_engine(url)
        try:
            return cls(engine)
        except SQLAlchemyError as failure:
            engine.dispose()
            raise DatabaseUnusable(f"The database cannot be opened: {failure}") from failure

    def run(self, work: Callable[[Connection], T]) -> T:
        """Committed before it returns; rolled back when `work` or the commit raises."""
        return self._writer.transact(work)

    def read(self, work: Callable[[Connection], T]) -> T:
        """One consistent state, whatever is written meanwhile."""
        return self._reader.transact(work)

    def ready(self) -> bool:
        try:
            return bool(self.read(lambda conn: conn.execute(PROBE).scalar_one()))
        except SQLAlchemyError:
            return False

    def close(self) -> None:
        self._writer.close()
        self._reader.close()
        self._engine.dispose()


class _Lane:
    def __init__(self, conn: Connection, begin: str) -> None:
        self._conn = conn
        self._begin = begin
        self._turn = Lock()

    def transact(self, work: Callable[[Connection], T]) -> T:
        with self._turn:
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
        with self._turn:
            self._conn.close()

    def _begin_now(self) -> None:
        """Past SQLAlchemy, where these two words would cost as much as a query. StorageFailed."""
        driver: Any = self._conn.connection.driver_connection
        try:
            driver.execute(self._begin)
        except sqlite3.OperationalError as failure:
            raise StorageFailed(self._begin, None, failure) from failure


def open_engine(url: str) -> Engine:
    """An engine that leaves transactions to its user. UnknownDatabase."""
    try:
        parsed = make_url(url)
    except ArgumentError as failure:
        raise UnknownDatabase(f"This is not the address of a SQLite database: {url!r}.") from failure
    if parsed.drivername not in DRIVERS:
        raise UnknownDatabase(f"This version keeps its data in SQLite, not in {parsed.drivername}.")
    # The driver's own transactions begin too late and end at a savepoint: it is told to keep out.
    engine = create_engine(
        parsed,
        poolclass=NullPool,
        connect_args={"isolation_level": None, "check_same_thread": False},
    )
    event.listen(engine, "connect", _configure)
    return engine


def _configure(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]  # DB-API
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


@contextmanager
def savepoint(conn: Connection) -> Iterator[None]:
    """What happens inside is undone when it raises; the transaction around it goes on."""
    conn.exec_driver_sql("SAVEPOINT one_action")
    try:
        yield
    except BaseException:
        conn.exec_driver_sql("ROLLBACK TO one_action")
        conn.exec_driver_sql("RELEASE one_action")
        raise
    conn.exec_driver_sql("RELEASE one_action")


def insert_row(conn: Connection, statement: Insert, row: dict[str, Any]) -> int:
    """The id that the database gave to the new row."""
    key: Any = conn.execute(statement, row).inserted_primary_key
    return int(key[0])
