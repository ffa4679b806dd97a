"""Does a database get this version's tables, and is any other one recognised?"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from server.db import migrate
from server.db.blocking import Blocking
from server.db.session import Connection, DatabaseUnusable, UnknownDatabase
from server.db.tables import metadata
from server.services.identity import server_identity


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hourkeep.sqlite3"


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def sql(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        with connection:
            return connection.execute(statement).fetchall()
    finally:
        connection.close()


def test_an_empty_database_is_not_current(path: Path) -> None:
    assert not migrate.is_current(url(path))


def test_it_gets_its_tables(path: Path) -> None:
    migrate.upgrade(url(path))
    assert migrate.is_current(url(path))
    found = {name for (name,) in sql(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert set(metadata.tables) < found


def test_the_tables_are_those_of_the_code(path: Path) -> None:
    migrate.upgrade(url(path))
    database = Blocking.open(url(path))

    def differences(conn: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata))

    try:
        assert database.read(differences) == []
    finally:
        database.close()


def test_a_second_time_changes_nothing(path: Path) -> None:
    migrate.upgrade(url(path))
    before = sql(path, "SELECT * FROM server_meta ORDER BY key")
    migrate.upgrade(url(path))
    assert sql(path, "SELECT * FROM server_meta ORDER BY key") == before


def test_every_server_has_an_identity_of_its_own(tmp_path: Path) -> None:
    identities = []
    for name in ("one", "two"):
        migrate.upgrade(url(tmp_path / name))
        database = Blocking.open(url(tmp_path / name))
        identities.append(database.read(server_identity))
        database.close()
    assert identities[0].server_id != identities[1].server_id
    assert identities[0].epoch != identities[1].epoch


def test_a_database_of_a_newer_version_is_left_alone(path: Path) -> None:
    migrate.upgrade(url(path))
    sql(path, "UPDATE alembic_version SET version_num = '9999'")
    assert not migrate.is_current(url(path))
    with pytest.raises(DatabaseUnusable, match="newer"):
        migrate.upgrade(url(path))
    assert sql(path, "SELECT version_num FROM alembic_version") == [("9999",)]


def test_an_upgrade_that_fails_leaves_nothing(path: Path) -> None:
    sql(path, "CREATE TABLE users (id INTEGER)")
    with pytest.raises(DatabaseUnusable, match="users"):
        migrate.upgrade(url(path))
    assert sql(path, "SELECT name FROM sqlite_master WHERE type = 'table'") == [("users",)]


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_bytes(b"not a database at all, but long enough to be looked at\n" * 50)
    for attempt in (migrate.upgrade, migrate.is_current, Blocking.open):
        with pytest.raises(DatabaseUnusable, match="not a database"):
            attempt(url(path))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    for attempt in (migrate.upgrade, migrate.is_current, Blocking.open):
        with pytest.raises(DatabaseUnusable, match="unable to open"):
            attempt(url(tmp_path / "missing" / "x.sqlite3"))


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
