"""What does every test of the server start from?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.company import Company, lay_out


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("layout"))


@pytest.fixture
def company(empty_database: Path, tmp_path: Path) -> Iterator[Company]:
    company = Company(empty_database, tmp_path)
    yield company
    company.close()
