"""Which server is this?"""

from __future__ import annotations

from server.db.repositories import meta
from server.db.session import Connection
from server.domain.principal import ServerIdentity

__all__ = ["ServerIdentity", "rename", "server_identity"]


def server_identity(conn: Connection) -> ServerIdentity:
    """Made once, with the database; `name` is the company's."""
    return meta.identity(conn)


def rename(conn: Connection, name: str) -> None:
    meta.rename(conn, name)
