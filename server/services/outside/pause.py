"""May anybody outside be told something now, or are sums still being refilled?

A server that was set back to an older state has lost time that devices still hold. Until they have sent it again, budgets
say too little, and what they say then was perhaps told before. So e-mail and webhooks wait (sync.md 2.11).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from server.db.repositories import devices, meta
from server.db.session import Connection
from server.domain.principal import Restored

LONGEST_MS: Final = 24 * 3600 * 1000
KNOWN_FOR_MS: Final = 14 * 24 * 3600 * 1000  # a device that was silent for longer is not waited for


@dataclass(frozen=True, slots=True)
class Pause:
    """`devices`: how many are still awaited. `until_ms`: when it ends in any case."""

    devices: int
    until_ms: int


def pause_at(conn: Connection, now_ms: int) -> Pause | None:
    """None: everything is told."""
    restored = meta.restored(conn)
    if restored is None or now_ms >= restored.waits_until_ms:
        return None
    awaited = devices.awaited(conn, restored.at_ms - KNOWN_FOR_MS)
    return Pause(awaited, restored.waits_until_ms) if awaited else None


def begin(conn: Connection, now_ms: int) -> None:
    """From now on, for a day at most. Whoever calls it has just changed the epoch."""
    meta.put_restored(conn, Restored(now_ms, now_ms + LONGEST_MS))


def end(conn: Connection, now_ms: int) -> None:
    """Somebody says that all is in."""
    restored = meta.restored(conn)
    if restored is not None:
        meta.put_restored(conn, replace(restored, waits_until_ms=now_ms))
