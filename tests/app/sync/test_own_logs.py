"""Are the person's own logs here the server's, and is everything asked for again at most once?"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from app.core import gestures
from app.core.logbook import LogStatus, OwnLog, Stretch
from app.core.timer import IssueRef
from app.store.cache import Cache
from app.store.own_logs import LogPlace
from app.store.records import Settled, UpTo
from app.sync.clerk import do
from app.sync.desk import Desk
from app.sync.events import LogChanges, Rename, Settle, Take, Taken
from app.sync.own_logs import DAY_S, WINDOW_DAYS, OwnLogs
from tests.app.sync.conftest import open_desk
from tests.app.sync.pieces import RATE, answer, snapshot
from tests.fakes.clock import START, FakeClock
from tests.fakes.desk import LOGIN, MENU

FIRST_DAY = (START // DAY_S - WINDOW_DAYS) * DAY_S


def log(
    timer_id: str = "a", start: int = START - 7200, issue: IssueRef = LOGIN, seconds: int = 3600
) -> OwnLog:
    return OwnLog(
        timer_id, 4, 1, issue, LogStatus.STOPPED, start, start + seconds, seconds,
        description="Größe", rate=RATE, cost=Decimal("50.0000"), currency="USD",
        stretches=(Stretch(f"claim-{timer_id}", start, start + seconds),), flag="TRIMMED",
    )  # fmt: skip


def digest_of(*logs: OwnLog) -> str:
    """As the contract says it, in words of the test's own."""
    lines = sorted(f"{each.timer_id}:{each.revision}:{each.seconds}:{each.issue.id}" for each in logs)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def changes(*logs: OwnLog, digest: str | None = None, cursor: str = "c1", **said: bool) -> LogChanges:
    has_more = said.get("has_more", False)
    whole = digest_of(*logs) if digest is None else digest
    return LogChanges(said.get("is_full", False), logs, cursor, "" if has_more else whole, has_more)


def point(seq: int) -> UpTo:
    return UpTo(seq, f"action-{seq}")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache.open(tmp_path / "cache.sqlite3")


def test_what_the_server_sent_is_there_after_a_restart(cache: Cache, tmp_path: Path) -> None:
    OwnLogs(cache).take(changes(log(), log("b", START), is_full=True), "epoch-1", point(7), START)
    cache.close()
    again = Cache.open(tmp_path / "cache.sqlite3")
    assert again.logs() == (log(), log("b", START))
    assert again.logs(since=START) == (log("b", START),)
    assert OwnLogs(again).place == LogPlace("epoch-1", "c1", point(7))
    again.close()


def test_changes_replace_a_log_and_a_full_answer_replaces_all(cache: Cache) -> None:
    own = OwnLogs(cache)
    own.take(changes(log(), log("b"), is_full=True), "epoch-1", point(1), START)
    corrected = replace(log(), revision=2, seconds=60)
    own.take(
        changes(corrected, digest=digest_of(corrected, log("b")), cursor="c2"), "epoch-1", point(2), START
    )
    assert set(cache.logs()) == {corrected, log("b")}
    assert own.place.cursor == "c2"
    own.take(changes(log("c"), is_full=True), "epoch-2", point(2), START)
    assert cache.logs() == (log("c"),)
    assert own.place == LogPlace("epoch-2", "c1", point(2))


def test_running_deleted_and_old_logs_are_not_in_the_digest(cache: Cache) -> None:
    own = OwnLogs(cache)
    running = replace(log("b"), end=None, status=LogStatus.RUNNING)
    deleted, old = replace(log("c"), is_deleted=True), log("d", FIRST_DAY)
    sent = changes(log(), running, deleted, old, digest=digest_of(log(), old), is_full=True)
    own.take(sent, "epoch-1", point(1), START)
    assert own.place.cursor == "c1"
    own.take(
        replace(sent, is_full=False, changed=(), digest=digest_of(log())), "epoch-1", point(1), START + DAY_S
    )
    assert own.place.cursor == "c1"


def test_pages_are_one_answer_and_the_actions_in_it_are_known_at_its_end(cache: Cache) -> None:
    own = OwnLogs(cache)
    own.take(changes(log(), is_full=True, has_more=True), "epoch-1", point(9), START)
    assert own.place == LogPlace("epoch-1", "c1")
    own.take(changes(log("b"), digest=digest_of(log(), log("b")), cursor="c2"), "epoch-1", point(9), START)
    assert own.place == LogPlace("epoch-1", "c2", point(9))


