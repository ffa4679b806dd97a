"""Of which projects does this person hear?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from server.db.session import Connection
from server.db.tables import project_members

_PROJECTS: Final = select(project_members.c.project_id).where(
    project_members.c.user_id == bindparam("user_id")
)


def projects_of(conn: Connection, user_id: int) -> frozenset[int]:
    return frozenset(conn.execute(_PROJECTS, {"user_id": user_id}).scalars())
