"""What do the tests with several instances share: a company on PostgreSQL, and a farm that serves it?

Without the tools the tests are skipped on a newcomer's machine and fail in CI.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy.exc import SQLAlchemyError

from server.db import migrate
from tests.growing.farm import Farm, missing_tools
from tests.server.company import Company
from tests.server.databases import OURS, POSTGRESQL, Empty, Server, drop, in_ci, server

INSTANCES: Final = 4
_numbers: Final = count(1)


@pytest.fixture(scope="session")
def postgresql() -> Server:
    found = server(POSTGRESQL)
    missing = ", ".join(missing_tools())
    try:
        found.say(found.names)
    except (SQLAlchemyError, OSError) as failure:
        missing = f"PostgreSQL at {found.url}: {failure}"
    if missing:
        say = pytest.fail if in_ci() else pytest.skip
        say(f"not here: {missing}")
    return found


@contextmanager
def new_company(postgresql: Server) -> Iterator[Company]:
    name = f"{OURS}{os.getpid()}_growing_{next(_numbers)}"
    drop(postgresql, name)
    postgresql.say(f"CREATE DATABASE {name}")
    migrate.upgrade(postgresql.at(name))
    company = Company(Empty(postgresql.at(name)))
    company.clock.advance(seconds=time.time_ns() // 1_000_000_000 - company.clock.now_ms() // 1000)
    yield company
    company.close()
    drop(postgresql, name)


@contextmanager
def new_farm(company: Company, folder: Path) -> Iterator[Farm]:
    farm = Farm(folder, company.url, INSTANCES)
    try:
        farm.start()
        yield farm
    finally:
        farm.close()


@pytest.fixture
def company(postgresql: Server) -> Iterator[Company]:
    with new_company(postgresql) as company:
        yield company


@pytest.fixture
def farm(company: Company, tmp_path: Path) -> Iterator[Farm]:
    with new_farm(company, tmp_path) as farm:
        yield farm


@pytest.fixture(scope="module")
def one_company(postgresql: Server) -> Iterator[Company]:
    """For tests that leave it usable."""
    with new_company(postgresql) as company:
        yield company


@pytest.fixture(scope="module")
def one_farm(one_company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    with new_farm(one_company, tmp_path_factory.mktemp("farm")) as farm:
        yield farm
