"""Do the device and its server agree to the second, and does no shown number jump, whatever the wall clock does?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from app.clock import ServerAnchor
from app.core import gestures
from app.core.actions import Kind
from app.core.fold import fold
from app.core.notices import Notice
from app.core.screen import TimerState, shown_seconds, shown_today
from app.core.timer import Timer
from app.store.records import Settled
from app.sync.clerk import do
from app.sync.desk import Desk
from app.sync.events import Settle
from tests.app.sync.conftest import open_desk
from tests.app.sync.pieces import RATE, answer, snapshot
from tests.fakes.clock import FakeClock
from tests.fakes.desk import LOGIN, MENU

AHEAD_S = 1000  # the server's clock stands before the device's


@dataclass
class Server:
    """As much of it as time needs: an anchor at the first contact of a session, and what each action means by it."""

    clock: FakeClock
    anchors: dict[str, int] = field(default_factory=dict)
    ahead_s: int = AHEAD_S

    def __post_init__(self) -> None:
        self.epoch_s = self.clock.ticks.wall // 10**9 - self.clock.reading().mono_s

    def anchor(self) -> ServerAnchor:
        session = self.clock.reading().session
        return ServerAnchor(session, self.anchors.setdefault(session, self.epoch_s + self.ahead_s))

    def state(self, desk: Desk) -> Timer | None:
        """The timer that all actions make, by the anchors: of this boot only, the others have their offset."""
        view = fold(None, desk.outbox.after(0), desk.cache.issue, RATE, self.anchor())
        return None if view is None else replace(view, device_id=desk.outbox.device_id)

    def answers(self, desk: Desk) -> None:
        timer, now = self.state(desk), self.anchor().mono0_s + self.clock.reading().mono_s
        worked = 0 if timer is None or timer.running_since is None else now - timer.running_since
        head = desk.outbox.head()
        results = tuple(Settled(seq, "applied") for seq in range(desk.outbox.acked_seq + 1, head.seq + 1))
        shown = snapshot(timer, today_seconds=worked, as_of=now)
        reply = answer(results=results, snapshot=shown, anchor=self.anchor())
        do(desk, Settle(replace(reply, head=head)))


@dataclass
class Screen:
    desk: Desk
    clock: FakeClock

    def timer(self) -> int:
        return shown_seconds(self._state(), self.clock.now())

    def today(self) -> int:
        return shown_today(self._state(), self.clock.now(), midnight=0)

    def start(self) -> None:
        desk = self.desk
        desk.record(gestures.start(desk.timer, LOGIN, self.clock.reading(), desk.new_id, RATE))

    def stop(self) -> None:
        self.desk.record(gestures.stop(self.desk.timer, self.clock.reading(), self.desk.new_id))

    def _state(self) -> TimerState:
        stopping = self.desk.stopping_at()
        return TimerState(timer=self.desk.timer, today=self.desk.today(), stopping_at=stopping)


@pytest.fixture
def screen(desk: Desk, clock: FakeClock) -> Screen:
    return Screen(desk, clock)


@pytest.fixture
def server(clock: FakeClock) -> Server:
    return Server(clock)


@pytest.mark.parametrize("by_seconds", [86_400, -86_400, 3600, -31_536_000])
def test_a_wall_clock_that_is_set_offline_changes_no_number(
    screen: Screen, server: Server, clock: FakeClock, by_seconds: int
) -> None:
    clock.advance(seconds=0.4)
    screen.start()
    clock.advance(minutes=20)
    clock.set_wall(by_seconds=by_seconds)
    assert screen.timer() == 1200
    server.answers(screen.desk)
    assert (screen.timer(), screen.today()) == (1200, 1200)
    assert clock.now() == server.anchor().mono0_s + clock.reading().mono_s
    clock.set_wall(by_seconds=-by_seconds)
    clock.advance(minutes=1)
    assert (screen.timer(), screen.today()) == (1260, 1260)
    screen.stop()
    server.answers(screen.desk)
    assert (screen.timer(), screen.today()) == (0, 0)


def test_the_time_goes_on_by_the_same_anchor_after_a_restart(
    screen: Screen, server: Server, clock: FakeClock, tmp_path: Path
) -> None:
    screen.start()
    server.answers(screen.desk)
    clock.advance(minutes=10)
    before = (clock.now(), screen.timer(), screen.today())
    screen.desk.close()
    clock.set_wall(by_seconds=-7200)
    clock.restart_program()
    again = Screen(open_desk(tmp_path, clock, []), clock)
    assert (clock.now(), again.timer(), again.today()) == before
    again.desk.close()


def test_after_a_reboot_offline_what_ran_is_shown_by_the_offset_that_was_known(
    screen: Screen, server: Server, clock: FakeClock, tmp_path: Path
) -> None:
    server.answers(screen.desk)
    screen.start()
    clock.advance(minutes=10)
    screen.stop()
    [start, stop] = screen.desk.outbox.unsent()
    assert start.body["t"]["off_ms"] == AHEAD_S * 1000
    assert stop.body["t"]["wall"] - start.body["t"]["wall"] == 600
    screen.desk.close()
    clock.reboot()
    again = Screen(open_desk(tmp_path, clock, []), clock)
    assert again.today() == 600
    again.desk.close()


def test_a_stop_that_was_pressed_before_the_first_contact_means_the_same_second_after_it(
    screen: Screen, server: Server, clock: FakeClock
) -> None:
    screen.start()
    clock.advance(minutes=5)
    screen.desk.note_stopping(clock.now())
    clock.advance(minutes=2)
    assert screen.timer() == 300
    server.answers(screen.desk)
    assert screen.timer() == 300
    assert screen.desk.stopping_at() == server.anchor().mono0_s + clock.reading().mono_s - 120


def test_a_switch_to_what_another_device_began_has_the_second_of_the_server(
    screen: Screen, server: Server, clock: FakeClock, told: list[Notice]
) -> None:
    screen.start()
    server.answers(screen.desk)
    clock.advance(minutes=5)
    began = clock.now() - 7
    other = Timer("timer-b", MENU, began, 0, "claim-b", began, None, RATE, None, "device-b")
    head = screen.desk.outbox.head()
    reply = answer(snapshot=snapshot(other, as_of=clock.now()), anchor=server.anchor())
    do(screen.desk, Settle(replace(reply, head=head)))
    [stop] = screen.desk.outbox.unsent()
    assert stop.kind == Kind.STOP
    assert server.anchor().mono0_s + stop.body["t"]["mono_s"] == began


def test_a_stop_that_an_older_version_noted_is_still_known(screen: Screen, clock: FakeClock) -> None:
    screen.start()
    timer_id = screen.desk.timer.timer_id if screen.desk.timer else ""
    screen.desk.outbox.remember("stopping", f"{clock.now()} {timer_id}")
    assert screen.desk.stopping_at() == clock.now()
