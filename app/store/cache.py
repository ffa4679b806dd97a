"""What does the app still know of the server's world while it is away?

Disposable: a damaged, foreign or older file is replaced by an empty one, and where no file can be had the cache
lives in memory. No method fails for the file's sake. One connection, one thread.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from app.core.logbook import OwnLog
from app.core.timer import IssueRef
from app.store import own_logs, search
from app.store.catalog import IssueLike, ProjectLike, SavedSnapshot
from app.store.database import PRIMARY_CODE
from app.store.own_logs import LogPlace
from app.store.records import UpTo

VERSION: Final = 4
RECENTS: Final = 8
IN_MEMORY: Final = ":memory:"

TABLES: Final = (
    """CREATE TABLE project (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL, name TEXT NOT NULL, is_archived INTEGER NOT NULL, words TEXT NOT NULL
    )""",
    """CREATE TABLE issue (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL, summary TEXT NOT NULL, project_id INTEGER NOT NULL,
        is_deleted INTEGER NOT NULL, updated_at INTEGER NOT NULL
    )""",
    "CREATE INDEX issue_key ON issue (key COLLATE NOCASE)",
    "CREATE INDEX issue_updated ON issue (updated_at)",
    "CREATE TABLE recent (issue_id INTEGER PRIMARY KEY, at INTEGER NOT NULL)",
    """CREATE TABLE snapshot (
        one INTEGER PRIMARY KEY CHECK (one = 1), content TEXT NOT NULL, seq INTEGER NOT NULL, action_id TEXT
    )""",
    *search.TABLES,
    *own_logs.TABLES,
)

T = TypeVar("T")
log = logging.getLogger(__name__)


class OtherVersion(Exception):
    """The file was written by another version of this program."""


class Cache:
    """Open with `Cache.open`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path) -> Cache:
        return cls(_open(path), path)

    def close(self) -> None:
        self._connection.close()

    # ---- projects and issues ------------------------------------------------------------------------------

    def replace(self, projects: Iterable[ProjectLike], issues: Iterable[IssueLike]) -> None:
        """Forget all projects and issues and keep these."""

        def work(connection: sqlite3.Connection) -> None:
            for table in ("project", "issue", "searchable"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608  # the names stand one line above
            _put(connection, projects, issues)

        self._write(work)

    def upsert(self, projects: Iterable[ProjectLike] = (), issues: Iterable[IssueLike] = ()) -> None:
        """Add these or bring them up to date."""
        self._write(lambda connection: _put(connection, projects, issues))

    def set_projects(self, projects: Iterable[ProjectLike]) -> bool:
        """These are all there are; issues of others are forgotten. True when one of them was not known before."""
        projects = list(projects)
        known = {row[0] for row in self._read("SELECT id FROM project")}
        gone = known - {each.id for each in projects}

        def work(connection: sqlite3.Connection) -> None:
            for project_id in gone:
                connection.execute("DELETE FROM searchable WHERE project_id = ?", (project_id,))
                connection.execute("DELETE FROM issue WHERE project_id = ?", (project_id,))
                connection.execute("DELETE FROM project WHERE id = ?", (project_id,))
            _put(connection, projects, ())

        self._write(work)
        return any(each.id not in known for each in projects)

    def newest_change(self) -> int | None:
        """The latest `updated_at` of an issue, to ask the server for what came after; None when there is none."""
        rows = self._read("SELECT max(updated_at) FROM issue")
        return rows[0][0] if rows else None

    def issue_count(self) -> int:
        rows = self._read("SELECT count(*) FROM issue")
        return int(rows[0][0]) if rows else 0

    def issue(self, issue_id: int) -> IssueRef | None:
        """Also a deleted one: its time still has a name."""
        rows = self._read("SELECT id, key, summary, project_id FROM issue WHERE id = ?", issue_id)
        return IssueRef(*rows[0]) if rows else None

    def issue_by_key(self, key: str) -> IssueRef | None:
        """`bp-123` is BP-123; a deleted issue is not found."""
        rows = self._read(
            "SELECT id, key, summary, project_id FROM issue"
            " WHERE key = ? COLLATE NOCASE AND NOT is_deleted ORDER BY key = ? DESC",
            *[search.readable(key.strip())] * 2,
        )
        return IssueRef(*rows[0]) if rows else None

    def search(self, text: str, limit: int = 50) -> list[IssueRef]:
        """Issues for what has been typed so far; the recent ones for nothing."""
        if not text.strip():
            return list(self.recents(limit))
        return search.search(self._read, text, limit)

    # ---- recents --------------------------------------------------------------------------------------------

    def recents(self, limit: int = RECENTS) -> tuple[IssueRef, ...]:
        """Issues worked on last, the latest first."""
        rows = self._read(
            "SELECT i.id, i.key, i.summary, i.project_id FROM recent r JOIN issue i ON i.id = r.issue_id"
            " WHERE NOT i.is_deleted ORDER BY r.at DESC, i.id DESC LIMIT ?",
            limit,
        )
        return tuple(IssueRef(*row) for row in rows)

    def note_recent(self, issue_id: int, at: int) -> None:
        """Work on this issue began at epoch second `at`."""
        self._write(lambda connection: _note_recents(connection, [(issue_id, at)]))

    def merge_recents(self, issue_ids: Iterable[int], at: int) -> None:
        """The server's list, the latest first; what is known here with a time keeps it."""
        listed = [(issue_id, at - place) for place, issue_id in enumerate(issue_ids, start=1)]
        known = {row[0] for row in self._read("SELECT issue_id FROM recent")}
        self._write(
            lambda connection: _note_recents(connection, [each for each in listed if each[0] not in known])
        )

    # ---- the server's last state ------------------------------------------------------------------------------

    def snapshot(self) -> SavedSnapshot | None:
        rows = self._read("SELECT content, seq, action_id FROM snapshot")
        return SavedSnapshot(rows[0][0], UpTo(*rows[0][1:])) if rows else None

    def save_snapshot(self, content: str, up_to: UpTo) -> None:
        """`up_to`: the device's last action that is part of it."""
        self._write(
            lambda connection: connection.execute(
                "INSERT OR REPLACE INTO snapshot (one, content, seq, action_id) VALUES (1, ?, ?, ?)",
                (content, up_to.seq, up_to.action_id),
            )
        )

    # ---- the person's own logs --------------------------------------------------------------------------------

    def log_place(self) -> LogPlace:
        """How far the logs have come."""
        rows = self._read(own_logs.PLACE)
        return LogPlace(rows[0][0] or None, rows[0][1], UpTo(*rows[0][2:])) if rows else LogPlace()

    def logs(self, since: int = 0) -> tuple[OwnLog, ...]:
        """Those that begin at epoch second `since` or later, in order of their start; deleted ones too."""
        return tuple(own_logs.read(row[0]) for row in self._read(own_logs.LOGS, since))

    def keep_logs(self, logs: Iterable[OwnLog], place: LogPlace, since: int, *, is_full: bool) -> None:
        """These changed, or with `is_full` are all there are; what began before `since` is forgotten."""
        self._write(lambda connection: own_logs.keep(connection, logs, place, since, is_full=is_full))

    def move_log_place(self, place: LogPlace) -> None:
        self._write(lambda connection: own_logs.put_place(connection, place))

    def log_digest(self, since: int) -> str:
        """Of the logs that begin at epoch second `since` or later, to compare with the server's."""
        return own_logs.digest(row[0] for row in self._read(own_logs.LINES, since))

    # ---- a file that may break ----------------------------------------------------------------------------------

    def _read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self._try(lambda connection: connection.execute(statement, values).fetchall(), [])

    def _write(self, work: Callable[[sqlite3.Connection], object]) -> None:
        def committed(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            try:
                work(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

        self._try(committed, None)

    def _try(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        try:
            return work(self._connection)
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except sqlite3.DatabaseError as error:
            log.warning("cache_failed", extra={"error": str(error)})
            if _is_damage(error):
                self._connection.close()
                self._connection = _anew(self._path)
            return otherwise


def _put(
    connection: sqlite3.Connection, projects: Iterable[ProjectLike], issues: Iterable[IssueLike]
) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO project (id, key, name, is_archived, words) VALUES (?, ?, ?, ?, ?)",
        (
            (each.id, each.key, each.name, each.is_archived, search.words(each.key, each.name))
            for each in projects
        ),
    )
    for each in issues:
        connection.execute(
            "INSERT OR REPLACE INTO issue (id, key, summary, project_id, is_deleted, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (each.id, each.key, each.summary, each.project_id, each.is_deleted, each.updated_at),
        )
        connection.execute("DELETE FROM searchable WHERE issue_id = ?", (each.id,))
        if not each.is_deleted:
            connection.execute("INSERT INTO searchable VALUES (?, ?, ?, ?, ?)", search.entry(each))


def _note_recents(connection: sqlite3.Connection, recents: Iterable[tuple[int, int]]) -> None:
    connection.executemany("INSERT OR REPLACE INTO recent (issue_id, at) VALUES (?, ?)", recents)


def _open(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _connect(path)
    except (sqlite3.Error, OSError, OtherVersion) as error:
        log.warning("cache_unusable", extra={"error": str(error)})
        worthless = isinstance(error, OtherVersion) or _is_damage(error)
        return _anew(path) if worthless else _connect(IN_MEMORY)


def _is_damage(error: Exception) -> bool:
    """Not merely locked, full or out of reach."""
    code = getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _anew(path: Path) -> sqlite3.Connection:
    """An empty cache: in the file's place, else in memory."""
    with suppress(OSError, sqlite3.Error):
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal"):
            path.with_name(name).unlink(missing_ok=True)
        return _connect(path)
    return _connect(IN_MEMORY)


def _connect(path: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        _prepare(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version not in {0, VERSION}:
        raise OtherVersion(version)
    if version == 0:
        for statement in TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
