"""How do the files beside a database reach the disk so that they survive a power cut?

Only the few operations that the second copy, the reserve and the exchange of a file need. Every step is announced before
it is taken, so that tests can let any of them fail or be the last. All raise OSError.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from app.store.database import Fault, no_fault

if sys.platform == "darwin":
    import fcntl

FLAGS: Final = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)
OWNER_ONLY: Final = 0o600


class Disk:
    """What returned is on the disk."""

    def __init__(self, fault: Fault = no_fault) -> None:
        self._fault = fault

    def read(self, path: Path) -> bytes:
        """The whole file; nothing when it is missing."""
        self._fault(f"read {path.name}")
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return b""

    def append(self, path: Path, content: bytes) -> None:
        """At its end. After an error a part of it may stand there."""
        self._write(path, content, os.O_APPEND)

    def cut(self, path: Path, size: int) -> None:
        """The file ends after `size` bytes."""
        self._fault(f"cut {path.name}")
        with path.open("r+b") as file:
            file.truncate(size)
            _sync(file.fileno())

    def put(self, path: Path, content: bytes) -> None:
        """The file has this content: the old one or the new one is there at any time."""
        new = path.with_name(f"{path.name}.new")
        self._write(new, content, os.O_TRUNC)
        self.move(new, path)

    def move(self, old: Path, new: Path) -> None:
        """Under its new name; what had that name is gone."""
        self._fault(f"move {old.name}")
        old.replace(new)
        self._sync_folder(new)

    def remove(self, path: Path) -> None:
        self._fault(f"remove {path.name}")
        path.unlink(missing_ok=True)
        self._sync_folder(path)

    def sync(self, path: Path) -> None:
        """What another program wrote into it."""
        self._fault(f"sync {path.name}")
        with path.open("r+b") as file:
            _sync(file.fileno())

    def _write(self, path: Path, content: bytes, how: int) -> None:
        is_new = not path.exists()
        self._fault(f"write {path.name}")
        file = os.open(path, FLAGS | how, OWNER_ONLY)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(file, rest) :]
            self._fault(f"sync {path.name}")
            _sync(file)
        finally:
            os.close(file)
        if is_new:
            self._sync_folder(path)

    def _sync_folder(self, path: Path) -> None:
        """A new name is safe only when its folder is; Windows writes that itself."""
        self._fault(f"sync the folder of {path.name}")
        if sys.platform != "win32":
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                _sync(folder)
            finally:
                os.close(folder)


def _sync(file: int) -> None:
    if sys.platform == "darwin":
        fcntl.fcntl(file, fcntl.F_FULLFSYNC)  # fsync alone leaves it in the drive's own memory there
    else:
        os.fsync(file)
