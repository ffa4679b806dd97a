"""Does a device's history arrive without a gap, once, whatever is sent?"""

from __future__ import annotations

import pytest

from server.domain.errors import Forbidden
from server.domain.messages import ChainHead, OutcomeKind, SyncCode, SyncReply
from tests.server.company import Company
from tests.server.device import Device, head_of, new_id


@pytest.fixture
def device(company: Company) -> Device:
    company.clock.advance(hours=10)
    return company.anna.device()


@pytest.fixture
def worked(device: Device) -> Device:
    """Two hours in two stretches, four actions, nothing sent yet."""
    device.start("BP-1", "9:00")
    device.pause("10:00")
    device.resume("11:00")
    device.stop("12:00", "done")
    return device


def history(device: Device) -> list[tuple[int, str, str]]:
    found = device.company.rows(
        "SELECT seq, action_id, chain FROM device_actions WHERE device_id = ? ORDER BY seq", device.device_id
    )
    return [(seq, action_id, chain) for seq, action_id, chain in found]


def outcomes(reply: SyncReply) -> list[OutcomeKind]:
    return [result.outcome for result in reply.results]


def everything(company: Company) -> list[object]:
    """What a repeat must leave as it is."""
    tables = (
        "claims",
        "claim_ends",
        "segments",
        "issue_time_logs",
        "applied_actions",
        "dead_letters",
        "active_timers",
    )
    return [company.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables]  # noqa: S608  # the names above


def test_all_is_applied_and_numbered(worked: Device) -> None:
    reply = worked.push(worked.request())
    assert reply.code is SyncCode.OK
    assert outcomes(reply) == 4 * [OutcomeKind.APPLIED]
    assert [result.seq for result in reply.results] == [1, 2, 3, 4]
    assert (reply.last_seq, reply.chain) == (4, worked.chain_at(4))
    assert history(worked) == [(each.seq, each.action_id, each.chain) for each in worked.actions]
    assert worked.company.anna.counted("BP-1") == ["9:00-10:00", "11:00-12:00"]
    worked.company.check()


def test_the_reply_names_server_and_nonce(worked: Device) -> None:
    reply = worked.push(worked.request(nonce="one of its own"))
    server = worked.company.server
    assert (reply.nonce, reply.server_id, reply.server_epoch) == (
        "one of its own",
        server.server_id,
        server.epoch,
    )
    assert reply.server_time * 1000 == worked.company.clock.now_ms()


def test_a_repeat_gets_the_stored_outcomes_and_changes_nothing(worked: Device) -> None:
    first = worked.sync_and_lose_the_reply()
    before = everything(worked.company)
    again = worked.push(worked.request())
    assert again.code is SyncCode.OK
    assert outcomes(again) == 4 * [OutcomeKind.DUPLICATE]
    assert [result.of for result in again.results] == outcomes(first)
    assert [result.time_log_id for result in again.results] == [
        result.time_log_id for result in first.results
    ]
    assert (again.last_seq, again.chain) == (first.last_seq, first.chain)
    assert everything(worked.company) == before


def test_a_repeat_of_a_held_action_says_why_again(worked: Device) -> None:
    worked.company.delete_issue("BP-1")
    first = worked.sync_and_lose_the_reply()
    again = worked.push(worked.request())
    assert first.results[0].code == again.results[0].code == "ISSUE_DELETED"
    assert again.results[0].of is OutcomeKind.HELD
    assert again.results[0].detail == first.results[0].detail


def test_half_a_batch_that_arrived_before_is_not_applied_again(worked: Device) -> None:
    worked.push(worked.request(actions=worked.actions[:2]))
    reply = worked.push(worked.request())
    assert outcomes(reply) == [*(2 * [OutcomeKind.DUPLICATE]), *(2 * [OutcomeKind.APPLIED])]
    assert worked.company.anna.counted("BP-1") == ["9:00-10:00", "11:00-12:00"]
    worked.company.check()


def test_nothing_to_send_is_a_heartbeat(device: Device) -> None:
    reply = device.push(device.request())
    assert (reply.code, reply.results, reply.last_seq) == (SyncCode.OK, [], 0)
    assert reply.chain == head_of(device.device_id)
    assert reply.snapshot is not None


def test_a_server_that_lost_history_says_how_far_it_is(worked: Device) -> None:
    ahead = ChainHead(seq=2, chain=worked.chain_at(2))
    reply = worked.push(worked.request(base=ahead, actions=worked.actions[2:]))
    assert (reply.code, reply.last_seq, reply.chain) == (SyncCode.BEHIND, 0, head_of(worked.device_id))
    assert (reply.results, reply.snapshot) == ([], None)
    assert history(worked) == []
    assert len(worked.sync()) == 4


def test_a_gap_is_not_stepped_over(worked: Device) -> None:
    reply = worked.push(worked.request(actions=[worked.actions[0], worked.actions[2]]))
    assert (reply.code, reply.last_seq) == (SyncCode.BEHIND, 1)
    assert outcomes(reply) == [OutcomeKind.APPLIED]
    assert [seq for seq, *_ in history(worked)] == [1]
    worked.acked = 1
    worked.sync()
    worked.company.check()


def test_a_base_with_another_chain_is_a_fork(worked: Device) -> None:
    worked.sync()
    other = ChainHead(seq=2, chain=worked.chain_at(3))
    reply = worked.push(worked.request(base=other, actions=[]))
    assert (reply.code, reply.last_seq, reply.chain) == (SyncCode.FORK, 4, worked.chain_at(4))
    assert reply.snapshot is None


