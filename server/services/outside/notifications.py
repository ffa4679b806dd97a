"""What is to be told outside, and to whom?

Written in the transaction of what happened, sent afterwards by a job: nobody's stop waits for a mail server.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from server.db.repositories import deliveries, notifications
from server.db.session import Connection
from server.domain.delivery import ATTEMPTS, ERROR_LIMIT, Channel, Errand, State, pause_ms

SPREAD_AT_ONCE: Final = 100
FORGET_AT_ONCE: Final = 500


def enqueue(
    conn: Connection, key: str, kind: str, project_id: int, payload: dict[str, Any], now_ms: int
) -> None:
    """Told once, however often it comes. `payload`: plain JSON, amounts as text.

    `key`: up to 200 characters that name this one thing for ever; a receiver tells repeats by it.
    """
    if notifications.is_known(conn, key):
        return
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    notifications.add(conn, key=key, kind=kind, project_id=project_id, payload=text, now_ms=now_ms)


def is_anything_new(conn: Connection) -> bool:
    """Whether `spread` has something to do."""
    return notifications.is_anything_new(conn)


def spread(conn: Connection, now_ms: int, *, by_mail: bool) -> None:
    """Makes out who gets what is new. Without a mail server nobody is written to, later neither."""
    for new in notifications.new(conn, SPREAD_AT_ONCE):
        if not notifications.mark_spread(conn, new.notification_id, now_ms):
            continue
        recipients = {Channel.WEBHOOK: notifications.hooks(conn, new.project_id)}
        if by_mail:
            recipients[Channel.EMAIL] = notifications.mailboxes(conn, new.project_id)
        for channel, ids in recipients.items():
            notifications.add_deliveries(conn, new.notification_id, channel, ids, now_ms)


def due(conn: Connection, now_ms: int, most: int) -> list[Errand]:
    """Longest due first."""
    return deliveries.due(conn, now_ms, most)


def begin(conn: Connection, errand: Errand, now_ms: int, chance: float) -> Errand | None:
    """The attempt is counted before it is made: whoever crashes in it tries again after the usual pause.

    None: it is not to be made, because another instance makes it or its recipient is gone or may not know of it any more. `chance`: see `pause_ms`.
    """
    begun = replace(errand, attempts=errand.attempts + 1)
    if not deliveries.begin(conn, errand, now_ms + pause_ms(begun.attempts, chance)):
        return None
    if errand.to is None or not deliveries.may_be_told(conn, errand):
        deliveries.settle(conn, begun, State.CANCELLED, None, now_ms)
        return None
    return begun


def sent(conn: Connection, begun: Errand, now_ms: int) -> None:
    deliveries.settle(conn, begun, State.SENT, None, now_ms)


def failed(conn: Connection, begun: Errand, error: str, now_ms: int, *, for_good: bool) -> State:
    """What becomes of it: it waits for the next attempt, or it is given up. `error`: for the person who set it up."""
    words = error[:ERROR_LIMIT]
    if for_good or begun.attempts >= ATTEMPTS:
        deliveries.settle(conn, begun, State.DEAD, words, now_ms)
        return State.DEAD
    deliveries.fail(conn, begun, words)
    return State.WAITING


def forget(conn: Connection, before_ms: int) -> int:
    """Removes what was told and settled before that; how many of them at this time."""
    return notifications.forget(conn, before_ms, FORGET_AT_ONCE)
