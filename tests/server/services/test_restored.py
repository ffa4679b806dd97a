"""Does the server notice that it was set back to an older state, once, and only by a proof?"""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from server.db.repositories import meta
from server.domain import acknowledgement
from server.domain.errors import Conflict
from server.domain.messages import ChainHead, SyncCode, SyncReply
from server.services.outside.pause import Pause, pause_at
from server.services.time import restored
from tests.server.company import Company, Person
from tests.server.device import Device

DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def anna(company: Company) -> Person:
    return company.anna


@pytest.fixture
def device(anna: Person) -> Device:
    """Of Anna, with two actions that the server has confirmed."""
    device = anna.device()
    device.start("BP-1", "8:00")
    device.stop("9:00")
    device.sync()
    return device


def ask(device: Device, sig: str | None, epoch: str | None = None) -> SyncReply:
    request = device.request(server_epoch=epoch)
    return device.push(msgspec.structs.replace(request, base=replace_sig(request.base, sig)))


def replace_sig(base: ChainHead, sig: str | None) -> ChainHead:
    return msgspec.structs.replace(base, sig=sig)


def set_back(company: Company, device: Device, seq: int = 1) -> None:
    """As a backup from before would: the server has less of this device."""
    company.write("DELETE FROM device_actions WHERE seq > ?", seq)
    company.write("UPDATE devices SET last_seq = ?, chain = ?", seq, device.chain_at(seq))


def epoch(company: Company) -> str:
    return company.database.read(meta.epoch)


def pause(company: Company) -> Pause | None:
    now_ms = company.clock.now_ms()
    return company.database.read(lambda conn: pause_at(conn, now_ms))


def test_each_reply_signs_what_the_server_has(device: Device, company: Company) -> None:
    reply = device.beat()
    key, server_id = company.server.signing_key, company.server.server_id
    assert reply.sig == acknowledgement.sign(key, server_id, device.device_id, 2, device.chain_at(2))
    others = [
        acknowledgement.sign(b"another key", server_id, device.device_id, 2, device.chain_at(2)),
        acknowledgement.sign(key, "another server", device.device_id, 2, device.chain_at(2)),
        acknowledgement.sign(key, server_id, "another device", 2, device.chain_at(2)),
        acknowledgement.sign(key, server_id, device.device_id, 1, device.chain_at(2)),
        acknowledgement.sign(key, server_id, device.device_id, 2, device.chain_at(1)),
    ]
    assert reply.sig not in others


def test_a_device_proves_that_history_was_lost(device: Device, company: Company) -> None:
    sig, before = device.beat().sig, epoch(company)
    set_back(company, device)
    reply = ask(device, sig, before)
    assert (reply.code, reply.last_seq) == (SyncCode.BEHIND, 1)
    assert reply.server_epoch == epoch(company) != before
    noted = company.rows("SELECT action FROM audit_entries WHERE action = 'server.restored'")
    assert noted == [("server.restored",)]


def test_a_proof_counts_once(device: Device, company: Company) -> None:
    sig, before = device.beat().sig, epoch(company)
    set_back(company, device)
    after = ask(device, sig, before).server_epoch
    assert ask(device, sig, before).server_epoch == after
    assert ask(device, sig, after).server_epoch == after


def test_of_two_devices_the_first_is_enough(device: Device, company: Company) -> None:
    other = company.ben.device()
    other.start("BP-1", "8:00")
    other.sync()
    sigs, before = (device.beat().sig, other.beat().sig), epoch(company)
    company.write("DELETE FROM device_actions")
    for each in (device, other):
        company.write(
            "UPDATE devices SET last_seq = 0, chain = ? WHERE id = ?", each.chain_at(0), each.device_id
        )
    after = ask(device, sigs[0], before).server_epoch
    assert ask(other, sigs[1], before).server_epoch == after != before


@pytest.mark.parametrize("sig", [None, "0" * 64])
def test_without_a_proof_nothing_changes(device: Device, company: Company, sig: str | None) -> None:
    before = epoch(company)
    set_back(company, device)
    reply = ask(device, sig, before)
    assert (reply.code, reply.server_epoch) == (SyncCode.BEHIND, before)


def test_what_the_server_has_proves_nothing(device: Device, company: Company) -> None:
    before = epoch(company)
    assert ask(device, device.beat().sig, before).server_epoch == before
    assert pause(company) is None


def test_another_devices_signature_proves_nothing(device: Device, company: Company) -> None:
    before = epoch(company)
    other = company.ben.device()
    other.start("BP-1", "8:00")
    other.sync()
    sig = other.beat().sig
    set_back(company, device)
    assert ask(device, sig, before).server_epoch == before


def test_nobody_outside_is_told_anything_until_the_devices_have_come(
    device: Device, company: Company
) -> None:
    sig = device.beat().sig
    set_back(company, device)
    ask(device, sig)
    until = company.clock.now_ms() + DAY_MS
    assert pause(company) == Pause(1, until)
    device.acked = 1
    device.sync()
    assert pause(company) is None


def test_but_for_a_day_at_most(device: Device, company: Company) -> None:
    sig = device.beat().sig
    set_back(company, device)
    ask(device, sig)
    company.clock.advance(hours=24)
    assert pause(company) is None


def test_a_device_that_was_silent_for_weeks_is_not_waited_for(device: Device, company: Company) -> None:
    company.clock.advance(hours=15 * 24)
    now_ms, server = company.clock.now_ms(), company.server
    assert company.database.run(lambda conn: restored.announce(conn, server, now_ms)) is None
    assert pause(company) is None


def test_somebody_says_that_it_was_restored_and_that_all_have_come(device: Device, company: Company) -> None:
    now_ms, server, before = company.clock.now_ms(), company.server, epoch(company)
    said = company.database.run(lambda conn: restored.announce(conn, server, now_ms))
    assert said == pause(company) == Pause(1, now_ms + DAY_MS)
    assert epoch(company) != before
    company.database.run(lambda conn: restored.confirm(conn, server, now_ms))
    assert pause(company) is None
    with pytest.raises(Conflict):
        company.database.run(lambda conn: restored.confirm(conn, server, now_ms))


def test_the_key_of_the_environment_signs(device: Device, company: Company) -> None:
    """A backup of the database does not hold it."""
    of_database = device.beat().sig
    company.server = replace(company.server, chosen="a key of at least thirty-two letters")
    assert device.beat().sig != of_database
