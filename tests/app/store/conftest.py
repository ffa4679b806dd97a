"""What does every test of the store start from?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
