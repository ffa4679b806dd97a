"""Does a database get this version's tables, and is any other one recognised?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from server.db import migrate
from server.db.blocking import Blocking
from server.db.session import Connection, DatabaseUnusable, UnknownDatabase
from server.db.tables import metadata
from server.services.company.identity import server_identity
from tests.server.databases import MARIADB, Shelf, blank
from tests.server.raw import ask

T = TypeVar("T")


@pytest.fixture
def url(kind: str, shelves: Callable[[str], Shelf], tmp_path: Path) -> Iterator[str]:
    """Of a database without tables."""
    shelves(kind)
    with blank(kind, tmp_path) as address:
        yield address


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hourkeep.sqlite3"


def asked(url: str, question: Callable[[Connection], T]) -> T:
    database = Blocking.open(url)
    try:
        return database.run(question)
    finally:
        database.close()


def tables(url: str) -> set[str]:
    return asked(url, lambda conn: set(inspect(conn).get_table_names()))


def rows(url: str, question: str) -> list[tuple[object, ...]]:
    return asked(url, lambda conn: [tuple(row) for row in ask(conn, question)])


def say(url: str, statement: str) -> None:
    asked(url, lambda conn: ask(conn, statement) and None)


def test_an_empty_database_is_not_current(url: str) -> None:
    assert not migrate.is_current(url)


def test_it_gets_its_tables(url: str) -> None:
    migrate.upgrade(url)
    assert migrate.is_current(url)
    assert tables(url) == {*metadata.tables, "alembic_version"}


def test_the_tables_are_those_of_the_code(url: str) -> None:
    migrate.upgrade(url)

    def differences(conn: Connection) -> list[object]:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert asked(url, differences) == []


def test_a_second_time_changes_nothing(url: str) -> None:
    migrate.upgrade(url)
    before = rows(url, "SELECT * FROM server_meta ORDER BY key")
    migrate.upgrade(url)
    assert rows(url, "SELECT * FROM server_meta ORDER BY key") == before


def test_two_programs_that_upgrade_at_once_take_turns(url: str) -> None:
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(migrate.upgrade, [url] * 3))
    assert migrate.is_current(url)
    assert rows(url, "SELECT count(*) FROM alembic_version") == [(1,)]


def test_every_server_has_an_identity_of_its_own(tmp_path: Path) -> None:
    identities = []
    for name in ("one", "two"):
        url = f"sqlite:///{tmp_path / name}"
        migrate.upgrade(url)
        identities.append(asked(url, server_identity))
    assert identities[0].server_id != identities[1].server_id
    assert identities[0].epoch != identities[1].epoch


def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    migrate.upgrade(url)
    before = tables(url)
    say(url, "UPDATE alembic_version SET version_num = '9999'")
    assert not migrate.is_current(url)
    with pytest.raises(DatabaseUnusable, match="newer"):
        migrate.upgrade(url)
    assert rows(url, "SELECT version_num FROM alembic_version") == [("9999",)]
    assert tables(url) == before


def test_an_upgrade_that_fails_leaves_nothing_or_says_so(url: str, kind: str) -> None:
    say(url, "CREATE TABLE users (id INTEGER)")
    with pytest.raises(DatabaseUnusable, match="users"):
        migrate.upgrade(url)
    if kind != MARIADB:
        assert tables(url) == {"users"}
        return
    say(url, "DROP TABLE users")
    for _ in range(2):
        with pytest.raises(DatabaseUnusable, match="half-way"):
            migrate.upgrade(url)
    assert not migrate.is_current(url)


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_bytes(b"not a database at all, but long enough to be looked at\n" * 50)
    for attempt in (migrate.upgrade, migrate.is_current, Blocking.open):
        with pytest.raises(DatabaseUnusable, match="not a database"):
            attempt(f"sqlite:///{path}")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    for attempt in (migrate.upgrade, migrate.is_current, Blocking.open):
        with pytest.raises(DatabaseUnusable, match="unable to open"):
            attempt(f"sqlite:///{tmp_path}/missing/x.sqlite3")


@pytest.mark.parametrize(
    "address",
    [
        "oracle://localhost/x",
        "postgresql+psycopg://localhost/x",
        "sqlite+aiosqlite:///x",
        "postgresql://localhost",
        "mysql://localhost/",
        "nonsense",
        "",
        "://",
    ],
)
def test_another_kind_of_database(address: str) -> None:
    for attempt in (migrate.upgrade, migrate.is_current, Blocking.open):
        with pytest.raises(UnknownDatabase, match="sqlite:////"):
            attempt(address)
