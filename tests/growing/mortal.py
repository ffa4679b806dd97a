"""How does a server process end itself at a chosen statement, and how does the next one live at once?

`python -m tests.growing.mortal` imports the server once and then only forks: each child is the server process that
`python -m server serve` is, a third of a second earlier. It is told what to do line by line, and says of each child its number and
how it ended.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from enum import StrEnum
from importlib import import_module
from typing import Any, Final

import msgspec
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

LOCAL: Final = "127.0.0.1"
IMPORTED_AHEAD: Final = (
    "uvloop",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "asyncpg",
    "asyncmy",
    "sqlalchemy.dialects.sqlite",
    "server.bootstrap",
    "server.cli.parser",
    "server.cli.serve",
    "server.jobs.start",
)
OF_A_PUSH: Final = "devices.proven_seq"  # which only the journal asks, when it begins
ENDED_ITSELF: Final = 70


class Place(StrEnum):
    """Where a process ends itself."""

    STATEMENT = "before a statement"
    COMMIT = "before a commit"
    COMMITTED = "after a commit, before anybody is answered"


class Doom(msgspec.Struct, frozen=True):
    """`pushes`: of how many devices it takes something in hand first; `more`: how many statements, or commits, it does after that."""

    place: Place
    pushes: int
    more: int


class Life(msgspec.Struct, frozen=True):
    """One server process. `doom` None: somebody else ends it."""

    port: int
    doom: Doom | None = None


class Fate:
    """Sees what the process says to the database, in transactions of the journal alone."""

    def __init__(self, doom: Doom) -> None:
        self._place = doom.place
        self._pushes = doom.pushes
        self._more = doom.more
        self._watched: Connection | None = None

    def watch(self) -> None:
        event.listen(Engine, "before_cursor_execute", self._before_statement)
        event.listen(Engine, "commit", self._before_commit)
        event.listen(Engine, "rollback", self._forget)

    def _before_statement(self, conn: Connection, _cursor: object, statement: str, *_: Any) -> None:
        if OF_A_PUSH in statement:
            self._pushes -= 1
            if self._pushes <= 0 and self._watched is None:
                self._watched = conn
        if conn is self._watched and self._place is Place.STATEMENT:
            self._go_on_or_die()

    def _before_commit(self, conn: Connection) -> None:
        if conn is not self._watched:
            return
        if self._place is Place.COMMITTED and self._more == 0:
            conn.connection.commit()
        if self._place is not Place.STATEMENT:
            self._go_on_or_die()
        self._watched = None

    def _forget(self, conn: Connection) -> None:
        if conn is self._watched:
            self._watched = None

    def _go_on_or_die(self) -> None:
        if self._more == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._more -= 1


def main() -> None:
    for name in IMPORTED_AHEAD:
        with suppress(ModuleNotFoundError):  # a driver that is not here is not needed here
            import_module(name)
    for line in sys.stdin:
        life = msgspec.json.decode(line, type=Life)
        pid = os.fork()
        if pid == 0:
            _live(life)
        _say(pid)
        _say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _live(life: Life) -> None:
    """Never comes back."""
    from server.cli.parser import Streams, run  # noqa: PLC0415  # whoever only starts this program needs none of it
    from server.settings import environment  # noqa: PLC0415

    try:
        if life.doom is not None:
            Fate(life.doom).watch()
        words = ["serve", "--host", LOCAL, "--port", str(life.port)]
        run(words, environment(), Streams(sys.stdin, sys.stdout, sys.stderr))
    finally:
        os._exit(ENDED_ITSELF)


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
