"""How does a device prove, later, what this server has confirmed to it?

Each reply signs how far the server had the device's history. The key is not in a backup of the database where
`HOURKEEP_SECRET_KEY` is set; a server that was set back to an older state recognises its own signature of what it has lost.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

PURPOSE: Final = b"acknowledgement\0"
MARK: Final = "ack"


def sign(key: bytes, server_id: str, device_id: str, seq: int, chain: str) -> str:
    """64 hexadecimal digits. `key`: the server's, from which one for this use alone is derived."""
    own_key = hmac.digest(key, PURPOSE, hashlib.sha256)
    said = "\0".join((MARK, server_id, device_id, str(seq), chain))
    return hmac.digest(own_key, said.encode(), hashlib.sha256).hex()


def is_signed(key: bytes, server_id: str, device_id: str, seq: int, chain: str, sig: str) -> bool:
    """Takes as long for a wrong signature as for the right one."""
    return hmac.compare_digest(sign(key, server_id, device_id, seq, chain), sig)
