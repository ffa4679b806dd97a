"""Are the person's own logs here the same as at the server's?

What changed is put into the cache with the place from which the server goes on; then both digests are compared. Where they
differ, everything is asked for once more, and only once: a difference that stays is for the log file, not a reason to ask for ever.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from app.store.cache import Cache
from app.store.own_logs import LogPlace
from app.store.records import UpTo

if TYPE_CHECKING:
    from app.sync.events import LogChanges

DAY_S: Final = 86_400
WINDOW_DAYS: Final = 62
"""How far back the server tells a person's logs, by their start: whole days (UTC) before the day of its answer."""

log: Final = logging.getLogger(__name__)


class OwnLogs:
    """In the cache's thread. `place` is kept here too: a cache that cannot be written must not ask for everything each time."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self.place = cache.log_place()
        self._agreed = ""
        self._is_second_try = False

    def take(self, changes: LogChanges, epoch: str, up_to: UpTo, as_of: int) -> None:
        """`up_to`: the device's last action that the server has. `as_of`: epoch seconds of its answer."""
        place = LogPlace(epoch, changes.cursor, self.place.up_to if changes.has_more else up_to)
        if changes.changed or changes.is_full or place != self.place:
            self._cache.keep_logs(changes.changed, place, _since(as_of), is_full=changes.is_full)
            self.place = place
            self._agreed = ""
        if changes.digest not in {"", self._agreed}:  # none while there is more, or where nothing changed
            self._compare(changes.digest, as_of)

    def _compare(self, theirs: str, as_of: int) -> None:
        if theirs == self._cache.log_digest(_since(as_of)):
            self._is_second_try = False
        elif self._is_second_try:
            log.warning("own_logs_differ")
        else:
            self._is_second_try = True
            self._move(replace(self.place, cursor=None))
            return
        self._agreed = theirs

    def _move(self, place: LogPlace) -> None:
        self.place = place
        self._cache.move_log_place(place)


def _since(as_of: int) -> int:
    """Where the window begins, epoch seconds."""
    return (as_of // DAY_S - WINDOW_DAYS) * DAY_S
