"""How is a damaged outbox read, whatever SQLite answers?"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from app.core.actions import body_hash
from app.store.wreck import SEARCHED, Reader, Wreck, explore

ID = "00000000-0000-7000-8000-0000000000"


def row(seq: int) -> tuple[Any, ...]:
    body = '{"timer_id":"t"}'
    digest = body_hash(1, "timer.stop", {"timer_id": "t"}).hex()
    return seq, "0" * 64, f"{ID}{seq % 100:02d}", 1, "timer.stop", body, 7, None, digest


class Tree:
    """A connection whose table answers as `after` says."""

    def __init__(self, after: Callable[[int], tuple[Any, ...] | None]) -> None:
        self._after = after

    def execute(self, _statement: str, values: tuple[int]) -> Tree:
        self._found = self._after(values[0])
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._found


def numbers(after: Callable[[int], tuple[Any, ...] | None]) -> tuple[list[int], bool]:
    reader = Reader(cast("sqlite3.Connection", Tree(after)))
    found = [each.entry.seq for each in reader.sightings("device", 0)]
    return found, reader.has_failed


def test_a_tree_that_leads_back_is_not_read_for_ever() -> None:
    found, has_failed = numbers(lambda seq: row(seq + 1) if seq < 3 else row(2))
    assert (found, has_failed) == ([1, 2, 3], True)


def test_a_number_that_became_large_does_not_hide_the_ones_behind_it() -> None:
    def after(seq: int) -> tuple[Any, ...] | None:
        if seq == 2:
            return row(2**40)
        return row(seq + 1) if seq < 5 else None

    assert numbers(after) == ([1, 2, 4, 5], True)


def test_the_first_number_may_be_any() -> None:
    first = SEARCHED * 3
    assert numbers(lambda seq: row(first) if seq < first else None) == ([first], False)


def test_behind_a_page_that_is_damaged_others_are_looked_for_but_not_for_ever() -> None:
    def after(seq: int) -> tuple[Any, ...] | None:
        if seq in range(3, 900) or seq > 901:
            error = sqlite3.DatabaseError("malformed")
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
        return row(seq + 1)

    assert numbers(after) == ([1, 2, 3, 901, 902], True)


def test_what_is_no_action_is_left_out() -> None:
    odd: dict[int, Any] = {1: b"blob", 2: "[]", 3: '{"a":1.5}', 4: "{", 5: None}

    def after(seq: int) -> tuple[Any, ...] | None:
        wrong = (*row(seq + 1)[:5], odd.get(seq + 1, '{"timer_id":"t"}'), *row(seq + 1)[6:])
        return wrong if seq < 6 else None

    assert numbers(after) == ([6], True)


def test_anything_can_be_explored(tmp_path: Path) -> None:
    assert explore(tmp_path) == Wreck()
    assert explore(tmp_path / "missing") == Wreck()
    odd = tmp_path / "50% of #1?.sqlite3"
    odd.write_bytes(b"no database" * 100)
    assert explore(odd) == Wreck()
