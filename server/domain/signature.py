"""How does a webhook's receiver know that it was this server, and not long ago?

As the Standard Webhooks specification says (1.0): HMAC-SHA256 over `id.timestamp.body`, in base64, behind `v1,`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

MARK: Final = "whsec_"
PURPOSE: Final = b"webhook\0"


def secret_for(key: bytes, salt: str) -> str:
    """The secret of one webhook. It is stored nowhere: whoever has the server's key and the salt can make it again."""
    made = hmac.digest(key, PURPOSE + salt.encode(), hashlib.sha256)
    return MARK + base64.b64encode(made).decode()


def check_of(secret: str) -> str:
    """By which another key is noticed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    key = base64.b64decode(secret.removeprefix(MARK))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
