"""What was answered to a request with this key?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, delete, insert, select

from server.db.session import Connection
from server.db.tables import idempotency_replies as replies

_FIND: Final = select(replies.c.request_hash, replies.c.status, replies.c.body).where(
    replies.c.user_id == bindparam("user_id"), replies.c.key == bindparam("key")
)
_ADD: Final = insert(replies)
_OLD: Final = (
    select(replies.c.user_id, replies.c.key)
    .where(replies.c.created_at < bindparam("before_ms"))
    .order_by(replies.c.created_at)
    .limit(bindparam("most"))
)
_FORGET: Final = delete(replies).where(
    replies.c.user_id == bindparam("b_user_id"), replies.c.key == bindparam("b_key")
)


@dataclass(frozen=True, slots=True)
class StoredReply:
    request_hash: str
    status: int
    body: bytes


def find(conn: Connection, user_id: int, key: str) -> StoredReply | None:
    row = conn.execute(_FIND, {"user_id": user_id, "key": key}).first()
    return None if row is None else StoredReply(row.request_hash, row.status, row.body)


def add(conn: Connection, user_id: int, key: str, reply: StoredReply, now_ms: int) -> None:
    conn.execute(
        _ADD,
        {
            "user_id": user_id,
            "key": key,
            "request_hash": reply.request_hash,
            "status": reply.status,
            "body": reply.body,
            "created_at": now_ms,
        },
    )


def forget(conn: Connection, before_ms: int, most: int) -> int:
    """How many were removed, the oldest first."""
    rows = conn.execute(_OLD, {"before_ms": before_ms, "most": most}).all()
    if rows:
        conn.execute(_FORGET, [{"b_user_id": row.user_id, "b_key": row.key} for row in rows])
    return len(rows)
