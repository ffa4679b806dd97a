"""Are reports read from the replica, and is never missing there what somebody has just written?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from server.db.address import open_database
from server.db.blocking import Blocking
from server.db.session import Connection, UnknownDatabase
from tests.server.databases import in_ci
from tests.server.db.cluster import Cluster, programs
from tests.server.raw import ask


@pytest.fixture(scope="module")
def primary() -> Iterator[Cluster]:
    found = programs()
    if found is None:
        (pytest.fail if in_ci() else pytest.skip)("PostgreSQL's programs are not on this machine")
    cluster = Cluster.new(found)
    cluster.start()
    yield cluster
    cluster.stop()
    cluster.remove()


@pytest.fixture(scope="module")
def follower(primary: Cluster) -> Iterator[Cluster]:
    cluster = primary.follower()
    cluster.start()
    yield cluster
    cluster.stop()
    cluster.remove()


@pytest.fixture
def copy(follower: Cluster) -> Iterator[Blocking]:
    """The replica itself; it follows again afterwards."""
    database = Blocking.open(follower.url)
    yield database
    say(database, "SELECT pg_wal_replay_resume()")
    database.close()


@pytest.fixture
def database(primary: Cluster, follower: Cluster) -> Iterator[Blocking]:
    database = Blocking(open_database(primary.url, follower.url))
    database.run(lambda conn: conn.exec_driver_sql("CREATE TABLE words (word TEXT)"))
    yield database
    database.run(lambda conn: conn.exec_driver_sql("DROP TABLE words"))
    database.close()


def say(database: Blocking, statement: str) -> None:
    database.read(lambda conn: conn.exec_driver_sql(statement))


def write(database: Blocking, word: str) -> None:
    database.run(lambda conn: ask(conn, "INSERT INTO words VALUES (?)", word))


def report(conn: Connection) -> tuple[list[str], bool]:
    """The words, and whether they come from the replica."""
    words = conn.exec_driver_sql("SELECT word FROM words ORDER BY word").scalars()
    return list(words), bool(conn.exec_driver_sql("SELECT pg_is_in_recovery()").scalar_one())


def test_a_report_is_read_from_the_replica(database: Blocking) -> None:
    write(database, "one")
    assert database.report(report) == (["one"], True)


def test_what_timers_need_is_not(database: Blocking) -> None:
    write(database, "one")
    assert database.read(report) == (["one"], False)
    assert database.run(report) == (["one"], False)


def test_while_the_replica_stands_still_nothing_is_missing(database: Blocking, copy: Blocking) -> None:
    write(database, "one")
    assert database.report(report) == (["one"], True)
    say(copy, "SELECT pg_wal_replay_pause()")
    write(database, "two")
    assert database.report(report) == (["one", "two"], False)
    say(copy, "SELECT pg_wal_replay_resume()")
    assert database.report(report)[0] == ["one", "two"]


def test_another_instances_writes_are_not_missing_either(
    primary: Cluster, database: Blocking, copy: Blocking
) -> None:
    say(copy, "SELECT pg_wal_replay_pause()")
    other = Blocking.open(primary.url)
    write(other, "one")
    other.close()
    assert database.report(report) == (["one"], False)


def test_without_the_replica_reports_go_on(database: Blocking, follower: Cluster) -> None:
    write(database, "one")
    assert database.report(report) == (["one"], True)
    follower.stop()
    assert database.report(report) == (["one"], False)
    follower.start()
    write(database, "two")
    assert database.report(report)[0] == ["one", "two"]


def test_a_report_can_change_nothing(database: Blocking) -> None:
    with pytest.raises(Exception, match="read-only"):
        database.report(lambda conn: conn.exec_driver_sql("INSERT INTO words VALUES ('x')"))


@pytest.mark.parametrize(
    ("address", "replica"),
    [("sqlite:///x", "postgresql://localhost/x"), ("postgresql://localhost/x", "sqlite:///x")],
)
def test_only_postgresql_has_one(address: str, replica: str) -> None:
    with pytest.raises(UnknownDatabase, match="HOURKEEP_REPLICA_URL"):
        open_database(address, replica)
