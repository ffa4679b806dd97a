"""Does a device that asks only for what changed show the same as one that asks for everything?"""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest

from server.domain.errors import Refusal
from server.domain.messages import TimerStatus
from server.services.time.own_logs import AT_ONCE
from tests.server.company import Company, Person
from tests.server.device import Device
from tests.server.hand import Hand
from tests.server.shelf import Shelf


@pytest.fixture
def anna(company: Company) -> Person:
    return company.anna


@pytest.fixture
def shelf(anna: Person) -> Shelf:
    return Shelf(anna.device())


def test_who_does_not_ask_gets_none(anna: Person) -> None:
    snapshot = anna.device().sync_and_lose_the_reply().snapshot
    assert snapshot is not None
    assert snapshot.logs is None


def test_first_all_then_what_changed_then_nothing(shelf: Shelf, anna: Person, company: Company) -> None:
    anna.start("BP-1")
    company.clock.advance(hours=1)
    anna.stop("Fixed it")
    first = shelf.ask()
    assert (first.is_full, len(first.changed), first.has_more) == (True, 1, False)
    (log,) = first.changed
    assert (log.issue_key, log.seconds, log.description, log.flag) == ("BP-1", 3600, "Fixed it", None)
    assert [(each.end or 0) - each.start for each in log.stretches] == [3600]
    assert first.digest == shelf.own_digest()
    again = shelf.ask()
    assert (again.is_full, again.changed, again.digest) == (False, [], "")
    anna.start("BP-2")
    second = shelf.ask()
    assert [each.issue_key for each in second.changed] == ["BP-2"]
    assert not second.is_full


def test_nobody_gets_anybody_elses(shelf: Shelf, company: Company) -> None:
    company.ben.start("BP-1")
    assert shelf.ask().changed == []


@pytest.mark.parametrize("cursor", ["", "x", "0" * 36 + ".1.0.0.1", "ключ", "9" * 200])
def test_a_cursor_from_elsewhere_brings_everything(
    shelf: Shelf, anna: Person, company: Company, cursor: str
) -> None:
    anna.start("BP-1")
    company.clock.advance(hours=1)
    anna.stop()
    shelf.ask()
    assert shelf.ask(cursor=cursor).is_full


def test_another_epoch_brings_everything(shelf: Shelf, anna: Person) -> None:
    anna.start("BP-1")
    shelf.ask()
    assert shelf.ask(server_epoch="another").is_full


def test_many_come_in_several_replies(shelf: Shelf, anna: Person, company: Company) -> None:
    for _ in range(2 * AT_ONCE + 1):
        anna.start("BP-1")
        company.clock.advance(minutes=1)
        anna.stop()
    replies = [shelf.ask() for _ in range(3)]
    assert [len(each.changed) for each in replies] == [AT_ONCE, AT_ONCE, 1]
    assert [each.has_more for each in replies] == [True, True, False]
    assert [bool(each.digest) for each in replies] == [False, False, True]
    assert [each.is_full for each in replies] == [True, False, False]
    assert shelf.digest == shelf.own_digest()


@pytest.mark.parametrize("seed", range(12))
def test_what_changed_adds_up_to_everything(shelf: Shelf, anna: Person, company: Company, seed: int) -> None:
    """Whatever happens between, and however often one asks."""
    chance = Random(seed)  # noqa: S311  # which lives are tried
    device = anna.device()
    for _ in range(25):
        _something(chance, anna, company, device)
        if chance.random() < 0.4:
            shelf.ask()
    shelf.ask()
    fresh = Shelf(anna.device())
    fresh.ask()
    assert shelf.shown() == fresh.shown()
    assert fresh.digest == fresh.own_digest() == shelf.own_digest()


def _something(chance: Random, anna: Person, company: Company, device: Device) -> None:
    company.clock.advance(minutes=chance.randrange(1, 90))
    running = anna.status().status
    match chance.randrange(9):
        case 0 | 1:
            if running is TimerStatus.STOPPED or chance.random() < 0.5:
                anna.start(chance.choice(["BP-1", "BP-2"]))
        case 2 if running is TimerStatus.RUNNING:
            anna.pause()
        case 3 if running is TimerStatus.PAUSED:
            anna.resume()
        case 4 if running is not TimerStatus.STOPPED:
            anna.stop("done")
        case 5:
            minute = company.clock.now_ms() // 60_000 % 1440
            early = max(0, minute - chance.randrange(1, 30))
            device.start("BP-1", _clock(early))
            device.stop(_clock(minute))
            device.sync()
        case _:
            _by_hand(chance, Hand(anna), anna)


def _by_hand(chance: Random, hand: Hand, anna: Person) -> None:
    """A correction of one of her logs; what is refused changes nothing."""
    known = [log for log in anna.logs() if log.status is TimerStatus.STOPPED]
    if not known:
        return
    log = chance.choice(known)
    begun = log.start_time // 60 % 1440
    with suppress(Refusal):
        match chance.randrange(5):
            case 0:
                hand.change(log.id, issue=chance.choice(["BP-1", "BP-2"]))
            case 1:
                hand.change(log.id, description=f"said {chance.randrange(9)}", is_billable=False)
            case 2:
                hand.change(log.id, start=_clock(max(0, begun - 7)))
            case 3:
                hand.split(log.id, _clock(begun + 1))
            case _:
                hand.delete(log.id)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
