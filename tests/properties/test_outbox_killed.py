"""If the app dies at any statement, is every acknowledged gesture there, whole, and nothing else?"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.errors import AppError
from app.store.outbox import Outbox
from app.store.records import Settled
from tests.fakes.desk import LOGIN, MENU, Desk, numbered_ids
from tests.fakes.process import Child, Say, die, needs_fork

NEW_DEVICE = "eeeeeeee-0000-7000-8000-000000000001"
DAY = 86_400

Sight = dict[str, Any]


class Killed(BaseException):
    """Stands for the end of the process: no clean-up runs, because every later statement raises it as well."""


def a_day(desk: Desk) -> list[Callable[[], object]]:
    """Every way to write into an outbox, one after the other."""
    outbox, clock = desk.outbox, desk.clock
    return [
        lambda: desk.start(LOGIN),
        lambda: outbox.remember("server_id", "one"),
        lambda: desk.start(MENU, 300),
        lambda: outbox.settle(2, [Settled(1, "applied"), Settled(2, "held", code="LATE")]),
        lambda: outbox.beat("claim", clock.now()),
        desk.pause,
        lambda: outbox.rewind(1),
        desk.resume,
        lambda: outbox.rekey(NEW_DEVICE),
        lambda: outbox.settle(3, [Settled(seq, "duplicate", of="applied") for seq in (1, 2, 3)]),
        lambda: desk.stop("Done for today"),
        lambda: outbox.prune(clock.now()),
        lambda: outbox.prune(clock.now() + 91 * DAY),
        lambda: desk.start(LOGIN, 60),
    ]


def see(outbox: Outbox) -> Sight:
    """All that anybody can see of an outbox."""
    return {
        "batch": outbox.batch(limit=1000),
        "kept": outbox.after(0),
        "timer": outbox.timer(),
        "attention": outbox.attention(),
        "life_sign": outbox.life_sign(),
        "note": outbox.recall("server_id"),
    }


@dataclass
class Life:
    """One run of the day, with a look at the outbox after each gesture."""

    path: Path
    fault: Callable[[str], None]
    acknowledged: int = -1
    sights: list[Sight] = field(default_factory=list)
    outbox: Outbox | None = None
    tell: Callable[[int], None] = lambda _number: None

    def live(self, *, look: bool = False) -> None:
        outbox = Outbox.open(self.path, make_device_id=numbered_ids("dddddddd"), fault=self.fault)
        self.outbox = outbox
        self._acknowledge(outbox, look=look)
        desk = Desk(outbox)
        for act in a_day(desk):
            desk.clock.advance(minutes=10)
            act()
            self._acknowledge(outbox, look=look)
        outbox.close()

    def _acknowledge(self, outbox: Outbox, *, look: bool) -> None:
        self.acknowledged += 1
        self.tell(self.acknowledged)
        if look:
            self.sights.append(see(outbox))


class Countdown:
    """Ends the life before statement `left`; never if that is negative."""

    def __init__(self, left: int, end: Callable[[], None]) -> None:
        self.left = left
        self.end = end
        self.seen = 0

    def __call__(self, _statement: str) -> None:
        self.seen += 1
        if 0 <= self.left < self.seen:
            self.end()


def raise_killed() -> None:
    raise Killed


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> list[Sight]:
    """The sights of a day without faults: before the first gesture, after it, and so on."""
    life = Life(tmp_path_factory.mktemp("lived") / "queue.sqlite3", Countdown(-1, raise_killed))
    life.live(look=True)
    assert len(life.sights) == 15
    return life.sights


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> int:
    countdown = Countdown(-1, raise_killed)
    Life(tmp_path_factory.mktemp("counted") / "queue.sqlite3", countdown).live()
    assert countdown.seen > 150
    return countdown.seen


def check_left_behind(path: Path, acknowledged: int, lived: list[Sight], at: int) -> None:
    """What `acknowledged` said is there; at most the gesture that was under way is there too, as a whole."""
    outbox = Outbox.open(path, make_device_id=numbered_ids("dddddddd"))
    sight = see(outbox)
    outbox.close()
    allowed = lived[max(0, acknowledged) : acknowledged + 2]
    assert sight in allowed, f"killed before statement {at}, after gesture {acknowledged}"


def test_the_process_stops_before_any_statement(tmp_path: Path, lived: list[Sight], statements: int) -> None:
    for at in range(statements):
        dead, left = tmp_path / f"dead-{at}", tmp_path / f"left-{at}"
        life = Life(dead / "queue.sqlite3", Countdown(at, raise_killed))
        with pytest.raises(Killed):
            life.live()
        # What a dead process leaves behind is the files as they are now; the open connection is not asked.
        shutil.copytree(dead, left) if dead.exists() else left.mkdir()
        check_left_behind(left / "queue.sqlite3", life.acknowledged, lived, at)


@needs_fork
def test_a_real_process_is_killed_before_any_statement(
    tmp_path: Path, lived: list[Sight], statements: int
) -> None:
    for at in range(statements):
        path = tmp_path / f"{at}" / "queue.sqlite3"

        def live(say: Say, path: Path = path, at: int = at) -> None:
            Life(path, Countdown(at, die), tell=lambda number: say(str(number))).live()

        with Child(live) as child:
            said = child.lines()
        assert not [line for line in said if line.startswith("failed")]
        check_left_behind(path, int(said[-1]) if said else -1, lived, at)


class Hiccup:
    """Statement `at` fails, once."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, statement: str) -> None:
        # A ROLLBACK is what cleans up after a failure; it does not fail as well.
        if statement != "ROLLBACK":
            self.left -= 1
            if self.left == -1:
                raise AppError(statement)


def test_an_error_at_any_statement_changes_nothing_and_the_outbox_goes_on(
    tmp_path: Path, lived: list[Sight], statements: int
) -> None:
    for at in range(statements):
        life = Life(tmp_path / f"{at}" / "queue.sqlite3", Hiccup(at))
        with pytest.raises(AppError):
            life.live()
        if life.outbox is not None:
            assert see(life.outbox) == lived[life.acknowledged], f"statement {at} failed"
            life.outbox.remember("after", "the error")
            life.outbox.close()
        check_left_behind(life.path, life.acknowledged, lived, at)


@needs_fork
@pytest.mark.parametrize("heard", [1, 2, 5, 9, 14, 20, 27, 35])
def test_a_process_is_killed_at_any_moment(tmp_path: Path, heard: int) -> None:
    path = tmp_path / "queue.sqlite3"

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

    outbox = Outbox.open(path)
    kept = outbox.after(0)
    assert [f"{action.seq} {action.chain}" for action in kept][: len(said)] == said
    assert len(kept) % 2 == 1, "one start, and then only whole switches"
    timer = outbox.timer()
    assert timer is not None
    assert timer.timer_id == kept[-1].body["timer_id"]
    outbox.close()