def test_a_difference_is_mended_by_asking_for_everything_once(
    cache: Cache, caplog: pytest.LogCaptureFixture
) -> None:
    own = OwnLogs(cache)
    own.take(changes(log(), digest="f" * 64, is_full=True), "epoch-1", point(1), START)
    assert own.place.cursor is None
    own.take(changes(log(), log("b"), is_full=True), "epoch-1", point(1), START)
    assert own.place == LogPlace("epoch-1", "c1", point(1))
    assert not caplog.messages
    own.take(changes(digest="e" * 64), "epoch-1", point(1), START)
    assert own.place.cursor is None, "the next difference may be mended as well"


@pytest.mark.logs("WARNING")
def test_a_difference_that_stays_is_logged_and_not_asked_for_in_a_circle(
    cache: Cache, caplog: pytest.LogCaptureFixture
) -> None:
    own = OwnLogs(cache)
    wrong = changes(log(), digest="f" * 64, is_full=True)
    own.take(wrong, "epoch-1", point(1), START)
    own.take(wrong, "epoch-1", point(1), START)
    for _ in range(3):
        own.take(replace(wrong, is_full=False, changed=()), "epoch-1", point(1), START)
        assert own.place.cursor == "c1"
    assert caplog.messages == ["own_logs_differ"]


def test_an_answer_without_news_writes_nothing(cache: Cache) -> None:
    own = OwnLogs(cache)
    own.take(changes(log(), is_full=True), "epoch-1", point(1), START)
    before = cache._connection.total_changes
    own.take(changes(digest=digest_of(log())), "epoch-1", point(1), START)
    assert cache._connection.total_changes == before


# ---- at the desk --------------------------------------------------------------------------------------------


def take(desk: Desk) -> Taken:
    event = do(desk, Take(200))
    assert isinstance(event, Taken)
    return event


def settle(desk: Desk, *logs: OwnLog) -> None:
    head = desk.outbox.head()
    results = tuple(Settled(seq, "applied") for seq in range(desk.outbox.acked_seq + 1, head.seq + 1))
    whole = answer(
        results=results, snapshot=snapshot(as_of=START), logs=changes(*logs, is_full=True), sig="5" * 64
    )
    do(desk, Settle(replace(whole, head=head)))


def test_what_the_server_said_last_goes_out_with_the_next_request(desk: Desk) -> None:
    first = take(desk).outgoing
    assert (first.sig, first.epoch, first.cursor) == (None, None, None)
    settle(desk, log())
    following = take(desk).outgoing
    assert (following.sig, following.epoch, following.cursor) == ("5" * 64, "epoch-1", "c1")


def test_the_logs_are_the_servers_with_what_waits_here(desk: Desk, clock: FakeClock) -> None:
    settle(desk, log(start=START - 7200))
    desk.record(gestures.start(None, MENU, clock.reading(), desk.new_id, RATE))
    clock.advance(minutes=10)
    desk.record(gestures.stop(desk.timer, clock.reading(), desk.new_id))
    server, own = desk.logs(0, START + 3600)
    assert (server, own.issue, own.seconds) == (log(start=START - 7200), MENU, 600)
    assert desk.logs(START, START + 3600) == (own,)


def test_what_is_in_the_servers_logs_is_not_folded_in_again(
    desk: Desk, clock: FakeClock, tmp_path: Path
) -> None:
    desk.record(gestures.start(None, MENU, clock.reading(), desk.new_id, RATE))
    timer_id = desk.timer.timer_id if desk.timer else ""
    clock.advance(minutes=10)
    desk.record(gestures.stop(desk.timer, clock.reading(), desk.new_id))
    corrected = replace(log(timer_id, START, MENU, 600), revision=2, description="Tidied it")
    settle(desk, corrected)
    assert desk.logs(0, START + 3600) == (corrected,)
    do(desk, Rename())
    assert desk.logs(0, START + 3600) == (corrected,), "its actions have other numbers now"
    desk.close()
    again = open_desk(tmp_path, clock, [])
    assert again.logs(0, START + 3600) == (corrected,)
    again.close()
