"""What is to be heard once this transaction has been committed?"""

from __future__ import annotations

from typing import Any, Final

from server.db.session import Connection
from server.domain.events import Event

_KEY: Final = "hourkeep.events"


def tell(conn: Connection, event: Event) -> None:
    """Heard by nobody when the transaction is rolled back; the same event twice is heard once."""
    told: dict[Event, None] = _info(conn).setdefault(_KEY, {})
    told[event] = None


def told(conn: Connection) -> tuple[Event, ...]:
    """What was told so far in this transaction; it is forgotten with this."""
    return tuple(_info(conn).pop(_KEY, {}))


def _info(conn: Connection) -> dict[Any, Any]:
    return conn.info
