"""Do the account's files and the view follow what the person does and what the server says?"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from app.clock import Reading
from app.core import gestures
from app.core.notices import Notice, NoticeKind
from app.core.screen import Budget, TimerState, shown_today
from app.core.snapshot import Held
from app.core.timer import IssueRef, Status, Timer
from app.store.cache import Cache
from app.store.identity import Mark
from app.store.outbox import Outbox
from app.store.records import ChainHead, Settled
from app.sync.clerk import do
from app.sync.desk import Desk
from app.sync.events import (
    Answer,
    Code,
    Compare,
    Done,
    GoBack,
    IssuesWanted,
    KeepIssues,
    KeepProjects,
    Outgoing,
    Rename,
    Settle,
    Take,
    Taken,
)
from tests.app.sync.conftest import open_desk
from tests.app.sync.pieces import RATE, answer, snapshot
from tests.fakes.catalog import Issue, Project
from tests.fakes.clock import FakeClock
from tests.fakes.desk import LOGIN, MENU


class Hands:
    """The person at the desk."""

    def __init__(self, desk: Desk, clock: FakeClock) -> None:
        self.desk = desk
        self.clock = clock

    @property
    def reading(self) -> Reading:
        return self.clock.reading()

    def start(self, issue: IssueRef = LOGIN, ago_s: int = 0) -> None:
        desk = self.desk
        desk.record(gestures.start(desk.timer, issue, self.reading, desk.new_id, desk.rate, ago_s))

    def pause(self) -> None:
        self.desk.record(gestures.pause(self.desk.timer, self.reading, self.desk.new_id))

    def stop(self) -> None:
        self.desk.record(gestures.stop(self.desk.timer, self.reading, self.desk.new_id))

    def take(self) -> Outgoing:
        event = do(self.desk, Take(200))
        assert isinstance(event, Taken)
        return event.outgoing

    def today(self) -> int:
        state = TimerState(timer=self.desk.timer, today=self.desk.today())
        return shown_today(state, self.clock.now(), midnight=0)


def confirmed(desk: Desk, timer: Timer | None = None, **changes: object) -> Answer:
    """The server has all that was recorded, and its state is this."""
    head = desk.outbox.head()
    results = tuple(Settled(seq, "applied") for seq in range(desk.outbox.acked_seq + 1, head.seq + 1))
    shown = snapshot(timer, **changes)
    return replace(answer(Code.OK, results=results, snapshot=shown), head=head)


def as_server_has_it(desk: Desk) -> Timer:
    """The timer at hand as a snapshot brings it back."""
    assert desk.timer is not None
    return replace(desk.timer, rate=RATE, device_id=desk.outbox.device_id)


def elsewhere(began: int, issue: IssueRef = MENU) -> Timer:
    """What another device runs."""
    return Timer("timer-b", issue, began, 0, "claim-b", began, None, RATE, None, "device-b")


def test_the_next_actions_go_out_with_a_sign_of_life(desk: Desk, clock: FakeClock) -> None:
    hands = Hands(desk, clock)
    assert hands.take().beat is None
    hands.start()
    sent = hands.take()
    assert [action.kind for action in sent.batch.actions] == ["timer.start"]
    assert desk.timer is not None
    assert sent.beat is not None
    assert (sent.beat.claim_id, sent.beat.at) == (desk.timer.claim_id, clock.now())


def test_what_is_confirmed_waits_no_more_and_the_view_is_the_servers(desk: Desk, clock: FakeClock) -> None:
    hands = Hands(desk, clock)
    hands.start()
    assert desk.timer is not None
    assert desk.timer.rate is None
    assert do(desk, Settle(confirmed(desk, as_server_has_it(desk)))) == Done(waiting=0)
    assert desk.timer.rate == RATE


def test_what_was_recorded_meanwhile_stays_on_the_screen(desk: Desk, clock: FakeClock) -> None:
    hands = Hands(desk, clock)
    hands.start()
    reply = confirmed(desk, as_server_has_it(desk))
    clock.advance(minutes=5)
    hands.pause()
    assert do(desk, Settle(reply)) == Done(waiting=1)
    assert desk.timer is not None
    assert (desk.timer.status, desk.timer.closed_seconds) == (Status.PAUSED, 300)


def test_a_stop_elsewhere_ends_the_timer_here(desk: Desk, clock: FakeClock) -> None:
    hands = Hands(desk, clock)
    hands.start()
    do(desk, Settle(confirmed(desk, as_server_has_it(desk))))
    do(desk, Settle(confirmed(desk, None)))
    assert desk.timer is None
    assert desk.outbox.timer() is None


def test_the_view_is_the_same_after_a_restart(desk: Desk, clock: FakeClock, tmp_path: Path) -> None:
    hands = Hands(desk, clock)
    hands.start()
    use = Budget(Decimal("81.50"), Decimal("80.00"), clock.now())
    held = Held("a", "LATE", "too late", 7, None)
    reply = confirmed(desk, as_server_has_it(desk), budgets={1: use}, attention=(held,), as_of=clock.now())
    do(desk, Settle(reply))
    before = (desk.timer, desk.rate, desk.budget(), desk.attention, desk.today())
    assert before[2:4] == (use, (held,))
    desk.close()
    again = open_desk(tmp_path, clock, [])
    assert (again.timer, again.rate, again.budget(), again.attention, again.today()) == before
    again.close()


def test_with_much_still_waiting_the_view_is_the_devices_own(desk: Desk, clock: FakeClock) -> None:
    """The state after the first of many actions is old news; the last answer brings the one that counts."""
    hands = Hands(desk, clock)
    for _ in range(130):
        hands.start()
        hands.stop()
    hands.start(MENU)
    before = desk.timer
    early = replace(confirmed(desk, elsewhere(clock.now())), head=head_at(desk, 20), results=())
    assert do(desk, Settle(early)) == Done(waiting=241)
    assert desk.timer == before
    late = replace(early, head=head_at(desk, 200))
    assert do(desk, Settle(late)) == Done(waiting=61)
    do(desk, Settle(confirmed(desk, elsewhere(clock.now()))))
    assert desk.timer == elsewhere(clock.now())


def head_at(desk: Desk, seq: int) -> ChainHead:
    return ChainHead(seq, desk.outbox.chain_at(seq) or "")


def test_an_answer_without_news_writes_nothing(tmp_path: Path, clock: FakeClock) -> None:
    statements: list[str] = []
    outbox = Outbox.open(tmp_path / "queue.sqlite3", fault=statements.append)
    desk = Desk(outbox, Cache.open(tmp_path / "cache.sqlite3"), clock, lambda _notice: None)
    do(desk, Settle(confirmed(desk)))
    saved = desk.cache.snapshot()
    statements.clear()
    clock.advance(seconds=5)
    do(desk, Settle(confirmed(desk, as_of=clock.now(), today_seconds=5)))
    assert not [each for each in statements if each.startswith("BEGIN")]
    assert desk.cache.snapshot() == saved
    clock.advance(minutes=1)
    do(desk, Settle(confirmed(desk, as_of=clock.now(), today_seconds=65)))
    assert desk.cache.snapshot() != saved
    desk.close()


# ---- another device ---------------------------------------------------------------------------------------


def test_what_another_device_has_just_begun_ends_the_timer_here(
    desk: Desk, clock: FakeClock, told: list[Notice]
) -> None:
    hands = Hands(desk, clock)
    hands.start()
    do(desk, Settle(confirmed(desk, as_server_has_it(desk))))
    clock.advance(seconds=100)
    began = clock.now() - 3
    assert do(desk, Settle(confirmed(desk, elsewhere(began)))) == Done(waiting=1)
    [stop] = hands.take().batch.actions
    assert (stop.kind, stop.body["cause"], stop.body["t"]["wall"]) == ("timer.stop", "superseded", began)
    assert desk.timer == elsewhere(began)
    assert [notice.kind for notice in told] == [NoticeKind.STARTED_ELSEWHERE]
    do(desk, Settle(confirmed(desk, elsewhere(began))))
    assert len(told) == 1


def test_what_began_long_ago_elsewhere_ends_nothing_here(
    desk: Desk, clock: FakeClock, told: list[Notice]
) -> None:
    """This device was away meanwhile: which of both was worked on is not for a program to say."""
    hands = Hands(desk, clock)
    hands.start()
    clock.advance(minutes=30)
    began = clock.now() - 61
    assert do(desk, Settle(confirmed(desk, elsewhere(began)))) == Done(waiting=0)
    assert desk.timer == elsewhere(began)
    assert [notice.kind for notice in told] == [NoticeKind.STARTED_ELSEWHERE]


def test_what_another_device_runs_is_no_reason_to_end_it_here_again(desk: Desk, clock: FakeClock) -> None:
    """Device B's own timer was followed by device C's: B ends its own, not this device."""
    do(desk, Settle(confirmed(desk, elsewhere(clock.now()))))
    clock.advance(seconds=10)
    later = replace(
        elsewhere(clock.now(), LOGIN), timer_id="timer-c", claim_id="claim-c", device_id="device-c"
    )
    assert do(desk, Settle(confirmed(desk, later))) == Done(waiting=0)


def test_what_was_begun_in_a_browser_ends_the_timer_here_too(desk: Desk, clock: FakeClock) -> None:
    hands = Hands(desk, clock)
    hands.start()
    clock.advance(seconds=100)
    in_browser = replace(elsewhere(clock.now()), device_id=None)
    assert do(desk, Settle(confirmed(desk, in_browser))) == Done(waiting=1)
    clock.advance(seconds=10)
    assert do(desk, Settle(confirmed(desk, elsewhere(clock.now())))) == Done(waiting=0)


# ---- histories that differ ----------------------------------------------------------------------------------


def test_a_server_that_lost_something_gets_it_again(desk: Desk, clock: FakeClock) -> None:
    hands = Hands(desk, clock)
    hands.start()
    first = desk.outbox.head()
    hands.stop()
    do(desk, Settle(confirmed(desk)))
    assert do(desk, GoBack(first)) == Done(waiting=1)
    assert [action.kind for action in hands.take().batch.actions] == ["timer.stop"]


def test_a_server_with_another_past_gets_everything_from_a_new_device(desk: Desk, clock: FakeClock) -> None:
    hands = Hands(desk, clock)
    hands.start()
    hands.stop()
    ids = [action.action_id for action in hands.take().batch.actions]
    do(desk, Settle(confirmed(desk)))
    old = desk.outbox.device_id
    for effect in (GoBack(ChainHead(1, "f" * 64)), Rename()):
        assert do(desk, effect) == Done(waiting=2)
        batch = hands.take().batch
        assert [action.action_id for action in batch.actions] == ids
        assert (batch.device_id != old, batch.parent_device_id) == (True, old)


def test_a_file_from_a_backup_becomes_a_new_device(desk: Desk, clock: FakeClock) -> None:
    """The server confirms more than is here: another life of this file has sent it."""
    hands = Hands(desk, clock)
    hands.start()
    old = desk.outbox.device_id
    ahead = replace(confirmed(desk), head=ChainHead(9, "f" * 64))
    assert do(desk, Settle(ahead)) == Done(waiting=1)
    assert desk.outbox.device_id != old


# ---- what is told -------------------------------------------------------------------------------------------


def test_held_and_refused_time_is_told_once(desk: Desk, clock: FakeClock, told: list[Notice]) -> None:
    hands = Hands(desk, clock)
    hands.start()
    hands.stop()
    one, two = (action.action_id for action in hands.take().batch.actions)
    results = (
        Settled(1, "held", code="ISSUE_DELETED", detail="This issue was deleted.", action_id=one),
        Settled(2, "rejected", code="SCHEMA", detail="It cannot be read.", action_id=two),
    )
    reply = replace(confirmed(desk), results=results)
    do(desk, Settle(reply))
    do(desk, Settle(reply))
    assert told == [
        Notice(
            NoticeKind.HELD,
            {"issue_key": "BP-123", "code": "ISSUE_DELETED", "text": "This issue was deleted."},
        ),
        Notice(NoticeKind.REJECTED, {"code": "SCHEMA", "text": "It cannot be read."}),
    ]


# ---- today --------------------------------------------------------------------------------------------------


def test_today_counts_every_second_once(desk: Desk, clock: FakeClock) -> None:
    hands = Hands(desk, clock)
    do(desk, Settle(confirmed(desk, today_seconds=1000, as_of=clock.now())))
    clock.advance(minutes=10)
    hands.start(ago_s=300)
    assert hands.today() == 1300
    clock.advance(seconds=60)
    assert hands.today() == 1360
    reply = confirmed(desk, as_server_has_it(desk), today_seconds=1360, as_of=clock.now())
    do(desk, Settle(reply))
    assert hands.today() == 1360
    clock.advance(seconds=40)
    hands.start(MENU)
    assert hands.today() == 1400
    clock.advance(seconds=100)
    hands.stop()
    assert hands.today() == 1500
    clock.advance(hours=1)
    assert hands.today() == 1500


def test_a_start_that_lies_before_the_last_sync_counts_whole(desk: Desk, clock: FakeClock) -> None:
    hands = Hands(desk, clock)
    do(desk, Settle(confirmed(desk, today_seconds=1000, as_of=clock.now())))
    clock.advance(minutes=1)
    hands.start(ago_s=300)
    assert hands.today() == 1300
    hands.stop()
    assert hands.today() == 1300


def test_the_day_begins_at_midnight(desk: Desk, clock: FakeClock) -> None:
    hands = Hands(desk, clock)
    hands.start()
    do(desk, Settle(confirmed(desk, as_server_has_it(desk), today_seconds=500, as_of=clock.now())))
    clock.advance(hours=2)
    state = TimerState(timer=desk.timer, today=desk.today())
    assert shown_today(state, clock.now(), midnight=clock.now() - 60) == 60


# ---- stopping -----------------------------------------------------------------------------------------------


def test_a_pressed_stop_survives_a_crash(desk: Desk, clock: FakeClock, tmp_path: Path) -> None:
    hands = Hands(desk, clock)
    hands.start()
    pressed = clock.now()
    desk.note_stopping(pressed)
    desk.close()
    again = open_desk(tmp_path, clock, [])
    assert again.stopping_at() == pressed
    again.forget_stopping()
    assert again.stopping_at() is None
    again.close()


def test_a_pressed_stop_means_its_own_timer_only(desk: Desk, clock: FakeClock) -> None:
    hands = Hands(desk, clock)
    hands.start()
    desk.note_stopping(clock.now())
    hands.stop()
    assert desk.stopping_at() is None
    hands.start(MENU)
    assert desk.stopping_at() is None


# ---- the catalogue --------------------------------------------------------------------------------------------


def test_only_what_changed_is_wanted_until_there_is_a_new_project(desk: Desk) -> None:
    one, two = Project(1), Project(2, key="WEB")
    assert do(desk, KeepProjects((one,), "epoch-1")) == IssuesWanted(0)
    do(desk, KeepIssues((Issue(5, key="BP-5", updated_at=900),)))
    assert do(desk, KeepProjects((one,), "epoch-1")) == IssuesWanted(900)
    assert do(desk, KeepProjects((one, two), "epoch-1")) == IssuesWanted(0)
    assert do(desk, KeepProjects((one, two), "epoch-1")) == IssuesWanted(900)
    assert do(desk, KeepProjects((one, two), "epoch-2")) == IssuesWanted(0)


def test_issues_of_a_project_that_was_left_are_not_found(desk: Desk) -> None:
    do(desk, KeepProjects((Project(1), Project(2, key="WEB")), "epoch-1"))
    do(desk, KeepIssues((Issue(5, key="WEB-5", project_id=2),)))
    assert desk.cache.issue_by_key("WEB-5") is not None
    do(desk, KeepProjects((Project(1),), "epoch-1"))
    assert desk.cache.issue_by_key("WEB-5") is None
    assert desk.cache.search("WEB-5") == []


def test_a_file_older_than_the_keyrings_mark_becomes_a_new_device(desk: Desk, clock: FakeClock) -> None:
    Hands(desk, clock).start()
    old = desk.outbox.device_id
    assert do(desk, Compare(Mark(old, 1))) == Done(waiting=1)
    assert do(desk, Compare(Mark("another", 9))) == Done(waiting=1)
    assert desk.outbox.device_id == old
    assert do(desk, Compare(Mark(old, 2))) == Done(waiting=1)
    assert desk.outbox.device_id != old
