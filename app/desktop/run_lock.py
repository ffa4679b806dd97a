"""Does another app of this profile run already?

The kernel keeps the lock for the process that took it and lets go when that process is gone, however it went. So
there is no stale lock, no process number that belongs to somebody else by now, and nothing to write on a full disk:
the reasons why it is not a QLockFile.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from app.errors import ProfileUnusable

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

# Without O_CREAT's write access a lock can also be taken in a folder that became read-only.
FLAGS: Final = os.O_RDONLY | os.O_CREAT


class RunLock:
    """One lock of this process on the file at `path`, which stays when the lock goes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        """Whether this process has the lock now; never waits. ProfileUnusable when the file cannot be had."""
        if self._file is not None:
            return True
        try:
            file = os.open(self._path, FLAGS, 0o600)
        except OSError as error:
            raise ProfileUnusable(self._path.parent) from error
        try:
            taken = _lock(file)
        except OSError as error:
            os.close(file)
            raise ProfileUnusable(self._path.parent) from error
        if taken:
            self._file = file
        else:
            os.close(file)
        return taken

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


if sys.platform == "win32":

    def _lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:

    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
