"""When was stop pressed for the timer at hand, while its description is still being asked?

A note in the outbox, so that a crash meanwhile stops at that very second; as an instant of bodies, so that it stays the same second
when the clock learns the server's time.
"""

from __future__ import annotations

import json
from typing import Any, Final

from app.clock import Reading, ServerAnchor
from app.core.instants import instant, instant_of
from app.core.timer import Timer
from app.store.outbox import Outbox

STOPPING: Final = "stopping"


class PressedStop:
    """In the outbox's thread."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def note(self, timer: Timer, at: int, reading: Reading) -> None:
        """At epoch second `at`. DiskFull, OutboxUnwritable."""
        pressed = {"timer_id": timer.timer_id, "t": instant(reading, at)}
        self._outbox.remember(STOPPING, json.dumps(pressed))

    def forget(self) -> None:
        """DiskFull, OutboxUnwritable."""
        self._outbox.remember(STOPPING, "")

    def at(self, timer: Timer | None, anchor: ServerAnchor | None) -> int | None:
        """Epoch seconds; None when it was not pressed for this timer."""
        noted = self._outbox.recall(STOPPING)
        if not noted or timer is None:
            return None
        pressed = _read(noted)
        return instant_of(pressed["t"], anchor) if pressed["timer_id"] == timer.timer_id else None


def _read(noted: str) -> dict[str, Any]:
    """The first versions noted the second and the timer alone."""
    if noted.startswith("{"):
        pressed: dict[str, Any] = json.loads(noted)
        return pressed
    at, _, timer_id = noted.partition(" ")
    return {"timer_id": timer_id, "t": {"session": "", "wall": int(at)}}
