"""Do start, pause, resume and stop do what a person at one screen expects, also two at once?"""

from __future__ import annotations

from decimal import Decimal
from threading import Thread

import pytest

from server.db.blocking import Blocking
from server.db.session import Connection, ConstraintBroken
from server.domain.errors import (
    AlreadyPaused,
    NoTimer,
    NotPaused,
)
from server.domain.messages import StartTimer, StopTimer, TimerStatus
from server.services.time import timers
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


def test_the_database_refuses_a_second_timer(anna: Person, company: Company) -> None:
    anna.start("BP-1")
    columns = "user_id, slot, timer_id, started_at, closed_seconds, logged_cost, last_heartbeat"
    with pytest.raises(ConstraintBroken):
        company.write(f"INSERT INTO active_timers ({columns}) SELECT {columns} FROM active_timers")  # noqa: S608  # the names above


def test_two_starts_at_once_leave_one_timer(anna: Person, company: Company) -> None:
    """From two processes, each with its own connections."""
    databases = [Blocking.open(company.url), Blocking.open(company.url)]
    requests = [StartTimer(company.issues[key], company.projects["BP"]) for key in ("BP-1", "BP-2")]

    def work(database: Blocking, request: StartTimer) -> None:
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
