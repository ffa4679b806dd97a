"""Was this request answered before?"""

from __future__ import annotations

from typing import Final

from server.db.repositories import accounts, replies
from server.db.repositories.replies import StoredReply
from server.db.session import Connection
from server.domain.errors import KeyReused

__all__ = ["StoredReply", "forget", "recall", "remember"]

FORGET_AT_ONCE: Final = 500


def recall(conn: Connection, user_id: int, key: str, request_hash: str) -> StoredReply | None:
    """The first answer, byte for byte; None for a key that is new. KeyReused when it was another request's.

    Waits for a request of the same user that is under way: it may be the first with this key.
    """
    accounts.take(conn, user_id)
    reply = replies.find(conn, user_id, key)
    if reply is not None and reply.request_hash != request_hash:
        raise KeyReused("Send each request with a key of its own.")
    return reply


def remember(
    conn: Connection, user_id: int, key: str, request_hash: str, status: int, body: bytes, now_ms: int
) -> None:
    """In the transaction of what was done, so that both are there or neither."""
    replies.add(conn, user_id, key, StoredReply(request_hash, status, body), now_ms)


def forget(conn: Connection, before_ms: int) -> int:
    """How many answers of before that were removed at this time; 0: there is none left."""
    return replies.forget(conn, before_ms, FORGET_AT_ONCE)
