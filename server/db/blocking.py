"""How does a caller without an event loop work on a database?

A command, a migration or a test: it waits for every piece of work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from threading import Thread, get_ident
from typing import Any, Self, TypeVar

from server.db.address import open_database
from server.db.session import Connection, Database

T = TypeVar("T")


class Blocking:
    """Any number of threads may use it, but not work that runs in it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="database", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls, address: str) -> Self:
        """UnknownDatabase, DatabaseUnusable."""
        return cls(open_database(address))

    def run(self, work: Callable[[Connection], T]) -> T:
        """As `Database.run`."""
        return self._wait(self.database.run(work))

    def read(self, work: Callable[[Connection], T]) -> T:
        """As `Database.read`."""
        return self._wait(self.database.read(work))

    def report(self, work: Callable[[Connection], T]) -> T:
        """As `Database.report`."""
        return self._wait(self.database.report(work))

    def lay_out(self, work: Callable[[Connection], T]) -> T:
        """As `Database.lay_out`."""
        return self._wait(self.database.lay_out(work))

    def begin(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Of `database`, in the event loop to which it belongs."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def ready(self) -> bool:
        return self._wait(self.database.ready())

    def close(self) -> None:
        self._wait(self.database.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        if get_ident() == self._thread.ident:
            coroutine.close()
            raise RuntimeError("work on a database cannot wait for other work on it")
        return self.begin(coroutine).result()
