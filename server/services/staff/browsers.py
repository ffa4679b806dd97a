"""Who is this in a browser, and did their own page send this request?

A session is a sign-in like a device's, but it ends by itself, and its secret lies in a cookie, which a browser sends with
whatever a foreign page makes it ask. So all that changes something must also carry a token that only our own pages can read.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final
from uuid import uuid4

from server.db.repositories import sign_ins
from server.db.repositories.sign_ins import NewSignIn
from server.db.session import Connection
from server.domain.principal import Arrival

HOUR_MS: Final = 60 * 60 * 1000
IDLE_MS: Final = 12 * HOUR_MS
LASTS_MS: Final = 14 * 24 * HOUR_MS
OUR_MARK: Final = "hs_"
SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Opened:
    """`secret` goes into the cookie and is stored nowhere; `expires_ms`: at the latest, epoch milliseconds."""

    secret: str
    token_id: int
    expires_ms: int


def open_session(conn: Connection, user_id: int, browser: str, now_ms: int) -> Opened:
    """A new secret each time, whatever the browser brought: nobody can plant one that they know."""
    secret = OUR_MARK + secrets.token_urlsafe(SECRET_BYTES)
    expires_ms = now_ms + LASTS_MS
    new = NewSignIn(
        user_id=user_id,
        device_id=str(uuid4()),
        name=browser,
        secret_hash=_at_rest(secret),
        is_browser=True,
        expires_ms=expires_ms,
    )
    return Opened(secret, sign_ins.add(conn, new, now_ms), expires_ms)


def arrive(conn: Connection, secret: str, now_ms: int) -> Arrival | None:
    """None: this cookie opens nothing, now."""
    if not secret.startswith(OUR_MARK):
        return None
    return sign_ins.arrival(conn, _at_rest(secret), now_ms, idle_since(now_ms), is_browser=True)


def leave(conn: Connection, secret: str) -> None:
    """What this cookie opened ends."""
    sign_ins.forget_browser(conn, _at_rest(secret))


def csrf_token(secret: str) -> str:
    """Known to whoever knows the secret, and it tells nothing of it."""
    return hashlib.sha256(f"csrf\n{secret}".encode()).hexdigest()


def is_our_page(secret: str, said: str) -> bool:
    """Whether `said` is the session's token."""
    return compare_digest(csrf_token(secret).encode(), said.encode())


def idle_since(now_ms: int) -> int:
    """A browser that was not used after this is signed out."""
    return now_ms - IDLE_MS


def _at_rest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
