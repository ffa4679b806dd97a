"""If the app dies or fails at any step of opening an old, damaged, lost or restored outbox, is everything still there?"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from app.errors import AppError
from app.store.outbox import Outbox
from tests.app.store.conftest import change
from tests.fakes.desk import Desk, numbered_ids
from tests.properties.outbox_life import Countdown, Hiccup, Killed, Life, an_hour, copied, open_at

VERSION_1: Final = Path(__file__).parents[1] / "app" / "store" / "version_1" / "queue.sqlite3"
PAST: Final = 7

Fact = tuple[str, dict[str, Any]]
Wreckage = Callable[[Path], object]


def facts(outbox: Outbox) -> list[Fact]:
    return [(each.action_id, each.body) for each in outbox.after(0)]


def record_the_past(queue: Path) -> None:
    outbox = Outbox.open(queue, make_device_id=numbered_ids("cccccccc"))
    desk = Desk(outbox, new_id=numbered_ids("11111111"))
    for _ in range(4):
        desk.start()
        desk.clock.advance(minutes=5)
        desk.pause()
        desk.clock.advance(minutes=5)
        desk.stop("One more")
    desk.start()
    outbox.close()


def of_version_1(queue: Path) -> None:
    queue.parent.mkdir()
    shutil.copy(VERSION_1, queue)


def damaged(queue: Path) -> None:
    record_the_past(queue)
    change(queue, "DROP TRIGGER unconfirmed_action_stays", "DELETE FROM action WHERE seq IN (1, 5, 13)")


def garbage_with_a_torn_copy(queue: Path) -> None:
    record_the_past(queue)
    queue.write_bytes(b"\xff" * 9000)
    copy = queue.with_suffix(".ndjson")
    copy.write_bytes(copy.read_bytes()[:-1])


def both_damaged(queue: Path) -> None:
    damaged(queue)
    copy = queue.with_suffix(".ndjson")
    lines = copy.read_bytes().splitlines(keepends=True)
    lines[7] = b"?" + lines[7]
    copy.write_bytes(b"".join(lines))


def lost(queue: Path) -> None:
    record_the_past(queue)
    queue.unlink()


def restored(queue: Path) -> None:
    """From a backup, and the copy is from today."""
    outbox = Outbox.open(queue, make_device_id=numbered_ids("cccccccc"))
    outbox.close()
    backup = queue.read_bytes()
    record_the_past(queue)
    queue.write_bytes(backup)


WRECKAGES: Final = (of_version_1, damaged, garbage_with_a_torn_copy, both_damaged, lost, restored)


class Scene:
    """Files as something left them, the same ones for every run."""

    def __init__(self, wreckage: Wreckage, folder: Path) -> None:
        self._model = folder / "model"
        wreckage(self._model / "queue.sqlite3")
        self._folder = folder
        self._runs = 0
        life = self.life(Countdown(-1))
        life.live()
        outbox = open_at(life.path)
        self.all = facts(outbox)
        outbox.close()
        counted = Countdown(-1)
        self.life(counted).live()
        self.steps = counted.seen

    def life(self, fault: Callable[[str], None]) -> Life:
        self._runs += 1
        place = self._folder / f"{self._runs}"
        shutil.copytree(self._model, place)
        return Life(place / "queue.sqlite3", fault, an_hour, "99999999")

    def check(self, path: Path, acknowledged: int, at: int) -> None:
        """All of the past and every gesture that was acknowledged; at most one more. Each once, in order, in both files."""
        outbox = open_at(path)
        kept = facts(outbox)
        outbox.close()
        least = len(self.all) - 2 + max(0, acknowledged)
        assert kept == self.all[: len(kept)], f"ended before step {at}"
        assert least <= len(kept) <= least + 1, f"ended before step {at}"
        assert copied(path) == [action_id for action_id, _body in kept]


@pytest.fixture(scope="module", params=WRECKAGES, ids=lambda each: each.__name__)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(request.param, tmp_path_factory.mktemp("scene"))


def test_the_process_stops_before_any_step(scene: Scene, tmp_path: Path) -> None:
    assert len(scene.all) >= PAST
    for at in range(scene.steps):
        life = scene.life(Countdown(at))
        with pytest.raises(Killed):
            life.live()
        left = tmp_path / f"{at}"
        shutil.copytree(life.path.parent, left)
        scene.check(left / life.path.name, life.acknowledged, at)


@pytest.mark.logs("WARNING")
def test_an_error_at_any_step_loses_nothing(scene: Scene) -> None:
    for at in range(scene.steps):
        life = scene.life(Hiccup(at))
        try:
            life.live()
        except AppError:
            if life.outbox is not None:
                life.outbox.close()
        scene.check(life.path, life.acknowledged, at)


def test_a_crash_while_opening_what_a_crash_while_opening_left(tmp_path: Path) -> None:
    scene = Scene(both_damaged, tmp_path)
    crashed = 0
    for first in range(0, scene.steps, 9):
        life = scene.life(Countdown(first))
        with pytest.raises(Killed):
            life.live()
        if life.acknowledged >= 0:
            break
        for second in range(2, scene.steps, 11):
            once, twice = tmp_path / f"{first}-{second}", tmp_path / f"{first}-{second}-again"
            shutil.copytree(life.path.parent, once)
            try:
                open_at(once / life.path.name, Countdown(second)).close()
            except Killed:
                crashed += 1
                shutil.copytree(once, twice)
                scene.check(twice / life.path.name, -1, second)
    assert crashed > 30
