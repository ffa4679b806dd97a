"""What is the id of something that the server makes itself?"""

from __future__ import annotations

import secrets
from uuid import UUID


def uuid7(now_ms: int) -> str:
    """RFC 9562, version 7: grows with time, so that the keys of an index stay together. Never a source of order."""
    value = (now_ms & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))
