"""What is to be told outside, and to whom?

Written in the transaction of what happened, sent afterwards by a job: nobody's stop waits for a mail server.
"""

from __future__ import annotations

import json
from typing import Any

from server.db.repositories import notifications
from server.db.session import Connection


def enqueue(  # noqa: PLR0917  # the order is the callers' contract
    conn: Connection, key: str, kind: str, project_id: int, payload: dict[str, Any], now_ms: int
) -> None:
    """Told once, however often it comes. `payload`: plain JSON, amounts as text.

    `key`: up to 200 characters that name this one thing for ever; a receiver tells repeats by it.
    """
    if notifications.is_known(conn, key):
        return
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    notifications.add(conn, key=key, kind=kind, project_id=project_id, payload=text, now_ms=now_ms)
