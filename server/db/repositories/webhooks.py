"""Which addresses are called when something happens?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, func, insert, select, update

from server.db.session import Connection, insert_row
from server.db.tables import project_members, webhooks

_ADD: Final = insert(webhooks)
_FIND: Final = select(webhooks).where(webhooks.c.id == bindparam("id"), webhooks.c.ended_at.is_(None))
_PAGE: Final = (
    select(webhooks)
    .where(webhooks.c.ended_at.is_(None), webhooks.c.id > bindparam("after"))
    .order_by(webhooks.c.id)
    .limit(bindparam("most"))
)
_PAGE_OF_MEMBER: Final = _PAGE.where(
    webhooks.c.project_id.in_(
        select(project_members.c.project_id).where(project_members.c.user_id == bindparam("user_id"))
    )
)
_COUNT: Final = select(func.count()).where(webhooks.c.ended_at.is_(None))
_COUNT_OF_PROJECT: Final = _COUNT.where(webhooks.c.project_id == bindparam("project_id"))
_COUNT_OF_ALL: Final = _COUNT.where(webhooks.c.project_id.is_(None))
_END: Final = (
    update(webhooks)
    .where(webhooks.c.id == bindparam("b_id"), webhooks.c.ended_at.is_(None))
    .values(ended_at=bindparam("b_now_ms"))
)


@dataclass(frozen=True, slots=True)
class StoredWebhook:
    """`project_id` None: of all projects. Instants in milliseconds."""

    webhook_id: int
    project_id: int | None
    url: str
    created_by: int
    created_at: int


def add(
    conn: Connection,
    *,
    project_id: int | None,
    url: str,
    salt: str,
    secret_check: str,
    created_by: int,
    now_ms: int,
) -> int:
    row = {
        "project_id": project_id,
        "url": url,
        "salt": salt,
        "secret_check": secret_check,
        "created_by": created_by,
        "created_at": now_ms,
    }
    return insert_row(conn, _ADD, row)


def find(conn: Connection, webhook_id: int) -> StoredWebhook | None:
    """None, too, for one that was ended."""
    row = conn.execute(_FIND, {"id": webhook_id}).first()
    return None if row is None else _stored(row)


def count(conn: Connection, project_id: int | None) -> int:
    """Of this project's own; None: those of all projects."""
    if project_id is None:
        return conn.execute(_COUNT_OF_ALL).scalar_one()
    return conn.execute(_COUNT_OF_PROJECT, {"project_id": project_id}).scalar_one()


def page(conn: Connection, member: int | None, after: int, most: int) -> list[StoredWebhook]:
    """By id. `member`: those of this user's projects; None: all."""
    asked = {"after": after, "most": most}
    if member is None:
        return [_stored(row) for row in conn.execute(_PAGE, asked)]
    return [_stored(row) for row in conn.execute(_PAGE_OF_MEMBER, {**asked, "user_id": member})]


def end(conn: Connection, webhook_id: int, now_ms: int) -> None:
    conn.execute(_END, {"b_id": webhook_id, "b_now_ms": now_ms})


def _stored(row: Any) -> StoredWebhook:
    return StoredWebhook(row.id, row.project_id, row.url, row.created_by, row.created_at)
