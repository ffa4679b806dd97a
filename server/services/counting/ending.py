"""What does a pause or a stop change?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from server.db.repositories import claim_ends
from server.db.repositories.claim_ends import StoredEnd
from server.db.repositories.claims import StoredClaim
from server.domain.choices import silences
from server.domain.claims import Claim
from server.domain.holds import Hold, Rejection, time_hold, words
from server.domain.instants import Placed, Quality
from server.domain.messages import ActionKind, PauseBody, StopBody
from server.domain.settling import End, Settled, settle
from server.services.counting.facts import Facts
from server.services.counting.opening import NOT_YOURS
from server.services.counting.outcome import Outcome, applied, held, rejected

EARLY_END: Final = "Its start has not arrived yet; the end counts as soon as it does."
BEFORE_START: Final = rejected(Rejection.END_BEFORE_START, "The end lies before the start.")
CLAIM_IS_HELD: Final = "The time that ends here is kept, and not counted yet."


def end_claim(facts: Facts, action_id: str, body: PauseBody | StopBody) -> Outcome:
    """No budget, lock or length refuses it."""
    stored = None if body.claim_id is None else facts.claims.get(body.claim_id)
    placed = _placed(facts, action_id, body, stored)
    refusal = _refusal(facts, body, stored)
    if refusal is not None:
        return refusal
    if stored is not None and placed.at < stored.opened_at:
        facts.set_aside[action_id] = stored.timer_id, stored.claim_id
        return BEFORE_START
    end = StoredEnd(
        action_id=action_id,
        user_id=facts.principal.user_id,
        timer_id=body.timer_id,
        claim_id=body.claim_id,
        kind=ActionKind.STOP if isinstance(body, StopBody) else ActionKind.PAUSE,
        at=placed.at,
        admission=_admit(facts, stored, placed.at),
        description=body.description if isinstance(body, StopBody) else None,
        quality=placed.quality,
    )
    claim_ends.add(facts.conn, end, body.cause)
    facts.put_end(end)
    if stored is None:
        return _without_claim(facts, body)
    return _outcome(facts, settle_stored(facts, stored), end, stored.time_log_id)


def _placed(facts: Facts, action_id: str, body: PauseBody | StopBody, stored: StoredClaim | None) -> Placed:
    if stored is None or stored.user_id != facts.principal.user_id:
        return facts.when(action_id, body.t)
    return facts.when_ended(action_id, body.t, stored)


def settle_stored(facts: Facts, stored: StoredClaim) -> Settled:
    """The claim with all its ends and corrections that came so far."""
    ends = [end for end in facts.ends[stored.timer_id] if end.claim_id == stored.claim_id]
    settled = _settled(facts, stored, [end.end for end in ends])
    if settled.flag is not None or settled.claim.hold is not None:
        return settled
    unsure = _unsure(facts, stored, ends)
    if unsure is None or silences(facts.decided(stored.timer_id), Hold.CLOCK_UNSURE, unsure):
        return settled
    return Settled(settled.claim, Hold.CLOCK_UNSURE, unsure)


def claim_now(facts: Facts, stored: StoredClaim) -> Claim:
    """With all that the actions before this one made of it: whether they came with it or earlier changes nothing."""
    return settle_stored(facts, stored).claim if stored.claim_id in facts.touched_claims else stored.claim


def claims_now(facts: Facts, timer_id: str) -> list[Claim]:
    """Those of this timer."""
    return [claim_now(facts, each) for each in facts.claims_of(timer_id)]


def _unsure(facts: Facts, stored: StoredClaim, ends: Sequence[StoredEnd]) -> str | None:
    """The action that only a wall clock dates, unless somebody has said since where the claim begins and ends."""
    if stored.claim_id in facts.corrected(stored.timer_id).bounds:
        return None
    if stored.quality is Quality.WALL:
        return stored.action_id
    first = min(ends, key=lambda end: (end.at, end.action_id), default=None)
    return first.action_id if first is not None and first.quality is Quality.WALL else None


def _settled(facts: Facts, stored: StoredClaim, ends: Sequence[End]) -> Settled:
    limits = facts.organisation.limits
    rulings = facts.decided(stored.timer_id)
    if not facts.edits.get(stored.timer_id):
        return settle(stored.opening, ends, rulings=rulings, limits=limits)
    corrected = facts.corrected(stored.timer_id)
    settled = settle(
        stored.opening, ends, corrected.bounds.get(stored.claim_id), corrected.fate, rulings, limits=limits
    )
    if corrected.flag is None or settled.flag is not None or not stored.is_first:
        return settled
    return Settled(settled.claim, *corrected.flag)


def _admit(facts: Facts, stored: StoredClaim | None, at: int) -> Hold | None:
    """What began before a period was closed, and ends afterwards, is for its manager to see."""
    hold = time_hold(at, facts.now, facts.organisation.limits)
    if hold is not None or stored is None or stored.admission is not None:
        return hold
    start = claim_now(facts, stored).start
    if not facts.may_be_closed(start):
        return None
    project_id = facts.project_of(facts.issue_of(stored.timer_id))
    return Hold.PERIOD_CLOSED if facts.is_closed([project_id], start, at) else None


def _refusal(facts: Facts, body: PauseBody | StopBody, stored: StoredClaim | None) -> Outcome | None:
    if stored is not None:
        if stored.user_id != facts.principal.user_id:
            return NOT_YOURS
        if stored.timer_id != body.timer_id:
            return rejected(Rejection.SCHEMA, "This stretch of time belongs to another timer.")
    if any(each.user_id != facts.principal.user_id for each in facts.claims_of(body.timer_id)):
        return NOT_YOURS
    return None


def _without_claim(facts: Facts, body: PauseBody | StopBody) -> Outcome:
    same_timer = facts.claims_of(body.timer_id)
    log_id = next((each.time_log_id for each in same_timer if each.time_log_id is not None), None)
    came_early = body.claim_id is not None or not same_timer
    return applied(log_id, EARLY_END if came_early else None)


def _outcome(facts: Facts, settled: Settled, end: StoredEnd, log_id: int | None) -> Outcome:
    """Held when this end is the reason that something is held."""
    claim: Claim = settled.claim
    if settled.flag is Hold.CLOCK_UNSURE:
        return applied(log_id, words(settled.flag, facts.organisation.limits))
    if settled.flag is not None and settled.flagged_by == end.action_id:
        return held(settled.flag, log_id)
    if end.admission is not None:
        return held(end.admission, log_id)
    if claim.hold is not None and claim.hold is not Hold.ORPHAN:
        return applied(log_id, CLAIM_IS_HELD)
    if claim.end is not None and end.at > claim.end:
        return held(Hold.STOPPED_ELSEWHERE, log_id)
    return applied(log_id)
