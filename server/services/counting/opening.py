"""What does a start or a resume change?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from server.db.repositories import actions, claim_ends, claims, logs
from server.db.repositories.actions import Letter
from server.db.repositories.claim_ends import StoredEnd
from server.db.repositories.claims import StoredClaim
from server.db.repositories.logs import NewLog
from server.domain.choices import Choice
from server.domain.claims import Claim
from server.domain.holds import Hold, Rejection, time_hold, words
from server.domain.instants import Placed, Quality, clock_of
from server.domain.messages import Instant, ResumeBody, StartBody
from server.domain.permissions import may_track
from server.services.counting.bodies import envelope
from server.services.counting.facts import Facts, said_at
from server.services.counting.outcome import Outcome, applied, held, rejected
from server.services.reporting import totals

NOT_YOURS = rejected(Rejection.WRONG_USER, "This timer belongs to another user.")
EARLY_RESUME = "The start of this timer has not arrived yet; its time counts as soon as it does."


def open_claim(facts: Facts, action_id: str, body: StartBody | ResumeBody) -> Outcome:
    """The claim is kept in any case; whether it counts is another question."""
    refusal = reused(facts, body.timer_id, [body.claim_id], is_start=isinstance(body, StartBody))
    if refusal is not None:
        return refusal
    issue_id = _named_issue(facts, body)
    begun = facts.when(action_id, body.t)
    admission = Hold.ORPHAN if issue_id is None else admit(facts, issue_id, begun.at)
    stored = StoredClaim(
        claim_id=body.claim_id,
        user_id=facts.principal.user_id,
        timer_id=body.timer_id,
        action_id=action_id,
        is_first=isinstance(body, StartBody),
        named_issue_id=issue_id,
        time_log_id=log_for(facts, body.timer_id, issue_id, begun.at),
        admission=admission,
        claim=Claim(body.claim_id, begun.at, hold=admission),
        opened_at=begun.at,
        is_edited=bool(facts.edits.get(body.timer_id) or facts.rulings.get(body.timer_id)),
        quality=begun.quality,
        anchor=begun.anchor,
    )
    claims.add(facts.conn, stored, facts.sender.device_id)
    facts.open(stored)
    adopt_resumes(facts, stored)
    give_log(facts, body.timer_id)
    _check_early_ends(facts, stored, body.t)
    log_id = facts.claims[stored.claim_id].time_log_id
    if admission is None:
        is_unsure = begun.quality is Quality.WALL
        return applied(log_id, words(Hold.CLOCK_UNSURE, facts.organisation.limits) if is_unsure else None)
    if admission is Hold.ORPHAN:
        return applied(None, EARLY_RESUME)
    return held(admission, log_id)


def admit(facts: Facts, issue_id: int, at: int) -> Hold | None:
    """May a timer that is started at this second count on this issue?"""
    hold = admit_issue(facts, issue_id, at)
    if hold is None and facts.is_closed([facts.project_of(issue_id)], at, at + 1):
        return Hold.PERIOD_CLOSED
    return hold or time_hold(at, facts.now, facts.organisation.limits)


def admit_issue(facts: Facts, issue_id: int, at: int) -> Hold | None:
    """Does this issue take time that begins at this second?"""
    place = facts.places.get(issue_id)
    if place is None:
        return Hold.ISSUE_UNKNOWN
    if not may_track(facts.principal.role, is_member=place.is_member):
        return Hold.NO_PERMISSION
    if place.is_deleted:
        return Hold.ISSUE_DELETED
    if place.archived_at is not None and at * 1000 >= place.archived_at:
        return Hold.PROJECT_ARCHIVED
    if place.locked_at is not None and at * 1000 >= place.locked_at:
        return Hold.BUDGET_LOCKED
    return None


def reused(facts: Facts, timer_id: str, claim_ids: Sequence[str], *, is_start: bool) -> Outcome | None:
    """Why these cannot be new claims of this timer. `is_start`: the timer has to be new too."""
    same_timer = facts.claims_of(timer_id)
    known = [facts.claims[claim_id] for claim_id in claim_ids if claim_id in facts.claims]
    if any(stored.user_id != facts.principal.user_id for stored in (*same_timer, *known)):
        return NOT_YOURS
    if known or len(set(claim_ids)) < len(claim_ids):
        return rejected(Rejection.ID_REUSE, "Another stretch of time has this id.")
    if is_start and any(stored.is_first for stored in same_timer):
        return rejected(Rejection.ID_REUSE, "Another timer has this id.")
    return None


def _named_issue(facts: Facts, body: StartBody | ResumeBody) -> int | None:
    if isinstance(body, StartBody):
        return body.issue_id
    first = facts.first_of(body.timer_id)
    return None if first is None else first.named_issue_id


def log_for(facts: Facts, timer_id: str, issue_id: int | None, start: int) -> int | None:
    """The timer's log, made now if it has none; None where there is no issue that the user may see."""
    known = [stored.time_log_id for stored in facts.claims_of(timer_id) if stored.time_log_id is not None]
    if known:
        return known[0]
    place = None if issue_id is None else facts.places.get(issue_id)
    if place is None or not may_track(facts.principal.role, is_member=place.is_member):
        return None
    day = facts.organisation.day_of(start)
    new = NewLog(
        timer_id=timer_id,
        issue_id=place.issue_id,
        user_id=facts.principal.user_id,
        project_id=place.project_id,
        start=start,
        day=day,
        terms=facts.kept_terms.get(timer_id) or facts.terms(place.project_id, day),
    )
    made = logs.add(facts.conn, new, facts.sender.now_ms)
    totals.move(facts.conn, [(None, made)])
    facts.new_logs[made.log_id] = made
    return made.log_id


