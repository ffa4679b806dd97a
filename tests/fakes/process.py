"""What does another process see, and what does a killed one leave behind?

Forks: the child runs the function and never comes back into the test.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import pytest

needs_fork = pytest.mark.skipif(sys.platform == "win32", reason="this platform cannot fork")

Say = Callable[[str], None]


@dataclass(slots=True)
class Child:
    """A process that runs `work(say)`; what it says arrives line by line."""

    work: Callable[[Say], None]
    pid: int = 0
    _lines: int = -1
    _unread: bytes = b""
    _reaped: int | None = field(default=None)

    def __enter__(self) -> Self:
        self._lines, writing = os.pipe()
        with warnings.catch_warnings():
            # Python warns of forking beside threads of other tests; the child touches nothing of theirs.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            self._be_the_child(writing)
        os.close(writing)
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        os.close(self._lines)

    def line(self) -> str | None:
        """The next thing it said; None when it is gone and has said everything."""
        while b"\n" not in self._unread:
            more = os.read(self._lines, 65_536)
            if not more:
                return None
            self._unread += more
        text, _, self._unread = self._unread.partition(b"\n")
        return text.decode()

    def lines(self) -> list[str]:
        """Everything until it is gone."""
        return list(iter(self.line, None))

    def kill(self) -> None:
        """SIGKILL, if it still runs, and wait."""
        if self._reaped is None:
            os.kill(self.pid, 9)
            self._reaped = os.waitpid(self.pid, 0)[1]

    def _be_the_child(self, writing: int) -> None:
        try:
            self.work(lambda text: _write_line(writing, text))
        except BaseException as error:  # noqa: BLE001  # a child must not return into the test
            _write_line(writing, f"failed {error!r}")
        finally:
            os._exit(0)


def _write_line(pipe: int, text: str) -> None:
    os.write(pipe, text.encode() + b"\n")


def die() -> None:
    """The end of this process, as a power button would have it."""
    os.kill(os.getpid(), 9)
