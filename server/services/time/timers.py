"""How does a person start, pause, resume and stop without a journal of their own?

Each request becomes the actions that a device would have recorded, made by the server at its own clock.
"""

from __future__ import annotations

from server.db.repositories import accounts, timers
from server.db.repositories.actions import Sender
from server.db.repositories.catalog import Place
from server.db.repositories.timers import Running
from server.db.session import Connection
from server.domain.errors import (
    AlreadyPaused,
    Conflict,
    Forbidden,
    Invalid,
    Locked,
    NotFound,
    NoTimer,
    NotPaused,
    NotSignedIn,
)
from server.domain.holds import Hold, words
from server.domain.ids import uuid7
from server.domain.messages import (
    ActionKind,
    AtLimit,
    EndCause,
    FieldError,
    PauseBody,
    ResumeBody,
    StartBody,
    StartTimer,
    StatusReply,
    StopBody,
    StopTimer,
    TimerReply,
    TimerStatus,
)
from server.domain.money import cost
from server.domain.permissions import may_track
from server.domain.principal import Principal
from server.services.counting.apply import apply
from server.services.counting.bodies import Body, say, server_instant
from server.services.counting.facts import Facts
from server.services.counting.opening import admit
from server.services.counting.projection import reproject
from server.services.money import budgets
from server.services.time import past_budget
from server.services.time.acting import SWITCHED_OFF
from server.services.time.snapshot import name_of


def start(conn: Connection, principal: Principal, request: StartTimer, now_ms: int) -> TimerReply:
    """Stops what runs or is paused, at the same instant. NotSignedIn, NotFound, Forbidden, Invalid, Locked, BudgetReached.

    What a device began ahead of time ends where it began, and this starts now: its clock does not move ours.
    """
    facts = _facts(conn, principal, now_ms, begins=True)
    facts.load_places([request.issue_id])
    place = _place(facts, request)
    _must_admit(facts, place.issue_id, facts.now)
    if place.at_limit is AtLimit.ASK and not request.confirm_over_budget:
        budgets.must_be_left(conn, place.project_id, now_ms)
    current = timers.present(conn, principal.user_id).timer
    facts.had_timer = current is not None
    if current is not None:
        _record(facts, ActionKind.STOP, _stop_body(current, _end_at(facts, current), EndCause.SWITCH))
    timer_id, claim_id = uuid7(now_ms), uuid7(now_ms)
    _record(facts, ActionKind.START, StartBody(timer_id, claim_id, place.issue_id, server_instant(facts.now)))
    reproject(facts)
    _mark(facts, current)
    log_id = facts.claims[claim_id].time_log_id or 0
    return TimerReply(
        success=True,
        time_log_id=log_id,
        status=TimerStatus.RUNNING,
        start_time=facts.now,
        elapsed_seconds=0,
        cost=cost(0, None),
    )


def pause(conn: Connection, principal: Principal, now_ms: int) -> TimerReply:
    """NoTimer, AlreadyPaused."""
    facts = _facts(conn, principal, now_ms)
    current = _current(conn, principal)
    if current.claim_id is None:
        raise AlreadyPaused("Resume it to go on, or stop it.")
    body = PauseBody(current.timer_id, current.claim_id, server_instant(_end_at(facts, current)))
    _record(facts, ActionKind.PAUSE, body)
    reproject(facts)
    return _reply(_current(conn, principal), TimerStatus.PAUSED, facts.now)


def resume(conn: Connection, principal: Principal, now_ms: int) -> TimerReply:
    """NoTimer, NotPaused; and what refuses a start."""
    facts = _facts(conn, principal, now_ms, begins=True)
    current = _current(conn, principal)
    if current.claim_id is not None:
        raise NotPaused("It is running.")
    facts.load_timers([current.timer_id])
    facts.load_places([current.named_issue_id])
    at = max(facts.now, current.paused_at or 0)
    _must_admit(facts, current.named_issue_id, at)
    _record(facts, ActionKind.RESUME, ResumeBody(current.timer_id, uuid7(now_ms), server_instant(at)))
    reproject(facts)
    return _reply(_current(conn, principal), TimerStatus.RUNNING, facts.now)


def stop(conn: Connection, principal: Principal, request: StopTimer, now_ms: int) -> TimerReply:
    """Always works while there is a timer. NoTimer.

    The answer tells of all that was worked, also where the log was divided at the end of its project's budget.
    """
    facts = _facts(conn, principal, now_ms)
    current = _current(conn, principal)
    at = _end_at(facts, current)
    _record(facts, ActionKind.STOP, _stop_body(current, at, EndCause.USER, request.description))
    figures = reproject(facts)
    _mark(facts, current)
    log = None if current.log_id is None else figures.get(current.log_id)
    seconds = current.closed_seconds if log is None else log.duration_seconds
    return TimerReply(
        success=True,
        time_log_id=current.log_id or 0,
        status=TimerStatus.STOPPED,
        elapsed_seconds=seconds,
        cost=cost(seconds, current.rate),
        end_time=at,
    )


