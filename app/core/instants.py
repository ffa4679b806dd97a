"""Which second does the `t` of an action mean?

The server's rule (sync.md 2.9): by its anchor of the clock session; else by the device's wall clock with the offset that was
known then; else by the wall clock alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.clock import Reading, ServerAnchor

At = Callable[[Mapping[str, Any]], int]
"""Epoch seconds of the instant `t` of a body."""


def instant_of(t: Mapping[str, Any], anchor: ServerAnchor | None) -> int:
    """Epoch seconds; the server's where it is known. `anchor`: of the clock session that runs now."""
    if anchor is not None and t["session"] == anchor.session:
        return anchor.mono0_s + int(t["mono_s"])
    off_ms = t.get("off_ms")
    return int(t["wall"]) if off_ms is None else (int(t["wall"]) * 1000 + int(off_ms)) // 1000


def instant(reading: Reading, at: int) -> dict[str, Any]:
    """`t` of a body: the clocks at second `at` of the clock that is shown.

    An instant that lies before the boot has no reading of this session's clock: its `session` is empty.
    """
    shift = at - reading.now
    measured = reading.mono_s + shift >= 0
    return {
        "wall": max(0, reading.wall + shift),
        "session": reading.session if measured else "",
        "mono_s": reading.mono_s + shift if measured else 0,
        "awake_s": max(0, reading.awake_s + shift) if measured else 0,
        "tz": reading.tz,
        "off_ms": reading.off_ms,
    }
