"""Does work on a database server come to its end when others are in the way, or the connection is lost?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from threading import Barrier
from typing import Any, Final

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, make_url, text

from server.db.address import open_database
from server.db.blocking import Blocking
from server.db.served import TRIES, WARM, Patience, ServedDatabase
from server.db.session import Connection, ConstraintBroken, Database, StorageFailed
from tests.server.databases import MARIADB, POSTGRESQL, Shelf, blank, kinds
from tests.server.raw import ask

ALL: Final = {
    POSTGRESQL: "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    MARIADB: "SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()",
}
accounts: Final = Table(
    "accounts",
    MetaData(),
    Column("name", String(9), primary_key=True),
    Column("amount", Integer, nullable=False),
)
MYSELF: Final = {POSTGRESQL: "SELECT pg_terminate_backend(pg_backend_pid())", MARIADB: "KILL CONNECTION_ID()"}


@pytest.fixture(params=[kind for kind in (POSTGRESQL, MARIADB) if kind in kinds()])
def url(shelves: Callable[[str], Shelf], tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """With one table: two accounts of 0 each."""
    shelves(request.param)
    with blank(request.param, tmp_path) as address:
        database = Blocking.open(address)
        database.run(lay_out)
        database.close()
        yield address


@pytest.fixture
def database(url: str) -> Iterator[Blocking]:
    database = Blocking.open(url)
    yield database
    database.close()


@pytest.fixture
def other(url: str) -> Iterator[Blocking]:
    """Another program's."""
    database = Blocking.open(url)
    yield database
    database.close()


def lay_out(conn: Connection) -> None:
    accounts.create(conn)
    for name in ("one", "two"):
        ask(conn, "INSERT INTO accounts VALUES (?, 0)", name)


def add(conn: Connection, name: str, amount: int) -> None:
    ask(conn, "UPDATE accounts SET amount = amount + ? WHERE name = ?", amount, name)


def amounts(conn: Connection) -> list[int]:
    return list(ask(conn, "SELECT amount FROM accounts ORDER BY name").scalars())


def numbers(conn: Connection, name: str) -> list[int]:
    return list(ask(conn, "SELECT amount FROM accounts WHERE name = ?", name).scalars())


def put(conn: Connection, name: str, amount: int) -> None:
    ask(conn, "INSERT INTO accounts VALUES (?, ?)", name, amount)


def kill_all(killer: Blocking) -> None:
    def work(conn: Connection) -> None:
        found = list(ask(conn, ALL[conn.dialect.name]).scalars())
        for number in found if conn.dialect.name == MARIADB else ():
            conn.exec_driver_sql(f"KILL {number}")

    killer.read(work)


def kill_myself(conn: Connection) -> None:
    ask(conn, MYSELF[conn.dialect.name])


def test_a_deadlock_is_tried_again(database: Blocking, other: Blocking) -> None:
    both_have_one = Barrier(2, timeout=10)
    tries = []

    def work(conn: Connection, first: str, second: str) -> None:
        tries.append(first)
        add(conn, first, 1)
        if tries.count(first) == 1:
            both_have_one.wait()
        add(conn, second, 1)

    with ThreadPoolExecutor(2) as threads:
        begun = [
            threads.submit(place.run, lambda conn, order=order: work(conn, *order))
            for place, order in ((database, ("one", "two")), (other, ("two", "one")))
        ]
        for each in begun:
            each.result()
    assert len(tries) == 3
    assert database.read(amounts) == [2, 2]


def test_a_key_that_somebody_else_takes_meanwhile_is_tried_again(database: Blocking, other: Blocking) -> None:
    """What the second try finds, the other has committed."""
    found = []

    def work(conn: Connection) -> None:
        found.append(ask(conn, "SELECT count(*) FROM accounts WHERE name = 'new'").scalar_one())
        if found == [0]:
            other.run(lambda conn: ask(conn, "INSERT INTO accounts VALUES ('new', 7)"))
        if not found[-1]:
            ask(conn, "INSERT INTO accounts VALUES ('new', 0)")
        add(conn, "new", 1)

    database.run(work)
    assert found == [0, 1]
    assert database.read(amounts) == [8, 0, 0]


def test_a_key_that_is_always_taken_is_given_up(database: Blocking) -> None:
    tries = []

    def work(conn: Connection) -> None:
        tries.append(1)
        ask(conn, "INSERT INTO accounts VALUES ('one', 0)")

    with pytest.raises(ConstraintBroken):
        database.run(work)
    assert len(tries) == TRIES


def test_a_connection_that_is_lost_in_the_middle_is_replaced(database: Blocking) -> None:
    tries = []

    def work(conn: Connection) -> None:
        tries.append(1)
        add(conn, "one", 1)
        if len(tries) == 1:
            kill_myself(conn)
        add(conn, "two", 1)

    database.run(work)
    assert len(tries) == 2
    assert database.read(amounts) == [1, 1]


def test_connections_that_were_lost_while_nobody_asked_are_replaced(
    database: Blocking, other: Blocking
) -> None:
    database.run(lambda conn: add(conn, "one", 1))
    database.read(amounts)
    kill_all(other)
    assert database.read(amounts) == [1, 0]
    database.run(lambda conn: add(conn, "one", 1))
    assert database.read(amounts) == [2, 0]


