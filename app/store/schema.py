"""What does an outbox file look like, and is this one whole?

An action never changes once it is written. Which actions are confirmed is one number, `acked_seq`; how far old
confirmed actions were removed is another, with the chain at that point.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.core.actions import genesis, link
from app.errors import DiskFull, OutboxCorrupt, OutboxNewer
from app.store import meta, timer_state
from app.store.database import Database
from app.store.entry import text_digest

VERSION: Final = 3
APPLICATION_ID: Final = 0x484B_4F42  # "HKOB", seen by file(1)

UNREADABLE: Final = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    sqlite3.OperationalError,
)
"""What values of other types and texts that are none make of a file that SQLite still takes for whole."""

TABLES: Final = (
    meta.TABLE,
    """CREATE TABLE action (
        seq INTEGER PRIMARY KEY CHECK (seq > 0),
        action_id TEXT NOT NULL UNIQUE,
        v INTEGER NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL,
        body_hash TEXT NOT NULL,
        chain TEXT NOT NULL,
        at INTEGER NOT NULL,
        timer_id TEXT NOT NULL,
        issue_id INTEGER,
        outcome TEXT CHECK (outcome IN ('applied', 'held', 'rejected')),
        code TEXT,
        detail TEXT,
        acked_at INTEGER
    )""",
    """CREATE TABLE attention (
        action_id TEXT PRIMARY KEY REFERENCES action (action_id),
        outcome TEXT NOT NULL,
        code TEXT NOT NULL,
        detail TEXT NOT NULL,
        resolved_by_action_id TEXT
    ) WITHOUT ROWID""",
    # Signs of life are notes in `meta` by now; the files that people have still bring this table along.
    "CREATE TABLE beat (claim_id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TRIGGER action_never_changes
        BEFORE UPDATE OF action_id, v, kind, body, body_hash, at, timer_id, issue_id ON action
        BEGIN SELECT RAISE(ABORT, 'an action never changes'); END""",
    """CREATE TRIGGER unconfirmed_action_stays BEFORE DELETE ON action
        WHEN old.seq > (SELECT CAST(v AS INTEGER) FROM meta WHERE k = 'acked_seq')
        BEGIN SELECT RAISE(ABORT, 'an unconfirmed action stays'); END""",
)


def check_version(database: Database, path: Path) -> int:
    """The file's version, 0 for a new file. Reads only. OutboxNewer, OutboxCorrupt."""
    version = database.number("PRAGMA user_version")
    ours = database.number("PRAGMA application_id") == APPLICATION_ID
    empty = database.number("SELECT count(*) FROM sqlite_master") == 0
    if version == 0 and empty:
        return 0
    if not ours:
        raise OutboxCorrupt(path, "it is not an outbox")
    if version > VERSION:
        raise OutboxNewer(path, version)
    if version < VERSION and (version == 0 or meta.is_sealed(database)):
        raise OutboxCorrupt(path, f"it is no file of version {version}")
    return version


def create(database: Database, device_id: str) -> None:
    """A new outbox, inside one transaction: a crash leaves an empty file, which is created again."""
    for statement in TABLES:
        database.run(statement)
    start = {
        "device_id": device_id,
        "acked_seq": "0",
        "floor_seq": "0",
        "floor_chain": genesis(device_id),
    }
    for key, value in start.items():
        meta.put(database, key, value)
    database.run(f"PRAGMA application_id = {APPLICATION_ID}")
    database.run(f"PRAGMA user_version = {VERSION}")


def check_writable(database: Database) -> None:
    """OutboxUnwritable now rather than at the first action. A full disk may still get room: the outbox opens."""
    with suppress(DiskFull), database.transaction():
        database.run("UPDATE meta SET v = v WHERE k = 'device_id'")


def check_whole(database: Database, path: Path) -> None:
    """SQLite's own check, then ours: numbers without a gap and a chain that verifies, over what was recorded. OutboxCorrupt."""
    found = database.run("PRAGMA integrity_check(1)")
    if found != [("ok",)]:
        raise OutboxCorrupt(path, str(found[0][0]))
    try:
        known = meta.all_of(database)
        _check_chain(database, known)
        _check_timer(database)
        _check_readable(database)
        _check_tables(database)
    except UNREADABLE as error:
        raise OutboxCorrupt(path, str(error)) from error


def _check_chain(database: Database, known: dict[str, str]) -> None:
    """Also of what is confirmed: it is sent again where the server has lost it."""
    seq, chain, acked = int(known["floor_seq"]), known["floor_chain"], int(known["acked_seq"])
    if seq == 0 and chain != genesis(known["device_id"]):
        raise ValueError("its device is another one")
    for row in database.run(
        "SELECT seq, action_id, v, kind, body, body_hash, chain, timer_id, code, detail FROM action ORDER BY seq"
    ):
        number, action_id, v, kind, body, digest, stored, timer_id, *_ = row
        seq += 1
        if number != seq:
            raise ValueError(f"action {seq} is missing")
        if text_digest(v, kind, body).hex() != digest or not _is_about(timer_id, body):
            raise ValueError(f"action {seq} was changed")
        chain = link(chain, action_id, bytes.fromhex(digest))
        if chain != stored:
            raise ValueError(f"the chain breaks at action {seq}")
    if not int(known["floor_seq"]) <= acked <= seq:
        raise ValueError("more is confirmed than was recorded")


def _is_about(timer_id: str, body: str) -> bool:
    """Without reading it: a text inside the body would have a backslash before each of these quotes."""
    return f'"timer_id":"{timer_id}"' in body if timer_id else '"timer_id":' not in body


def _check_timer(database: Database) -> None:
    row = database.one("SELECT v FROM meta WHERE k = 'timer'")
    if row is not None:
        timer_state.read(row[0])


def _check_readable(database: Database) -> None:
    for table in ("attention", "beat"):
        database.run(f"SELECT * FROM {table}")  # noqa: S608  # names from the line above
    if database.run("PRAGMA foreign_key_check"):
        raise ValueError("something is about an action that is not there")
    odd = database.number(
        "SELECT count(*) FROM action WHERE typeof(at) <> 'integer' OR typeof(issue_id) NOT IN ('integer', 'null')"
        " OR typeof(acked_at) NOT IN ('integer', 'null')"
    )
    if odd:
        raise ValueError("a number is none")


def _check_tables(database: Database) -> None:
    """A changed letter in one of them would be an error of a later statement, or a guard that guards nothing."""
    found = {str(row[0]) for row in database.run("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
    if meta.is_sealed(database) and found != set(TABLES):
        raise ValueError("its tables were changed")
