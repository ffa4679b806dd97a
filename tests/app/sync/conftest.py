"""What does every test of the desk start from?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.notices import Notice
from app.store.cache import Cache
from app.store.outbox import Outbox
from app.sync.desk import Desk
from tests.fakes.catalog import Issue
from tests.fakes.clock import FakeClock
from tests.fakes.desk import LOGIN, MENU


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def told() -> list[Notice]:
    return []


@pytest.fixture
def desk(tmp_path: Path, clock: FakeClock, told: list[Notice]) -> Iterator[Desk]:
    opened = open_desk(tmp_path, clock, told)
    yield opened
    opened.close()


def open_desk(folder: Path, clock: FakeClock, told: list[Notice]) -> Desk:
    """Opened again, it is the same desk after a restart."""
    outbox = Outbox.open(folder / "queue.sqlite3")
    cache = Cache.open(folder / "cache.sqlite3")
    cache.upsert(
        issues=[
            Issue(issue.id, issue.key, issue.summary, issue.project_id or 0, updated_at=500)
            for issue in (LOGIN, MENU)
        ]
    )
    return Desk(outbox, cache, clock, told.append)
