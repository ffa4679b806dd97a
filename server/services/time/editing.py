"""How does a person add, change, delete and split logged time?

Each becomes the actions that a device would have recorded, made by the server at its own clock; managers do it for the
members of their projects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from msgspec import UNSET, UnsetType

from server.db.repositories import accounts
from server.db.session import Connection
from server.domain.corrections import Bounds
from server.domain.errors import CORRECT_IT, Invalid, NotFound
from server.domain.holds import FUTURE_LIMIT_S, TIME_HOLDS
from server.domain.ids import uuid7
from server.domain.messages import (
    ActionKind,
    AddBody,
    AddLog,
    ChangeLog,
    DeleteLog,
    EditBody,
    FieldError,
    LogSet,
    SplitLog,
    SplitReply,
    Stretch,
    TimeLog,
    VoidBody,
    WrittenLog,
)
from server.domain.principal import Principal
from server.services import rights
from server.services.counting import bounds
from server.services.counting.bodies import server_instant
from server.services.counting.correcting import FIRST_SECOND
from server.services.counting.facts import Facts
from server.services.counting.projection import reproject
from server.services.time.acting import acting_for
from server.services.time.dividing import divide
from server.services.time.logbook import note
from server.services.time.writing import (
    facts_of,
    invalid,
    is_current,
    log_of,
    open_log,
    record,
    stretches_of,
    written,
)

T = TypeVar("T")
NOTHING_LEFT: Final = "All of its time was taken away: enter it anew."
RUNNING_END: Final = "It has not ended yet: stop the timer first."


def add(
    conn: Connection, principal: Principal, said: AddLog, now_ms: int, *, is_approved: bool = False
) -> WrittenLog:
    """Invalid, Forbidden, NotFound, Locked, PeriodClosed."""
    owner = _owner_of_new(conn, principal, said)
    facts = facts_of(conn, owner, principal, now_ms, is_approved=is_approved)
    facts.load_places([said.issue_id])
    _must_be_right(facts, [Bounds("", said.start_time, said.end_time)])
    place = facts.places.get(said.issue_id)
    if place is not None and said.project_id not in {None, place.project_id}:
        raise invalid("project_id", "The issue belongs to another project.")
    if owner.user_id != principal.user_id:
        _must_manage(facts, principal, said.issue_id)
    body = AddBody(
        uuid7(now_ms),
        uuid7(now_ms),
        said.issue_id,
        said.start_time,
        said.end_time,
        server_instant(facts.now),
        said.description,
        said.is_billable,
    )
    record(facts, ActionKind.ADD, body)
    return _done(facts, principal, "log.added", body.timer_id, None)


def change(
    conn: Connection,
    principal: Principal,
    log_id: int,
    said: ChangeLog,
    now_ms: int,
    *,
    is_approved: bool = False,
) -> WrittenLog:
    """What says nothing new changes nothing. Stale, Conflict, and what refuses an addition."""
    facts, before = open_log(conn, principal, log_id, said.revision, now_ms, is_approved=is_approved)
    body = EditBody(
        before.timer_id,
        before.revision,
        server_instant(facts.now),
        _new_values(facts, principal, before, said),
        [Stretch(each.claim_id, each.start, each.end, each.is_void) for each in _moved(facts, before, said)],
    )
    if body.set == LogSet() and not body.stretches:
        return written(facts, before)
    record(facts, ActionKind.EDIT, body)
    return _done(facts, principal, "log.edited", body.timer_id, before)


def remove(
    conn: Connection,
    principal: Principal,
    log_id: int,
    said: DeleteLog,
    now_ms: int,
    *,
    is_approved: bool = False,
) -> WrittenLog:
    """A timer that runs on it ends. Stale, Conflict, Forbidden, NotFound, PeriodClosed."""
    facts, before = open_log(conn, principal, log_id, said.revision, now_ms, is_approved=is_approved)
    body = VoidBody(before.timer_id, before.revision, server_instant(facts.now), said.reason)
    record(facts, ActionKind.VOID, body)
    return _done(facts, principal, "log.deleted", body.timer_id, before)


def split(
    conn: Connection,
    principal: Principal,
    log_id: int,
    said: SplitLog,
    now_ms: int,
    *,
    is_approved: bool = False,
) -> SplitReply:
    """Both parts keep the log's rate. Of one that goes on, the new log is the first part. As `change`."""
    facts, before = open_log(conn, principal, log_id, said.revision, now_ms, is_approved=is_approved)
    new_timer = divide(facts, before, said.at)
    reproject(facts)
    kept, made = log_of(facts, before.timer_id), log_of(facts, new_timer)
    note(conn, principal, "log.split", before, kept, now_ms)
    note(conn, principal, "log.added", None, made, now_ms)
    first, second = sorted((kept, made), key=lambda log: (log.start_time, log.id))
    return SplitReply(first, second)


