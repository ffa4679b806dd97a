"""How does Hourkeep speak with MariaDB?

Strictly, and telling upper from lower case, whatever the server's own settings are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from sqlalchemy import LargeBinary, PrimaryKeyConstraint, Text, event, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateTable

from server.db.failures import unanswered
from server.db.served import Pools

WRITERS: Final = 8
READERS: Final = 8
REPORTERS: Final = 2
PATIENCE_S: Final = 10
CHARSET: Final = "utf8mb4"
COLLATION: Final = "utf8mb4_nopad_bin"  # the others take "a" for "A", or "a" for "a "
MODE: Final = (
    "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,NO_ZERO_IN_DATE"
)
SESSION: Final = (
    f"SET SESSION sql_mode = '{MODE}', innodb_lock_wait_timeout = {PATIENCE_S}, time_zone = '+00:00'",
    f"SET NAMES {CHARSET} COLLATE {COLLATION}",
)
READ_ONLY: Final = "SET SESSION TRANSACTION READ ONLY"
LAYOUT_WAIT_S: Final = 120

_TAKE: Final = text(f"SELECT GET_LOCK(concat('hourkeep.', database()), {LAYOUT_WAIT_S})")
_RELEASE: Final = text("SELECT RELEASE_LOCK(concat('hourkeep.', database()))")


def pools(url: URL) -> Pools:
    """ModuleNotFoundError without the driver."""
    return Pools(
        writers=_engine(url, WRITERS, "READ COMMITTED", *SESSION),
        readers=_engine(url, READERS, "REPEATABLE READ", *SESSION, READ_ONLY),
        reporters=_engine(url, REPORTERS, "REPEATABLE READ", *SESSION, READ_ONLY),
        alone=_alone,
    )


def _engine(url: URL, size: int, isolation: str, *session: str) -> AsyncEngine:
    engine = create_async_engine(
        url.update_query_dict({"charset": CHARSET}),
        isolation_level=isolation,
        pool_size=size,
        max_overflow=0,
        pool_timeout=PATIENCE_S,
        hide_parameters=True,  # a failure goes into the log with its words
        connect_args={"connect_timeout": PATIENCE_S},
    )

    def configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for statement in session:
            cursor.execute(statement)
        cursor.close()

    event.listen(engine.sync_engine, "connect", configure)
    return engine


@contextmanager
def _alone(conn: Connection) -> Iterator[None]:
    """StorageFailed when the other one takes too long."""
    if conn.execute(_TAKE).scalar_one() != 1:
        raise unanswered(TimeoutError("another program has been laying out this database for two minutes"))
    try:
        yield
    finally:
        with suppress(SQLAlchemyError):  # a connection that was lost has released it
            conn.execute(_RELEASE)


@compiles(CreateTable, "mariadb")
def _create_table(create: CreateTable, compiler: Any, **options: Any) -> str:
    made = compiler.visit_create_table(create, **options).rstrip()
    return f"{made} ENGINE=InnoDB DEFAULT CHARSET={CHARSET} COLLATE={COLLATION}"


@compiles(PrimaryKeyConstraint, "mariadb")
def _primary_key(key: PrimaryKeyConstraint, compiler: Any, **options: Any) -> str:
    """Without a name, which MariaDB would take no notice of, and say so."""
    made: str = compiler.visit_primary_key_constraint(key, **options)
    return made[made.index("PRIMARY KEY") :] if made else made


@compiles(Text, "mariadb")
def _text(_type: Text, _compiler: Any, **_options: Any) -> str:
    """TEXT ends at 64 KiB, and an action may be longer."""
    return "MEDIUMTEXT"


@compiles(LargeBinary, "mariadb")
def _bytes(_type: LargeBinary, _compiler: Any, **_options: Any) -> str:
    return "MEDIUMBLOB"
