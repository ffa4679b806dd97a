"""Is there one holder of the lock, and none when it is gone?"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.desktop.run_lock import RunLock
from app.errors import ProfileUnusable
from tests.fakes.process import Child, Say, needs_fork


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.lock"


def test_one_at_a_time(path: Path) -> None:
    first, second = RunLock(path), RunLock(path)
    assert first.take()
    assert first.take()
    assert not second.take()
    first.release()
    first.release()
    assert second.take()
    second.release()


@needs_fork
def test_a_killed_holder_holds_nothing(path: Path) -> None:
    def hold(say: Say) -> None:
        say(str(RunLock(path).take()))
        while True:
            pass

    lock = RunLock(path)
    with Child(hold) as holder:
        assert holder.line() == "True"
        assert not lock.take()
        holder.kill()
        assert lock.take()
    lock.release()


def test_a_file_of_another_program_is_no_lock(path: Path) -> None:
    path.write_text("4711\npython3\nthis machine\n")
    lock = RunLock(path)
    assert lock.take()
    lock.release()
    assert path.read_text().startswith("4711")


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ProfileUnusable):
        RunLock(tmp_path / "missing" / "run.lock").take()


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir()
    with pytest.raises(ProfileUnusable):
        RunLock(path / "").take()
