"""Does time in a closed period stay as it is, until somebody approves a change?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, PeriodClosed, Stale
from server.domain.messages import (
    AddLog,
    AskedChange,
    AskForChange,
    ChangeLog,
    ClosePeriod,
    Decide,
    DeleteLog,
    OutcomeKind,
    Period,
    PeriodRequest,
    RequestStatus,
    Role,
    SplitLog,
)
from server.services.time import period_requests, periods
from tests.server.company import Company
from tests.server.daytime import at, spoken
from tests.server.hand import Hand

FIRST = date(2026, 6, 15)  # the tests' working day


class Closer(Hand):
    """Also closes periods, asks, and decides."""

    def close(self, project: str | None = "BP", start: date = FIRST, days: int = 1) -> Period:
        project_id = None if project is None else self.company.projects[project]
        said = ClosePeriod(start, start + timedelta(days=days - 1), project_id)
        return self._run(lambda conn, now_ms: periods.close(conn, self.person.principal, said, now_ms))

    def reopen(self, period_id: int) -> Period:
        return self._run(lambda conn, now_ms: periods.reopen(conn, self.person.principal, period_id, now_ms))

    def closed(self) -> list[int]:
        page = self.company.database.read(lambda conn: periods.page(conn, self.person.principal, None, 50))
        return [each.id for each in page.items]

    def ask(self, reason: str = "Forgotten", **what: Any) -> PeriodRequest:
        said = AskForChange(AskedChange(**what), reason)
        return self._run(lambda conn, now_ms: period_requests.ask(conn, self.person.principal, said, now_ms))

    def approve(self, request_id: int) -> PeriodRequest:
        return self._run(
            lambda conn, now_ms: period_requests.approve(
                conn, self.person.principal, request_id, Decide("Fine"), now_ms
            )
        )

    def reject(self, request_id: int) -> PeriodRequest:
        return self._run(
            lambda conn, now_ms: period_requests.reject(
                conn, self.person.principal, request_id, Decide("No"), now_ms
            )
        )

    def requests(self, status: RequestStatus | None = None) -> list[int]:
        page = self.company.database.read(
            lambda conn: period_requests.page(conn, self.person.principal, status, None, 50)
        )
        return [each.id for each in page.items]


@pytest.fixture
def anna(company: Company) -> Closer:
    """It is 8:00 of the day after."""
    company.clock.advance(hours=24)
    company.set_budget("BP", 1000)
    return Closer(company.anna)


@pytest.fixture
def boss(anna: Closer) -> Closer:
    """A manager of BP."""
    return Closer(anna.company.hire("boss", ["BP"], Role.MANAGER))


@pytest.fixture
def root(anna: Closer) -> Closer:
    return Closer(anna.company.hire("root", [], Role.ADMIN))


# ---- closing


def test_days_are_closed_and_opened_again(anna: Closer, boss: Closer) -> None:
    log_id = anna.add("BP-1", "9:00-10:00").log.id
    period = boss.close()
    assert anna.closed() == [period.id]
    with pytest.raises(PeriodClosed, match="period-requests"):
        anna.change(log_id, end="11:00")
    boss.reopen(period.id)
    assert boss.reopen(period.id).reopened_at is not None
    assert anna.change(log_id, end="11:00").log.duration_seconds == 7200
    found = anna.company.rows("SELECT action FROM audit_entries WHERE subject_type = 'period' ORDER BY seq")
    assert [action for (action,) in found] == ["period.closed", "period.reopened"]


def test_every_change_of_its_time_is_refused(anna: Closer, boss: Closer) -> None:
    log_id = anna.add("BP-1", "9:00-10:00").log.id
    outside = anna.add("BP-1", "24:00-24:30").log.id
    boss.close()
    attempts: list[Any] = [
        lambda: anna.add("BP-1", "11:00-12:00"),
        lambda: anna.add("BP-1", "23:30-24:30"),
        lambda: anna.change(log_id, description="x"),
        lambda: anna.change(log_id, is_billable=False),
        lambda: anna.change(outside, start="23:59"),
        lambda: anna.delete(log_id),
        lambda: anna.split(log_id, "9:30"),
        lambda: boss.change(log_id, end="9:30"),
    ]
    for attempt in attempts:
        with pytest.raises(PeriodClosed):
            attempt()
    assert anna.change(outside, start="24:00", end="24:40").log.duration_seconds == 2400
    assert anna.person.counted("BP-1") == ["9:00-10:00", "24:00-24:40"]
    anna.company.check()


def test_another_projects_days_are_open(anna: Closer, boss: Closer, company: Company) -> None:
    ben = Closer(company.ben)
    log_id = ben.add("WEB-1", "9:00-10:00").log.id
    boss.close()
    assert ben.change(log_id, end="10:30").log.duration_seconds == 5400
    with pytest.raises(PeriodClosed):
        ben.change(log_id, issue="BP-1")


def test_the_whole_organisation(root: Closer, company: Company) -> None:
    root.close(None)
    for key in ("BP-1", "WEB-1"):
        with pytest.raises(PeriodClosed):
            Closer(company.ben).add(key, "9:00-10:00")


def test_a_day_is_the_organisations(boss: Closer, anna: Closer, company: Company) -> None:
    company.set_zone("Asia/Tokyo")
    boss.close()
    with pytest.raises(PeriodClosed):
        anna.add("BP-1", "14:00-15:00")
    assert anna.add("BP-1", "15:00-16:00").log.duration_seconds == 3600


def test_who_closes(anna: Closer, boss: Closer, root: Closer, company: Company) -> None:
    with pytest.raises(Forbidden):
        anna.close()
    with pytest.raises(Forbidden):
        boss.close(None)
    with pytest.raises(NotFound):
        boss.close("WEB")
    period = root.close("WEB")
    with pytest.raises(NotFound):
        boss.reopen(period.id)
    with pytest.raises(NotFound):
        root.reopen(999)
    assert (anna.closed(), Closer(company.ben).closed(), root.closed()) == ([], [period.id], [period.id])


@pytest.mark.parametrize(
    ("start", "days", "field"),
    [
        (FIRST, 2, "until_date"),
        (FIRST, 0, "until_date"),
        (date(1999, 12, 31), 1, "from_date"),
        (date(2001, 1, 1), 4000, "until_date"),
    ],
)
def test_what_cannot_be_closed(boss: Closer, start: date, days: int, field: str) -> None:
    with pytest.raises(Invalid) as failure:
        boss.close(start=start, days=days)
    assert [error.field for error in failure.value.errors] == [field]


# ---- what devices send late


def test_work_that_arrives_late_is_held_and_shown(anna: Closer, boss: Closer) -> None:
    boss.close()
    device = anna.person.device()
    device.start("BP-1", "9:00")
    device.stop("10:00")
    assert [result.code for result in device.sync()] == ["PERIOD_CLOSED", None]
    assert anna.person.counted("BP-1") == []
    assert [item.code for item in anna.person.attention()] == ["PERIOD_CLOSED"]
    anna.company.check()


def test_what_ends_after_the_closing_is_held(anna: Closer, boss: Closer) -> None:
    device = anna.person.device()
    device.start("BP-1", "23:00")
    device.sync()
    boss.close()
    assert anna.person.stop().status == "stopped"
    assert anna.person.counted("BP-1") == []
    assert [item.code for item in anna.person.attention()] == ["PERIOD_CLOSED"]
    assert anna.company.spent("BP") == 0
    anna.company.check()


def test_held_time_counts_once_it_is_approved(anna: Closer, boss: Closer) -> None:
    device = anna.person.device()
    device.start("BP-1", "9:00")
    device.sync()
    boss.close()
    device.stop("10:00")
    device.sync()
    log = anna.person.log("BP-1")
    request = anna.ask(time_log_id=log.id, edit=ChangeLog(end_time=at("10:00")))
    boss.approve(request.id)
    assert anna.person.counted("BP-1") == ["9:00-10:00"]
    assert anna.person.attention() == []
    anna.company.check()


@pytest.mark.parametrize("batches", [(3,), (2, 1), (1, 1, 1)])
def test_a_correction_counts_whatever_came_with_it(
    anna: Closer, boss: Closer, batches: tuple[int, ...]
) -> None:
    """Its stretch ended before what is closed, also where that end came in the same request."""
    anna.company.clock.advance(hours=24)
    boss.close(start=FIRST + timedelta(days=1))
    device = anna.person.device()
    device.start("BP-1", "9:00")
    timer_id = device.timer_id
    device.stop("10:00")
    described = {"description": "The login"}
    device.record("log.edit", "11:00", timer_id=timer_id, base_rev=1, set=described, stretches=[])
    outcomes = []
    for size in batches:
        actions = device.actions[device.acked : device.acked + size]
        outcomes += [each.outcome for each in device.push(device.request(actions=actions)).results]
        device.acked += size
    assert outcomes == [OutcomeKind.APPLIED] * 3
    assert anna.person.log("BP-1").description == "The login"
    anna.company.check()


# ---- asking and deciding


def test_an_approved_request_is_the_very_change(anna: Closer, boss: Closer) -> None:
    log_id = anna.add("BP-1", "9:00-10:00").log.id
    boss.close()
    asked = [
        anna.ask(add=AddLog(anna.company.issues["BP-2"], at("11:00"), at("12:00"))),
        anna.ask(time_log_id=log_id, edit=ChangeLog(end_time=at("10:30"))),
    ]
    assert anna.person.counted("BP-2") == []
    assert anna.requests() == boss.requests(RequestStatus.PENDING) == [each.id for each in asked[::-1]]
    decided = [boss.approve(each.id) for each in asked]
    assert [each.status for each in decided] == 2 * [RequestStatus.APPROVED]
    assert (decided[0].decided_by, decided[0].decision) == (boss.person.principal.user_id, "Fine")
    assert (anna.person.counted("BP-1"), anna.person.counted("BP-2")) == (["9:00-10:30"], ["11:00-12:00"])
    assert decided[0].time_log_id == anna.person.log("BP-2").id
    assert anna.look(log_id).edits[-1].author == "Boss"
    assert boss.approve(asked[0].id) == decided[0]
    assert len(anna.person.logs()) == 2
    parts = anna.ask(time_log_id=log_id, split=SplitLog(at("10:00")))
    boss.approve(parts.id)
    assert [spoken(log.start_time) for log in anna.person.logs()] == ["9:00", "10:00", "11:00"]
    gone = anna.ask(time_log_id=log_id, delete=DeleteLog("Wrong day"))
    boss.approve(gone.id)
    assert anna.person.counted("BP-1") == ["10:00-10:30"]
    anna.company.check()


def test_a_declined_request_changes_nothing(anna: Closer, boss: Closer) -> None:
    boss.close()
    request = anna.ask(add=AddLog(anna.company.issues["BP-2"], at("11:00"), at("12:00")))
    assert boss.reject(request.id).status is RequestStatus.REJECTED
    assert boss.reject(request.id).decision == "No"
    with pytest.raises(Conflict, match="rejected"):
        boss.approve(request.id)
    assert anna.person.logs() == []


def test_who_decides(anna: Closer, boss: Closer, root: Closer, company: Company) -> None:
    log_id = boss.add("BP-1", "9:00-10:00").log.id
    other = Closer(company.hire("other", ["BP"], Role.MANAGER))
    boss.close()
    request = boss.ask(time_log_id=log_id, edit=ChangeLog(end_time=at("10:30")))
    with pytest.raises(Forbidden, match="Somebody else"):
        boss.approve(request.id)
    with pytest.raises(Forbidden):
        anna.approve(request.id)
    stranger = Closer(company.hire("carl", []))
    for attempt in (stranger.approve, stranger.reject):
        with pytest.raises(NotFound):
            attempt(request.id)
    assert (stranger.requests(), anna.requests(), other.requests()) == ([], [], [request.id])
    assert other.approve(request.id).status is RequestStatus.APPROVED
    own = root.add("BP-1", "24:00-24:10").log.id
    assert own
    mine = root.ask(add=AddLog(company.issues["BP-1"], at("13:00"), at("14:00")))
    assert root.approve(mine.id).status is RequestStatus.APPROVED


def test_a_log_that_was_changed_since_is_looked_at_again(anna: Closer, boss: Closer) -> None:
    log_id = anna.add("BP-1", "9:00-10:00").log.id
    boss.close()
    first = anna.ask(time_log_id=log_id, edit=ChangeLog(end_time=at("10:30")))
    second = anna.ask(time_log_id=log_id, edit=ChangeLog(end_time=at("11:00")))
    boss.approve(first.id)
    with pytest.raises(Stale):
        boss.approve(second.id)
    assert anna.requests(RequestStatus.PENDING) == [second.id]


def test_what_cannot_be_asked_for(anna: Closer, boss: Closer) -> None:
    log_id = anna.add("BP-1", "9:00-10:00").log.id
    with pytest.raises(Conflict, match="without asking"):
        anna.ask(time_log_id=log_id, edit=ChangeLog(end_time=at("10:30")))
    assert anna.person.counted("BP-1") == ["9:00-10:00"]
    boss.close()
    with pytest.raises(Invalid):
        anna.ask(time_log_id=log_id, edit=ChangeLog(end_time=at("8:30")))
    for what in (
        {},
        {"time_log_id": log_id},
        {"edit": ChangeLog()},
        {"time_log_id": log_id, "edit": ChangeLog(), "delete": DeleteLog()},
        {"time_log_id": log_id, "add": AddLog(1, at("9:00"), at("10:00"))},
    ):
        with pytest.raises(Invalid):
            anna.ask(**what)
    with pytest.raises(NotFound):
        anna.ask(time_log_id=999, delete=DeleteLog())
    assert anna.requests() == []
    anna.company.check()
