"""How does Hourkeep speak with PostgreSQL?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import bindparam, event, func, select
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from server.db.served import Pools

WRITERS: Final = 8
READERS: Final = 8
REPORTERS: Final = 2
WRITE: Final = "READ COMMITTED"
READ: Final = "REPEATABLE READ"
PATIENCE_S: Final = 10
STATEMENTS: Final = 500  # that each connection keeps prepared: more than there are
SSL_MODE: Final = "sslmode"  # as everything but the driver calls it
OUR_LOCK: Final = 7_640_891_576_956  # any number that is always the same

_ALONE: Final = select(func.pg_advisory_xact_lock(bindparam("number")))
SETTINGS: Final = {
    "application_name": "hourkeep",
    "jit": "off",  # planning a short query with it takes longer than the query
    "lock_timeout": f"{PATIENCE_S}s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
}


def pools(url: URL) -> Pools:
    """ModuleNotFoundError without the driver."""
    return Pools(
        writers=_engine(url, WRITERS, WRITE),
        readers=_engine(url, READERS, READ),
        reporters=reporters(url),
        alone=_alone,
    )


def reporters(url: URL) -> AsyncEngine:
    """Each transaction sees one state and can change nothing."""
    return _engine(url, REPORTERS, READ)


def _engine(url: URL, size: int, isolation: str) -> AsyncEngine:
    settings = SETTINGS | {"default_transaction_read_only": "on" if isolation == READ else "off"}
    engine = create_async_engine(
        _for_driver(url),
        isolation_level=isolation,
        pool_size=size,
        max_overflow=0,
        pool_timeout=PATIENCE_S,
        hide_parameters=True,  # a failure goes into the log with its words
        connect_args={
            "timeout": PATIENCE_S,
            "server_settings": settings,
            "prepared_statement_cache_size": STATEMENTS,
        },
    )
    event.listen(engine.sync_engine, "before_cursor_execute", _leave_out_nul, retval=True)
    return engine


def _leave_out_nul(
    _conn: Any,
    _cursor: Any,
    statement: str,
    parameters: Any,
    _context: Any,
    _many: bool,  # noqa: FBT001
) -> tuple[str, Any]:
    """No text of PostgreSQL's holds that letter, and nobody's time is refused for it."""
    return statement, _without_nul(parameters)


def _without_nul(said: Any) -> Any:
    match said:
        case str() if "\0" in said:
            return said.replace("\0", "")
        case tuple():
            return tuple(_without_nul(each) for each in said)
        case list():
            return [_without_nul(each) for each in said]
        case dict():
            return {name: _without_nul(each) for name, each in said.items()}
        case _:
            return said


def _for_driver(url: URL) -> URL:
    query: dict[str, Any] = dict(url.query)
    if SSL_MODE in query:
        query["ssl"] = query.pop(SSL_MODE)
    return url.set(query=query)


@contextmanager
def _alone(conn: Connection) -> Iterator[None]:
    """Until the transaction ends."""
    conn.execute(_ALONE, {"number": OUR_LOCK})
    yield
