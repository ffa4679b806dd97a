"""What does an entry, a correction or a deletion by hand change?

Each is a fact that is kept for ever. What it makes of the log follows in `server.services.counting.projection`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, assert_never

from server.db.repositories import claims, edits
from server.db.repositories.claims import StoredClaim
from server.db.repositories.edits import StoredEdit
from server.domain.claims import Claim
from server.domain.corrections import Bounds, Edit, Way
from server.domain.holds import FUTURE_LIMIT_S, Hold, Rejection
from server.domain.messages import AddBody, EditBody, Stretch, VoidBody
from server.domain.permissions import may_track
from server.services.counting.ending import claims_now
from server.services.counting.facts import Facts
from server.services.counting.opening import NOT_YOURS, admit_issue, adopt_resumes, give_log, log_for, reused
from server.services.counting.outcome import Outcome, applied, held, rejected

FIRST_SECOND: Final = 946_684_800  # of the year 2000
EARLY_EDIT: Final = "The start of this timer has not arrived yet; the correction counts as soon as it does."
BACKWARDS: Final = rejected(Rejection.END_BEFORE_START, "The end has to lie after the start.")
TOO_OLD: Final = rejected(Rejection.SCHEMA, "This lies before the year 2000.")
MOST: Final = 500  # each is read again with every later one
TOO_OFTEN: Final = rejected(
    Rejection.SCHEMA, f"This log was corrected {MOST} times. Delete it, and enter its time anew."
)
NOT_OF_IT: Final = rejected(Rejection.SCHEMA, "This stretch of time belongs to another timer.")


def correct(facts: Facts, action_id: str, body: AddBody | EditBody | VoidBody) -> Outcome:
    """Applied, held or rejected."""
    match body:
        case AddBody():
            return add_log(facts, action_id, body)
        case EditBody():
            return edit_log(facts, action_id, body)
        case VoidBody():
            return void_log(facts, action_id, body)
        case _:
            assert_never(body)


def add_log(facts: Facts, action_id: str, body: AddBody) -> Outcome:
    """Time without a timer. It is kept in any case; whether it counts is another question."""
    bounds = [Bounds(body.claim_id, body.start, body.end), *map(_bounds, body.more)]
    refusal = reused(
        facts, body.timer_id, [each.claim_id for each in bounds], is_start=True
    ) or _wrong_bounds(bounds)
    if refusal is not None:
        return refusal
    project_id = facts.project_of(body.issue_id)
    admission = (
        admit_issue(facts, body.issue_id, body.start)
        or future_hold(facts, bounds)
        or closed_hold(facts, bounds, [project_id])
    )
    log_id = log_for(facts, body.timer_id, body.issue_id, body.start)
    edit = Edit(
        action_id,
        body.timer_id,
        Way.ADD,
        facts.when(action_id, body.t).at,
        0,
        description=body.description,
        is_billable=body.is_billable,
        bounds=tuple(bounds),
    )
    _keep(facts, edit)
    _enter(facts, edit, body.issue_id, log_id, admission)
    adopt_resumes(facts, facts.claims[body.claim_id])
    give_log(facts, body.timer_id)
    return applied(log_id) if admission is None else held(admission, log_id)


def _enter(facts: Facts, entered: Edit, issue_id: int, log_id: int | None, admission: Hold | None) -> None:
    """Claims of a timer that never ran."""
    for each in entered.bounds:
        stored = StoredClaim(
            claim_id=each.claim_id,
            user_id=facts.principal.user_id,
            timer_id=entered.timer_id,
            action_id=entered.action_id,
            is_first=each is entered.bounds[0],
            named_issue_id=issue_id,
            time_log_id=log_id,
            admission=admission,
            claim=Claim(
                each.claim_id, each.start, hold=admission, authored_at=entered.authored, is_manual=True
            ),
            opened_at=each.start,
            manual_at=entered.authored,
            is_edited=True,
        )
        claims.add(facts.conn, stored, facts.sender.device_id)
        facts.open(stored)


def edit_log(facts: Facts, action_id: str, body: EditBody) -> Outcome:
    """One that cannot be taken is kept, and changes nothing."""
    is_split = body.timer_id in facts.kept_terms
    bounds = [replace(_bounds(each), is_split=is_split) for each in body.stretches]
    refusal = _refusal(facts, body.timer_id, bounds) or _wrong_bounds(bounds)
    if refusal is not None:
        return refusal
    if len(facts.edits.get(body.timer_id, ())) >= MOST and not facts.is_approved:
        return TOO_OFTEN
    edit = Edit(
        action_id,
        body.timer_id,
        Way.EDIT,
        facts.when(action_id, body.t).at,
        body.base_rev,
        issue_id=body.set.issue_id,
        description=body.set.description,
        is_billable=body.set.is_billable,
        bounds=tuple(bounds),
        admission=edit_hold(facts, body, bounds),
    )
    return _correct(facts, edit)


def void_log(facts: Facts, action_id: str, body: VoidBody) -> Outcome:
    """Nothing is ever removed: the log and its claims stay, and count no more."""
    refusal = _refusal(facts, body.timer_id, [])
    if refusal is not None:
        return refusal
    edit = Edit(
        action_id,
        body.timer_id,
        Way.VOID,
        facts.when(action_id, body.t).at,
        body.base_rev,
        reason=body.reason,
        admission=left_hold(facts, body.timer_id) or period_hold(facts, body.timer_id, [], None),
    )
    return _correct(facts, edit)


def _correct(facts: Facts, edit: Edit) -> Outcome:
    _keep(facts, edit)
    give_log(facts, edit.timer_id)
    same_timer = facts.claims_of(edit.timer_id)
    log_id = next((each.time_log_id for each in same_timer if each.time_log_id is not None), None)
    if edit.admission is not None:
        return held(edit.admission, log_id)
    if facts.corrected(edit.timer_id).fate.restored_by == edit.action_id:
        return held(Hold.VOID_VS_EDIT, log_id)
    return applied(log_id, None if same_timer else EARLY_EDIT)


def _keep(facts: Facts, edit: Edit) -> None:
    edits.add(facts.conn, StoredEdit(edit, facts.principal.user_id, facts.author_id))
    facts.put_edit(edit)


def _bounds(stretch: Stretch) -> Bounds:
    return Bounds(stretch.claim_id, stretch.start, stretch.end, stretch.is_void)


def _refusal(facts: Facts, timer_id: str, bounds: Sequence[Bounds]) -> Outcome | None:
    if any(each.user_id != facts.principal.user_id for each in facts.claims_of(timer_id)):
        return NOT_YOURS
    for each in bounds:
        known = facts.claims.get(each.claim_id)
        if known is not None and known.timer_id != timer_id:
            return NOT_OF_IT
    return None


def _wrong_bounds(bounds: Sequence[Bounds]) -> Outcome | None:
    for each in bounds:
        if each.start < FIRST_SECOND:
            return TOO_OLD
        if each.end is not None and each.end <= each.start and not each.is_void:
            return BACKWARDS
    return None


def edit_hold(facts: Facts, body: EditBody, bounds: Sequence[Bounds]) -> Hold | None:
    """Why this correction cannot be taken."""
    new_issue = body.set.issue_id
    if new_issue is not None:
        starts = [each.start for each in claims_now(facts, body.timer_id)]
        hold = admit_issue(facts, new_issue, min(starts, default=facts.now))
        if hold is not None:
            return hold
    return (
        left_hold(facts, body.timer_id)
        or future_hold(facts, bounds)
        or period_hold(facts, body.timer_id, bounds, new_issue)
    )


def left_hold(facts: Facts, timer_id: str) -> Hold | None:
    """Whoever has left a project changes no sums of it any more; its managers do it for them."""
    has_log = any(each.time_log_id is not None for each in facts.claims_of(timer_id))
    place = facts.place(facts.issue_of(timer_id))
    if place is None or not has_log or facts.author_id != facts.principal.user_id:
        return None
    if may_track(facts.principal.role, is_member=place.is_member):
        return None
    return Hold.NO_PERMISSION


def period_hold(facts: Facts, timer_id: str, bounds: Sequence[Bounds], new_issue: int | None) -> Hold | None:
    """Neither where the time lies nor where it is to lie may be closed."""
    before = [Bounds(each.claim_id, each.start, each.end) for each in claims_now(facts, timer_id)]
    projects = {facts.project_of(facts.issue_of(timer_id)), facts.project_of(new_issue)}
    return closed_hold(facts, [*before, *bounds], list(projects))


def future_hold(facts: Facts, bounds: Sequence[Bounds]) -> Hold | None:
    latest = max((max(each.start, each.end or 0) for each in bounds), default=0)
    return Hold.FUTURE if latest > facts.now + FUTURE_LIMIT_S else None


def closed_hold(facts: Facts, bounds: Sequence[Bounds], project_ids: Sequence[int | None]) -> Hold | None:
    for each in bounds:
        if facts.is_closed(project_ids, each.start, facts.now if each.end is None else each.end):
            return Hold.PERIOD_CLOSED
    return None
