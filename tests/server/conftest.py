"""What does every test of the server start from?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from tests.server.company import Company
from tests.server.databases import SQLITE, Empty, OnServer, OnSqlite, Shelf, in_ci, kinds, lay_out, server
from tests.sockets import guard


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("layout"))


@pytest.fixture(scope="session")
def shelves(empty_database: Path) -> Iterator[Callable[[str], Shelf]]:
    """By kind. A server that does not answer is none of a newcomer's business, and a fault on the machine that judges."""
    opened: dict[str, Shelf] = {SQLITE: OnSqlite(empty_database)}

    def shelf(kind: str) -> Shelf:
        if kind not in opened:
            guard.allowed.add(server(kind).host_and_port)
            try:
                opened[kind] = OnServer(server(kind))
            except (SQLAlchemyError, OSError) as failure:
                say = pytest.fail if in_ci() else pytest.skip
                say(f"no {kind} at {server(kind).url}: {failure}")
        return opened[kind]

    yield shelf
    for each in opened.values():
        each.close()


@pytest.fixture(scope="session", params=kinds())
def kind(request: pytest.FixtureRequest) -> str:
    """Of the database."""
    return str(request.param)


@pytest.fixture(scope="session")
def new_database(shelves: Callable[[str], Shelf], kind: str) -> Callable[[Path], Empty]:
    return shelves(kind).empty


@pytest.fixture
def company(new_database: Callable[[Path], Empty], tmp_path: Path) -> Iterator[Company]:
    company = Company(new_database(tmp_path))
    yield company
    company.close()
