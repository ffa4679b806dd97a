"""Which database does an address name?"""

from __future__ import annotations

from importlib import import_module
from random import Random
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from server.db.session import Database, UnknownDatabase
from server.db.sqlite import SqliteDatabase

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
MARIADB: Final = "mariadb"
DRIVERS: Final = {SQLITE: SQLITE, POSTGRESQL: "postgresql+asyncpg", MARIADB: "mariadb+asyncmy"}
KINDS: Final = {
    SQLITE: SQLITE,
    "sqlite+pysqlite": SQLITE,
    POSTGRESQL: POSTGRESQL,
    "postgres": POSTGRESQL,
    "postgresql+asyncpg": POSTGRESQL,
    MARIADB: MARIADB,
    "mysql": MARIADB,
    "mariadb+asyncmy": MARIADB,
    "mysql+asyncmy": MARIADB,
}
EXAMPLES: Final = "sqlite:////absolute/path, postgresql://user@host/name or mariadb://user@host/name"


def open_database(address: str) -> Database:
    """SQLite's is opened now, the others when there is work. UnknownDatabase, DatabaseUnusable."""
    url = understood(address)
    kind = KINDS[url.drivername]
    if kind == SQLITE:
        return SqliteDatabase(url)
    try:
        # What a server on SQLite would import for nothing.
        pools = import_module(f"server.db.{kind}").pools(url.set(drivername=DRIVERS[kind]))
        served = import_module("server.db.served")
    except ModuleNotFoundError as missing:
        raise UnknownDatabase(
            f"The driver for this database is not installed ({missing.name}). Type: pip install 'hourkeep[{kind}]'"
        ) from missing
    database: Database = served.ServedDatabase(pools, served.Patience(Random()))  # noqa: S311  # no secret
    return database


def understood(address: str) -> URL:
    """UnknownDatabase. The address may hold a password, so it is not repeated."""
    try:
        url = make_url(address)
    except ArgumentError as failure:
        raise UnknownDatabase(f"This is not the address of a database. Write {EXAMPLES}.") from failure
    if url.drivername not in KINDS:
        raise UnknownDatabase(
            f"This version keeps its data in SQLite, PostgreSQL or MariaDB, not in {url.drivername}."
            f" Write {EXAMPLES}."
        )
    if KINDS[url.drivername] != SQLITE and not url.database:
        raise UnknownDatabase(f"The address names no database. Write {EXAMPLES}.")
    return url
