"""Does the search for what is readable end where damaged numbers lead in a circle?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest

from app.store.wreck import explore

HEADER = 8  # bytes of a leaf page before the places of its rows
PAGE = 4096


@pytest.fixture
def rows(used: Path) -> list[int]:
    """Where in the file each action's number stands: all of them are on one page."""
    with closing(sqlite3.connect(used)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'action'").fetchone()
    content, start = used.read_bytes(), (root - 1) * PAGE
    places = range(start + HEADER, start + HEADER + 2 * content[start + 4], 2)
    cells = [start + int.from_bytes(content[each : each + 2], "big") for each in places]
    return [each + _length(content, each) for each in cells]


def _length(content: bytes, at: int) -> int:
    """Of the number that stands there and says how long the row is."""
    return next(length for length in range(1, 10) if content[at + length - 1] < 0x80)


def test_it_ends_whatever_the_numbers_are(used: Path, rows: list[int]) -> None:
    content = bytearray(used.read_bytes())
    assert [content[each] for each in rows] == [1, 2, 3]
    for numbers in product(range(5), repeat=3):
        for place, number in zip(rows, numbers, strict=True):
            content[place] = number
        used.write_bytes(content)
        found = explore(used)
        assert len(found.proven) + len(found.doubtful) <= 3
        assert found.is_whole == (numbers == (1, 2, 3))
