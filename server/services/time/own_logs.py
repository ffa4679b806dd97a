"""Which logs does a device show of its user's, without asking for all of them each time?

The cursor says how far the device has come, so an answer names only what changed since. It is opaque to the device, and what
it cannot have come from this server's present history means that the device gets everything anew (sync.md 2.2, 2.6).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from server.db.repositories import own_logs
from server.db.repositories.own_logs import Place
from server.db.session import Connection
from server.domain.messages import OwnLogs

DAY_S: Final = 24 * 3600
WINDOW_DAYS: Final = 62
AT_ONCE: Final = 50
"""A reply stays below what devices read: a description may have 10,000 letters, and a log 500 stretches."""

NUMBER: Final = "([0-9]{1,15})"
WRITTEN: Final = re.compile(rf"([0-9a-f-]{{36}})\.{NUMBER}\.{NUMBER}\.{NUMBER}\.{NUMBER}")


@dataclass(frozen=True, slots=True)
class Question:
    """`cursor` None: everything. `seen_epoch`: of the server, as the device knows it; `epoch`: as it is."""

    cursor: str | None
    seen_epoch: str | None
    epoch: str


@dataclass(frozen=True, slots=True)
class _Cursor:
    """`day`: with which the window began whose digest the device was last told, in days since 1970."""

    epoch: str
    place: Place
    day: int

    def __str__(self) -> str:
        place = self.place
        return f"{self.epoch}.{place.change}.{place.after_id}.{place.whole_until}.{self.day}"


def own_logs_since(conn: Connection, user_id: int, asked: Question, revision: int, now: int) -> OwnLogs:
    """`revision`: the user's, whose row the caller holds; `now`: epoch seconds.

    The window begins with a whole day (UTC), so that it is the same for all answers of a day. Where nothing changed since the
    answer before, nothing is asked of the database.
    """
    day = now // DAY_S - WINDOW_DAYS
    since = day * DAY_S
    known = _known(asked, revision)
    if known is not None and known.place.change > revision and known.day == day:
        return OwnLogs(is_full=False, changed=[], cursor=str(known), digest="", has_more=False)
    place = Place(0, 0, revision) if known is None else known.place
    found = own_logs.changed(conn, user_id, place, since, AT_ONCE + 1)
    shown, has_more = found[:AT_ONCE], len(found) > AT_ONCE
    if has_more:
        come_to = Place(shown[-1].change, shown[-1].log.time_log_id, place.whole_until)
    else:
        come_to = Place(revision + 1, 0, 0)
    return OwnLogs(
        is_full=known is None,
        changed=[each.log for each in shown],
        cursor=str(_Cursor(asked.epoch, come_to, day)),
        digest="" if has_more else digest(conn, user_id, since),
        has_more=has_more,
    )


def digest(conn: Connection, user_id: int, since: int) -> str:
    """By which a device sees whether it shows the same. 64 hexadecimal digits; `since`: where the window begins."""
    lines = (":".join(map(str, each)) for each in own_logs.ended(conn, user_id, since))
    return sha256("\n".join(lines).encode()).hexdigest()


def _known(asked: Question, revision: int) -> _Cursor | None:
    """None: it is not from here, or from a history that this server has not had."""
    found = None if asked.cursor is None else WRITTEN.fullmatch(asked.cursor)
    if found is None or found[1] != asked.epoch or asked.seen_epoch not in {None, asked.epoch}:
        return None
    change, after_id, whole_until, day = (int(each) for each in found.groups()[1:])
    if change > revision + 1:
        return None
    return _Cursor(found[1], Place(change, after_id, whole_until), day)
