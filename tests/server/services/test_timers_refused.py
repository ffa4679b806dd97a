"""What refuses a start, and does a stop always work?"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from server.domain.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Locked,
    NotFound,
    NotSignedIn,
)
from server.domain.messages import TimerStatus
from tests.server.company import Company, Person
from tests.server.databases import SQLITE, kinds
from tests.server.daytime import at


@pytest.fixture
def anna(company: Company) -> Person:
    return company.anna


def test_an_issue_that_is_not_there(anna: Person, company: Company) -> None:
    company.issues["BP-99"] = 999_999
    with pytest.raises(NotFound):
        anna.start("BP-99")


def test_an_issue_of_another_project(anna: Person) -> None:
    with pytest.raises(Invalid) as refused:
        anna.start("BP-1", project="WEB")
    assert [error.field for error in refused.value.errors] == ["project_id"]


def test_an_issue_of_which_one_may_not_know_is_none(anna: Person) -> None:
    for project in ("WEB", "BP"):
        with pytest.raises(NotFound, match="no such issue"):
            anna.start("WEB-1", project=project)


def test_a_deleted_issue(anna: Person, company: Company) -> None:
    company.delete_issue("BP-1")
    with pytest.raises(Conflict, match="deleted"):
        anna.start("BP-1")


def test_a_locked_budget(anna: Person, company: Company) -> None:
    company.set_budget("BP", 1000)
    company.lock_budget("BP", "9:00")
    anna.start("BP-1")
    company.clock.advance(hours=1)
    with pytest.raises(Locked):
        anna.start("BP-2")


def test_a_start_that_is_refused_stops_nothing(anna: Person, company: Company) -> None:
    anna.start("BP-1")
    company.delete_issue("BP-2")
    revision = anna.revision()
    with pytest.raises(Conflict):
        anna.start("BP-2")
    assert anna.status().issue_key == "BP-1"
    assert anna.revision() == revision


def test_a_lock_also_refuses_to_resume(anna: Person, company: Company) -> None:
    company.set_budget("BP", 1000)
    anna.start("BP-1")
    anna.pause()
    company.lock_budget("BP", "8:00")
    with pytest.raises(Locked):
        anna.resume()


@pytest.mark.parametrize(("issue", "refusal"), [("WEB-1", Forbidden), ("no such issue", NotFound)])
def test_a_held_timer_cannot_be_resumed(
    anna: Person, company: Company, issue: str, refusal: type[Exception]
) -> None:
    device = anna.device()
    device.start(issue, "8:00")
    device.pause("8:00")
    device.sync()
    assert anna.status().status is TimerStatus.PAUSED
    with pytest.raises(refusal):
        anna.resume()
    assert anna.stop().elapsed_seconds == 0


# ---- a stop always works


def lock(company: Company) -> None:
    company.set_budget("BP", 1)
    company.lock_budget("BP", "0:00")


def delete(company: Company) -> None:
    company.delete_issue("BP-1")


def leave(company: Company) -> None:
    company.remove_member("BP", company.anna)


trouble = pytest.mark.parametrize("happens", [lock, delete, leave])
Happens = Callable[[Company], None]


@trouble
def test_a_stop_works(anna: Person, company: Company, happens: Happens) -> None:
    anna.start("BP-1")
    company.clock.advance(hours=1)
    happens(company)
    stopped = anna.stop()
    assert (stopped.elapsed_seconds, stopped.cost) == (3600, Decimal(50))
    assert anna.counted("BP-1") == ["8:00-9:00"]
    company.check()


@trouble
def test_a_stop_of_a_paused_timer_works(anna: Person, company: Company, happens: Happens) -> None:
    anna.start("BP-1")
    company.clock.advance(hours=1)
    anna.pause()
    happens(company)
    assert anna.stop().elapsed_seconds == 3600
    assert anna.log("BP-1").status is TimerStatus.STOPPED


def test_a_stop_after_days_works_and_its_time_is_held(anna: Person, company: Company) -> None:
    anna.start("BP-1")
    company.clock.advance(hours=50)
    assert anna.stop().status is TimerStatus.STOPPED
    assert anna.counted("BP-1") == []
    assert [item.code for item in anna.attention()] == ["LONG"]
    assert anna.held_seconds() == 10 * 3600  # of the third day


def test_a_stop_works_when_a_devices_clock_ran_ahead(anna: Person, company: Company) -> None:
    device = anna.device()
    device.start("BP-1", "8:01:30")
    device.sync()
    assert anna.stop().elapsed_seconds == 0
    assert anna.status().status is TimerStatus.STOPPED


def test_a_clock_a_day_ahead_does_not_move_what_is_started_here(anna: Person, company: Company) -> None:
    device = anna.device()
    device.start("BP-1", "32:00")
    device.sync()
    started = anna.start("BP-2")
    assert started.start_time == at("8:00")
    company.clock.advance(hours=1)
    assert anna.stop().elapsed_seconds == 3600
    assert anna.counted("BP-2") == ["8:00-9:00"]
    company.check()


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind != SQLITE], indirect=True)
def test_nobody_begins_who_was_switched_off_while_they_waited(company: Company) -> None:
    """They were let in a moment before; nobody could stop their timer any more, and it would use up the budget.

    On SQLite whoever writes is let in when it is their turn.
    """
    device = company.ben.device()
    device.start("BP-1", "8:00")
    company.anna.start("BP-1")
    company.anna.pause()
    company.write("UPDATE users SET is_active = ?", False)
    begins: list[Callable[[], object]] = [
        lambda: company.anna.start("BP-1"),
        company.anna.resume,
        device.sync,
    ]
    for begin in begins:
        with pytest.raises(NotSignedIn):
            begin()
    assert company.anna.stop().status == "stopped"
