"""Where does a damaged outbox go, so that a new one can start and nothing is deleted?"""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from pathlib import Path

from app.errors import OutboxUnwritable


def set_aside(path: Path) -> Path:
    """Rename the file with its journal to the first free `….damaged-N` and return that. OutboxUnwritable."""
    for number in count(1):
        aside = path.with_name(f"{path.name}.damaged-{number}")
        if not aside.exists():
            break
    try:
        path.rename(aside)
    except OSError as error:
        raise OutboxUnwritable(path) from error
    with suppress(FileNotFoundError):
        path.with_name(f"{path.name}-journal").rename(aside.with_name(f"{aside.name}-journal"))
    return aside