def test_a_commit_that_gets_no_answer_is_not_done_again(database: Blocking, other: Blocking) -> None:
    tries = []

    def work(conn: Connection) -> None:
        tries.append(1)
        add(conn, "one", 1)
        kill_all(other)

    with pytest.raises(StorageFailed):
        database.run(work)
    assert len(tries) == 1
    assert database.read(amounts) == [0, 0]


def test_a_server_that_is_not_there_is_a_failure_of_storage(url: str) -> None:
    elsewhere = make_url(url).set(host="nowhere.invalid", query={})
    nowhere = Blocking.open(elsewhere.render_as_string(hide_password=False))
    with pytest.raises(StorageFailed):
        nowhere.read(amounts)
    assert not nowhere.ready()
    nowhere.close()


def test_reading_sees_one_state_and_changes_nothing(database: Blocking, other: Blocking) -> None:
    def work(conn: Connection) -> tuple[list[int], list[int]]:
        before = amounts(conn)
        other.run(lambda writer: add(writer, "one", 1))
        return before, amounts(conn)

    assert database.read(work) == ([0, 0], [0, 0])
    assert database.read(amounts) == [1, 0]
    with pytest.raises(Exception, match=r"read-only|READ ONLY"):
        database.read(lambda conn: add(conn, "one", 1))
    with pytest.raises(Exception, match=r"read-only|READ ONLY"):
        database.report(lambda conn: add(conn, "one", 1))


def test_statements_that_were_prepared_survive_a_change_of_the_table(
    database: Blocking, other: Blocking
) -> None:
    everything = text("SELECT * FROM accounts ORDER BY name")

    def widths(conn: Connection) -> list[int]:
        return [len(row) for row in conn.execute(everything)]

    assert database.read(widths) == [2, 2]
    other.lay_out(lambda conn: ask(conn, "ALTER TABLE accounts ADD COLUMN owner VARCHAR(9)"))
    assert database.read(widths) == [3, 3]


def test_upper_case_spaces_and_all_of_unicode_are_told_apart(database: Blocking) -> None:
    names = ["a", "A", "a ", "ä", "👋", "á"]

    def work(conn: Connection) -> None:
        ask(conn, "DELETE FROM accounts")
        for number, name in enumerate(names):
            ask(conn, "INSERT INTO accounts VALUES (?, ?)", name, number)

    database.run(work)
    for number, name in enumerate(names):
        assert database.read(partial(numbers, name=name)) == [number]


def test_what_does_not_fit_is_refused(database: Blocking) -> None:
    for words, amount in (("x" * 10, 0), ("x", 2**31)):
        with pytest.raises(Exception, match=r"too long|out of range|Out of range|int32"):
            database.run(partial(put, name=words, amount=amount))


def test_pauses_between_tries_grow_and_differ(url: str) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    def always_in_the_way(conn: Connection) -> None:
        ask(conn, "INSERT INTO accounts VALUES ('one', 0)")

    opened: Any = open_database(url)
    patience = Patience(Random(7), pause)  # noqa: S311
    impatient: Database = ServedDatabase(opened._pools, patience)
    database = Blocking(impatient)
    with pytest.raises(ConstraintBroken):
        database.run(always_in_the_way)
    database.close()
    assert len(pauses) == TRIES - 1
    assert all(0 <= seconds <= 0.01 * 2**tries for tries, seconds in enumerate(pauses, 1))
    assert len(set(pauses)) == len(pauses)


@pytest.mark.parametrize(
    ("driver", "address", "extra"),
    [
        ("asyncpg", "postgresql://localhost/x", "hourkeep[postgresql]"),
        ("asyncmy", "mariadb://localhost/x", "hourkeep[mariadb]"),
    ],
)
def test_a_driver_that_is_not_installed_is_named(driver: str, address: str, extra: str) -> None:
    """In a process of its own, in which there is none."""
    told = (
        f"import sys; sys.modules[{driver!r}] = None\n"
        "from server.db.address import open_database\n"
        f"open_database({address!r})"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=False)
    assert "UnknownDatabase" in done.stderr.splitlines()[-1]
    assert extra in done.stderr.splitlines()[-1]
    assert driver in done.stderr.splitlines()[-1]


# ---- before the first work

OURS: Final = {
    POSTGRESQL: "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    MARIADB: "SELECT count(*) FROM information_schema.processlist WHERE db = database() AND id <> connection_id()",
}


def test_connections_are_there_before_they_are_needed(url: str, other: Blocking) -> None:
    def count(conn: Connection) -> int:
        return int(conn.exec_driver_sql(OURS[conn.dialect.name]).scalar_one())

    before = other.read(count)
    database = Blocking.open(url)
    try:
        database.begin(database.database.warm()).result()
        assert other.read(count) == before + WARM
        assert database.run(lambda conn: conn.exec_driver_sql("SELECT 1").scalar()) == 1
        assert other.read(count) == before + WARM
    finally:
        database.close()


def test_a_database_that_is_away_is_warmed_another_time() -> None:
    database = Blocking.open("postgresql://nobody@127.0.0.1:1/none")
    try:
        database.begin(database.database.warm()).result()
        with pytest.raises(StorageFailed):
            database.run(lambda _: None)
    finally:
        database.close()
