"""How do the outbox's single values lie in its table `meta`, so that a damaged one is told from the one that was written?

Nothing else vouches for them: to SQLite a flipped bit in a value is another value. The chain vouches for the actions.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Final

from app.store.database import Database, Row

TABLE: Final = (
    "CREATE TABLE meta (k TEXT PRIMARY KEY, v TEXT NOT NULL, crc INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID"
)
ROWS: Final = "SELECT k, v, crc FROM meta"
UNSEALED: Final = "SELECT k, v FROM meta"
"""Of versions 1 and 2, which had no seals."""


def put(database: Database, key: str, value: str) -> None:
    database.run("INSERT OR REPLACE INTO meta (k, v, crc) VALUES (?, ?, ?)", key, value, seal(key, value))


def seal_all(database: Database) -> None:
    """What an older version wrote."""
    for key, value in database.run(UNSEALED):
        put(database, key, value)


def is_sealed(database: Database) -> bool:
    return any(column[1] == "crc" for column in database.run("PRAGMA table_info(meta)"))


def all_of(database: Database) -> dict[str, str]:
    """ValueError when one of them was changed."""
    if not is_sealed(database):
        return dict(database.run(UNSEALED))
    rows = database.run(ROWS)
    found = whole(rows)
    for key, *_ in rows:
        if key not in found:
            raise ValueError(f"the value {key} was changed")
    return found


def whole(rows: Iterable[Row]) -> dict[str, str]:
    """Those that are as they were written."""
    return {key: value for key, value, crc in rows if seal(key, value) == crc}


def seal(key: object, value: object) -> int:
    """CRC-32 of both together, so that no value passes for another one's."""
    return zlib.crc32(f"{key}={value}".encode())
