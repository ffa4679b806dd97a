"""Does a device with a new name show what it showed before, and is its person told why everything is sent again?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from app.core import gestures
from app.core.logbook import OwnLog
from app.core.notices import Notice, NoticeKind
from app.errors import OutboxSalvaged
from app.paths import Profile
from app.store.database import Database
from app.store.identity import Mark
from app.store.records import ChainHead, Settled
from app.sync.clerk import do
from app.sync.desk import Desk
from app.sync.events import Answer, Compare, ForDesk, GoBack, LogChanges, Rename, Settle
from app.sync.opening import open_desk as open_account
from tests.app.sync.conftest import open_desk
from tests.app.sync.pieces import ACCOUNT, RATE
from tests.app.sync.test_desk import Hands, confirmed
from tests.fakes.clock import START, FakeClock
from tests.fakes.desk import LOGIN

QUARTER_S: Final = 91 * 86_400
OTHER_HISTORY: Final = ChainHead(1, "f" * 64)


@pytest.fixture
def hands(desk: Desk, clock: FakeClock) -> Hands:
    return Hands(desk, clock)


def works(hands: Hands, minutes: int) -> None:
    hands.start()
    hands.clock.advance(minutes=minutes)
    hands.stop()


def killed(desk: Desk) -> None:
    desk.outbox.close()
    desk.cache.close()


def seconds(desk: Desk) -> int:
    return sum(log.seconds for log in desk.logs(0, START + 10 * QUARTER_S))


# ---- no number jumps ----------------------------------------------------------------------------------------


def an_old_device(hands: Hands) -> None:
    """Its first two actions were removed as old; it has worked 20 minutes today, and the server has counted them."""
    desk = hands.desk
    works(hands, 10)
    do(desk, Settle(confirmed(desk)))
    desk.outbox.prune(hands.clock.now())
    hands.clock.advance(seconds=QUARTER_S)
    assert desk.outbox.prune(hands.clock.now()) == 2
    works(hands, 20)
    do(desk, Settle(confirmed(desk, today_seconds=1200, as_of=hands.clock.now())))
    assert hands.today() == 1200


def test_what_was_worked_under_the_new_name_counts_after_a_restart(hands: Hands, tmp_path: Path) -> None:
    """The numbers of its actions fell, and the state in the cache was kept with one of the old ones."""
    an_old_device(hands)
    do(hands.desk, Rename())
    works(hands, 5)
    assert hands.today() == 1500
    killed(hands.desk)
    again = Hands(open_desk(tmp_path, hands.clock, []), hands.clock)
    assert again.today() == 1500
    again.desk.close()


def damage(folder: Path) -> None:
    """One body is not what was recorded."""
    database = Database(folder / "queue.sqlite3", lambda _statement: None)
    spoil(database)
    database.close()


def spoil(database: Database) -> None:
    with database.transaction():
        database.run("DROP TRIGGER action_never_changes")
        database.run("UPDATE action SET body = replace(body, 'user', 'used')")


def test_what_was_salvaged_at_the_start_counts_once(hands: Hands, tmp_path: Path) -> None:
    an_old_device(hands)
    works(hands, 5)
    killed(hands.desk)
    damage(tmp_path)
    again = Hands(open_desk(tmp_path, hands.clock, []), hands.clock)
    assert again.desk.outbox.salvaged is not None
    assert again.today() == 1500
    again.desk.close()


def test_what_is_lost_is_not_followed_by_anything_that_would_count_twice(
    hands: Hands, tmp_path: Path
) -> None:
    """The action that the kept state ends with is in neither file: nobody can tell what came after it."""
    an_old_device(hands)
    desk = hands.desk
    saved = desk.cache.snapshot()
    assert saved is not None
    desk.cache.save_snapshot(saved.content, replace(saved.up_to, action_id="lost"))
    killed(desk)
    again = Hands(open_desk(tmp_path, hands.clock, []), hands.clock)
    assert again.today() == 1200
    again.desk.close()


def logs_of(desk: Desk) -> tuple[OwnLog, ...]:
    """As the server tells them: all that was recorded, corrected by somebody since."""
    logs = desk.logs(0, START + 10 * QUARTER_S)
    return tuple(replace(log, description="corrected", is_confirmed=True) for log in logs)


def told_again(desk: Desk, up_to: int, before: Answer) -> Answer:
    """The server has heard of so many of them under the new name; its state is the same as before."""
    results = tuple(
        Settled(seq, "duplicate", of="applied") for seq in range(desk.outbox.acked_seq + 1, up_to + 1)
    )
    return replace(before, head=ChainHead(up_to, desk.outbox.chain_at(up_to) or ""), results=results)


def test_while_everything_is_sent_again_nothing_counts_twice(hands: Hands) -> None:
    """The server's state has all actions from the first request on, though most of them still wait under the new name."""
    desk = hands.desk
    for _ in range(130):
        works(hands, 1)
    known = LogChanges(is_full=True, changed=logs_of(desk), cursor="c", digest="", has_more=False)
    whole = replace(confirmed(desk, today_seconds=7800, as_of=hands.clock.now()), logs=known)
    do(desk, Settle(whole))
    before = (hands.today(), seconds(desk), desk.logs(0, START + QUARTER_S))
    assert before[:2] == (7800, 7800)
    do(desk, Rename())
    works(hands, 2)
    for up_to in (200, 259, 260):
        do(desk, Settle(told_again(desk, up_to, whole)))
        assert (hands.today(), seconds(desk)) == (7920, 7920), up_to
        assert desk.logs(0, START + 7799) == before[2]
    do(desk, Settle(replace(confirmed(desk, today_seconds=7920, as_of=hands.clock.now()))))
    assert hands.today() == 7920


