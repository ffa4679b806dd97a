"""Does what is written at the same moment share a commit, and is each still all or nothing for itself?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url

from server.db.session import Connection, ConstraintBroken, savepoint
from server.db.sqlite import AT_ONCE, SqliteDatabase

Test = Callable[[SqliteDatabase], Coroutine[Any, Any, None]]


@pytest.fixture
def run(tmp_path: Path) -> Callable[[Test], None]:
    """Runs a coroutine with a database that has a table of words."""

    def run(test: Test) -> None:
        async def main() -> None:
            database = SqliteDatabase(make_url(f"sqlite:///{tmp_path / 'words.sqlite3'}"))
            await database.run(lay_out)
            try:
                await test(database)
            finally:
                await database.close()

        asyncio.run(main())

    return run


def lay_out(conn: Connection) -> None:
    conn.exec_driver_sql("CREATE TABLE words (word TEXT PRIMARY KEY, kind TEXT)")
    conn.exec_driver_sql(
        "CREATE TABLE kinds (kind TEXT PRIMARY KEY, word TEXT REFERENCES words (word) DEFERRABLE INITIALLY DEFERRED)"
    )


def write(word: str) -> Callable[[Connection], str]:
    def work(conn: Connection) -> str:
        conn.exec_driver_sql("INSERT INTO words VALUES (?, NULL)", (word,))
        return word

    return work


async def words(database: SqliteDatabase) -> list[str]:
    return await database.read(
        lambda conn: list(conn.exec_driver_sql("SELECT word FROM words ORDER BY word").scalars())
    )


async def commits_of(database: SqliteDatabase, *works: Callable[[Connection], Any]) -> tuple[int, list[Any]]:
    """How many commits it took when all came at once, and what each came to."""
    engines = []
    await database.run(lambda conn: engines.append(conn.engine))
    count = 0

    def committed(_conn: Connection) -> None:
        nonlocal count
        count += 1

    event.listen(engines[0], "commit", committed)
    waiting: list[Awaitable[Any]] = [database.run(work) for work in works]
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    event.remove(engines[0], "commit", committed)
    return count, ends


def test_what_comes_at_once_is_one_commit(run: Callable[[Test], None]) -> None:
    async def test(database: SqliteDatabase) -> None:
        assert await commits_of(database, write("a"), write("b"), write("c")) == (1, ["a", "b", "c"])
        assert await words(database) == ["a", "b", "c"]

    run(test)


def test_many_have_a_commit_for_each_so_many(run: Callable[[Test], None]) -> None:
    async def test(database: SqliteDatabase) -> None:
        commits, ends = await commits_of(database, *(write(f"{n:03}") for n in range(2 * AT_ONCE + 1)))
        assert commits == 3
        assert ends == await words(database)

    run(test)


def test_one_that_fails_leaves_nothing_and_the_others_go_on(run: Callable[[Test], None]) -> None:
    async def test(database: SqliteDatabase) -> None:
        def fall(conn: Connection) -> None:
            write("z")(conn)
            raise RuntimeError("the roof fell in")

        _, ends = await commits_of(database, write("a"), fall, write("a"), write("b"))
        assert [type(each) for each in ends] == [str, RuntimeError, ConstraintBroken, str]
        assert await words(database) == ["a", "b"]

    run(test)


def test_each_may_have_savepoints_of_its_own(run: Callable[[Test], None]) -> None:
    async def test(database: SqliteDatabase) -> None:
        def careful(conn: Connection) -> str:
            with pytest.raises(ConstraintBroken), savepoint(conn):
                write("a")(conn)
            return write("c")(conn)

        _, ends = await commits_of(database, write("a"), careful, write("b"))
        assert ends == ["a", "c", "b"]
        assert await words(database) == ["a", "b", "c"]

    run(test)


def test_one_that_cannot_be_committed_spoils_nobody_elses(run: Callable[[Test], None]) -> None:
    async def test(database: SqliteDatabase) -> None:
        def refer_to_nothing(conn: Connection) -> None:
            conn.exec_driver_sql("INSERT INTO kinds VALUES ('noun', 'there is no such word')")

        _, ends = await commits_of(database, write("a"), refer_to_nothing, write("b"))
        assert [type(each) for each in ends] == [str, ConstraintBroken, str]
        assert await words(database) == ["a", "b"]

    run(test)


def test_who_has_gone_holds_up_nobody(run: Callable[[Test], None]) -> None:
    async def test(database: SqliteDatabase) -> None:
        gone = asyncio.ensure_future(database.run(write("a")))
        await asyncio.sleep(0)
        other = asyncio.ensure_future(database.run(write("b")))
        gone.cancel()
        assert await other == "b"
        assert await words(database) == ["a", "b"]

    run(test)


def test_nobody_is_answered_before_the_commit(run: Callable[[Test], None]) -> None:
    async def test(database: SqliteDatabase) -> None:
        seen = []

        async def ask(word: str) -> None:
            await database.run(write(word))
            seen.append(await words(database))

        await asyncio.gather(ask("a"), ask("b"))
        assert seen == [["a", "b"], ["a", "b"]]

    run(test)


class Over(BaseException):
    """What no program goes on after."""


@pytest.mark.parametrize("others", [0, 1])
def test_nobody_waits_for_ever_when_the_program_ends(run: Callable[[Test], None], others: int) -> None:
    async def test(database: SqliteDatabase) -> None:
        def end(conn: Connection) -> None:
            write("z")(conn)
            raise Over

        heard: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, said: heard.append(said["exception"]))
        _, ends = await commits_of(database, *[write("a")] * others, end)
        assert [type(each) for each in ends] == [asyncio.CancelledError] * (others + 1)
        assert [type(each) for each in heard] == [Over]
        assert await words(database) == []
        assert await database.run(write("b")) == "b"

    run(test)
