"""What if the file is locked, damaged, newer, read-only, or the disk is full?"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import DiskFull, OutboxCorrupt, OutboxLocked, OutboxNewer, OutboxUnwritable
from app.store.aside import set_aside
from app.store.outbox import Outbox
from tests.fakes.desk import Desk
from tests.fakes.process import Child, Say, needs_fork

NOBODY = 65_534


@pytest.fixture
def used(queue: Path) -> Path:
    """An outbox in which something happened, closed."""
    outbox = Outbox.open(queue)
    desk = Desk(outbox)
    desk.start()
    desk.stop("Fixed the redirect of the login")
    desk.start()
    outbox.close()
    return queue


def change(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(";".join(statements))
    connection.close()


# ---- locked -------------------------------------------------------------------------------------------


@needs_fork
def test_two_processes_cannot_have_one_outbox(queue: Path) -> None:
    def hold(say: Say) -> None:
        Outbox.open(queue)
        say("open")
        os.read(os.pipe()[0], 1)

    with Child(hold) as other:
        assert other.line() == "open"
        with pytest.raises(OutboxLocked, match="Another program"):
            Outbox.open(queue)
        other.kill()
        Outbox.open(queue).close()


def test_nor_can_one_process_open_it_twice(outbox: Outbox) -> None:
    with pytest.raises(OutboxLocked):
        Outbox.open(outbox.path)
    Desk(outbox).start()


# ---- newer, foreign, damaged --------------------------------------------------------------------------


def test_a_file_of_a_newer_version_stays_untouched(used: Path) -> None:
    change(used, "PRAGMA user_version = 2", "CREATE TABLE of_the_future (x)")
    before = used.read_bytes()
    with pytest.raises(OutboxNewer, match="newer Hourkeep") as caught:
        Outbox.open(used)
    assert caught.value.version == 2
    assert used.read_bytes() == before


def test_the_database_of_another_program_is_no_outbox(queue: Path) -> None:
    queue.parent.mkdir()
    change(queue, "CREATE TABLE bookmarks (url)")
    before = queue.read_bytes()
    with pytest.raises(OutboxCorrupt, match="not an outbox"):
        Outbox.open(queue)
    assert queue.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"\0" * 5000, b"not a database at all " * 300, b"SQLite format 3\0" + b"\xff" * 4080]
)
def test_garbage_is_kept_as_it_is(queue: Path, content: bytes) -> None:
    queue.parent.mkdir()
    queue.write_bytes(content)
    with pytest.raises(OutboxCorrupt) as caught:
        Outbox.open(queue)
    assert caught.value.path == queue
    assert queue.read_bytes() == content


def test_half_a_file_is_damaged(used: Path) -> None:
    content = used.read_bytes()
    used.write_bytes(content[: len(content) // 2])
    with pytest.raises(OutboxCorrupt):
        Outbox.open(used)


def test_a_flipped_letter_in_an_action_is_noticed(used: Path) -> None:
    content = used.read_bytes()
    assert content.count(b"Fixed the redirect") == 1
    used.write_bytes(content.replace(b"Fixed the redirect", b"Fixed the redirecU"))
    with pytest.raises(OutboxCorrupt, match="action 2 was changed"):
        Outbox.open(used)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DELETE FROM action WHERE seq = 1", "action 1 is missing"),
        (
            "UPDATE action SET chain = substr(chain, 2) || substr(chain, 1, 1) WHERE seq = 2",
            "chain breaks at action 2",
        ),
        ("UPDATE meta SET v = '9' WHERE k = 'acked_seq'", "more is confirmed"),
        ("DELETE FROM meta WHERE k = 'acked_seq'", "acked_seq"),
        ("UPDATE meta SET v = '{}' WHERE k = 'timer'", "timer_id"),
        ("UPDATE meta SET v = '{' WHERE k = 'timer'", "Expecting"),
        ("UPDATE meta SET v = replace(v, '50.0000', 'fifty') WHERE k = 'timer'", "ConversionSyntax"),
        (
            "UPDATE meta SET v = replace(v, '\"closed_seconds\": 0', '\"closed_seconds\": true')",
            "no whole number",
        ),
        ("DROP TABLE action", "no such table"),
    ],
)
def test_a_file_that_does_not_fit_together_is_damaged(used: Path, statement: str, reason: str) -> None:
    change(used, "DROP TRIGGER unconfirmed_action_stays", statement)
    with pytest.raises(OutboxCorrupt, match=reason):
        Outbox.open(used)


def test_the_file_itself_refuses_to_lose_an_action(used: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="an unconfirmed action stays"):
        change(used, "DELETE FROM action")
    with pytest.raises(sqlite3.IntegrityError, match="an action never changes"):
        change(used, "UPDATE action SET body = '{}'")


def test_a_changed_body_is_not_passed_on_under_a_new_name(used: Path) -> None:
    outbox = Outbox.open(used)
    outbox.close()
    change(
        used,
        "UPDATE meta SET v = '3' WHERE k = 'acked_seq'",
        "DROP TRIGGER action_never_changes",
        "UPDATE action SET body = replace(body, 'Fixed', 'Broke')",
    )
    outbox = Outbox.open(used)
    before = outbox.device_id
    with pytest.raises(OutboxCorrupt, match="action 2 was changed"):
        outbox.rekey("11111111-1111-4111-8111-111111111111")
    assert (outbox.device_id, outbox.acked_seq) == (before, 3)
    outbox.close()


def test_a_damaged_file_is_set_aside_and_never_overwritten(queue: Path) -> None:
    queue.parent.mkdir()
    for number in (1, 2):
        queue.write_bytes(b"damaged %d" % number)
        aside = set_aside(queue)
        assert aside.read_bytes() == b"damaged %d" % number
    assert not queue.exists()
    assert len(list(queue.parent.iterdir())) == 2


def test_the_journal_goes_with_its_file(used: Path) -> None:
    journal = used.with_name(f"{used.name}-journal")
    journal.write_bytes(b"hot")
    aside = set_aside(used)
    assert not journal.exists()
    assert aside.with_name(f"{aside.name}-journal").read_bytes() == b"hot"


def test_what_is_not_there_cannot_be_set_aside(queue: Path) -> None:
    with pytest.raises(OutboxUnwritable):
        set_aside(queue)


# ---- not writable -------------------------------------------------------------------------------------


def test_a_folder_in_its_place(queue: Path) -> None:
    queue.mkdir(parents=True)
    with pytest.raises(OutboxUnwritable):
        Outbox.open(queue)


def test_a_file_in_the_place_of_its_folder(queue: Path) -> None:
    queue.parent.write_bytes(b"")
    with pytest.raises(OutboxUnwritable):
        Outbox.open(queue)


@needs_fork
def test_a_read_only_file(used: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "queue.sqlite3"
        shutil.copy(used, copy)
        copy.chmod(0o444)
        Path(folder).chmod(0o555)

        def try_it(say: Say) -> None:
            if os.getuid() == 0:
                os.setuid(NOBODY)
            try:
                Outbox.open(copy)
            except OutboxUnwritable as error:
                say(str(error))

        with Child(try_it) as other:
            assert other.lines() == [f"Your time cannot be recorded: {copy} cannot be written."]
        Path(folder).chmod(0o700)


@needs_fork
def test_a_file_that_was_taken_away_takes_no_more_actions(desk: Desk, queue: Path) -> None:
    desk.start()
    queue.unlink()
    with pytest.raises(OutboxUnwritable):
        desk.pause()
    queue.write_bytes(b"another file")
    with pytest.raises(OutboxUnwritable):
        desk.pause()


def test_only_its_owner_can_look_into_the_folder(outbox: Outbox) -> None:
    if os.name == "posix":
        assert stat.S_IMODE(outbox.path.parent.stat().st_mode) == 0o700


# ---- no room ------------------------------------------------------------------------------------------


def fill_up(desk: Desk) -> None:
    """Record until there is no room."""
    while True:
        desk.start()
        desk.stop("x" * 9000)


def test_without_room_nothing_is_half_recorded(desk: Desk) -> None:
    pages = desk.outbox._database.number("PRAGMA page_count")
    desk.outbox._database.run(f"PRAGMA max_page_count = {pages + 8}")
    with pytest.raises(DiskFull, match="disk that holds"):
        fill_up(desk)
    count, timer = desk.outbox.pending_count(), desk.outbox.timer()

    desk.outbox._database.run("PRAGMA max_page_count = 1000000")
    assert desk.outbox.timer() == timer
    (next_one,) = desk.start() if timer is None else desk.stop()
    assert next_one.seq == count + 1
    desk.outbox.close()
    reopened = Outbox.open(desk.outbox.path)
    assert reopened.pending_count() == count + 1
    reopened.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 128 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=128k,mode=700", "none", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no right to mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_fills_up_keeps_what_was_recorded(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 30_000)
    outbox = Outbox.open(small_disk / "queue.sqlite3")
    desk = Desk(outbox)
    with pytest.raises(DiskFull):
        fill_up(desk)
    count, timer = outbox.pending_count(), outbox.timer()
    outbox.close()

    outbox = desk.outbox = Outbox.open(small_disk / "queue.sqlite3")
    assert (outbox.pending_count(), outbox.timer()) == (count, timer)
    ballast.unlink()
    desk.start() if timer is None else desk.stop()
    assert outbox.pending_count() == count + 1
    outbox.close()


def test_a_disk_without_any_room_makes_no_outbox(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(b"x" * 126_000)
    with pytest.raises(DiskFull):
        Outbox.open(small_disk / "queue.sqlite3")
