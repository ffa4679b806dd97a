"""Where are large databases kept between two runs, and how is one copied to be written to?"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol

from sqlalchemy.exc import SQLAlchemyError

from server.db.blocking import Blocking
from server.db.session import Connection
from tests.e2e.programs import ROOT
from tests.server.databases import POSTGRESQL, SQLITE, Server, drop, server

KEPT: Final = ROOT / "bench"
OURS: Final = "hourkeep_bench_"
COPY: Final = f"{OURS}copy"
FAST: Final = ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -262144")


class Store(Protocol):
    kind: str

    def kept(self, name: str) -> str | None:
        """The URL of the database of that name; None when it was not made yet."""

    def make(self, name: str, fill: Callable[[str], None]) -> str:
        """Kept from when `fill` is done with it; what was kept of the same size goes."""

    def pour(self, url: str, statements: Iterable[str]) -> None:
        """Fast, not safely, and without looking at references."""

    def copied(self, url: str) -> AbstractContextManager[str]:
        """One to write to, as long as that lasts."""


class Files:
    """SQLite."""

    kind = SQLITE

    def kept(self, name: str) -> str | None:
        path = KEPT / f"{OURS}{name}.sqlite3"
        return f"sqlite:///{path}" if path.exists() else None

    def make(self, name: str, fill: Callable[[str], None]) -> str:
        KEPT.mkdir(exist_ok=True)
        for old in KEPT.glob(f"{OURS}{name.partition('_')[0]}_*"):
            old.unlink()
        path = KEPT / f"{OURS}{name}.sqlite3"
        unfinished = path.with_suffix(".unfinished")
        fill(f"sqlite:///{unfinished}")
        unfinished.rename(path)
        return f"sqlite:///{path}"

    def pour(self, url: str, statements: Iterable[str]) -> None:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        try:
            for statement in (*FAST, *statements):
                connection.execute(statement)
        finally:
            connection.close()

    @contextmanager
    def copied(self, url: str) -> Iterator[str]:
        path = KEPT / f"{COPY}.{os.getpid()}"
        try:
            shutil.copyfile(url.removeprefix("sqlite:///"), path)
            yield f"sqlite:///{path}"
        finally:
            for each in KEPT.glob(f"{path.name}*"):
                each.unlink()


class Served:
    """PostgreSQL."""

    kind = POSTGRESQL

    def __init__(self, server: Server) -> None:
        self._server = server

    def kept(self, name: str) -> str | None:
        found = self._server.say(self._server.names)
        return self._server.at(f"{OURS}{name}") if f"{OURS}{name}" in found else None

    def make(self, name: str, fill: Callable[[str], None]) -> str:
        unfinished = f"{OURS}unfinished"
        for old in self._server.say(self._server.names):
            if old == unfinished or old.startswith(f"{OURS}{name.partition('_')[0]}_"):
                drop(self._server, old)
        self._server.say(f"CREATE DATABASE {unfinished}")
        fill(self._server.at(unfinished))
        self._server.say(f"ALTER DATABASE {unfinished} RENAME TO {OURS}{name}")
        return self._server.at(f"{OURS}{name}")

    def pour(self, url: str, statements: Iterable[str]) -> None:
        def work(conn: Connection) -> None:
            conn.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for statement in statements:
                conn.exec_driver_sql(statement)

        database = Blocking.open(url)
        try:
            database.run(work)
        finally:
            database.close()

    @contextmanager
    def copied(self, url: str) -> Iterator[str]:
        template = url.rpartition("/")[2]
        drop(self._server, COPY)
        self._server.say(f"CREATE DATABASE {COPY} TEMPLATE {template}")
        try:
            yield self._server.at(COPY)
        finally:
            drop(self._server, COPY)


def stores() -> list[Store]:
    """SQLite, and PostgreSQL where it answers."""
    reached = server(POSTGRESQL)
    try:
        reached.say("SELECT 1")
    except (SQLAlchemyError, OSError):
        return [Files()]
    return [Files(), Served(reached)]
