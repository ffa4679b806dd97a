"""How does the database get the tables of this version?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from server.db.address import open_engine
from server.db.session import DatabaseUnusable
from server.db.version import is_current

__all__ = ["is_current", "upgrade"]

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def upgrade(url: str) -> None:
    """Brings an empty or older database to this version in one transaction. UnknownDatabase, DatabaseUnusable."""
    engine = open_engine(url)
    try:
        with engine.connect() as conn:
            conn.exec_driver_sql("BEGIN IMMEDIATE")
            config = _config()
            config.attributes["connection"] = conn
            command.upgrade(config, "head")
            conn.commit()
    except CommandError as failure:
        raise DatabaseUnusable(f"A newer version of Hourkeep laid out this database: {failure}") from failure
    except SQLAlchemyError as failure:
        raise DatabaseUnusable(f"The database cannot be upgraded: {failure}") from failure
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
