"""What does every test of the store start from?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.meta import seal
from app.store.outbox import Outbox
from tests.fakes.desk import Desk


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    return tmp_path / "profile" / "queue.sqlite3"


@pytest.fixture
def outbox(queue: Path) -> Iterator[Outbox]:
    opened = Outbox.open(queue)
    yield opened
    opened.close()


@pytest.fixture
def desk(outbox: Outbox) -> Desk:
    return Desk(outbox)


@pytest.fixture
def used(queue: Path) -> Path:
    """An outbox in which something happened, closed."""
    outbox = Outbox.open(queue)
    desk = Desk(outbox)
    desk.start()
    desk.stop("Fixed the redirect of the login")
    desk.start()
    outbox.close()
    return queue


def change(path: Path, *statements: str) -> None:
    """As a program would that seals what it writes: what only a damaged byte changes is tried in `test_outbox_bits`."""
    connection = sqlite3.connect(path)
    connection.create_function("seal", 2, seal)
    connection.executescript(";".join(statements))
    if any(column[1] == "crc" for column in connection.execute("PRAGMA table_info(meta)")):
        connection.executescript("UPDATE meta SET crc = seal(k, v)")
    connection.close()
