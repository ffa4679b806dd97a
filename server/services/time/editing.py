"""How does a person add, change, delete and split logged time?

Each becomes the actions that a device would have recorded, made by the server at its own clock; managers do it for the
members of their projects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from msgspec import UNSET, UnsetType

from server.db.repositories import accounts, log_pages, logs, timers
from server.db.repositories.actions import Sender
from server.db.session import Connection
from server.domain.claims import Claim
from server.domain.corrections import Bounds
from server.domain.errors import Conflict, Invalid, Stale
from server.domain.holds import FUTURE_LIMIT_S, TIME_HOLDS, Hold
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
    Overlap,
    SplitLog,
    SplitReply,
    Stretch,
    TimeLog,
    TimerStatus,
    VoidBody,
    WrittenLog,
)
from server.domain.principal import Principal
from server.services import rights
from server.services.counting import bounds
from server.services.counting.apply import apply
from server.services.counting.bodies import Body, say, server_instant
from server.services.counting.correcting import FIRST_SECOND
from server.services.counting.facts import Facts
from server.services.counting.projection import reproject
from server.services.time.acting import acting_for
from server.services.time.logbook import note, reach, taken

T = TypeVar("T")
RUNNING_END: Final = "It has not ended yet: stop the timer first."


def add(
    conn: Connection, principal: Principal, said: AddLog, now_ms: int, *, is_approved: bool = False
) -> WrittenLog:
    """Invalid, Forbidden, NotFound, Locked, PeriodClosed."""
    owner = _owner_of_new(conn, principal, said)
    facts = _facts(conn, owner, principal, now_ms, is_approved=is_approved)
    facts.load_places([said.issue_id])
    _must_be_right(facts, [Bounds("", said.start_time, said.end_time)])
    place = facts.places.get(said.issue_id)
    if place is not None and said.project_id not in {None, place.project_id}:
        raise _invalid("project_id", "The issue belongs to another project.")
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
    _record(facts, ActionKind.ADD, body)
    reproject(facts)
    log = _log_of(facts, body.timer_id)
    note(conn, principal, "log.added", None, log, now_ms)
    return _written(facts, log)


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
    facts, before = _open(conn, principal, log_id, said.revision, now_ms, is_approved=is_approved)
    body = EditBody(
        before.timer_id,
        before.revision,
        server_instant(facts.now),
        _new_values(facts, principal, before, said),
        [Stretch(each.claim_id, each.start, each.end, each.is_void) for each in _moved(facts, before, said)],
    )
    if body.set == LogSet() and not body.stretches:
        return _written(facts, before)
    _record(facts, ActionKind.EDIT, body)
    reproject(facts)
    log = _log_of(facts, before.timer_id)
    note(conn, principal, "log.edited", before, log, now_ms)
    return _written(facts, log)


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
    facts, before = _open(conn, principal, log_id, said.revision, now_ms, is_approved=is_approved)
    body = VoidBody(before.timer_id, before.revision, server_instant(facts.now), said.reason)
    _record(facts, ActionKind.VOID, body)
    reproject(facts)
    log = _log_of(facts, before.timer_id)
    note(conn, principal, "log.deleted", before, log, now_ms)
    return _written(facts, log)


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
    facts, before = _open(conn, principal, log_id, said.revision, now_ms, is_approved=is_approved)
    new_timer = divide(facts, before, said.at)
    reproject(facts)
    kept, made = _log_of(facts, before.timer_id), _log_of(facts, new_timer)
    note(conn, principal, "log.split", before, kept, now_ms)
    note(conn, principal, "log.added", None, made, now_ms)
    first, second = sorted((kept, made), key=lambda log: (log.start_time, log.id))
    return SplitReply(first, second)


def divide(facts: Facts, log: TimeLog, at: int, *, is_billable: bool | None = None) -> str:
    """Records it, and gives the timer of the new log. `is_billable`: of the new one, None as before. Invalid.

    `facts` has the log's timer; the caller projects.
    """
    stretches = _stretches(facts, log.timer_id)
    goes_on = _is_current(facts, log) or any(each.end is None for each in stretches)
    cut = bounds.without_beginning if goes_on else bounds.without_rest
    parts = bounds.beginning(stretches, at) if goes_on else bounds.rest(stretches, at)
    changed = cut(stretches, at)
    left = len(stretches) - sum(each.is_void for each in changed)
    if not parts or not left or not changed:
        raise _invalid("at", "Choose a second between its start and its end.")
    timer_id, now_ms = uuid7(facts.sender.now_ms), facts.sender.now_ms
    facts.kept_terms |= dict.fromkeys((log.timer_id, timer_id), logs.terms_of(facts.conn, log.id))
    t = server_instant(facts.now)
    moved = [Stretch(each.claim_id, each.start, each.end, each.is_void) for each in changed]
    _record(facts, ActionKind.EDIT, EditBody(log.timer_id, log.revision, t, stretches=moved))
    new = [Stretch(uuid7(now_ms), start, end) for start, end in parts]
    body = AddBody(
        timer_id,
        new[0].claim_id,
        log.issue_id,
        *parts[0],
        t,
        log.description,
        log.is_billable if is_billable is None else is_billable,
        new[1:],
    )
    _record(facts, ActionKind.ADD, body)
    return timer_id


def _owner_of_new(conn: Connection, principal: Principal, said: AddLog) -> Principal:
    if said.user_id is None or said.user_id == principal.user_id:
        return principal
    rights.lead(principal)
    user = accounts.find(conn, said.user_id) if rights.knows_person(conn, principal, said.user_id) else None
    if user is None or not user.is_active:
        raise _invalid("user_id", "There is no such user who can work here.")
    return acting_for(user)


def _must_manage(facts: Facts, principal: Principal, issue_id: int) -> None:
    project_id = facts.project_of(issue_id)
    if project_id is None:
        raise _invalid("issue_id", "There is no such issue.")
    rights.manage_project(facts.conn, principal, project_id)


def _facts(conn: Connection, owner: Principal, author: Principal, now_ms: int, *, is_approved: bool) -> Facts:
    accounts.take(conn, owner.user_id)
    sender = Sender(owner.user_id, None, now_ms)
    return Facts(conn, owner, sender, author=author.user_id, is_approved=is_approved)


def _open(
    conn: Connection,
    principal: Principal,
    log_id: int,
    revision: int | UnsetType,
    now_ms: int,
    *,
    is_approved: bool,
) -> tuple[Facts, TimeLog]:
    """The log as nobody else changes it meanwhile."""
    seen = reach(conn, principal, log_id)
    owner = principal
    if seen.user_id != principal.user_id:
        user = accounts.find(conn, seen.user_id)
        owner = acting_for(user) if user is not None else principal
    facts = _facts(conn, owner, principal, now_ms, is_approved=is_approved)
    log = reach(conn, principal, log_id)
    if revision not in {UNSET, log.revision}:
        raise Stale("Look at it as it is now, and change that.", log)
    if log.is_deleted:
        raise Conflict("This log was deleted.")
    facts.load_timers([log.timer_id])
    facts.load_places([log.issue_id])
    return facts, log


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
    stretches = _stretches(facts, before.timer_id)
    is_named = said.start_time is not UNSET or said.end_time is not UNSET
    held = [each for each in stretches if each.hold in TIME_HOLDS and is_named]
    if start is None and end is None and not held:
        return []
    if end is not None and _is_current(facts, before):
        raise _invalid("end_time", RUNNING_END)
    last = end or before.end_time or facts.now
    _must_be_right(facts, [Bounds("", start or before.start_time, last)], is_long=True)
    changed = {each.claim_id: each for each in bounds.moved(stretches, start, end)}
    for each in held:
        changed.setdefault(each.claim_id, Bounds(each.claim_id, each.start, each.end))
    _must_be_right(facts, [each for each in changed.values() if not each.is_void])
    return list(changed.values())


def _is_current(facts: Facts, log: TimeLog) -> bool:
    """Whether it is what runs or is paused now."""
    current = timers.present(facts.conn, log.user_id).timer
    return log.status is not TimerStatus.STOPPED and current is not None and current.log_id == log.id


def _stretches(facts: Facts, timer_id: str) -> list[Claim]:
    """Those that are not void, in order."""
    known = [each.claim for each in facts.claims_of(timer_id) if each.claim.hold is not Hold.VOID]
    return sorted(known, key=lambda claim: claim.begun)


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
        raise Invalid("Correct what is named and ask again.", errors=errors)


def _record(facts: Facts, kind: ActionKind, body: Body) -> None:
    taken(apply(facts, say(uuid7(facts.sender.now_ms), kind, body)))


def _log_of(facts: Facts, timer_id: str) -> TimeLog:
    log_id = next(each.time_log_id for each in facts.claims_of(timer_id) if each.time_log_id is not None)
    found = log_pages.find(facts.conn, log_id)
    if found is None:
        raise LookupError(f"log {log_id} was just written")
    return found


def _written(facts: Facts, log: TimeLog) -> WrittenLog:
    now = facts.now
    claimed = sum(
        (now if each.end is None else each.end) - each.start for each in _stretches(facts, log.timer_id)
    )
    lost = {
        log_id: -seconds
        for log_id, seconds in facts.moved_seconds.items()
        if seconds < 0 and log_id != log.id
    }
    keys = log_pages.issue_keys(facts.conn, sorted(lost))
    overlaps = [Overlap(log_id, keys[log_id], lost[log_id]) for log_id in sorted(lost)]
    is_open = any(each.end is None for each in _stretches(facts, log.timer_id))
    trimmed = 0 if log.is_deleted or is_open else max(0, claimed - log.duration_seconds)
    return WrittenLog(log, trimmed, overlaps)


def _invalid(field: str, message: str) -> Invalid:
    return Invalid("Correct what is named and ask again.", errors=[FieldError(field, message)])
