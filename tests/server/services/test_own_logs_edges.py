"""Does a device get all of its user's logs where the window begins, at the end of a page, and when nothing but a flag changed?"""

from __future__ import annotations

import hashlib
from typing import Final

import pytest

from server.domain.messages import AddLog, OwnLog
from server.services.time import editing
from server.services.time.own_logs import AT_ONCE, WINDOW_DAYS
from tests.server.company import Company, Person
from tests.server.daytime import at
from tests.server.hand import Hand
from tests.server.shelf import Shelf

FIRST: Final = at("0:00")
OF_NONE: Final = hashlib.sha256(b"").hexdigest()
DAY_H: Final = 24


@pytest.fixture
def anna(company: Company) -> Person:
    return company.anna


@pytest.fixture
def shelf(anna: Person) -> Shelf:
    return Shelf(anna.device())


def add(person: Person, start: int, seconds: int = 60) -> int:
    """A log of that time; its number."""
    company = person.company
    said = AddLog(company.issues["BP-1"], start, start + seconds)
    now_ms = company.clock.now_ms()
    return company.database.run(lambda conn: editing.add(conn, person.principal, said, now_ms)).log.id


def everything(person: Person) -> dict[str, OwnLog]:
    """As a new device gets it."""
    fresh = Shelf(person.device())
    while fresh.ask().has_more:
        pass
    return fresh.shown()


# ---- the window -----------------------------------------------------------------------------------------------------


def test_the_window_begins_with_the_first_second_of_a_day(
    shelf: Shelf, anna: Person, company: Company
) -> None:
    add(anna, FIRST - 60)
    add(anna, FIRST)
    company.clock.advance(hours=WINDOW_DAYS * DAY_H)
    found = shelf.ask()
    assert [each.start for each in found.changed] == [FIRST]
    assert found.digest == shelf.own_digest()


def test_who_has_all_of_them_hears_of_an_older_one_that_changes(
    shelf: Shelf, anna: Person, company: Company
) -> None:
    old = add(anna, FIRST - 60)
    company.clock.advance(hours=WINDOW_DAYS * DAY_H)
    assert shelf.ask().changed == []
    Hand(anna).change(old, description="Said later")
    found = shelf.ask()
    assert [each.description for each in found.changed] == ["Said later"]
    assert (found.is_full, found.digest) == (False, OF_NONE)


def test_on_the_next_day_the_digest_is_told_anew(shelf: Shelf, anna: Person, company: Company) -> None:
    add(anna, FIRST)
    company.clock.advance(hours=WINDOW_DAYS * DAY_H)
    assert shelf.ask().digest == shelf.own_digest() != OF_NONE
    assert shelf.ask().digest == ""
    company.clock.advance(hours=DAY_H)
    found = shelf.ask()
    assert (found.is_full, found.changed, found.digest) == (False, [], OF_NONE)


# ---- pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "pages"),
    [(AT_ONCE - 1, [AT_ONCE - 1]), (AT_ONCE, [AT_ONCE]), (AT_ONCE + 1, [AT_ONCE, 1])],
)
def test_a_page_that_is_just_full(shelf: Shelf, anna: Person, count: int, pages: list[int]) -> None:
    for number in range(count):
        add(anna, FIRST + 60 * number)
    replies = [shelf.ask() for _ in pages]
    assert [len(each.changed) for each in replies] == pages
    assert [each.has_more for each in replies] == [*[True] * (len(pages) - 1), False]
    assert replies[-1].digest == shelf.own_digest()


def test_many_that_changed_at_once_come_in_several_pages(shelf: Shelf, anna: Person) -> None:
    device = anna.device()
    for minute in range(AT_ONCE + 10):
        device.start("BP-1", f"{minute // 60}:{minute % 60:02}")
    device.stop("7:00")
    device.sync()
    assert [len(shelf.ask().changed) for _ in range(2)] == [AT_ONCE, 10]
    assert shelf.shown() == everything(anna)


def test_what_changes_between_two_pages_comes_with_the_later_one(shelf: Shelf, anna: Person) -> None:
    numbers = [add(anna, FIRST + 60 * number) for number in range(AT_ONCE + 2)]
    assert shelf.ask().has_more
    Hand(anna).change(numbers[0], description="Read already")
    Hand(anna).delete(numbers[-1])
    while shelf.ask().has_more:
        pass
    assert shelf.shown() == everything(anna)
    assert shelf.digest == shelf.own_digest()


# ---- what is told ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("later", "told"), [(0, 0), (1, 1), (1000, 1)])
def test_a_cursor_from_the_future_brings_everything(
    shelf: Shelf, anna: Person, later: int, told: int
) -> None:
    """As after a backup that was restored without anybody's noticing."""
    add(anna, FIRST)
    shelf.ask()
    epoch, change, *rest = (shelf.cursor or "").split(".")
    found = shelf.ask(cursor=".".join((epoch, str(int(change) + later), *rest)))
    assert (found.is_full, len(found.changed)) == (bool(told), told)


@pytest.mark.parametrize(("place", "said"), [(-1, "00000000-0000-7000-8000-00000000abcd"), (-2, "99")])
def test_a_cursor_after_a_log_that_this_server_has_not_brings_everything(
    shelf: Shelf, anna: Person, place: int, said: str
) -> None:
    """A restored server has come to the same number by other changes: the newest log is not there, or older."""
    add(anna, FIRST)
    shelf.ask()
    parts = (shelf.cursor or "").split(".")
    parts[place] = said
    found = shelf.ask(cursor=".".join(parts))
    assert (found.is_full, len(found.changed)) == (True, 1)


def test_nor_by_what_comes_with_the_question(shelf: Shelf, anna: Person) -> None:
    """The device sends again what a restored server has lost, and with it the very numbers come back."""
    add(anna, FIRST)
    shelf.ask()
    epoch, change, *_, day, _, _ = (shelf.cursor or "").split(".")
    shelf.device.start("BP-2", "7:00")
    cursor = f"{epoch}.{int(change) + 1}.0.0.{day}.{change}.{shelf.device.timer_id}"
    found = shelf.ask(cursor=cursor, actions=shelf.device.actions)
    assert (found.is_full, len(found.changed)) == (True, 2)


def test_a_log_of_which_only_the_flag_changes_is_told(shelf: Shelf, anna: Person, company: Company) -> None:
    """Two devices counted the same work, and all of it was entered by hand as something else. Now one of the two is deleted."""
    for device in (anna.device(), anna.device()):
        device.start("BP-1", "5:00")
        device.stop("6:00")
        device.sync()
    company.clock.advance(hours=1)
    Hand(anna).add("BP-2", "5:00-6:00")
    shelf.ask()
    before = {each.flag: each for each in shelf.shown().values()}
    assert before.keys() == {"DUPLICATE_CLAIM", "TRIMMED", None}
    Hand(anna).delete(before["TRIMMED"].time_log_id)
    shelf.ask()
    after = shelf.shown()[before["DUPLICATE_CLAIM"].timer_id]
    assert (after.flag, after.seconds) == ("TRIMMED", before["DUPLICATE_CLAIM"].seconds)
    assert shelf.shown() == everything(anna)