def _done(
    facts: Facts, principal: Principal, action: str, timer_id: str, before: TimeLog | None
) -> WrittenLog:
    """What was recorded counts, and stands in the trail as this `action`."""
    reproject(facts)
    log = log_of(facts, timer_id)
    note(facts.conn, principal, action, before, log, facts.sender.now_ms)
    return written(facts, log)


def _owner_of_new(conn: Connection, principal: Principal, said: AddLog) -> Principal:
    if said.user_id is None or said.user_id == principal.user_id:
        return principal
    rights.lead(principal)
    user = accounts.find(conn, said.user_id) if rights.knows_person(conn, principal, said.user_id) else None
    if user is None or not user.is_active:
        raise invalid("user_id", "There is no such user who can work here.")
    return acting_for(user)


def _must_manage(facts: Facts, principal: Principal, issue_id: int) -> None:
    project_id = facts.project_of(issue_id)
    try:
        rights.manage_project(facts.conn, principal, project_id or 0)
    except NotFound as refusal:  # an issue of a project that one does not see is none
        raise invalid("issue_id", "There is no such issue.") from refusal


def _new_values(facts: Facts, principal: Principal, before: TimeLog, said: ChangeLog) -> LogSet:
    issue_id = _new(said.issue_id, before.issue_id)
    if issue_id is not None:
        facts.load_places([issue_id])
        if before.user_id != principal.user_id:
            _must_manage(facts, principal, issue_id)
    words = UNSET if said.description is UNSET else said.description or ""
    return LogSet(
        issue_id,
        _new(words, before.description or ""),
        _new(said.is_billable, before.is_billable),
    )


def _new(said: T | UnsetType, before: T) -> T | None:
    return None if said is UNSET or said == before else said


def _moved(facts: Facts, before: TimeLog, said: ChangeLog) -> list[Bounds]:
    """The bounds that change; Invalid where they cannot be. Held time may be said again as it is: then it counts."""
    start, end = _new(said.start_time, before.start_time), _new(said.end_time, before.end_time or 0)
    stretches = stretches_of(facts, before.timer_id)
    is_named = said.start_time is not UNSET or said.end_time is not UNSET
    held = [each for each in stretches if each.hold in TIME_HOLDS and is_named]
    if start is None and end is None and not held:
        return []
    if not stretches:
        raise invalid("start_time", NOTHING_LEFT)
    if end is not None and is_current(facts, before):
        raise invalid("end_time", RUNNING_END)
    last = end or before.end_time or facts.now
    _must_be_right(facts, [Bounds("", start or before.start_time, last)], is_long=True)
    changed = {each.claim_id: each for each in bounds.moved(stretches, start, end)}
    for each in held:
        changed.setdefault(each.claim_id, Bounds(each.claim_id, each.start, each.end))
    _must_be_right(facts, [each for each in changed.values() if not each.is_void])
    return list(changed.values())


def _must_be_right(facts: Facts, wanted: Sequence[Bounds], *, is_long: bool = False) -> None:
    """`is_long`: it may have pauses in it, so that no length is too long. Invalid."""
    hours = facts.organisation.long_limit_hours
    errors = []
    for each in wanted:
        end = facts.now if each.end is None else each.end
        if each.start < FIRST_SECOND:
            errors.append(FieldError("start_time", "This lies before the year 2000."))
        if max(each.start, end) > facts.now + FUTURE_LIMIT_S:
            errors.append(FieldError("end_time", "This lies in the future."))
        elif end <= each.start:
            errors.append(FieldError("end_time", "The end has to lie after the start."))
        elif not is_long and end - each.start > hours * 3600:
            errors.append(FieldError("end_time", f"No stretch of work is longer than {hours} hours."))
    if errors:
        raise Invalid(CORRECT_IT, errors=errors)
