"""On which databases does a test run, and how does it get an empty one quickly?

SQLite's is a file that is copied. On a server each run of the tests has a database of its own, which is laid out once and
emptied for every test.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import psutil
from sqlalchemy import Table, make_url, select, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from server.db import migrate
from server.db.blocking import Blocking
from server.db.session import Connection, Database
from server.db.tables import metadata

T = TypeVar("T")

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
MARIADB: Final = "mariadb"
ALL: Final = (SQLITE, POSTGRESQL, MARIADB)
OURS: Final = "hourkeep_test_"


@dataclass(frozen=True, slots=True)
class Empty:
    """This version's tables with nothing in them.

    `database`: what every test uses; None where each opens its own. What it has compiled and prepared stays, which would
    take longer than most tests.
    """

    url: str
    database: Blocking | None = None


class Bridge(Database):
    """A database that runs on the event loop of another thread. Closing it leaves that open."""

    def __init__(self, database: Blocking) -> None:
        self._database = database

    async def run(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._database.begin(self._database.database.run(work)))

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._database.begin(self._database.database.read(work)))

    async def report(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._database.begin(self._database.database.report(work)))

    async def close(self) -> None:
        """Its owner does that."""


class Shelf(Protocol):
    """A kind of database."""

    def empty(self, folder: Path) -> Empty:
        """The one before is not used any more."""

    def close(self) -> None: ...


def lay_out(folder: Path) -> Path:
    """An empty database with this version's tables, to be copied by every test."""
    path = folder / "empty.sqlite3"
    migrate.upgrade(f"sqlite:///{path}")
    return path


class OnSqlite:
    def __init__(self, template: Path) -> None:
        self._template = template

    def empty(self, folder: Path) -> Empty:
        path = folder / "company.sqlite3"
        shutil.copyfile(self._template, path)
        return Empty(f"sqlite:///{path}")

    def close(self) -> None:
        """Its files go with their folder."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is. `driver`: as SQLAlchemy calls it; `names`: asks it for its databases."""

    kind: str
    url: URL
    driver: str
    names: str
    made: tuple[str, ...] = ()

    @property
    def host_and_port(self) -> tuple[str, int]:
        return self.url.host or "127.0.0.1", self.url.port or {POSTGRESQL: 5432, MARIADB: 3306}[self.kind]

    def at(self, database: str) -> str:
        return self.url.set(database=database).render_as_string(hide_password=False)

    def say(self, *statements: str) -> list[str]:
        """Each committed by itself; the first column of the last one's answer."""
        return asyncio.run(self._say(statements))

    async def _say(self, statements: Sequence[str]) -> list[str]:
        engine = create_async_engine(
            self.url.set(drivername=self.driver), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        found: list[str] = []
        async with engine.connect() as conn:
            for statement in statements:
                answer = await conn.execute(text(statement))
                found = [str(row[0]) for row in answer] if answer.returns_rows else []
        await engine.dispose()
        return found


def in_ci() -> bool:
    return bool(os.environ.get("CI"))


def kinds() -> list[str]:
    """All, or those that HOURKEEP_TEST_DATABASES names, such as "sqlite,postgresql", for somebody who is in a hurry."""
    named = os.environ.get("HOURKEEP_TEST_DATABASES")
    return list(ALL) if in_ci() or not named else [kind for kind in ALL if kind in named.split(",")]


def server(kind: str) -> Server:
    """As HOURKEEP_TEST_POSTGRESQL and HOURKEEP_TEST_MARIADB say, or on this machine."""
    if kind == POSTGRESQL:
        url = os.environ.get("HOURKEEP_TEST_POSTGRESQL") or "postgresql://root@127.0.0.1:5432/postgres"
        names = "SELECT datname FROM pg_database"
        return Server(kind, make_url(url), "postgresql+asyncpg", names)
    url = os.environ.get("HOURKEEP_TEST_MARIADB") or "mariadb://root@127.0.0.1:3306/mysql"
    return Server(kind, make_url(url), "mariadb+asyncmy", "SHOW DATABASES")


class OnServer:
    def __init__(self, server: Server) -> None:
        self._server = server
        self._name = f"{OURS}{os.getpid()}_{secrets.token_hex(4)}"
        remove_left_behind(server)
        server.say(f"CREATE DATABASE {self._name}")
        if server.kind == POSTGRESQL:
            server.say(f"ALTER DATABASE {self._name} SET synchronous_commit = off")
        migrate.upgrade(server.at(self._name))
        self._database = Blocking.open(server.at(self._name))
        self._tables = metadata.sorted_tables
        self._laid_out = self._database.read(self._contents)

    def empty(self, folder: Path) -> Empty:  # noqa: ARG002  # a server keeps its files itself
        self._database.run(self._empty)
        return Empty(self._server.at(self._name), self._database)

    def close(self) -> None:
        self._database.close()
        drop(self._server, self._name)

    def _contents(self, conn: Connection) -> dict[Table, list[dict[str, Any]]]:
        found = {table: [dict(row._mapping) for row in conn.execute(select(table))] for table in self._tables}
        return {table: rows for table, rows in found.items() if rows}

    def _empty(self, conn: Connection) -> None:
        asked = " UNION ALL ".join(
            f"SELECT {number} WHERE EXISTS (SELECT 1 FROM {table.name})"  # noqa: S608  # the tables' names
            for number, table in enumerate(self._tables)
        )
        written = sorted(conn.exec_driver_sql(asked).scalars(), reverse=True)
        for number in written:
            conn.execute(self._tables[number].delete())
            self._count_anew(conn, self._tables[number])
        for table, rows in self._laid_out.items():
            conn.execute(table.insert(), rows)

    def _count_anew(self, conn: Connection, table: Table) -> None:
        if table.autoincrement_column is None:
            return
        if self._server.kind == MARIADB:
            conn.exec_driver_sql(f"ALTER TABLE {table.name} AUTO_INCREMENT = 1")
        else:
            sequence = f"{table.name}_{table.autoincrement_column.name}_seq"
            conn.exec_driver_sql(f"SELECT setval('{sequence}', 1, false)")


@contextmanager
def blank(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a database in which there is no table."""
    if kind == SQLITE:
        yield f"sqlite:///{folder}/hourkeep.sqlite3"
        return
    where, name = server(kind), f"{OURS}{os.getpid()}_blank"
    where.say(f"CREATE DATABASE {name}")
    try:
        yield where.at(name)
    finally:
        drop(where, name)


def remove_left_behind(server: Server) -> None:
    """By runs of the tests that were killed."""
    for name in server.say(server.names):
        number = name.removeprefix(OURS).partition("_")[0]
        if name.startswith(OURS) and number.isdigit() and not psutil.pid_exists(int(number)):
            drop(server, name)


def drop(server: Server, name: str) -> None:
    force = " WITH (FORCE)" if server.kind == POSTGRESQL else ""
    server.say(f"DROP DATABASE IF EXISTS {name}{force}")
