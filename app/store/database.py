"""How does a statement reach a SQLite file so that what is acknowledged survives everything?

One connection in one thread, and the file locked against everybody else as long as it is open. A rollback journal
that is truncated and synced: one file at rest, and a commit that returned survives a power cut, which WAL with
NORMAL does not promise. A commit takes about 1 ms, and people make a handful a minute.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from app.errors import DiskFull, OutboxCorrupt, OutboxLocked, OutboxUnwritable

Fault = Callable[[str], None]
"""Called with each statement before it runs; tests let it raise or kill the process."""

Row = tuple[Any, ...]

DURABLE: Final = (
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA synchronous = EXTRA",
    "PRAGMA fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cell_size_check = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA mmap_size = 0",
)
PRIMARY_CODE: Final = 0xFF  # the low byte of SQLite's extended result codes


def no_fault(_statement: str) -> None:
    return None


class Database:
    """A durable SQLite file. Raises the outbox's errors of `app.errors`; other `sqlite3.Error` are bugs."""

    def __init__(self, path: Path, fault: Fault = no_fault) -> None:
        self._path = path
        self._fault = fault
        with _told(path):
            self._connection = sqlite3.connect(path, timeout=0, isolation_level=None)
        self._identity: tuple[int, int] | None = None

    def run(self, statement: str, *values: object) -> list[Row]:
        self._fault(statement)
        with _told(self._path):
            return self._connection.execute(statement, values).fetchall()

    def one(self, statement: str, *values: object) -> Row | None:
        rows = self.run(statement, *values)
        return rows[0] if rows else None

    def number(self, statement: str, *values: object) -> int:
        """The first column of a statement that always has a row."""
        return int(self.run(statement, *values)[0][0])

    def make_durable(self) -> None:
        """OutboxLocked when another process has the file; OutboxUnwritable where the file system cannot keep a promise."""
        for pragma in DURABLE:
            self.run(pragma)
        # In exclusive mode the first write lock is kept until the file is closed.
        self.run("BEGIN EXCLUSIVE")
        self.run("COMMIT")
        mode = self.run("PRAGMA journal_mode = TRUNCATE")
        if mode != [("truncate",)]:
            raise OutboxUnwritable(self._path)
        self._identity = _identity(self._path)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; on return it is on the disk. OutboxUnwritable when the file was taken away."""
        # SQLite would go on writing to a file that nobody can find any more.
        if self._identity is not None and _identity(self._path) != self._identity:
            raise OutboxUnwritable(self._path)
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            # SQLite has rolled back by itself after some errors, a full disk among them.
            if self._connection.in_transaction:
                self.run("ROLLBACK")
            raise

    def close(self) -> None:
        self._connection.close()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:  # even the words in which SQLite says what is wrong may be damaged
        raise OutboxCorrupt(path, "a text in it is none") from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE
        match code:
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
                raise OutboxLocked(path) from error
            case sqlite3.SQLITE_FULL:
                raise DiskFull(path) from error
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
                raise OutboxCorrupt(path, str(error)) from error
            case (
                sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_IOERR
            ):
                raise OutboxUnwritable(path) from error
            case _:
                raise