# ---- what is said -------------------------------------------------------------------------------------------


Happens = Callable[[Desk], ForDesk]
REASONS: dict[str, Happens] = {
    "the server knows another history": lambda _desk: Rename(),
    "the server's shorter history is another": lambda _desk: GoBack(OTHER_HISTORY),
    "the server confirms what is not here": lambda desk: Settle(
        replace(confirmed(desk), head=ChainHead(9, "f" * 64))
    ),
    "the keyring saw more": lambda desk: Compare(Mark(desk.outbox.device_id, 9)),
}


@pytest.mark.parametrize("reason", REASONS)
def test_that_all_is_sent_again_is_told_once(hands: Hands, told: list[Notice], reason: str) -> None:
    desk = hands.desk
    works(hands, 10)
    for _ in range(2):
        do(desk, REASONS[reason](desk))
    assert told == [Notice(NoticeKind.SENT_AGAIN)]
    do(desk, Settle(confirmed(desk)))
    do(desk, REASONS[reason](desk))
    assert told == 2 * [Notice(NoticeKind.SENT_AGAIN)], "that is another time"


def test_a_device_that_recorded_nothing_has_nothing_to_tell(desk: Desk, told: list[Notice]) -> None:
    do(desk, Rename())
    assert told == []


def test_what_is_held_is_not_told_again_under_the_new_name(hands: Hands, told: list[Notice]) -> None:
    desk = hands.desk
    works(hands, 10)
    one, two = (action.action_id for action in hands.take().batch.actions)
    held = Settled(1, "held", code="LATE", detail="It is late.", action_id=one)
    do(desk, Settle(replace(confirmed(desk), results=(held, Settled(2, "applied", action_id=two)))))
    do(desk, Rename())
    hands.start()
    (new,) = hands.take().batch.actions[2:]
    results = (
        replace(held, outcome="duplicate", of="held"),
        Settled(2, "duplicate", of="applied", action_id=two),
        Settled(3, "held", code="LATE", detail="It is late.", action_id=new.action_id),
    )
    do(desk, Settle(replace(confirmed(desk), results=results)))
    assert [each.kind for each in told] == [NoticeKind.HELD, NoticeKind.SENT_AGAIN, NoticeKind.HELD]


@pytest.mark.logs("WARNING")
def test_a_file_that_turns_out_to_be_damaged_while_the_app_runs_is_told_as_at_its_start(
    hands: Hands, told: list[Notice], tmp_path: Path
) -> None:
    desk = hands.desk
    works(hands, 10)
    spoil(desk.outbox._database)
    do(desk, Rename())
    [notice] = told
    error = notice.values["error"]
    assert notice.kind is NoticeKind.TROUBLE
    assert isinstance(error, OutboxSalvaged)
    assert error.kept.exists()
    assert str(error.kept) in str(error)
    do(desk, Rename())
    assert told == [notice], "once, and not as another reason to send all again"
    kinds = [action.kind for action in hands.take().batch.actions]
    assert kinds == ["timer.start", "timer.stop"]


def test_a_profile_that_came_from_another_machine_says_so_at_the_start(
    clock: FakeClock, told: list[Notice], tmp_path: Path
) -> None:
    profile = Profile(tmp_path)
    machines = ["here", "here", "there", "there"]
    while machines:
        desk = open_account(profile, ACCOUNT, clock, told.append, partial(machines.pop, 0))
        if desk.timer is None:
            desk.record(gestures.start(None, LOGIN, clock.reading(), desk.new_id, RATE))
        desk.close()
    assert told == [Notice(NoticeKind.SENT_AGAIN)]
