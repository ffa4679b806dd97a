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
WRITTEN: Final = re.compile(
    rf"([0-9a-f-]{{36}})\.{NUMBER}\.{NUMBER}\.{NUMBER}\.{NUMBER}\.{NUMBER}\.([0-9a-f-]{{0,36}})"
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """`day`: with which the window began whose digest the device was last told, in days since 1970.

    `newest`: the log that changed last of those that it was told, and with which change. A server that was restored from a
    backup has lost that one first, and comes to the same numbers again by other changes.
    """

    epoch: str
    place: Place
    day: int
    newest: tuple[int, str] = (0, "")

    def __str__(self) -> str:
        place = self.place
        numbers = (place.change, place.after_id, place.whole_until, self.day, *self.newest)
        return ".".join(map(str, (self.epoch, *numbers)))


@dataclass(frozen=True, slots=True)
class Question:
    """`known`: how far the device has come; None: it gets everything. `epoch`: the server's."""

    epoch: str
    known: Cursor | None


def own_logs_since(conn: Connection, user_id: int, asked: Question, revision: int, now: int) -> OwnLogs:
    """`revision`: the user's, whose row the caller holds; `now`: epoch seconds.

    The window begins with a whole day (UTC), so that it is the same for all answers of a day. Where nothing changed since the
    answer before, no log is read.
    """
    day = now // DAY_S - WINDOW_DAYS
    since = day * DAY_S
    known = asked.known
    if known is not None and known.place.change > revision and known.day == day:
        return OwnLogs(is_full=False, changed=[], cursor=str(known), digest="", has_more=False)
    place = Place(0, 0, revision) if known is None else known.place
    found = own_logs.changed(conn, user_id, place, since, AT_ONCE + 1)
    shown, has_more = found[:AT_ONCE], len(found) > AT_ONCE
    before = (0, "") if known is None else known.newest
    newest = (shown[-1].change, shown[-1].log.timer_id) if shown else before
    if has_more:
        come_to = Place(shown[-1].change, shown[-1].log.time_log_id, place.whole_until)
    else:
        come_to = Place(revision + 1, 0, 0)
    return OwnLogs(
        is_full=known is None,
        changed=[each.log for each in shown],
        cursor=str(Cursor(asked.epoch, come_to, day, newest)),
        digest="" if has_more else digest(conn, user_id, since),
        has_more=has_more,
    )


def digest(conn: Connection, user_id: int, since: int) -> str:
    """By which a device sees whether it shows the same. 64 hexadecimal digits; `since`: where the window begins."""
    lines = (":".join(map(str, each)) for each in own_logs.ended(conn, user_id, since))
    return sha256("\n".join(lines).encode()).hexdigest()


def understood(
    conn: Connection, user_id: int, cursor: str | None, seen_epoch: str | None, epoch: str
) -> Question:
    """Before anything that comes with it is taken: a server that was restored may reach by that the very numbers which it had.

    `cursor` None: everything is asked for. `seen_epoch`: the server's, as the device knows it; `epoch`: as it is.
    """
    found = None if cursor is None else WRITTEN.fullmatch(cursor)
    if found is None or found[1] != epoch or seen_epoch not in {None, epoch}:
        return Question(epoch, None)
    change, after_id, whole_until, day, newest = (int(each) for each in found.groups()[1:-1])
    timer_id = found[7]
    revision, come_to = own_logs.come_to(conn, user_id, timer_id)
    if change > revision + 1 or newest > come_to:
        return Question(epoch, None)
    return Question(epoch, Cursor(epoch, Place(change, after_id, whole_until), day, (newest, timer_id)))
