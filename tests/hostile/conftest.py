"""What does every test with hostile input start from?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hostile.effort import KINDS
from tests.server.company import Company
from tests.server.conftest import empty_database, shelves
from tests.server.databases import Shelf

__all__ = ["empty_database", "shelves"]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Of the database."""
    return str(request.param)


@pytest.fixture
def company(shelves: Callable[[str], Shelf], kind: str, tmp_path: Path) -> Iterator[Company]:  # a fixture
    company = Company(shelves(kind).empty(tmp_path))
    yield company
    company.close()
