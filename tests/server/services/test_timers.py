"""Do start, pause, resume and stop do what a person at one screen expects?"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from threading import Thread

import pytest

from server.db.session import Connection, ConstraintBroken, Database
from server.domain.errors import (
    AlreadyPaused,
    Conflict,
    Forbidden,
    Invalid,
    Locked,
    NotFound,
    NoTimer,
    NotPaused,
)
from server.domain.messages import RateType, StartTimer, StopTimer, TimerStatus
from server.services import timers
from tests.server.company import Company, Person
from tests.server.daytime import at


@pytest.fixture
def anna(company: Company) -> Person:
    return company.anna


def test_a_day(anna: Person, company: Company) -> None:
    started = anna.start("BP-1")
    assert (started.success, started.status, started.start_time) == (True, TimerStatus.RUNNING, at("8:00"))
    assert (started.elapsed_seconds, started.cost) == (0, Decimal(0))
    company.clock.advance(minutes=30)
    paused = anna.pause()
    assert (paused.status, paused.elapsed_seconds, paused.cost) == (TimerStatus.PAUSED, 1800, Decimal(25))
    company.clock.advance(hours=1)
    resumed = anna.resume()
    assert (resumed.status, resumed.elapsed_seconds, resumed.cost) == (TimerStatus.RUNNING, 1800, Decimal(25))
    company.clock.advance(minutes=15)
    stopped = anna.stop("the login works")
    assert (stopped.status, stopped.elapsed_seconds) == (TimerStatus.STOPPED, 2700)
    assert (stopped.cost, stopped.end_time) == (Decimal("37.5"), at("9:45"))
    assert {started.time_log_id} == {each.time_log_id for each in (paused, resumed, stopped)}
    log = anna.log("BP-1")
    assert (log.id, log.status, log.description) == (
        started.time_log_id,
        TimerStatus.STOPPED,
        "the login works",
    )
    assert (log.start_time, log.paused_at, log.resumed_at, log.end_time) == (
        at("8:00"),
        at("8:30"),
        at("9:30"),
        at("9:45"),
    )
    assert anna.counted("BP-1") == ["8:00-8:30", "9:30-9:45"]
    company.check()


def test_a_start_stops_what_runs(anna: Person, company: Company) -> None:
    anna.start("BP-1")
    company.clock.advance(hours=1)
    anna.start("BP-2")
    company.clock.advance(hours=1)
    anna.stop()
    assert anna.counted("BP-1") == ["8:00-9:00"]
    assert anna.counted("BP-2") == ["9:00-10:00"]
    assert anna.log("BP-1").status is TimerStatus.STOPPED
    assert anna.attention() == []
    company.check()


def test_a_start_stops_what_is_paused(anna: Person, company: Company) -> None:
    anna.start("BP-1")
    company.clock.advance(hours=1)
    anna.pause()
    company.clock.advance(hours=1)
    anna.start("BP-2")
    assert anna.log("BP-1").status is TimerStatus.STOPPED
    assert anna.log("BP-1").duration_seconds == 3600
    assert anna.status().issue_key == "BP-2"


def test_the_same_issue_again_is_a_new_log(anna: Person, company: Company) -> None:
    first = anna.start("BP-1")
    company.clock.advance(minutes=1)
    assert anna.start("BP-1").time_log_id != first.time_log_id
    assert [log.duration_seconds for log in anna.logs()] == [60, 0]


def test_without_a_timer(anna: Person) -> None:
    for ask in (anna.pause, anna.resume, anna.stop):
        with pytest.raises(NoTimer):
            ask()


def test_pausing_twice_and_resuming_what_runs(anna: Person) -> None:
    anna.start("BP-1")
    with pytest.raises(NotPaused):
        anna.resume()
    anna.pause()
    with pytest.raises(AlreadyPaused):
        anna.pause()


def test_start_and_stop_in_the_same_second(anna: Person, company: Company) -> None:
    anna.start("BP-1")
    assert anna.stop().elapsed_seconds == 0
    assert anna.log("BP-1").status is TimerStatus.STOPPED
    company.check()


def test_an_empty_description_says_nothing(anna: Person) -> None:
    anna.start("BP-1")
    anna.stop("")
    assert anna.log("BP-1").description is None


# ---- what refuses a start


def test_an_issue_that_is_not_there(anna: Person, company: Company) -> None:
    company.issues["BP-99"] = 999_999
    with pytest.raises(NotFound):
        anna.start("BP-99")


def test_an_issue_of_another_project(anna: Person) -> None:
    with pytest.raises(Invalid) as refused:
        anna.start("BP-1", project="WEB")
    assert [error.field for error in refused.value.errors] == ["project_id"]


def test_a_project_one_is_no_member_of(anna: Person) -> None:
    with pytest.raises(Forbidden):
        anna.start("WEB-1")


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


# ---- status


def test_status_of_nothing(anna: Person) -> None:
    now = anna.status()
    assert (now.status, now.time_log_id, now.server_time) == (TimerStatus.STOPPED, None, at("8:00"))


def test_status_while_it_runs(anna: Person, company: Company) -> None:
    company.set_budget("BP", 200)
    log_id = anna.start("BP-1").time_log_id
    company.clock.advance(minutes=90)
    now = anna.status()
    assert (now.status, now.time_log_id, now.server_time) == (TimerStatus.RUNNING, log_id, at("9:30"))
    assert (now.issue_id, now.issue_key, now.issue_summary) == (company.issues["BP-1"], "BP-1", "About BP-1")
    assert (now.project_id, now.started_at, now.paused_at) == (company.projects["BP"], at("8:00"), None)
    assert (now.elapsed_seconds, now.cost, now.currency) == (5400, Decimal(75), "USD")
    assert (now.rate_type, now.rate_amount) == (RateType.HOURLY, Decimal(50))
    assert now.budget_percent == Decimal("37.50")


def test_status_while_it_is_paused(anna: Person, company: Company) -> None:
    anna.start("BP-1")
    company.clock.advance(hours=1)
    anna.pause()
    company.clock.advance(hours=1)
    now = anna.status()
    assert (now.status, now.paused_at, now.elapsed_seconds) == (TimerStatus.PAUSED, at("9:00"), 3600)
    assert now.budget_percent is None


def test_status_of_a_person_without_a_rate(company: Company) -> None:
    volunteer = company.hire("volunteer", ["BP"], hourly=None)
    volunteer.start("BP-1")
    company.clock.advance(hours=1)
    now = volunteer.status()
    assert (now.cost, now.currency, now.rate_type, now.rate_amount) == (Decimal(0), None, None, None)
    assert volunteer.stop().cost == 0
    company.check()


def test_the_revision_changes_with_the_timer_and_not_with_time(anna: Person, company: Company) -> None:
    company.set_budget("BP", 200)
    seen = [anna.revision()]
    changes: list[Callable[[], object]] = [
        lambda: anna.start("BP-1"),
        anna.pause,
        anna.resume,
        lambda: anna.start("BP-2"),
        anna.stop,
    ]
    for change in changes:
        change()
        company.clock.advance(minutes=1)
        assert anna.revision() == anna.status().revision == anna.snapshot().revision
        seen.append(anna.revision())
    assert len(set(seen)) == len(seen)


def test_the_revision_changes_with_the_budget_of_the_timer(anna: Person, company: Company) -> None:
    company.set_budget("BP", 200)
    anna.start("BP-1")
    before = anna.revision()
    company.set_budget("BP", 100)
    assert anna.revision() != before
    before = anna.revision()
    company.ben.start("BP-2")
    company.clock.advance(hours=1)
    company.ben.stop()
    assert anna.revision() != before


def test_a_device_and_a_page_see_the_same_timer(anna: Person, company: Company) -> None:
    device = anna.device()
    device.start("BP-1", "8:00")
    device.sync()
    company.clock.advance(hours=1)
    assert anna.status().issue_key == "BP-1"
    anna.stop()
    device.stop("9:30")
    company.clock.advance(hours=1)
    [result] = device.sync()
    assert result.code == "STOPPED_ELSEWHERE"
    assert anna.counted("BP-1") == ["8:00-9:00"]


# ---- two at once


def test_the_database_refuses_a_second_timer(anna: Person, company: Company) -> None:
    anna.start("BP-1")
    columns = "user_id, slot, timer_id, started_at, closed_seconds, logged_cost, last_heartbeat"
    with pytest.raises(ConstraintBroken):
        company.write(f"INSERT INTO active_timers ({columns}) SELECT {columns} FROM active_timers")  # noqa: S608  # the names above


def test_two_starts_at_once_leave_one_timer(anna: Person, company: Company) -> None:
    """From two processes, that is, two databases over one file."""
    url = f"sqlite:///{company.path}"
    databases = [Database.open(url), Database.open(url)]
    requests = [StartTimer(company.issues[key], company.projects["BP"]) for key in ("BP-1", "BP-2")]

    def work(database: Database, request: StartTimer) -> None:
        database.run(lambda conn: timers.start(conn, anna.principal, request, company.clock.now_ms()))

    threads = [Thread(target=work, args=pair) for pair in zip(databases, requests, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        database.close()
    assert company.rows("SELECT count(*) FROM active_timers") == [(1,)]
    assert company.rows("SELECT count(*) FROM claims WHERE first_end_ms IS NULL") == [(1,)]
    assert sorted(log.status for log in anna.logs()) == [TimerStatus.RUNNING, TimerStatus.STOPPED]
    company.check()


def test_one_stop_of_two_at_once_finds_nothing(anna: Person, company: Company) -> None:
    anna.start("BP-1")
    now_ms = company.clock.now_ms()

    def stop(conn: Connection) -> None:
        timers.stop(conn, anna.principal, StopTimer(), now_ms)

    company.database.run(stop)
    with pytest.raises(NoTimer):
        company.database.run(stop)
