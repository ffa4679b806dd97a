"""How does an action, a timer or a device get its name?

Time inside an id is never trusted or used for order; it only keeps neighbours together on disk.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable

from app.clock import Clock

RandomBytes = Callable[[int], bytes]


def uuid7(wall_ms: int, random: bytes) -> str:
    """UUID version 7 (RFC 9562, 5.7): 48 bits of milliseconds, then 74 of the 80 random bits."""
    value = (wall_ms & (1 << 48) - 1) << 80 | int.from_bytes(random[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def new_device_id(random: RandomBytes = os.urandom) -> str:
    """UUID version 4: a device's name says nothing about the machine."""
    return str(uuid.UUID(bytes=random(16), version=4))


def id_source(clock: Clock, random: RandomBytes = os.urandom) -> Callable[[], str]:
    """`new_id` for the gestures."""

    def new_id() -> str:
        return uuid7(clock.now() * 1000, random(10))

    return new_id
