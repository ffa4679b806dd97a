"""If the app dies or fails at any step, is every acknowledged gesture there, whole, and nothing else?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.errors import AppError
from app.store.outbox import Outbox
from tests.fakes.desk import LOGIN, MENU, Desk
from tests.fakes.process import Child, Say, die, needs_fork
from tests.properties.outbox_life import (
    Countdown,
    Hiccup,
    Killed,
    Life,
    Sight,
    check_left_behind,
    copied,
    see,
)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> list[Sight]:
    """The sights of a day without faults: before the first gesture, after it, and so on."""
    life = Life(tmp_path_factory.mktemp("lived") / "queue.sqlite3", Countdown(-1))
    life.live(look=True)
    assert len(life.sights) == 15
    return life.sights


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> int:
    countdown = Countdown(-1)
    Life(tmp_path_factory.mktemp("counted") / "queue.sqlite3", countdown).live()
    assert countdown.seen > 250
    return countdown.seen


def test_the_process_stops_before_any_step(tmp_path: Path, lived: list[Sight], steps: int) -> None:
    for at in range(steps):
        dead, left = tmp_path / f"dead-{at}", tmp_path / f"left-{at}"
        life = Life(dead / "queue.sqlite3", Countdown(at))
        with pytest.raises(Killed):
            life.live()
        # What a dead process leaves behind is the files as they are now; the open connection is not asked.
        shutil.copytree(dead, left) if dead.exists() else left.mkdir()
        check_left_behind(left / "queue.sqlite3", life.acknowledged, lived, at)


@needs_fork
def test_a_real_process_is_killed_before_any_step(tmp_path: Path, lived: list[Sight], steps: int) -> None:
    for at in range(steps):
        path = tmp_path / f"{at}" / "queue.sqlite3"

        def live(say: Say, path: Path = path, at: int = at) -> None:
            Life(path, Countdown(at, die), tell=lambda number: say(str(number))).live()

        with Child(live) as child:
            said = child.lines()
        assert not [line for line in said if line.startswith("failed")]
        check_left_behind(path, int(said[-1]) if said else -1, lived, at)


@pytest.mark.logs("WARNING")
def test_an_error_at_any_step_changes_nothing_and_the_outbox_goes_on(
    tmp_path: Path, lived: list[Sight], steps: int
) -> None:
    survived = 0
    for at in range(steps):
        life = Life(tmp_path / f"{at}" / "queue.sqlite3", Hiccup(at))
        try:
            life.live()
        except AppError:
            if life.outbox is not None:
                assert see(life.outbox) == lived[life.acknowledged], f"step {at} failed"
                life.outbox.remember("after", "the error")
                life.outbox.close()
        else:
            survived += 1  # it concerned the second copy or the reserve only, or the reserve made up for it
        check_left_behind(life.path, life.acknowledged, lived, at)
    assert 50 < survived < steps - 100


@needs_fork
@pytest.mark.parametrize("heard", range(1, 26))
def test_a_process_is_killed_at_any_moment(tmp_path: Path, heard: int) -> None:
    """Two hundred times in all; the second copy has all of it as well."""
    for number in range(8):
        kill_after(heard, tmp_path / f"{number}" / "queue.sqlite3")


def kill_after(heard: int, path: Path) -> None:
    def work_without_end(say: Say) -> None:
        desk = Desk(Outbox.open(path))
        while True:
            for action in desk.start(LOGIN if desk.clock.now() % 2 else MENU):
                say(f"{action.seq} {action.chain}")
            desk.clock.advance(seconds=1)

    with Child(work_without_end) as child:
        said = [line for _ in range(heard) if (line := child.line()) is not None]
        child.kill()
        said += child.lines()
    assert len(said) >= heard
    assert path.with_suffix(".ndjson").read_bytes().count(b"\n") >= len(said), "what was said is in both"

    outbox = Outbox.open(path)
    kept = outbox.after(0)
    assert [f"{action.seq} {action.chain}" for action in kept][: len(said)] == said
    assert len(kept) % 2 == 1, "one start, and then only whole switches"
    timer = outbox.timer()
    assert timer is not None
    assert timer.timer_id == kept[-1].body["timer_id"]
    outbox.close()
    assert copied(path) == [action.action_id for action in kept]
