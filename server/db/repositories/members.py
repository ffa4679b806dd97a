"""Who is a member of which project?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, delete, insert, select

from server.db.session import Connection
from server.db.tables import project_members, users
from server.domain.messages import Member, Role

_own: Final = project_members.alias("own")
_theirs: Final = project_members.alias("theirs")

_SHARED: Final = (
    select(_own.c.project_id)
    .join_from(_own, _theirs, _own.c.project_id == _theirs.c.project_id)
    .where(_own.c.user_id == bindparam("user_id"), _theirs.c.user_id == bindparam("other_id"))
    .limit(1)
)
_PAGE: Final = (
    select(users, project_members.c.created_at.label("since"))
    .join_from(project_members, users)
    .where(project_members.c.project_id == bindparam("project_id"), users.c.id > bindparam("after"))
    .order_by(users.c.id)
    .limit(bindparam("limit"))
)
_ADD: Final = insert(project_members)
_REMOVE: Final = delete(project_members).where(
    project_members.c.project_id == bindparam("b_project_id"),
    project_members.c.user_id == bindparam("b_user_id"),
)


def share_a_project(conn: Connection, user_id: int, other_id: int) -> bool:
    return conn.execute(_SHARED, {"user_id": user_id, "other_id": other_id}).first() is not None


def page(conn: Connection, project_id: int, after: int, limit: int) -> list[Member]:
    """By user id."""
    return [
        Member(row.id, row.email, row.name, Role(row.role), row.is_active, row.since // 1000)
        for row in conn.execute(_PAGE, {"project_id": project_id, "after": after, "limit": limit})
    ]


def add(conn: Connection, project_id: int, user_id: int, now_ms: int) -> None:
    """ConstraintBroken when the user is a member already."""
    conn.execute(_ADD, {"project_id": project_id, "user_id": user_id, "created_at": now_ms})


def remove(conn: Connection, project_id: int, user_id: int) -> bool:
    """False when they were none."""
    removed = conn.execute(_REMOVE, {"b_project_id": project_id, "b_user_id": user_id})
    return removed.rowcount > 0
