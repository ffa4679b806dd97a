"""Does an outbox that an older Hourkeep wrote become one of this version, with a way back?"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from app.errors import OutboxUnwritable
from app.store import meta, migration, schema
from app.store.migration import backup_of
from app.store.outbox import Outbox
from tests.app.store.conftest import change
from tests.fakes.desk import MENU, Desk, numbered_ids

VERSION_1: Final = Path(__file__).parent / "version_1" / "queue.sqlite3"
"""Written by the program of that version: a switch, what was confirmed and held, a note, and a timer that runs."""


@pytest.fixture
def old(queue: Path) -> Path:
    queue.parent.mkdir()
    shutil.copy(VERSION_1, queue)
    return queue


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_everything_in_it_is_as_before(old: Path) -> None:
    outbox = Outbox.open(old)
    assert outbox.device_id == "dddddddd-0000-7000-8000-000000000001"
    assert [each.kind for each in outbox.after(0)] == [
        "timer.start",
        "timer.stop",
        "timer.start",
        "timer.pause",
        "timer.resume",
    ]
    assert (outbox.acked_seq, outbox.pending_count(), outbox.recall("epoch")) == (3, 2, "one")
    assert [item.code for item in outbox.attention()] == ["LATE"]
    timer = outbox.timer()
    assert timer is not None
    assert (timer.issue, timer.closed_seconds) == (MENU, 900)
    assert outbox.acked_sig() is None
    Desk(outbox, new_id=numbered_ids("99999999")).stop("Done")
    outbox.close()
    again = Outbox.open(old)
    assert (again.pending_count(), again.timer(), again.salvaged) == (3, None, None)
    again.close()


def test_it_is_kept_as_it_was_and_only_once(old: Path) -> None:
    before = dump(old)
    Outbox.open(old).close()
    backup = backup_of(old, 1)
    assert dump(backup) == before
    made = backup.stat()
    Outbox.open(old).close()
    assert backup.stat().st_mtime_ns == made.st_mtime_ns
    assert not backup.with_name(f"{backup.name}.new").exists()


def test_a_new_outbox_needs_no_backup(queue: Path) -> None:
    Outbox.open(queue).close()
    assert not backup_of(queue, 1).exists()


def test_the_second_copy_begins_with_what_is_there(old: Path) -> None:
    Outbox.open(old).close()
    assert old.with_suffix(".ndjson").read_bytes().count(b"\n") == 5


def test_without_a_backup_nothing_is_changed(old: Path) -> None:
    (old.parent / "queue.sqlite3.version-1").mkdir()
    before = old.read_bytes()
    with pytest.raises(OutboxUnwritable):
        Outbox.open(old)
    assert old.read_bytes() == before


def test_a_damaged_one_is_made_anew_in_this_version(old: Path) -> None:
    change(old, "UPDATE meta SET v = 'x' WHERE k = 'acked_seq'")
    outbox = Outbox.open(old)
    assert outbox.salvaged is not None
    assert (outbox.pending_count(), outbox.salvaged.may_miss) == (5, False)
    timer = outbox.timer()
    assert timer is not None
    assert (timer.issue, timer.closed_seconds) == (MENU, 900)
    outbox.close()


def test_the_values_of_version_2_are_sealed(used: Path) -> None:
    change(used, "ALTER TABLE meta DROP COLUMN crc", "PRAGMA user_version = 2")
    outbox = Outbox.open(used)
    assert outbox.salvaged is None
    Desk(outbox, new_id=numbered_ids("99999999")).stop("Done")
    outbox.close()
    with closing(sqlite3.connect(used)) as connection:
        rows = connection.execute(meta.ROWS).fetchall()
    assert len(meta.whole(rows)) == len(rows) > 0
    assert backup_of(used, 2).exists()


def test_every_version_has_a_way_to_the_next() -> None:
    assert sorted(migration.STEPS) == list(range(1, schema.VERSION))
