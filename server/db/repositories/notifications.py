"""What is to be told, and whose business is it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, bindparam, delete, exists, insert, or_, select, update

from server.db.session import Connection
from server.db.tables import deliveries, notifications, project_members, users, webhooks
from server.domain.delivery import Channel, State
from server.domain.messages import Role

_KNOWN: Final = select(notifications.c.id).where(notifications.c.key == bindparam("key"))
_ADD: Final = insert(notifications)
_NEW: Final = (
    select(notifications.c.id, notifications.c.project_id)
    .where(notifications.c.spread_at.is_(None))
    .order_by(notifications.c.id)
    .limit(bindparam("most"))
)
_SPREAD: Final = (
    update(notifications)
    .where(notifications.c.id == bindparam("b_id"), notifications.c.spread_at.is_(None))
    .values(spread_at=bindparam("b_now_ms"))
)
_IS_MEMBER: Final = exists().where(
    project_members.c.user_id == users.c.id, project_members.c.project_id == bindparam("project_id")
)
_MANAGERS: Final = select(users.c.id).where(users.c.is_active, users.c.role == Role.MANAGER, _IS_MEMBER)
_ADMINS: Final = select(users.c.id).where(users.c.is_active, users.c.role == Role.ADMIN)
_HOOKS: Final = (
    select(webhooks.c.id)
    .join_from(webhooks, users, users.c.id == webhooks.c.created_by)
    .where(
        webhooks.c.ended_at.is_(None),
        or_(webhooks.c.project_id.is_(None), webhooks.c.project_id == bindparam("project_id")),
        users.c.is_active,
        # Whoever set it up must still have the right to.
        or_(
            users.c.role == Role.ADMIN,
            and_(users.c.role == Role.MANAGER, webhooks.c.project_id.is_not(None), _IS_MEMBER),
        ),
    )
)
_ADD_DELIVERIES: Final = insert(deliveries)
_OLD: Final = select(notifications.c.id).where(
    notifications.c.spread_at < bindparam("b_before_ms"),
    ~exists().where(
        deliveries.c.notification_id == notifications.c.id,
        or_(
            deliveries.c.state == State.WAITING,
            deliveries.c.settled_at >= bindparam("b_before_ms"),
        ),
    ),
)
_FORGET_DELIVERIES: Final = delete(deliveries).where(
    deliveries.c.notification_id.in_(bindparam("b_ids", expanding=True))
)
_FORGET: Final = delete(notifications).where(notifications.c.id.in_(bindparam("b_ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class New:
    """Something whose deliveries are not made out yet."""

    notification_id: int
    project_id: int


def is_known(conn: Connection, key: str) -> bool:
    return conn.execute(_KNOWN, {"key": key}).first() is not None


def add(conn: Connection, *, key: str, kind: str, project_id: int, payload: str, now_ms: int) -> None:
    """ConstraintBroken when the key is known, or becomes known meanwhile."""
    conn.execute(
        _ADD, {"key": key, "kind": kind, "project_id": project_id, "payload": payload, "created_at": now_ms}
    )


def is_anything_new(conn: Connection) -> bool:
    return bool(new(conn, 1))


def new(conn: Connection, most: int) -> list[New]:
    """Oldest first."""
    return [New(row.id, row.project_id) for row in conn.execute(_NEW, {"most": most})]


def mark_spread(conn: Connection, notification_id: int, now_ms: int) -> bool:
    """False: another instance was faster."""
    return conn.execute(_SPREAD, {"b_id": notification_id, "b_now_ms": now_ms}).rowcount == 1


def mailboxes(conn: Connection, project_id: int) -> list[int]:
    """The users who are written to: the project's managers; where it has none, the administrators."""
    managers = conn.execute(_MANAGERS, {"project_id": project_id}).scalars().all()
    return list(managers or conn.execute(_ADMINS).scalars())


def hooks(conn: Connection, project_id: int) -> list[int]:
    """The webhooks that are called."""
    return list(conn.execute(_HOOKS, {"project_id": project_id}).scalars())


def add_deliveries(
    conn: Connection, notification_id: int, channel: Channel, recipients: list[int], now_ms: int
) -> None:
    rows = [
        {
            "notification_id": notification_id,
            "channel": channel,
            "recipient_id": recipient,
            "state": State.WAITING,
            "attempts": 0,
            "due_at": now_ms,
            "created_at": now_ms,
        }
        for recipient in recipients
    ]
    if rows:
        conn.execute(_ADD_DELIVERIES, rows)


def forget(conn: Connection, before_ms: int, most: int) -> int:
    """How many were removed with all their deliveries, settled before that."""
    ids = list(conn.execute(_OLD.limit(most), {"b_before_ms": before_ms}).scalars())
    if ids:
        conn.execute(_FORGET_DELIVERIES, {"b_ids": ids})
        conn.execute(_FORGET, {"b_ids": ids})
    return len(ids)
