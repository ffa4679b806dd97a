"""What if the file is locked, damaged, newer, read-only, or the disk is full?"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.core.timer import Timer
from app.errors import DiskFull, OutboxLocked, OutboxNewer, OutboxOnNetwork, OutboxUnwritable
from app.store.outbox import Outbox
from app.store.reserve import SIZE
from tests.app.store.conftest import change
from tests.fakes.desk import MENU, Desk
from tests.fakes.process import Child, Say, needs_fork

NOBODY = 65_534


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


# ---- newer --------------------------------------------------------------------------------------------


def test_a_file_of_a_newer_version_stays_untouched(used: Path) -> None:
    change(used, "PRAGMA user_version = 4", "CREATE TABLE of_the_future (x)")
    before = {each.name: each.read_bytes() for each in used.parent.iterdir()}
    with pytest.raises(OutboxNewer, match="newer Hourkeep") as caught:
        Outbox.open(used)
    assert caught.value.version == 4
    assert {each.name: each.read_bytes() for each in used.parent.iterdir()} == before


# ---- on another machine -------------------------------------------------------------------------------


def test_a_folder_on_another_machine_takes_no_outbox(queue: Path) -> None:
    asked: list[Path] = []

    def is_on_network(folder: Path) -> bool:
        asked.append(folder)
        return True

    with pytest.raises(OutboxOnNetwork, match="HOURKEEP_PROFILE"):
        Outbox.open(queue, is_on_network=is_on_network)
    assert (asked, list(queue.parent.iterdir())) == ([queue.parent], [])


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
@pytest.mark.parametrize("rights", [0o555, 0o444, 0o000])
def test_a_read_only_file_or_a_folder_that_is_closed(used: Path, rights: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "queue.sqlite3"
        shutil.copy(used, copy)
        copy.chmod(0o444)
        Path(folder).chmod(rights)

        def try_it(say: Say) -> None:
            if os.getuid() == 0:
                os.setuid(NOBODY)
            try:
                Outbox.open(copy)
            except OutboxUnwritable as error:
                say(str(error))

        with Child(try_it) as other:
            (said,) = other.lines()
        assert said.startswith(f"Your time cannot be recorded: {copy} cannot be written.")
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
    """Record until there is no room to begin anything."""
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
    """A real file system of 512 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=512k,mode=700", "none", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no right to mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # also after a failure, with files open


def fill(disk: Path) -> Path:
    """A file that takes all room that is left."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 1024)
    return ballast


@pytest.mark.logs("WARNING")
def test_a_full_disk_takes_the_stop_and_no_more_starts(small_disk: Path) -> None:
    outbox = Outbox.open(small_disk / "queue.sqlite3")
    desk = Desk(outbox)
    desk.start()
    ballast = fill(small_disk)
    outbox.remember("stopping", "x" * 40_000)
    assert (small_disk / "queue.reserve").stat().st_size == SIZE // 2
    fill(small_disk)

    (stopped,) = desk.stop("y" * 9000)
    assert (stopped.seq, outbox.timer()) == (2, None)
    assert not (small_disk / "queue.reserve").exists()
    ballast.write_bytes(b"")
    fill(small_disk)
    with pytest.raises(DiskFull):
        desk.start()
    outbox.close()

    outbox = desk.outbox = Outbox.open(small_disk / "queue.sqlite3")
    assert (outbox.pending_count(), outbox.timer()) == (2, None)
    ballast.unlink()
    desk.start()
    assert outbox.pending_count() == 3
    assert (small_disk / "queue.reserve").stat().st_size == SIZE
    outbox.close()


def switch_until_full(desk: Desk) -> Timer | None:
    """The last timer that was recorded."""
    while True:
        timer = desk.outbox.timer()
        try:
            desk.start(MENU)
        except DiskFull:
            return timer


@pytest.mark.logs("WARNING")
def test_a_switch_on_a_full_disk_leaves_the_running_timer_as_it_is(small_disk: Path) -> None:
    outbox = Outbox.open(small_disk / "queue.sqlite3")
    desk = Desk(outbox)
    desk.start()
    ballast = fill(small_disk)
    timer = switch_until_full(desk)
    assert (small_disk / "queue.reserve").exists(), "it is for what ends the work"
    assert outbox.timer() == timer
    desk.pause()
    ballast.unlink()
    desk.resume()
    outbox.close()


@pytest.mark.logs("WARNING")
def test_a_disk_without_any_room_makes_no_outbox(small_disk: Path) -> None:
    fill(small_disk)
    with pytest.raises(DiskFull):
        Outbox.open(small_disk / "queue.sqlite3")


def test_the_reserve_is_made_whole_again(used: Path) -> None:
    reserve = used.with_suffix(".reserve")
    reserve.write_bytes(b"a part of it")
    Outbox.open(used).close()
    assert reserve.stat().st_size == SIZE
    assert len(set(reserve.read_bytes()[:4096])) > 200, "a file system could make it smaller"
