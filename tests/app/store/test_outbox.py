"""Does the outbox keep what was recorded, hand it out in order, and believe the server's word?"""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from app.core.actions import Draft, Kind, genesis
from app.store.outbox import RETENTION_S, Outbox
from app.store.records import ChainHead, Settled, UpTo
from server.domain import messages
from tests.fakes.clock import START
from tests.fakes.desk import LOGIN, MENU, Desk

DAY = 86_400


def applied(*seqs: int) -> list[Settled]:
    return [Settled(seq, "applied") for seq in seqs]


def test_a_new_outbox_is_a_new_device_with_nothing_to_say(outbox: Outbox) -> None:
    device = uuid.UUID(outbox.device_id)
    batch = outbox.batch()
    assert device.version == 4
    assert batch.base == ChainHead(0, genesis(outbox.device_id))
    assert (batch.actions, batch.parent_device_id) == ((), None)
    assert (outbox.pending_count(), outbox.timer(), outbox.anchor()) == (0, None, None)


def test_what_was_recorded_is_there_after_a_restart(desk: Desk, queue: Path) -> None:
    started = desk.start()
    desk.clock.advance(minutes=5)
    paused = desk.pause()
    timer, device_id = desk.outbox.timer(), desk.outbox.device_id
    desk.outbox.close()

    reopened = Outbox.open(queue)
    assert reopened.batch().actions == started + paused
    assert (reopened.timer(), reopened.device_id) == (timer, device_id)
    reopened.close()


def test_the_actions_are_what_the_server_reads(desk: Desk) -> None:
    desk.start()
    desk.pause()
    desk.resume()
    desk.start(MENU)
    desk.stop("Größe 🙂")

    bodies = {
        "timer.start": messages.StartBody,
        "timer.pause": messages.PauseBody,
        "timer.resume": messages.ResumeBody,
        "timer.stop": messages.StopBody,
    }
    for action in desk.outbox.batch().actions:
        msgspec.convert(
            {"seq": action.seq, "v": action.v, "kind": action.kind, "chain": action.chain, "body": action.body,
             "action_id": action.action_id},
            messages.Action,
        )  # fmt: skip
        msgspec.convert(action.body, bodies[action.kind])


def test_a_state_can_be_kept_without_an_action(desk: Desk) -> None:
    desk.start()
    desk.outbox.record((), None)
    assert (desk.outbox.timer(), desk.outbox.pending_count()) == (None, 1)


def test_a_batch_is_limited_in_number_and_in_bytes(desk: Desk) -> None:
    for _ in range(6):
        desk.start()
        desk.stop("x" * 1000)
    outbox = desk.outbox
    assert [action.seq for action in outbox.batch(limit=5).actions] == [1, 2, 3, 4, 5]
    some = outbox.batch(max_bytes=4000).actions
    assert 1 < len(some) < 12
    assert len(msgspec.json.encode(some)) <= 4000
    assert len(outbox.batch(max_bytes=1).actions) == 1, "one action always goes"


def test_confirmed_actions_are_not_sent_again(desk: Desk) -> None:
    desk.start()
    (paused,) = desk.pause()
    (resumed,) = desk.resume()
    desk.outbox.settle(2, applied(1, 2))

    batch = desk.outbox.batch()
    assert batch.base == ChainHead(2, paused.chain)
    assert batch.actions == (resumed,)
    assert [item.seq for item in desk.outbox.waiting()] == [3]
    assert desk.outbox.after(1) == (paused, resumed)


def test_a_late_reply_takes_no_confirmation_back(desk: Desk) -> None:
    desk.start()
    desk.stop()
    desk.outbox.settle(2, applied(1, 2))
    desk.outbox.settle(1, applied(1))
    assert desk.outbox.pending_count() == 0


def test_results_beyond_the_confirmed_ones_are_not_believed(desk: Desk) -> None:
    desk.start()
    desk.stop()
    desk.outbox.settle(1, [*applied(1), Settled(2, "held", code="LATE")])
    assert desk.outbox.attention() == ()
    assert desk.outbox.pending_count() == 1


