"""Is there room for a last stop when the disk is full?

A file of 256 KiB that means nothing. When the disk is full it is given back in two halves: one for the note that stop was
pressed, one for the stop itself, because somebody else may take the room in between.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from app.errors import DiskFull
from app.store.disk import Disk

T = TypeVar("T")

SIZE: Final = 256 * 1024
NO_ROOM: Final = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


class Reserve:
    """The file at `path`, for the outbox beside it."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path = path
        self._disk = disk

    def is_there(self) -> bool:
        try:
            return self._path.stat().st_size == SIZE
        except OSError:
            return False

    def make(self) -> None:
        """It is there. DiskFull when there is no room for it; where no file can be had for another reason, there is none."""
        if self.is_there():
            return
        try:
            self._disk.put(self._path, _content())
        except OSError as error:
            with suppress(OSError):
                self._disk.remove(self._path.with_name(f"{self._path.name}.new"))
            if error.errno in NO_ROOM:
                raise DiskFull(self._path) from error

    def release(self) -> bool:
        """Give back the next half; whether there was one."""
        try:
            if self._path.stat().st_size > SIZE // 2:
                self._disk.cut(self._path, SIZE // 2)
            else:
                self._disk.remove(self._path)
        except OSError:
            return False
        return True

    def even_on_a_full_disk(self, write: Callable[[], T]) -> T:
        """What `write` returns, with what the reserve gives back if need be. DiskFull when that is not enough."""
        try:
            return write()
        except DiskFull:
            if not self.release():
                raise
        return write()


def _content() -> bytes:
    """Bytes that no file system can make smaller: zeros would take no room on some."""
    return hashlib.shake_256(b"room for a last stop").digest(SIZE)
