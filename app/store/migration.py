"""How does an outbox of an older version become one of this version, with a way back?

Bodies of actions are never changed: each has its own version, and the server reads all of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.errors import OutboxUnwritable
from app.store import meta, schema
from app.store.database import Database
from app.store.disk import Disk

STEPS: Final[dict[int, tuple[str, ...]]] = {
    # Version 2 knows after which action the state of the timer stands, and what the server signed. A program of version
    # 1 would not keep up the second copy and those two, so it must not write here any more.
    1: ("INSERT INTO meta (k, v) SELECT 'timer_after', action_id FROM action ORDER BY seq DESC LIMIT 1",),
    # Version 3 seals the values of `meta`, which a program of version 2 would not.
    2: ("ALTER TABLE meta ADD COLUMN crc INTEGER NOT NULL DEFAULT 0",),
}
"""By the version from which they lead to the next."""


def backup_of(path: Path, version: int) -> Path:
    """Where the file is kept as it was in that version."""
    return path.with_name(f"{path.name}.version-{version}")


def migrate(database: Database, path: Path, version: int, disk: Disk) -> None:
    """In one commit, after a backup. DiskFull, OutboxUnwritable: the file is as before."""
    _back_up(database, backup_of(path, version), disk)
    with database.transaction():
        for step in range(version, schema.VERSION):
            for statement in STEPS[step]:
                database.run(statement)
        meta.seal_all(database)
        database.run(f"PRAGMA user_version = {schema.VERSION}")


def _back_up(database: Database, backup: Path, disk: Disk) -> None:
    """Under its name only when it is whole; a part that a crash left is made anew."""
    part = backup.with_name(f"{backup.name}.new")
    try:
        disk.remove(part)
        database.run("VACUUM INTO ?", str(part))
        disk.sync(part)
        disk.move(part, backup)
    except OSError as error:
        raise OutboxUnwritable(backup) from error