def test_a_server_that_confirms_more_than_was_recorded_is_not_believed(desk: Desk) -> None:
    desk.start()
    with pytest.raises(ValueError, match="never recorded"):
        desk.outbox.settle(2, applied(1, 2))
    assert desk.outbox.pending_count() == 1


def test_held_and_rejected_stay_visible(desk: Desk) -> None:
    desk.start()
    desk.clock.advance(minutes=1)
    desk.stop()
    desk.start(MENU)
    desk.outbox.settle(
        3,
        [
            Settled(1, "applied"),
            Settled(2, "held", code="BUDGET_LOCKED", detail="The budget of BP is locked."),
            Settled(3, "duplicate", of="rejected", code="SCHEMA"),
        ],
    )
    held, rejected = desk.outbox.attention()
    assert (held.outcome, held.code, held.issue_id, held.at) == (
        "held",
        "BUDGET_LOCKED",
        LOGIN.id,
        START + 60,
    )
    assert held.detail == "The budget of BP is locked."
    assert (rejected.outcome, rejected.code, rejected.issue_id) == ("rejected", "SCHEMA", MENU.id)
    assert desk.outbox.pending_count() == 0, "nothing blocks what comes after"


def test_a_result_meant_for_another_action_is_not_believed(desk: Desk) -> None:
    desk.start()
    desk.outbox.settle(1, [Settled(1, "held", code="LATE", action_id="somebody else's")])
    assert desk.outbox.attention() == ()


def test_what_is_applied_in_the_end_needs_no_attention(desk: Desk) -> None:
    desk.start()
    desk.outbox.settle(1, [Settled(1, "held", code="ISSUE_UNKNOWN")])
    desk.outbox.rewind(0)
    assert len(desk.outbox.attention()) == 1
    desk.outbox.settle(1, applied(1))
    assert desk.outbox.attention() == ()


def test_an_outcome_nobody_knows_changes_nothing(desk: Desk) -> None:
    desk.start()
    with pytest.raises(ValueError, match="perhaps"):
        desk.outbox.settle(1, [Settled(1, "perhaps")])
    assert desk.outbox.pending_count() == 1


def test_a_server_that_lost_actions_gets_them_again(desk: Desk) -> None:
    actions = desk.start() + desk.pause() + desk.resume()
    desk.outbox.settle(3, applied(1, 2, 3))
    desk.outbox.rewind(1)
    assert desk.outbox.batch().base == ChainHead(1, actions[0].chain)
    assert desk.outbox.batch().actions == actions[1:]
    with pytest.raises(ValueError, match="go back"):
        desk.outbox.rewind(2)


def test_a_new_device_sends_everything_with_the_old_ids(desk: Desk) -> None:
    before = desk.start() + desk.pause() + desk.stop()
    old = desk.outbox.device_id
    desk.outbox.settle(2, applied(1, 2))
    desk.outbox.rekey(new := str(uuid.uuid4()))

    batch = desk.outbox.batch()
    assert (batch.device_id, batch.parent_device_id, batch.base) == (new, old, ChainHead(0, genesis(new)))
    assert [(each.action_id, each.kind, each.body) for each in batch.actions] == [
        (each.action_id, each.kind, each.body) for each in before
    ]
    assert [each.chain for each in batch.actions] != [each.chain for each in before]


def test_the_parent_is_named_until_the_server_confirmed(desk: Desk) -> None:
    desk.start()
    first = desk.outbox.device_id
    desk.outbox.rekey(str(uuid.uuid4()))
    desk.outbox.rekey(str(uuid.uuid4()))
    assert desk.outbox.batch().parent_device_id == first, "the server never heard of the one in between"
    desk.outbox.settle(1, applied(1))
    assert desk.outbox.batch().parent_device_id is None


