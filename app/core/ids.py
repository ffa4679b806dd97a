"""How does an action, a timer or a device get its name?

Time inside an id is never trusted or used for order; it only keeps neighbours together on disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from app.clock import Clock

RandomBytes = Callable[[int], bytes]


def uuid7(wall_ms: int, random: bytes) -> str:
    """UUID version 7 (RFC 9562, 5.7): 48 bits of milliseconds, then 74 of the 80 random bits."""
    return _uuid((wall_ms & (1 << 48) - 1) << 80 | int.from_bytes(random[:10], "big"), version=7)


def new_device_id(random: RandomBytes = os.urandom) -> str:
    """UUID version 4: a device's name says nothing about the machine."""
    return _uuid(int.from_bytes(random(16), "big"), version=4)


def _uuid(value: int, version: int) -> str:
    """Not by the module `uuid`: importing it costs the start of the app 6 ms."""
    value = value & ~(0xF << 76) | version << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def id_source(clock: Clock, random: RandomBytes = os.urandom) -> Callable[[], str]:
    """`new_id` for the gestures."""

    def new_id() -> str:
        return uuid7(clock.now() * 1000, random(10))

    return new_id
