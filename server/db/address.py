"""Which database does an address name?"""

from __future__ import annotations

from importlib import import_module
from random import Random
from typing import Final, cast

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


def open_database(address: str, replica: str | None = None) -> Database:
    """SQLite's is opened now, the others when there is work. UnknownDatabase, DatabaseUnusable.

    `replica`: of PostgreSQL's streaming replica, from which reports are read.
    """
    url = understood(address)
    kind = KINDS[url.drivername]
    if replica is not None and kind != POSTGRESQL:
        raise UnknownDatabase(
            "Only PostgreSQL's reports are read from a replica. Leave HOURKEEP_REPLICA_URL away."
        )
    if kind == SQLITE:
        return SqliteDatabase(url)
    try:
        # What a server on SQLite would import for nothing.
        return _served(url, kind, replica)
    except ImportError as missing:
        if (missing.name or "").startswith("server"):
            raise
        raise UnknownDatabase(
            f"The driver for this database is not installed ({missing.name or 'greenlet'})."
            f" Type: pip install 'hourkeep[{kind}]'"
        ) from missing


def _served(url: URL, kind: str, replica: str | None) -> Database:
    dialect = import_module(f"server.db.{kind}")
    served = import_module("server.db.served")
    pools = dialect.pools(url.set(drivername=DRIVERS[kind]))
    patience = served.Patience(Random())  # noqa: S311  # no secret
    if replica is None:
        return cast(Database, served.ServedDatabase(pools, patience))
    copy = understood(replica)
    if KINDS[copy.drivername] != POSTGRESQL:
        raise UnknownDatabase("HOURKEEP_REPLICA_URL names no PostgreSQL.")
    followed = import_module("server.db.replica")
    engine = dialect.reporters(copy.set(drivername=DRIVERS[POSTGRESQL]))
    return cast(Database, followed.FollowedDatabase(pools, patience, engine))


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
