"""What does a decision about held, refused or doubtful time change?

It is a fact that is kept for ever, and may come before what it decides, as a stop may come before its start. What can be
said as a correction is stored as one; everything else is for `server.domain.settling` to go by.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from server.db.repositories import actions, edits, rulings
from server.db.repositories.edits import StoredEdit
from server.db.repositories.rulings import StoredRuling
from server.domain.choices import MANAGERS_ONLY, OWNERS_ONLY, Choice, Chooser, Ruling
from server.domain.corrections import Bounds, Edit, Way
from server.domain.holds import Hold, Rejection
from server.domain.messages import EditBody, LogSet, ResolveBody, Role, Stretch
from server.domain.permissions import may_track
from server.services.counting.bodies import server_instant
from server.services.counting.correcting import (
    FIRST_SECOND,
    MOST,
    closed_hold,
    edit_hold,
    future_hold,
    left_hold,
    period_hold,
)
from server.services.counting.ending import claim_now
from server.services.counting.facts import Facts
from server.services.counting.opening import give_log
from server.services.counting.outcome import Outcome, applied, held, rejected

EARLY: Final = "What this decides has not arrived yet; the decision counts as soon as it does."
NO_ISSUE: Final = rejected(Rejection.SCHEMA, "Say to which issue the time belongs.")
NO_SPAN: Final = rejected(Rejection.SCHEMA, "Say when it began and when it ended, after the year 2000.")
BACKWARDS: Final = rejected(Rejection.END_BEFORE_START, "The end has to lie after the start.")
NOT_FOR_YOU: Final = rejected(Rejection.SCHEMA, "Only a manager of the project can decide that.")
NOT_FOR_MANAGERS: Final = rejected(Rejection.SCHEMA, "Only whose time it is can ask a manager.")
TOO_OFTEN: Final = rejected(Rejection.SCHEMA, f"This timer's time was decided {MOST} times.")


def resolve(facts: Facts, action_id: str, body: ResolveBody) -> Outcome:
    """One that may not count yet is kept, and changes nothing."""
    refusal = _incomplete(body) or _not_theirs(facts, body.choice)
    if refusal is not None:
        return refusal
    timer_id = timer_of(facts, body.ref)
    if timer_id is not None and len(facts.rulings.get(timer_id, ())) >= MOST:
        return TOO_OFTEN
    stored = StoredRuling(
        Ruling(action_id, body.ref, body.choice, facts.when(action_id, body.t).at),
        timer_id,
        facts.principal.user_id,
        facts.author_id,
        body.issue_id,
        body.start,
        body.end,
    )
    if body.choice is Choice.DISCARD:
        actions.settle_letters(facts.conn, facts.principal.user_id, body.ref, facts.sender.now_ms)
    if timer_id is None:
        rulings.add(facts.conn, stored)
        facts.waiting.append(stored)
        return applied(None, None if body.ref in facts.actions else EARLY)
    stored = replace(stored, admission=_admission(facts, stored, timer_id))
    rulings.add(facts.conn, stored)
    return _take_effect(facts, stored, timer_id)


def settle_waiting(facts: Facts, action_id: str) -> None:
    """Decisions about this action came before it."""
    timer_id = timer_of(facts, action_id)
    for stored in [each for each in facts.waiting if each.ruling.ref == action_id]:
        if stored.ruling.choice is Choice.DISCARD:
            actions.settle_letters(facts.conn, facts.principal.user_id, action_id, facts.sender.now_ms)
        if timer_id is not None:
            facts.waiting.remove(stored)
            adopted = replace(stored, timer_id=timer_id, admission=_admission(facts, stored, timer_id))
            rulings.adopt(facts.conn, adopted)
            _take_effect(facts, adopted, timer_id)


def _incomplete(body: ResolveBody) -> Outcome | None:
    if body.choice is Choice.MOVE_ISSUE and body.issue_id is None:
        return NO_ISSUE
    if body.choice is Choice.CHANGE_TIME:
        if body.start is None or body.end is None or body.start < FIRST_SECOND:
            return NO_SPAN
        if body.end <= body.start:
            return BACKWARDS
    return None


def _not_theirs(facts: Facts, choice: Choice) -> Outcome | None:
    chooser = facts.chooser or Chooser(is_owner=True, is_manager=facts.principal.role is Role.ADMIN)
    if choice in MANAGERS_ONLY and not chooser.is_manager:
        return NOT_FOR_YOU
    if choice in OWNERS_ONLY and not chooser.is_owner:
        return NOT_FOR_MANAGERS
    return None


def timer_of(facts: Facts, ref: str) -> str | None:
    """Of the action that is decided; None where it has not come, was not applied, or is another person's.

    An end that lies before its start has one too: whether it came before the start was known decides nothing.
    """
    if ref in facts.set_aside:
        return facts.set_aside[ref][0]
    mine = (each for each in facts.claims.values() if each.user_id == facts.principal.user_id)
    named = [(each.action_id, each.timer_id) for each in mine]
    named += [(end.action_id, end.timer_id) for each in facts.ends.values() for end in each]
    named += [(edit.action_id, edit.timer_id) for each in facts.edits.values() for edit in each]
    return next((timer_id for action_id, timer_id in named if action_id == ref), None)


def _take_effect(facts: Facts, stored: StoredRuling, timer_id: str) -> Outcome:
    facts.put_ruling(stored, timer_id)
    log_id = next((each.time_log_id for each in facts.claims_of(timer_id) if each.time_log_id), None)
    if stored.admission is not None:
        return held(stored.admission, log_id)
    edit = _edit(facts, stored, timer_id)
    if edit is not None:
        edits.add(facts.conn, StoredEdit(edit, stored.user_id, stored.author_id))
        facts.put_edit(edit)
        give_log(facts, timer_id)
    return applied(log_id)


def _admission(facts: Facts, stored: StoredRuling, timer_id: str) -> Hold | None:
    edit = _edit(facts, stored, timer_id)
    if stored.ruling.choice is Choice.CHANGE_TIME:
        return None if edit is None else _span_hold(facts, edit)
    if stored.ruling.choice is Choice.ACCEPT:
        return _must_be_member(facts, timer_id) if edit is not None else None
    if edit is not None:
        body = EditBody(
            timer_id,
            edit.base_revision,
            server_instant(facts.now),
            LogSet(edit.issue_id, edit.description, edit.is_billable),
            [Stretch(each.claim_id, each.start, each.end, each.is_void) for each in edit.bounds],
        )
        return edit_hold(facts, body, edit.bounds)
    if stored.ruling.choice is Choice.COUNT or _takes_away(facts, stored):
        concerned = _claims_of(facts, stored.ruling.ref)
        known = [claim_now(facts, facts.claims[each]) for each in concerned if each in facts.claims]
        reach = [Bounds(each.claim_id, each.start, each.last_end) for each in known]
        return left_hold(facts, timer_id) or period_hold(facts, timer_id, reach, None)
    return None


def _span_hold(facts: Facts, edit: Edit) -> Hold | None:
    """What never counted where it lay may leave a closed period, and nothing may come into one."""
    moved = [facts.claims[each.claim_id] for each in edit.bounds if each.claim_id in facts.claims]
    known = [claim_now(facts, each) for each in moved]
    counting = [Bounds(each.claim_id, each.start, each.end) for each in known if each.hold is None]
    project_id = facts.project_of(facts.issue_of(edit.timer_id))
    return (
        left_hold(facts, edit.timer_id)
        or future_hold(facts, edit.bounds)
        or closed_hold(facts, [*counting, *edit.bounds], [project_id])
    )


def _takes_away(facts: Facts, stored: StoredRuling) -> bool:
    """What counts until now."""
    begun = [each for each in facts.claims.values() if each.action_id == stored.ruling.ref]
    return stored.ruling.choice is Choice.DISCARD and any(
        claim_now(facts, each).hold is None for each in begun
    )


def _must_be_member(facts: Facts, timer_id: str) -> Hold | None:
    """Nothing counts where its person may not work."""
    place = facts.place(facts.issue_of(timer_id))
    return (
        None
        if place is not None and may_track(facts.principal.role, is_member=place.is_member)
        else Hold.NO_PERMISSION
    )


def _edit(facts: Facts, stored: StoredRuling, timer_id: str) -> Edit | None:
    """The correction that it means; None where it means none."""
    ruling = stored.ruling
    made = Edit(ruling.action_id, timer_id, Way.EDIT, ruling.authored, 1, settles=ruling.ref)
    match ruling.choice:
        case Choice.MOVE_ISSUE:
            return replace(made, issue_id=stored.issue_id)
        case Choice.CHANGE_TIME:
            return _other_time(facts, stored, made)
        case Choice.USE_OTHER:
            return _other_values(facts, made)
        case Choice.ACCEPT:
            begun = (each for each in facts.claims.values() if each.action_id == ruling.ref)
            outside = any(each.admission is Hold.NO_PERMISSION for each in begun)
            return replace(made, issue_id=facts.issue_of(timer_id)) if outside else None
        case _:
            return None


def _other_time(facts: Facts, stored: StoredRuling, made: Edit) -> Edit | None:
    """Of one stretch; where several are meant, nobody knows which."""
    concerned = _claims_of(facts, stored.ruling.ref)
    if len(concerned) != 1 or stored.start is None:
        return None
    return replace(made, bounds=(Bounds(concerned[0], stored.start, stored.end),))


def _other_values(facts: Facts, made: Edit) -> Edit | None:
    """Those of the correction that lost, said once more."""
    lost = next((each for each in facts.edits[made.timer_id] if each.action_id == made.settles), None)
    if lost is None or lost.way is not Way.EDIT:
        return None
    return replace(
        lost, action_id=made.action_id, authored=made.authored, settles=made.settles, admission=None
    )


def _claims_of(facts: Facts, ref: str) -> list[str]:
    """Those that this action began, ended or moved; some of them may not have come yet."""
    begun = {each.claim_id for each in facts.claims.values() if each.action_id == ref}
    ended = {end.claim_id for each in facts.ends.values() for end in each if end.action_id == ref}
    if ref in facts.set_aside:
        ended.add(facts.set_aside[ref][1])
    told = [edit for each in facts.edits.values() for edit in each if edit.action_id == ref]
    moved = {bounds.claim_id for edit in told for bounds in edit.bounds}
    return sorted(filter(None, begun | ended | moved))
