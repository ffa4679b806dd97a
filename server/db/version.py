"""Has the database the tables of this version?

Asked at every start, so without Alembic: its import alone would be a quarter of the time that a start takes.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from server.db.blocking import Blocking
from server.db.failures import words_of
from server.db.session import Connection, DatabaseUnusable

REVISION: Final = "0011"  # of the newest migration
TABLE: Final = "alembic_version"
_FOUND: Final = text(f"SELECT version_num FROM {TABLE}")  # noqa: S608  # a constant


def is_current(url: str) -> bool:
    """False for an empty database and for another version's. UnknownDatabase, DatabaseUnusable."""
    database = Blocking.open(url)
    try:
        return database.read(_revisions) == [REVISION]
    except SQLAlchemyError as failure:
        raise DatabaseUnusable(f"The database cannot be read: {words_of(failure)}") from failure
    finally:
        database.close()


def _revisions(conn: Connection) -> list[str]:
    if not inspect(conn).has_table(TABLE):
        return []
    return list(conn.execute(_FOUND).scalars())