def test_confirmed_actions_stay_for_ninety_days(desk: Desk) -> None:
    desk.start()
    (paused,) = desk.pause()
    desk.resume()
    outbox = desk.outbox
    outbox.settle(2, applied(1, 2))
    assert outbox.prune(START) == 0
    assert outbox.prune(START + RETENTION_S - 1) == 0
    assert outbox.prune(START + RETENTION_S) == 2
    assert outbox.batch().base == ChainHead(2, paused.chain)
    assert [outbox.chain_at(seq) is None for seq in (0, 1, 2, 3)] == [True, True, False, False]
    with pytest.raises(ValueError, match="go back"):
        outbox.rewind(1)


def test_an_outbox_that_was_cleared_of_old_actions_counts_on(desk: Desk, queue: Path) -> None:
    desk.start()
    desk.stop()
    desk.outbox.settle(2, applied(1, 2))
    desk.outbox.prune(START)
    assert desk.outbox.prune(START + 91 * DAY) == 2
    desk.outbox.close()
    reopened = Outbox.open(queue)
    assert reopened.pending_count() == 0
    (action,) = Desk(reopened).start()
    assert action.seq == 3
    reopened.close()


def test_what_was_sent_again_stays_for_ninety_days_more(desk: Desk) -> None:
    desk.start()
    desk.outbox.settle(1, applied(1))
    desk.outbox.prune(START)
    desk.outbox.rewind(0)
    desk.outbox.settle(1, applied(1))
    assert desk.outbox.prune(START + RETENTION_S) == 0
    assert desk.outbox.prune(START + 2 * RETENTION_S) == 1


def test_what_needs_attention_is_not_cleared_away(desk: Desk) -> None:
    desk.start()
    desk.stop()
    desk.outbox.settle(2, [Settled(1, "applied"), Settled(2, "held", code="LONG")])
    desk.outbox.prune(START)
    assert desk.outbox.prune(START + 91 * DAY) == 1
    assert len(desk.outbox.attention()) == 1


def test_a_body_that_no_server_can_read_is_not_recorded(outbox: Outbox) -> None:
    for body in ({"timer_id": "t", "x": 0.5}, {"timer_id": "t", "x": "\ud800"}):
        with pytest.raises(ValueError, match=r"floats|surrogates"):
            outbox.record([Draft("id", Kind.START, 0, body)], None)
    assert outbox.pending_count() == 0


def test_an_action_is_recorded_once(desk: Desk) -> None:
    gesture = desk.start()
    again = Draft(gesture[0].action_id, Kind.START, START, gesture[0].body)
    with pytest.raises(Exception, match="UNIQUE"):
        desk.outbox.record([again], None)
    assert (desk.outbox.pending_count(), desk.outbox.timer() is None) == (1, False)


def test_the_clock_goes_on_from_the_open_stretch(desk: Desk) -> None:
    desk.start()
    desk.pause()
    assert desk.outbox.anchor() is None
    desk.clock.advance(minutes=1)
    (resumed,) = desk.resume()
    desk.clock.advance(minutes=1)
    anchor = desk.outbox.anchor()
    assert anchor is not None
    assert (anchor.wall, anchor.mono_s) == (resumed.body["t"]["wall"], resumed.body["t"]["mono_s"])


def test_a_timer_of_another_device_has_no_clock_here(desk: Desk) -> None:
    desk.start()
    elsewhere = desk.outbox.timer()
    desk.stop()
    assert elsewhere is not None

    desk.outbox.record((), replace(elsewhere, timer_id="elsewhere"))
    assert desk.outbox.anchor() is None
    (stopped,) = desk.stop()
    assert desk.outbox.waiting()[-1].issue_id == LOGIN.id, "its issue is known all the same"
    assert stopped.body["timer_id"] == "elsewhere"


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("synchronous", 3),
        ("journal_mode", "truncate"),
        ("locking_mode", "exclusive"),
        ("fullfsync", 1),
        ("foreign_keys", 1),
        ("cell_size_check", 1),
        ("mmap_size", 0),
    ],
)
def test_sqlite_keeps_its_strongest_promise(outbox: Outbox, pragma: str, value: object) -> None:
    assert outbox._database.one(f"PRAGMA {pragma}") == (value,)


