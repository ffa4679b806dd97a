"""What of the server's last state is still known after a restart, and when is a newer one worth a write?

A state that differs from the last one only in its running seconds is written once a minute: a poll every few seconds must not keep
the disk awake.
"""

from __future__ import annotations

from typing import Final

from app.core import snapshot
from app.core.snapshot import Kept, Snapshot
from app.store.cache import Cache
from app.store.records import UpTo

SAVE_EVERY_S: Final = 60
NOTHING: Final = Kept(None, 0, 0, {}, (), None)


class LastState:
    """In the cache's thread. `state`: the last one. `up_to`: the device's last action in the one that was read; None without one."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        saved = cache.snapshot()
        self.state = NOTHING if saved is None else snapshot.read(saved.content) or NOTHING
        self.up_to = None if saved is None else saved.up_to
        self._shape: tuple[object, ...] = ()
        self._saved_at = 0

    def take(self, fresh: Snapshot, up_to: UpTo, now: int) -> None:
        """`fresh` is the last one from now on, and has the device's actions up to that one. `now`: epoch seconds."""
        self.state = kept = snapshot.keep(fresh)
        shape = (
            up_to,
            kept.rate,
            kept.running_claim,
            kept.attention,
            tuple(kept.budgets),
            fresh.recent_issue_ids,
        )
        if shape == self._shape and 0 <= now - self._saved_at < SAVE_EVERY_S:
            return
        self._shape, self._saved_at = shape, now
        self._cache.save_snapshot(snapshot.dump(kept), up_to)
        self._cache.merge_recents(fresh.recent_issue_ids, fresh.as_of)
