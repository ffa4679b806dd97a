"""How long does the least durable commit take here?"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

AS_THE_OUTBOX: Final = (
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA journal_mode = TRUNCATE",
    "PRAGMA synchronous = EXTRA",
)
AS_THE_SERVER: Final = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL")
TEXT: Final = "a" * 400  # as long as an action's body


def commits(path: Path, count: int, rows: int = 1, pragmas: Sequence[str] = AS_THE_OUTBOX) -> list[float]:
    """Milliseconds of each of `count` commits of so many rows."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        for pragma in pragmas:
            connection.execute(pragma)
        connection.execute("CREATE TABLE action (seq INTEGER PRIMARY KEY, body TEXT)")
        return [_one(connection, rows) for _ in range(count)]
    finally:
        connection.close()
        path.unlink()


def _one(connection: sqlite3.Connection, rows: int) -> float:
    began = perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO action (body) VALUES (?)", [(TEXT,)] * rows)
    connection.execute("COMMIT")
    return (perf_counter() - began) * 1000
