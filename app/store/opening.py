"""How does a file become an open outbox, whatever state it was left in?"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.core.timer import IssueRef
from app.errors import DiskFull, OutboxCorrupt, OutboxOnNetwork, OutboxUnwritable
from app.store import migration, schema
from app.store.copyist import Copyist, lost
from app.store.database import Database, Fault
from app.store.disk import Disk
from app.store.ledger import Ledger
from app.store.records import Salvaged
from app.store.reserve import Reserve
from app.store.salvage import finish, salvage
from app.store.second_copy import Content, SecondCopy

MAGIC: Final = b"SQLite format 3\0"
FORMATS: Final = slice(18, 20)
"""Where a file says which SQLite may write and which may read it."""

ROLLBACK: Final = b"\1\1"


def unknown(_issue_id: int) -> IssueRef | None:
    return None


@dataclass(frozen=True, slots=True)
class Way:
    """How an outbox is opened, and opened again.

    `is_networked`: whether a folder lies on another machine. `issue_of`: what is known of an issue, for a timer that has to
    be made out from the actions alone.
    """

    path: Path
    make_device_id: Callable[[], str]
    fault: Fault
    is_networked: Callable[[Path], bool]
    issue_of: Callable[[int], IssueRef | None]

    def disk(self) -> Disk:
        return Disk(self.fault)

    def copy(self) -> SecondCopy:
        return SecondCopy(self.path.with_suffix(".ndjson"), self.disk())

    def reserve(self) -> Reserve:
        return Reserve(self.path.with_suffix(".reserve"), self.disk())


@dataclass(frozen=True, slots=True)
class Files:
    """An outbox that is open. `salvaged`: what happened to it on the way."""

    database: Database
    ledger: Ledger
    copyist: Copyist
    reserve: Reserve
    salvaged: Salvaged | None


def open_files(way: Way) -> Files:
    """OutboxNewer, OutboxLocked, OutboxOnNetwork, OutboxUnwritable, and DiskFull for a new or a much older file."""
    _prepare(way)
    finish(way.path, way.disk(), way.fault)
    try:
        return _files(way, *_open(way), None)
    except OutboxCorrupt as damage:
        return open_anew(way, damage.reason)


def open_anew(way: Way, reason: str) -> Files:
    """Made of what can be read of it and of its second copy; it must not be open."""
    salvaged = way.reserve().even_on_a_full_disk(lambda: _salvage(way, reason))
    return _files(way, *_open(way), salvaged)


def _salvage(way: Way, reason: str) -> Salvaged:
    return salvage(way.path, reason, way.make_device_id(), way.copy(), way.disk(), way.fault, way.issue_of)


def _prepare(way: Way) -> None:
    folder = way.path.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutboxUnwritable(way.path) from error
    if way.is_networked(folder):
        raise OutboxOnNetwork(folder)


def _open(way: Way) -> tuple[Database, Content | None]:
    """With what stands in the second copy; None when that cannot be read."""
    path = way.path
    _check_not_emptied(way)
    _check_header(path)
    database = Database(path, way.fault)
    try:
        with _ours(path):
            version = schema.check_version(database, path)
            database.make_durable()
        if version == 0:
            with database.transaction():
                schema.create(database, way.make_device_id())
        schema.check_whole(database, path)
        content = _checked_copy(way, database)
        if 0 < version < schema.VERSION:
            migration.migrate(database, path, version, way.disk())
        schema.check_writable(database)
    except BaseException:
        database.close()
        raise
    return database, content


def _check_not_emptied(way: Way) -> None:
    """An outbox is new only where no second copy tells of an older one."""
    try:
        size = way.path.stat().st_size
    except FileNotFoundError:
        size = 0
    except OSError as error:
        raise OutboxUnwritable(way.path) from error
    if size == 0 and way.copy().size():
        raise OutboxCorrupt(way.path, "nothing is in it")


def _check_header(path: Path) -> None:
    """By one of these bytes SQLite would only read the file, as one of a later SQLite. OutboxCorrupt, OutboxUnwritable."""
    try:
        with path.open("rb") as file:
            header = file.read(FORMATS.stop)
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutboxUnwritable(path) from error
    if header.startswith(MAGIC) and header[FORMATS] != ROLLBACK:
        raise OutboxCorrupt(path, "its header was changed")


@contextmanager
def _ours(path: Path) -> Iterator[None]:
    """SQLite calls a schema that it cannot read no damage, but a wrong statement."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OutboxCorrupt(path, str(error)) from error


def _checked_copy(way: Way, database: Database) -> Content | None:
    """A file from an older backup fits together, and lacks what was recorded since: OutboxCorrupt."""
    try:
        content = way.copy().read()
    except OSError:
        return None
    missing = lost(content, Ledger(database))
    if missing:
        raise OutboxCorrupt(way.path, f"actions of its second copy are missing in it: {len(missing)}")
    return content


def _files(way: Way, database: Database, content: Content | None, salvaged: Salvaged | None) -> Files:
    ledger = Ledger(database)
    copyist = Copyist(ledger, way.copy(), way.disk())
    reserve = way.reserve()
    try:
        copyist.catch_up(content)
        _make(reserve)
    except BaseException:
        database.close()
        raise
    return Files(database, ledger, copyist, reserve, salvaged)


def _make(reserve: Reserve) -> None:
    """Now if there is room; without it the outbox opens, and refuses to start."""
    try:
        reserve.make()
    except DiskFull:
        return
