"""What does it mean that the database refused?"""

from __future__ import annotations

from typing import Final, NoReturn

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from server.db.session import ConstraintBroken, StorageFailed

# SQLSTATE of PostgreSQL, error number of MariaDB, name of SQLite
TAKEN: Final = frozenset({"23505", 1062, "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})
IN_THE_WAY: Final = frozenset(
    {
        "40001",  # serialisation failure
        "40P01",  # deadlock
        "0A000",  # a prepared plan is older than a migration
        1020,  # record has changed
        1205,  # lock wait timeout
        1213,  # deadlock
    }
)
OUT_OF_ORDER: Final = (
    "08",
    "53",
    "57",
    "58",
    "55P03",
    "25006",
)  # connection, resources, operator, system; locked; read-only


def code_of(failure: DBAPIError) -> str | int | None:
    """As the database itself says it."""
    said: object = failure.orig
    arguments = getattr(said, "args", ())
    if arguments and isinstance(arguments[0], int):
        return arguments[0]
    for speaker in (
        said,
        getattr(said, "__cause__", None),
    ):  # SQLAlchemy's own exception does not repeat it always
        found = getattr(speaker, "sqlstate", None) or getattr(speaker, "sqlite_errorname", None)
        if isinstance(found, str):
            return found
    return None


def is_taken(failure: DBAPIError) -> bool:
    """Another row has this key already; a moment ago it may not have been there."""
    return code_of(failure) in TAKEN


def may_work_again(failure: DBAPIError) -> bool:
    """Nothing was done, because others were in the way or the connection was lost."""
    return failure.connection_invalidated or code_of(failure) in IN_THE_WAY or is_taken(failure)


def give_up(failure: DBAPIError) -> NoReturn:
    """As what callers know: ConstraintBroken, StorageFailed, or itself when it is our mistake."""
    if isinstance(failure, ConstraintBroken | StorageFailed):
        raise failure
    code = code_of(failure)
    if (
        failure.connection_invalidated
        or code in IN_THE_WAY
        or (isinstance(code, str) and code.startswith(OUT_OF_ORDER))
    ):
        raise unanswered(failure) from failure
    raise failure


def words_of(failure: SQLAlchemyError) -> str:
    """The database's own, in one line."""
    said: BaseException = failure
    while isinstance(said, DBAPIError) and said.orig is not None:
        said = said.orig
    return " ".join(str(said).split())


def unanswered(failure: BaseException) -> StorageFailed:
    """The words of the failure stay; statement and values do not."""
    return StorageFailed(None, None, failure)
