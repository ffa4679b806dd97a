"""Did an upgrade of this database stop half-way?

SQLite and PostgreSQL take back what an upgrade did that failed. MariaDB commits every change of a table at once, so there
a mark stands in the database while an upgrade is under way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from alembic.util import CommandError
from sqlalchemy import inspect

from server.db.session import Connection, DatabaseUnusable

TAKES_NOTHING_BACK: Final = "mariadb"
MARK: Final = "upgrade_unfinished"


@contextmanager
def marked(conn: Connection) -> Iterator[None]:
    """DatabaseUnusable when the one before did not come to its end."""
    if conn.dialect.name != TAKES_NOTHING_BACK:
        yield
        return
    if inspect(conn).has_table(MARK):
        raise DatabaseUnusable(
            "An upgrade of this database stopped half-way, and MariaDB cannot take back what it did."
            " Restore the backup from before it, or make the database anew if nothing was in it; then start again."
        )
    conn.exec_driver_sql(f"CREATE TABLE {MARK} (id INTEGER PRIMARY KEY)")
    try:
        yield
    except CommandError:  # before anything was changed
        conn.exec_driver_sql(f"DROP TABLE {MARK}")
        raise
    conn.exec_driver_sql(f"DROP TABLE {MARK}")
