"""Which of a person's claims decide what counts from an instant on?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from server.db.repositories import claims
from server.db.repositories.claims import StoredClaim
from server.db.session import Connection
from server.domain.claims import Piece, counted, provisional_ends
from server.domain.holds import Hold, Limits


@dataclass(frozen=True)
class Window:
    """`live`: the open claim that was begun last, which is the user's running timer."""

    since: int
    claims: tuple[StoredClaim, ...]
    live: StoredClaim | None
    limits: Limits

    @cached_property
    def provisional(self) -> dict[str, int]:
        """Where open claims end for now."""
        return provisional_ends([stored.claim for stored in self.claims], self.limits)

    def pieces(self, since: int) -> list[Piece]:
        """What counts for good, as far as is known."""
        return counted([stored.claim for stored in self.claims], since, limits=self.limits)

    def live_pieces(self, since: int) -> list[Piece]:
        """What counts if the running timer goes on for ever."""
        live = None if self.live is None else self.live.claim_id
        return counted([stored.claim for stored in self.claims], since, live, limits=self.limits)

    def log_of(self, claim_id: str) -> int | None:
        return self._logs[claim_id]

    @cached_property
    def _logs(self) -> dict[str, int | None]:
        return {stored.claim_id: stored.time_log_id for stored in self.claims}


def look(conn: Connection, user_id: int, since: int, limits: Limits) -> Window:
    """As far back as needed: to `since`, to the start of the running claim, and to that of every open claim whose end moves."""
    loaded = claims.window(conn, user_id, since)
    live = _live(loaded)
    near = [stored for stored in loaded if not _ended_before(stored, since)]
    window = Window(since, tuple(near), live, limits)
    starts = [each.claim.start for each in near if _moved(each, window)]
    if live is not None:
        starts.append(live.claim.start)
    needed = min(starts, default=since)
    return window if needed >= since else look(conn, user_id, needed, limits)


def _live(loaded: list[StoredClaim]) -> StoredClaim | None:
    running = [each for each in loaded if each.claim.is_open and each.admission is not Hold.ORPHAN]
    return max(running, key=lambda each: each.claim.begun, default=None)


def _ended_before(stored: StoredClaim, since: int) -> bool:
    """An open claim that a later one ended, provisionally, before anything here begins."""
    return stored.claim.is_open and stored.provisional_end is not None and stored.provisional_end < since


def _moved(stored: StoredClaim, window: Window) -> bool:
    return stored.claim.is_open and window.provisional.get(stored.claim_id) != stored.provisional_end