def status(conn: Connection, principal: Principal, now_ms: int) -> StatusReply:
    """What runs or is paused, with its cost up to now."""
    present = timers.present(conn, principal.user_id)
    now = now_ms // 1000
    timer = present.timer
    if timer is None:
        return StatusReply(
            status=TimerStatus.STOPPED, time_log_id=None, server_time=now, revision=present.revision
        )
    key, summary = name_of(timer)
    reply = StatusReply(
        status=TimerStatus.PAUSED if timer.running_since is None else TimerStatus.RUNNING,
        time_log_id=timer.log_id,
        server_time=now,
        revision=present.revision,
        issue_id=timer.named_issue_id,
        issue_key=key,
        issue_summary=summary,
        started_at=timer.started_at,
        paused_at=timer.paused_at,
        elapsed_seconds=timer.elapsed(now),
        cost=cost(timer.elapsed(now), timer.rate),
        currency=None if timer.rate is None else timer.rate.currency,
        rate_type=None if timer.rate is None else timer.rate.rate_type,
        rate_amount=None if timer.rate is None else timer.rate.rate_amount,
    )
    if timer.project_id is not None:
        reply.project_id = timer.project_id
        reply.budget_percent = budgets.percent_used(conn, timer.project_id, now_ms)
    return reply


def _facts(conn: Connection, principal: Principal, now_ms: int, *, begins: bool = False) -> Facts:
    """`begins`: nobody could stop the timer of somebody who was switched off meanwhile. NotSignedIn then."""
    is_active = accounts.take(conn, principal.user_id)
    if begins and not is_active:
        raise NotSignedIn(SWITCHED_OFF)
    return Facts(conn, principal, Sender(principal.user_id, None, now_ms))


def _current(conn: Connection, principal: Principal) -> Running:
    timer = timers.present(conn, principal.user_id).timer
    if timer is None:
        raise NoTimer("Start one first.")
    return timer


def _end_at(facts: Facts, current: Running) -> int:
    """Now; or where the timer began, when a device's clock ran ahead: a stop always works."""
    facts.load_timers([current.timer_id])
    if current.claim_id is None:
        return max(facts.now, current.paused_at or 0)
    return max(facts.now, facts.claims[current.claim_id].claim.start)


def _mark(facts: Facts, stopped: Running | None) -> None:
    """What lies beyond its project's budget, where the project wants to know that."""
    if stopped is not None and stopped.at_limit is AtLimit.NON_BILLABLE:
        past_budget.mark(facts)


def _stop_body(current: Running, at: int, cause: EndCause, description: str | None = None) -> StopBody:
    return StopBody(current.timer_id, current.claim_id, server_instant(at), cause, description or None)


def _record(facts: Facts, kind: ActionKind, body: Body) -> None:
    apply(facts, say(uuid7(facts.sender.now_ms), kind, body))


def _place(facts: Facts, request: StartTimer) -> Place:
    place = facts.places.get(request.issue_id)
    if place is None or not may_track(facts.principal.role, is_member=place.is_member):
        raise NotFound("There is no such issue.")
    if place.project_id != request.project_id:
        raise Invalid(
            "The issue is not in that project.",
            errors=[FieldError("project_id", "The issue belongs to another project.")],
        )
    return place


def _must_admit(facts: Facts, issue_id: int, at: int) -> None:
    match admit(facts, issue_id, at):
        case None:
            return
        case Hold.ISSUE_UNKNOWN:
            raise NotFound("There is no such issue.")
        case Hold.NO_PERMISSION:
            raise Forbidden("You are not a member of this project.")
        case Hold.BUDGET_LOCKED:
            raise Locked("The project's budget is locked: no timer starts on it. Ask its manager.")
        case Hold.ISSUE_DELETED:
            raise Conflict("This issue was deleted. Choose another one.")
        case Hold.PROJECT_ARCHIVED:
            raise Conflict("This project is archived: no timer starts on it. Ask its manager.")
        case other:
            raise Conflict(words(other, facts.organisation.limits))


def _reply(timer: Running, status: TimerStatus, now: int) -> TimerReply:
    elapsed = timer.elapsed(now)
    return TimerReply(
        success=True,
        time_log_id=timer.log_id or 0,
        status=status,
        elapsed_seconds=elapsed,
        cost=cost(elapsed, timer.rate),
    )
