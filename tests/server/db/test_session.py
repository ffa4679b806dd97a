"""Is work done in one transaction, all of it or nothing?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from server.db.blocking import Blocking
from server.db.session import Connection, ConstraintBroken, StorageFailed, savepoint


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.sqlite3"


@pytest.fixture
def database(path: Path) -> Iterator[Blocking]:
    database = Blocking.open(f"sqlite:///{path}")
    database.run(_lay_out)
    yield database
    database.close()


def _lay_out(conn: Connection) -> None:
    conn.exec_driver_sql("CREATE TABLE kinds (name TEXT PRIMARY KEY)")
    conn.exec_driver_sql(
        "CREATE TABLE words (word TEXT PRIMARY KEY, kind TEXT REFERENCES kinds (name) DEFERRABLE INITIALLY DEFERRED)"
    )


def write(conn: Connection, word: str, kind: str | None = None) -> None:
    conn.exec_driver_sql("INSERT INTO words VALUES (?, ?)", (word, kind))


def words(database: Blocking) -> list[str]:
    return database.read(
        lambda conn: list(conn.exec_driver_sql("SELECT word FROM words ORDER BY word").scalars())
    )


def test_what_was_written_is_there_for_another_reader(database: Blocking, path: Path) -> None:
    database.run(lambda conn: write(conn, "one"))
    other = Blocking.open(f"sqlite:///{path}")
    assert words(other) == ["one"]
    other.close()


def test_an_error_leaves_nothing(database: Blocking) -> None:
    def work(conn: Connection) -> None:
        write(conn, "one")
        raise RuntimeError("the roof fell in")

    with pytest.raises(RuntimeError, match="roof"):
        database.run(work)
    assert words(database) == []
    database.run(lambda conn: write(conn, "two"))
    assert words(database) == ["two"]


def test_a_commit_that_fails_leaves_nothing(database: Blocking) -> None:
    """A deferred key is checked by the commit itself."""
    with pytest.raises(ConstraintBroken):
        database.run(lambda conn: write(conn, "one", "no such kind"))
    assert words(database) == []
    database.run(lambda conn: write(conn, "two"))
    assert words(database) == ["two"]


def test_a_savepoint_undoes_its_own_part(database: Blocking) -> None:
    def two_words(conn: Connection) -> None:
        with savepoint(conn):
            write(conn, "two")
            write(conn, "one")

    def work(conn: Connection) -> None:
        write(conn, "one")
        with pytest.raises(ConstraintBroken):
            two_words(conn)
        with savepoint(conn):
            write(conn, "three")

    database.run(work)
    assert words(database) == ["one", "three"]


def test_an_error_after_a_savepoint_undoes_that_too(database: Blocking) -> None:
    def work(conn: Connection) -> None:
        with savepoint(conn):
            write(conn, "one")
        raise RuntimeError("the roof fell in")

    with pytest.raises(RuntimeError, match="roof"):
        database.run(work)
    assert words(database) == []


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(database: Blocking, path: Path) -> None:
    other = Blocking.open(f"sqlite:///{path}")
    question = "SELECT count(*) FROM words"

    def work(conn: Connection) -> tuple[int, int]:
        before = conn.exec_driver_sql(question).scalar_one()
        other.run(lambda writer: write(writer, "one"))
        return before, conn.exec_driver_sql(question).scalar_one()

    assert database.read(work) == (0, 0)
    assert words(database) == ["one"]
    other.close()


def test_work_that_waits_for_other_work_is_told_so_instead_of_waiting_for_ever(database: Blocking) -> None:
    with pytest.raises(RuntimeError, match="cannot wait"):
        database.run(lambda _: database.ready())


def test_writers_of_several_threads_take_turns(database: Blocking) -> None:
    def add(conn: Connection) -> None:
        number = conn.exec_driver_sql("SELECT count(*) FROM words").scalar_one()
        write(conn, f"{number:04}")

    def work() -> None:
        for _ in range(25):
            database.run(add)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(words(database)) == 100


def test_a_file_that_another_program_holds_is_a_failure_of_storage(database: Blocking, path: Path) -> None:
    def work(_: Connection) -> None:
        impatient.run(lambda conn: write(conn, "two"))

    impatient = Blocking.open(f"sqlite:///{path}")
    impatient.run(lambda conn: conn.exec_driver_sql("PRAGMA busy_timeout = 0"))
    with pytest.raises(StorageFailed, match="locked"):
        database.run(work)
    impatient.run(lambda conn: write(conn, "three"))
    impatient.close()
    assert words(database) == ["three"]


def test_work_that_asks_nothing_ends_its_transaction(database: Blocking) -> None:
    assert database.run(lambda _: 1) == 1
    database.run(lambda conn: write(conn, "one"))
    assert words(database) == ["one"]


def test_it_says_that_it_answers(empty_database: Path, path: Path) -> None:
    shutil.copy(empty_database, path)
    database = Blocking.open(f"sqlite:///{path}")
    assert database.ready()
    database.close()


def test_a_database_without_tables_is_not_ready(path: Path) -> None:
    database = Blocking.open(f"sqlite:///{path}")
    assert not database.ready()
    database.close()


def test_what_is_written_survives_a_power_cut(database: Blocking) -> None:
    """The setting itself: the commit waits for the disk (2 is FULL)."""
    assert database.run(lambda conn: conn.exec_driver_sql("PRAGMA synchronous").scalar_one()) == 2
    assert database.run(lambda conn: conn.exec_driver_sql("PRAGMA foreign_keys").scalar_one()) == 1
