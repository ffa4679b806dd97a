"""Is what a damaged byte made of an outbox noticed, where SQLite takes the file for whole?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from app.core.actions import Recorded
from app.store.outbox import Outbox
from tests.app.store.conftest import change
from tests.fakes.desk import MENU, Desk, numbered_ids

OTHER: Final = numbered_ids("eeeeeeee")


def open_again(queue: Path) -> Outbox:
    return Outbox.open(queue, make_device_id=OTHER)


def rows(queue: Path, question: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(queue)) as connection:
        return connection.execute(question).fetchall()


def flip(queue: Path, at: int, bit: int = 0) -> None:
    content = bytearray(queue.read_bytes())
    content[at] ^= 1 << bit
    queue.write_bytes(content)


def check_it_works(outbox: Outbox, before: tuple[Recorded, ...]) -> None:
    """All is there, and what is recorded now is there when it is opened again."""
    assert [(each.action_id, each.body) for each in outbox.after(0)] == [
        (each.action_id, each.body) for each in before
    ]
    started = Desk(outbox, new_id=numbered_ids("99999999")).start(MENU)
    outbox.close()
    again = open_again(outbox.path)
    assert again.salvaged is None
    assert [each.action_id for each in again.after(0)][-1] == started[-1].action_id
    again.close()


@pytest.fixture
def before(used: Path) -> tuple[Recorded, ...]:
    """What is recorded; the first of it is confirmed, and a note is there."""
    outbox = Outbox.open(used, machine="a" * 64)
    outbox.settle(1, [], "b" * 64)
    outbox.remember("anchor", "12345 c1f3")
    recorded = outbox.after(0)
    outbox.close()
    return recorded


def test_any_value(used: Path, before: tuple[Recorded, ...]) -> None:
    whole = used.read_bytes()
    copy = used.with_suffix(".ndjson").read_bytes()
    for key, value in rows(used, "SELECT k, v FROM meta"):
        start = whole.index((key + value).encode())
        for at in {start, start + len(key), start + len(key + value) - 1}:
            used.write_bytes(whole)
            used.with_suffix(".ndjson").write_bytes(copy)
            flip(used, at, bit=at % 8)
            outbox = open_again(used)
            assert outbox.salvaged is not None, (key, at - start)
            assert outbox.recall("anchor") in {"12345 c1f3", None}
            check_it_works(outbox, before)


def test_the_chain_of_an_outbox_in_which_nothing_happened_yet(queue: Path) -> None:
    Outbox.open(queue).close()
    [(chain,)] = rows(queue, "SELECT v FROM meta WHERE k = 'floor_chain'")
    flip(queue, queue.read_bytes().index(chain.encode()), bit=6)
    outbox = open_again(queue)
    assert outbox.salvaged is not None
    assert not outbox.salvaged.may_miss
    check_it_works(outbox, ())


@pytest.mark.parametrize("key", ["floor_chain", "device_id"])
def test_what_version_2_had_not_sealed_begins_the_chain(queue: Path, key: str) -> None:
    Outbox.open(queue).close()
    change(
        queue,
        "ALTER TABLE meta DROP COLUMN crc",
        "PRAGMA user_version = 2",
        f"UPDATE meta SET v = 'g' || substr(v, 2) WHERE k = '{key}'",  # noqa: S608  # names from the lines above
    )
    outbox = open_again(queue)
    assert outbox.salvaged is not None
    check_it_works(outbox, ())


def test_the_body_of_an_action_that_is_confirmed(used: Path, before: tuple[Recorded, ...]) -> None:
    flip(used, used.read_bytes().rindex(b'"mono_s":') + len(b'"mono_s":'))
    outbox = open_again(used)
    assert outbox.salvaged is not None
    assert outbox.salvaged.reason == "action 1 was changed"
    check_it_works(outbox, before)


def test_whose_timer_it_is(used: Path, before: tuple[Recorded, ...]) -> None:
    change(used, "DROP TRIGGER action_never_changes", "UPDATE action SET timer_id = '' WHERE seq = 1")
    outbox = open_again(used)
    assert outbox.salvaged is not None
    assert outbox.salvaged.reason == "action 1 was changed"
    check_it_works(outbox, before)


def test_an_id_where_it_is_looked_up(used: Path, before: tuple[Recorded, ...]) -> None:
    name, whole = before[1].action_id.encode(), used.read_bytes()
    first = whole.index(name)
    flip(used, whole.index(name, first + 1) + 20)
    outbox = open_again(used)
    assert outbox.salvaged is not None
    check_it_works(outbox, before)


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        (b"old.seq > (", b"old.seq = ("),
        (b"kind, body, body_hash", b"kind, body, body_hasi"),
        (b"CHECK (outcome IN ('applied'", b"CHECK (outcome IN ('appliee'"),
        (b"TRIGGER unconfirmed_action", b"TRIGGES unconfirmed_action"),
        (b"CREATE TABLE attention", b"CREATE TABL\xc5 attention"),
    ],
)
def test_the_tables(used: Path, before: tuple[Recorded, ...], text: bytes, changed: bytes) -> None:
    used.write_bytes(used.read_bytes().replace(text, changed))
    outbox = open_again(used)
    assert outbox.salvaged is not None
    check_it_works(outbox, before)


@pytest.mark.parametrize(
    ("at", "bit"),
    [(0, 1), (16, 1), (18, 1), (18, 3), (19, 1), (47, 0), (47, 3), (59, 1), (63, 1), (68, 5)],
)
def test_the_header(used: Path, before: tuple[Recorded, ...], at: int, bit: int) -> None:
    flip(used, at, bit)
    outbox = open_again(used)
    assert outbox.salvaged is not None
    check_it_works(outbox, before)
