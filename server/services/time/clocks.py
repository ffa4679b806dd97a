"""By what are the instants of a device's batch read?

Each contact shows the device's monotonic clock and the server's side by side. What that says is kept as an anchor, for as
long as something runs by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from server.db.repositories import claims, clock_anchors, devices
from server.db.session import Connection
from server.domain.instants import Clocks, clock_of, follow, met, nearest, set_between
from server.domain.messages import Action, Instant, SyncRequest
from server.services.counting.bodies import Nonsense, Said
from server.services.counting.facts import said_at


def meet(conn: Connection, user_id: int, request: SyncRequest, now_ms: int) -> Clocks:
    """What is known of the clocks that this request names, and from now on what it shows of the device's present one."""
    names = {clock_of(session) for session in (request.now.session, *_sessions(request.actions))}
    clocks = sorted(name for name in names if name is not None)
    known = clock_anchors.named(conn, user_id, clocks) if clocks else []
    seen = met(request.now, now_ms)
    if seen is None:
        return Clocks(now_ms // 1000, request.now.wall, known=known)
    before = nearest(known, seen)
    present = follow(
        before,
        seen,
        request.now.mono_ms // 1000,
        has_facts=bool(request.actions),
        runs=lambda: claims.is_open_by(conn, user_id, seen.clock),
    )
    if before is None:
        clock_anchors.add(conn, user_id, present)
    elif present != before:
        clock_anchors.move(conn, user_id, before, present)
    known = [present, *(each for each in known if each != before)]
    return Clocks(now_ms // 1000, request.now.wall, present, known)


def doubt(conn: Connection, clocks: Clocks, device_id: str, last_seq: int, said: Sequence[Said]) -> Clocks:
    """The same, with the actions before which the device's wall clock was set, where that matters.

    `last_seq`: of the action before these.
    """
    told = [(each.action_id, each.body.t) for each in said if not isinstance(each.body, Nonsense)]
    anchored = {each.clock for each in clocks.known}
    if all(clock_of(t.session) in anchored for _, t in told):
        return clocks
    return replace(clocks, doubted=set_between(_told_at(conn, device_id, last_seq), told))


def _sessions(batch: Iterable[Action]) -> set[str]:
    """Those that are named at all, whatever else the bodies say."""
    return {session for action in batch if isinstance(session := _told(action.body, "session"), str)}


def _told(body: dict[str, Any], name: str) -> object:
    t = body.get("t")
    return t.get(name) if isinstance(t, dict) else None


def _told_at(conn: Connection, device_id: str, seq: int) -> Instant | None:
    """When the device did what has this number; None where there is no such action, or nobody can read it."""
    entry = devices.entries(conn, device_id, seq, seq).get(seq)
    if entry is None or entry.dead_letter_id is not None:
        return None
    try:
        return said_at(conn, entry.action_id)
    except (KeyError, msgspec.ValidationError):
        return None
