"""Which database does a command work on, and has it this version's tables?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TypeVar

from server.cli.invocation import Refused
from server.db.blocking import Blocking
from server.db.session import Connection, DatabaseUnusable, StorageFailed, UnknownDatabase
from server.db.version import is_current
from server.domain.errors import Refusal
from server.settings import Settings, default_database_url

T = TypeVar("T")


def upgraded(settings: Settings) -> str:
    """Its URL. Refused when it cannot be opened, or is of a newer version."""
    url = settings.database_url or default_database_url()
    try:
        if not is_current(url):
            # Alembic is imported when there is something to do: a usual start is a quarter shorter without it.
            import_module("server.db.migrate").upgrade(url)
    except (UnknownDatabase, DatabaseUnusable) as failure:
        raise Refused(failure) from failure
    return url


@contextmanager
def opened(settings: Settings) -> Iterator[Blocking]:
    """Closed afterwards. Refused."""
    url = upgraded(settings)
    try:
        database = Blocking.open(url)
    except (UnknownDatabase, DatabaseUnusable) as failure:
        raise Refused(failure) from failure
    try:
        yield database
    finally:
        database.close()


def change(settings: Settings, work: Callable[[Connection], T]) -> T:
    """In one transaction. Refused."""
    with opened(settings) as database:
        try:
            return database.run(work)
        except Refusal as refusal:
            raise Refused(refusal.detail) from refusal
        except StorageFailed as failure:
            raise Refused(f"The database cannot be written: {failure.orig}.") from failure