def test_a_base_of_nothing_has_one_chain_only(worked: Device) -> None:
    worked.sync()
    wrong = ChainHead(seq=0, chain=head_of("another device"))
    assert worked.push(worked.request(base=wrong, actions=[])).code is SyncCode.FORK
    right = ChainHead(seq=0, chain=head_of(worked.device_id))
    assert worked.push(worked.request(base=right, actions=[])).code is SyncCode.OK


def test_two_copies_of_a_profile_are_a_fork_and_lose_nothing(device: Device) -> None:
    device.start("BP-1", "9:00")
    device.sync()
    copy = device.copied()
    device.stop("10:00")
    device.sync()
    copy.start("BP-2", "10:30")
    copy.stop("11:00")
    assert copy.push(copy.request()).code is SyncCode.FORK
    copy.become_new_device()
    results = copy.sync()
    assert results[0].outcome is OutcomeKind.DUPLICATE
    anna = device.company.anna
    assert anna.counted("BP-1") == ["9:00-10:00"]
    assert anna.counted("BP-2") == ["10:30-11:00"]
    assert anna.company.rows("SELECT parent_device_id FROM devices WHERE id = ?", copy.device_id) == [
        (device.device_id,)
    ]
    anna.company.check()


def test_a_known_number_with_another_action_is_a_fork(worked: Device) -> None:
    worked.sync()
    other = worked.copied()
    other.actions.clear()
    other.start("BP-2", "9:00")
    base = ChainHead(seq=0, chain=head_of(worked.device_id))
    assert worked.push(worked.request(base=base, actions=other.actions)).code is SyncCode.FORK
    assert worked.company.anna.counted("BP-2") == []


def test_a_body_that_changed_on_disk_is_corrupt_and_what_went_before_stays(worked: Device) -> None:
    worked.actions[2].body["t"]["wall"] += 1
    reply = worked.push(worked.request())
    assert (reply.code, reply.last_seq, reply.chain) == (SyncCode.CORRUPT, 2, worked.chain_at(2))
    assert outcomes(reply) == 2 * [OutcomeKind.APPLIED]
    assert worked.company.anna.counted("BP-1") == ["9:00-10:00"]
    worked.company.check()


@pytest.mark.parametrize("wall", [1.5, "\ud800"])
def test_a_body_that_no_chain_is_made_of_is_corrupt(worked: Device, wall: object) -> None:
    worked.actions[0].body["t"]["wall"] = wall
    reply = worked.push(worked.request())
    assert (reply.code, reply.last_seq, reply.results) == (SyncCode.CORRUPT, 0, [])


def test_an_action_under_another_id_is_corrupt(worked: Device) -> None:
    worked.actions[0].action_id = new_id()
    assert worked.push(worked.request()).code is SyncCode.CORRUPT


def test_another_protocol_asks_for_an_update_and_applies_nothing(worked: Device) -> None:
    reply = worked.push(worked.request(protocol=2))
    assert (reply.code, reply.results, reply.snapshot) == (SyncCode.UPGRADE, [], None)
    assert history(worked) == []


def test_another_users_device_is_refused(worked: Device) -> None:
    worked.sync()
    ben = Device(worked.company, worked.company.ben.principal, worked.device_id)
    with pytest.raises(Forbidden, match="another user"):
        ben.push(ben.request())
    ben.start("BP-1", "9:00")
    with pytest.raises(Forbidden):
        ben.push(ben.request())
    assert len(history(worked)) == 4


def test_a_long_outbox_goes_in_batches(device: Device) -> None:
    for minute in range(250):
        device.start("BP-1", f"{8 + minute // 60}:{minute % 60:02}")
    device.stop("13:00")
    assert len(device.sync()) == 500
    assert device.company.anna.snapshot().today.counted_seconds == 5 * 3600
    device.company.check()


def test_a_beat_keeps_the_timer_alive(device: Device) -> None:
    device.start("BP-1", "17:59")
    device.sync()
    question = "SELECT last_heartbeat FROM active_timers"
    [(before,)] = device.company.rows(question)
    device.company.clock.advance(seconds=30)
    device.beat()
    assert device.company.rows(question) == [(before,)]  # not more than once a minute
    device.company.clock.advance(seconds=31)
    device.beat()
    assert device.company.rows(question) == [(device.company.clock.now_ms(),)]


def test_a_device_polls_sooner_while_its_user_has_a_timer(device: Device) -> None:
    assert device.push(device.request()).limits.next_poll_s == 60
    device.start("BP-1", "17:00")
    assert device.push(device.request()).limits.next_poll_s == 5


def test_a_device_is_seen_now_and_then(device: Device) -> None:
    question = "SELECT last_seen_at, name FROM devices WHERE id = ?"
    device.push(device.request())
    [(first, _)] = device.company.rows(question, device.device_id)
    device.company.clock.advance(seconds=59)
    device.push(device.request())
    assert device.company.rows(question, device.device_id) == [(first, "test")]
    device.company.clock.advance(seconds=2)
    device.push(device.request(device_name="Anna's laptop"))
    assert device.company.rows(question, device.device_id) == [
        (device.company.clock.now_ms(), "Anna's laptop")
    ]