def test_notes_belong_to_the_file(outbox: Outbox) -> None:
    assert outbox.recall("server_id") is None
    outbox.remember("server_id", "one")
    outbox.remember("server_id", "two")
    assert outbox.recall("server_id") == "two"


def test_ten_thousand_actions_wait_and_are_confirmed(desk: Desk) -> None:
    """No clock here: it is enough that nothing is quadratic, or this test would not end."""
    started = desk.start()[0]
    drafts = [
        Draft(desk.new_id(), Kind.PAUSE, START, started.body | {"n": number}) for number in range(9_999)
    ]
    desk.outbox.record(drafts, None)
    sent = 0
    while batch := desk.outbox.batch().actions:
        sent += len(batch)
        desk.outbox.settle(batch[-1].seq, [Settled(each.seq, "applied") for each in batch])
    assert sent == 10_000


# ---- a point in the history -------------------------------------------------------------------------------


def with_a_past(desk: Desk) -> None:
    """Four actions, of which the first two were removed as old."""
    for _ in range(2):
        desk.start()
        desk.stop()
    desk.outbox.settle(2, applied(1, 2))
    desk.outbox.prune(START)
    assert desk.outbox.prune(START + RETENTION_S) == 2


def test_a_point_is_found_again_under_the_number_that_it_has_then(desk: Desk) -> None:
    with_a_past(desk)
    point = desk.outbox.up_to(3)
    assert (point.seq, desk.outbox.seq_of(point), desk.outbox.said_before) == (3, 3, 0)
    desk.outbox.rekey("eeeeeeee-0000-7000-8000-0000000000ff")
    assert (desk.outbox.seq_of(point), desk.outbox.said_before) == (1, 2)
    assert [each.action_id for each in desk.outbox.after(desk.outbox.seq_of(point))] != [point.action_id]


def test_after_what_was_removed_comes_all_that_is_kept_and_after_what_is_lost_nothing(desk: Desk) -> None:
    with_a_past(desk)
    assert len(desk.outbox.after(desk.outbox.seq_of(UpTo()))) == 2
    assert len(desk.outbox.after(desk.outbox.seq_of(UpTo(2, "removed")))) == 2
    assert desk.outbox.after(desk.outbox.seq_of(UpTo(4, "lost"))) == ()


# ---- the server's signature -------------------------------------------------------------------------------


def test_the_signature_over_what_is_confirmed_is_kept(desk: Desk, queue: Path) -> None:
    desk.start()
    desk.outbox.settle(1, applied(1), "a" * 64)
    assert desk.outbox.acked_sig() == "a" * 64
    desk.stop()
    desk.outbox.settle(2, applied(2), "b" * 64)
    desk.outbox.close()
    reopened = Outbox.open(queue)
    assert reopened.acked_sig() == "b" * 64
    reopened.close()


def test_a_signature_never_stands_for_another_point(desk: Desk) -> None:
    for _ in range(2):
        desk.start()
        desk.stop()
    outbox = desk.outbox
    outbox.settle(2, applied(1, 2), "a" * 64)
    outbox.settle(1, applied(1), "b" * 64)
    assert outbox.acked_sig() == "a" * 64, "a late reply signs an older point"
    outbox.settle(3, applied(3))
    assert outbox.acked_sig() is None, "a server that signs nothing"
    outbox.settle(3, [], "c" * 64)
    assert outbox.acked_sig() == "c" * 64
    outbox.settle(3, [])
    assert outbox.acked_sig() == "c" * 64
    outbox.rewind(3)
    assert outbox.acked_sig() == "c" * 64
    outbox.rewind(2)
    assert outbox.acked_sig() is None
    outbox.settle(4, applied(3, 4), "d" * 64)
    outbox.rekey("11111111-1111-4111-8111-111111111111")
    assert outbox.acked_sig() is None
