"""Which log may a person see and change, how was it corrected, and what is written into the trail?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.db.repositories import catalog, claim_ends, claims, edits, log_pages, segments
from server.db.repositories.claim_ends import StoredEnd
from server.db.repositories.claims import StoredClaim
from server.db.repositories.edits import StoredEdit
from server.db.session import Connection
from server.domain import permissions
from server.domain.errors import CORRECT_IT, Conflict, Forbidden, Invalid, Locked, NotFound, PeriodClosed
from server.domain.holds import HOLD_WORDS, Hold, Rejection
from server.domain.messages import (
    AddBody,
    EditBody,
    FieldError,
    LogDetail,
    LogEdit,
    LogStretch,
    OutcomeKind,
    ResolveBody,
    TimeLog,
    VoidBody,
)
from server.domain.principal import Principal
from server.domain.trail import Entry
from server.domain.trail import Facts as Told
from server.services import audit
from server.services.counting.bodies import Said
from server.services.counting.facts import Facts
from server.services.counting.outcome import Outcome
from server.services.counting.resolving import timer_of

FIELDS = {
    Hold.ISSUE_UNKNOWN: ("issue_id", "There is no such issue on which this person may work."),
    Hold.NO_PERMISSION: ("issue_id", "There is no such issue on which this person may work."),
    Hold.ISSUE_DELETED: ("issue_id", "This issue was deleted. Choose another one."),
    Hold.PROJECT_ARCHIVED: ("issue_id", "This project is archived. Choose an issue of another one."),
    Hold.FUTURE: ("end_time", "This lies in the future."),
    Rejection.END_BEFORE_START: ("end_time", "The end has to lie after the start."),
}
WAY_OUT = (
    "Ask for the change: POST /time-tracking/period-requests. Whoever manages the project can approve it."
)


def reach(conn: Connection, principal: Principal, log_id: int) -> TimeLog:
    """One's own; a manager's of their projects; an administrator's. NotFound; Forbidden where one knows the project."""
    log = log_pages.find(conn, log_id)
    if log is None:
        raise NotFound("There is no such log.")
    if log.user_id == principal.user_id:
        return log
    is_member = catalog.is_member(conn, log.project_id, principal.user_id)
    if permissions.manages(principal.role, is_member=is_member):
        return log
    if is_member:
        raise Forbidden("This is somebody else's time. Ask the project's manager.")
    raise NotFound("There is no such log.")


def detail(conn: Connection, principal: Principal, log_id: int) -> LogDetail:
    """With its stretches, and with every correction from the first to the last. As `reach`."""
    log = reach(conn, principal, log_id)
    counted = segments.seconds_by_claim(conn, log_id)
    ends = {(end.claim_id, end.at): end for end in claim_ends.of_timers(conn, [log.timer_id])}
    stretches = [
        _stretch(each, ends.get((each.claim_id, each.claim.end or 0)), counted.get(each.claim_id, 0))
        for each in sorted(claims.named(conn, [log.timer_id], []), key=lambda each: each.claim.begun)
    ]
    trimmed = sum(
        each.end_time - each.start_time - each.counted_seconds
        for each in stretches
        if each.end_time is not None and each.hold_code is None
    )
    history = [_shown(each) for each in edits.history(conn, log.timer_id, log.user_id)]
    return LogDetail(log, trimmed, stretches, history)


def _stretch(stored: StoredClaim, end: StoredEnd | None, counted_seconds: int) -> LogStretch:
    """`end`: which of its device's ends is its end now, None for none."""
    return LogStretch(
        claim_id=stored.claim_id,
        start_time=stored.claim.start,
        end_time=stored.claim.end,
        counted_seconds=counted_seconds,
        hold_code=stored.claim.hold,
        start_quality=stored.quality if stored.claim.start == stored.opened_at else None,
        end_quality=None if end is None else end.quality,
    )


def taken(outcome: Outcome) -> None:
    """What a device hears as an outcome, a single request hears as a refusal."""
    if outcome.kind is OutcomeKind.APPLIED:
        return
    code = outcome.code
    if code == Hold.PERIOD_CLOSED:
        raise PeriodClosed(f"This time lies in a closed period. {WAY_OUT}")
    if code == Hold.BUDGET_LOCKED:
        raise Locked("The project's budget is locked from then on. Ask its manager.")
    for reason, (field, message) in FIELDS.items():
        if code == reason:
            raise Invalid(CORRECT_IT, errors=[FieldError(field, message)])
    raise Conflict(outcome.detail or HOLD_WORDS[Hold.EDITED_TWICE])


def note(
    conn: Connection,
    principal: Principal | None,
    action: str,
    before: TimeLog | None,
    after: TimeLog,
    now_ms: int,
) -> None:
    """As the last write of the transaction. `principal` None: the server itself."""
    entry = Entry(
        None if principal is None else principal.user_id,
        action,
        "time_log",
        str(after.id),
        None if before is None else _facts(before),
        _facts(after),
        after.project_id,
    )
    audit.record(conn, entry, now_ms)


def before_corrections(facts: Facts, said: Iterable[Said]) -> dict[str, TimeLog | None]:
    """The logs that these actions correct, by timer; None for one that is not there yet."""
    bodies = (each.body for each in said)
    timer_ids: set[str | None] = set()
    for body in bodies:
        if isinstance(body, AddBody | EditBody | VoidBody):
            timer_ids.add(body.timer_id)
        elif isinstance(body, ResolveBody):
            timer_ids.add(timer_of(facts, body.ref))
    return {timer_id: _log_of(facts, timer_id) for timer_id in sorted(filter(None, timer_ids))}


def note_corrections(facts: Facts, before: Mapping[str, TimeLog | None]) -> None:
    """What a device's corrections made of them, into the trail."""
    for timer_id, old in before.items():
        new = _log_of(facts, timer_id)
        if new is None or (old is not None and _is_as_before(old, new)):
            continue
        changed = "log.deleted" if new.is_deleted else "log.edited"
        action = "log.added" if old is None else changed
        note(facts.conn, facts.principal, action, old, new, facts.sender.now_ms)


def _is_as_before(old: TimeLog, new: TimeLog) -> bool:
    return (old.revision, old.duration_seconds) == (new.revision, new.duration_seconds)


def _log_of(facts: Facts, timer_id: str) -> TimeLog | None:
    known = (each.time_log_id for each in facts.claims_of(timer_id))
    log_id = next((each for each in known if each is not None), None)
    return None if log_id is None else log_pages.find(facts.conn, log_id)


def _facts(log: TimeLog) -> Told:
    return {
        "user_id": log.user_id,
        "issue_id": log.issue_id,
        "project_id": log.project_id,
        "start_time": log.start_time,
        "end_time": log.end_time,
        "duration_seconds": log.duration_seconds,
        "total_cost": str(log.total_cost),
        "currency": log.currency,
        "description": log.description,
        "is_billable": log.is_billable,
        "is_deleted": log.is_deleted,
        "revision": log.revision,
    }


def _shown(stored: StoredEdit) -> LogEdit:
    edit = stored.edit
    left = [each for each in edit.bounds if not each.is_void]
    return LogEdit(
        action_id=edit.action_id,
        way=edit.way,
        at=edit.authored,
        author_id=stored.author_id,
        author=stored.author,
        base_revision=edit.base_revision,
        issue_id=edit.issue_id,
        description=edit.description,
        is_billable=edit.is_billable,
        start_time=min((each.start for each in left), default=None),
        end_time=max((each.end for each in left if each.end is not None), default=None),
        reason=edit.reason,
        hold_code=edit.admission,
    )