def give_log(facts: Facts, timer_id: str) -> None:
    """Time on an issue that its user may not see has one as soon as it was moved to another issue."""
    without = [stored for stored in facts.claims_of(timer_id) if stored.time_log_id is None]
    if not without or facts.corrected(timer_id).issue_id is None:
        return
    first = facts.first_of(timer_id)
    log_id = None if first is None else log_for(facts, timer_id, facts.issue_of(timer_id), first.opened_at)
    for stored in without if log_id is not None else ():
        adopted = replace(stored, time_log_id=log_id)
        claims.adopt(facts.conn, adopted)
        facts.put(adopted)


def adopt_resumes(facts: Facts, first: StoredClaim) -> None:
    """Resumes that came before this start have an issue now."""
    if not first.is_first or first.named_issue_id is None:
        return
    for stored in facts.claims_of(first.timer_id):
        if stored.admission is not Hold.ORPHAN:
            continue
        adopted = replace(
            stored,
            time_log_id=first.time_log_id,
            named_issue_id=first.named_issue_id,
            admission=admit(facts, first.named_issue_id, stored.opened_at),
        )
        claims.adopt(facts.conn, adopted)
        facts.put(adopted)


def _check_early_ends(facts: Facts, stored: StoredClaim, began: Instant) -> None:
    """Ends may come before their start; one that also *lies* before it is none."""
    for end in list(facts.ends[stored.timer_id]):
        if end.claim_id != stored.claim_id:
            continue
        placed = _placed(facts, end, stored, began)
        if placed.at < stored.opened_at:
            _set_aside(facts, end, stored)
        elif placed.at != end.at:
            _put_off(facts, end, placed)


def _placed(facts: Facts, end: StoredEnd, stored: StoredClaim, began: Instant) -> Placed:
    """Where it would lie if it had come after its start."""
    t = said_at(facts.conn, end.action_id)
    by = None if stored.anchor is None else stored.anchor.clock
    if by == clock_of(t.session):
        return facts.when_ended(end.action_id, t, stored, began)
    if end.at >= stored.opened_at:
        return Placed(end.at, end.quality or Quality.WALL)
    return Placed(stored.opened_at, Quality.WALL)


def _put_off(facts: Facts, end: StoredEnd, placed: Placed) -> None:
    moved = replace(end, at=placed.at, quality=placed.quality)
    claim_ends.put_off(facts.conn, moved)
    facts.ends[end.timer_id].remove(end)
    facts.put_end(moved)


def _set_aside(facts: Facts, end: StoredEnd, stored: StoredClaim) -> None:
    sent = actions.sent(facts.conn, end.action_id)
    letter = Letter(
        end.action_id,
        Rejection.END_BEFORE_START,
        "This end lies before the start, which came later.",
        envelope(end.action_id, sent.v, sent.kind, json.loads(sent.payload)),
    )
    actions.add_letter(facts.conn, facts.sender, letter)
    if any(
        each.ruling.ref == end.action_id and each.ruling.choice is Choice.DISCARD
        for each in facts.rulings.get(end.timer_id, ())
    ):
        actions.settle_letters(facts.conn, end.user_id, end.action_id, facts.sender.now_ms)
    claim_ends.remove(facts.conn, end.action_id)
    facts.ends[end.timer_id].remove(end)
    facts.set_aside[end.action_id] = stored.timer_id, stored.claim_id
