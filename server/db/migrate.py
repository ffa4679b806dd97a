"""How does the database get the tables of this version?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from server.db.blocking import Blocking
from server.db.failures import words_of
from server.db.session import Connection, DatabaseUnusable
from server.db.unfinished import marked
from server.db.version import is_current

__all__ = ["is_current", "upgrade"]

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def upgrade(url: str) -> None:
    """Brings an empty or older database to this version, in one transaction where the database can do that.

    UnknownDatabase, DatabaseUnusable.
    """
    database = Blocking.open(url)
    try:
        database.lay_out(_upgrade)
    except CommandError as failure:
        raise DatabaseUnusable(f"A newer version of Hourkeep laid out this database: {failure}") from failure
    except SQLAlchemyError as failure:
        raise DatabaseUnusable(f"The database cannot be upgraded: {words_of(failure)}") from failure
    finally:
        database.close()


def _upgrade(conn: Connection) -> None:
    config = _config()
    config.attributes["connection"] = conn
    with marked(conn):
        command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
