"""Where does a damaged file go, so that a new one can take its place and nothing is deleted?"""

from __future__ import annotations

from itertools import count
from pathlib import Path

from app.errors import OutboxUnwritable
from app.store.disk import Disk


def set_aside(path: Path, disk: Disk | None = None) -> Path | None:
    """Rename the file with its journal to the first free `….damaged-N`. OutboxUnwritable.

    Returns the new name of the file; None when it is missing.
    """
    disk = disk or Disk()
    aside = _free_name(path)
    try:
        # The journal first: beside a file that it does not belong to, SQLite would play it back into that.
        if _journal(path).exists():
            disk.move(_journal(path), _journal(aside))
        if not path.exists():
            return None
        disk.move(path, aside)
    except OSError as error:
        raise OutboxUnwritable(path) from error
    return aside


def _free_name(path: Path) -> Path:
    for number in count(1):
        aside = path.with_name(f"{path.name}.damaged-{number}")
        if not aside.exists() and not _journal(aside).exists():
            return aside
    raise AssertionError("there is always a next number")


def _journal(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")
