"""How are the person's own time logs kept as the server sent them, and are they all there?

Statements over the cache's connection. Written and read by hand, as the timer is.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from app.core.logbook import LogStatus, OwnLog, Stretch
from app.core.timer import IssueRef, Rate, RateType
from app.store.records import NONE_YET, UpTo

TABLES: Final = (
    """CREATE TABLE own_log (
        timer_id TEXT PRIMARY KEY, start INTEGER NOT NULL, line TEXT, content TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX own_log_start ON own_log (start)",
    """CREATE TABLE log_place (
        one INTEGER PRIMARY KEY CHECK (one = 1), epoch TEXT NOT NULL, cursor TEXT, seq INTEGER NOT NULL, action_id TEXT
    )""",
)
LINES: Final = "SELECT line FROM own_log WHERE line IS NOT NULL AND start >= ? ORDER BY timer_id"
LOGS: Final = "SELECT content FROM own_log WHERE start >= ? ORDER BY start, timer_id"
PLACE: Final = "SELECT epoch, cursor, seq, action_id FROM log_place"


@dataclass(frozen=True, slots=True)
class LogPlace:
    """How far the logs that are kept have come: the server's epoch, its cursor, and the device's last action in them.

    `epoch`, `cursor` None: all of them are wanted.
    """

    epoch: str | None = None
    cursor: str | None = None
    up_to: UpTo = NONE_YET


def keep(
    connection: sqlite3.Connection, logs: Iterable[OwnLog], place: LogPlace, since: int, *, is_full: bool
) -> None:
    """With `is_full` nothing else is kept; what began before `since` is forgotten."""
    if is_full:
        connection.execute("DELETE FROM own_log")
    connection.executemany(
        "INSERT OR REPLACE INTO own_log (timer_id, start, line, content) VALUES (?, ?, ?, ?)",
        ((log.timer_id, log.start, _line(log), dump(log)) for log in logs),
    )
    connection.execute("DELETE FROM own_log WHERE start < ?", (since,))
    put_place(connection, place)


def put_place(connection: sqlite3.Connection, place: LogPlace) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO log_place (one, epoch, cursor, seq, action_id) VALUES (1, ?, ?, ?, ?)",
        (place.epoch or "", place.cursor, place.up_to.seq, place.up_to.action_id),
    )


def digest(lines: Iterable[str]) -> str:
    """Over the lines of all logs that have ended, by timer: the server's rule."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _line(log: OwnLog) -> str | None:
    if log.is_deleted or log.end is None:
        return None
    return f"{log.timer_id}:{log.revision}:{log.seconds}:{log.issue.id}"


def dump(log: OwnLog) -> str:
    return json.dumps(log, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    """dataclasses.asdict copies each value deeply, which takes most of the time in which a batch is settled."""
    return (
        str(value) if isinstance(value, Decimal) else {name: getattr(value, name) for name in value.__slots__}
    )


def read(text: str) -> OwnLog:
    fields: dict[str, Any] = json.loads(text)
    cost = fields.pop("cost")
    return OwnLog(
        **{
            **fields,
            "issue": IssueRef(**fields["issue"]),
            "status": LogStatus(fields["status"]),
            "rate": None if fields["rate"] is None else _rate(fields["rate"]),
            "cost": None if cost is None else Decimal(cost),
            "stretches": tuple(Stretch(**each) for each in fields["stretches"]),
        }
    )


def _rate(fields: Mapping[str, Any]) -> Rate:
    return Rate(RateType(fields["rate_type"]), Decimal(fields["amount"]), fields["currency"])
