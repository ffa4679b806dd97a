"""Which company's database is this?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select, update

from server.db.session import Connection
from server.db.tables import server_meta
from server.domain.principal import ServerIdentity

_ALL: Final = select(server_meta.c.key, server_meta.c.value)
_RENAME: Final = update(server_meta).where(server_meta.c.key == "name").values(value=bindparam("name"))


def identity(conn: Connection) -> ServerIdentity:
    """KeyError for a database that no migration has laid out."""
    found: dict[str, str] = {row.key: row.value for row in conn.execute(_ALL)}
    return ServerIdentity(found["server_id"], found["epoch"], found["name"], found["secret"])


def rename(conn: Connection, name: str) -> None:
    conn.execute(_RENAME, {"name": name})
