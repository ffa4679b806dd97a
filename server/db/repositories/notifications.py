"""What is to be told, and to whom is it still to be sent?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, insert, select

from server.db.session import Connection
from server.db.tables import notifications

_KNOWN: Final = select(notifications.c.id).where(notifications.c.key == bindparam("key"))
_ADD: Final = insert(notifications)


def is_known(conn: Connection, key: str) -> bool:
    return conn.execute(_KNOWN, {"key": key}).first() is not None


def add(conn: Connection, *, key: str, kind: str, project_id: int, payload: str, now_ms: int) -> None:
    """ConstraintBroken when the key is known, or becomes known meanwhile."""
    conn.execute(
        _ADD, {"key": key, "kind": kind, "project_id": project_id, "payload": payload, "created_at": now_ms}
    )
