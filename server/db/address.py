"""Which database does an address name?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from server.db.session import Database, UnknownDatabase
from server.db.sqlite import SqliteDatabase, sqlite_engine
from server.db.types import SQLITE

DRIVERS: Final = (SQLITE, f"{SQLITE}+pysqlite")


def open_database(address: str) -> Database:
    """`sqlite:////absolute/path`. UnknownDatabase, DatabaseUnusable."""
    return SqliteDatabase(understood(address))


def open_engine(address: str) -> Engine:
    """An engine that leaves transactions to its user. UnknownDatabase."""
    return sqlite_engine(understood(address))


def understood(address: str) -> URL:
    """UnknownDatabase."""
    try:
        url = make_url(address)
    except ArgumentError as failure:
        raise UnknownDatabase(f"This is not the address of a SQLite database: {address!r}.") from failure
    if url.drivername not in DRIVERS:
        raise UnknownDatabase(f"This version keeps its data in SQLite, not in {url.drivername}.")
    return url
