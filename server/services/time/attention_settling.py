"""How does a person settle an item by a single request, for themselves or as a manager for others?

It becomes the action that a device would have recorded, made by the server at its own clock.
"""

from __future__ import annotations

from typing import Final

from server.db.repositories import accounts, log_pages, organisation
from server.db.repositories.attention import Item
from server.db.session import Connection
from server.domain.choices import Choice
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.ids import uuid7
from server.domain.messages import ActionKind, Attention, FieldError, ResolveBody, Settle, SettleReply
from server.domain.principal import Principal
from server.domain.trail import Entry
from server.domain.trail import Facts as Told
from server.services import audit, rights
from server.services.counting.apply import apply
from server.services.counting.bodies import say, server_instant
from server.services.counting.correcting import FIRST_SECOND
from server.services.counting.facts import Facts
from server.services.counting.projection import reproject
from server.services.time.acting import acting_for
from server.services.time.attention import choices_of, chooser_of, find, item
from server.services.time.logbook import taken
from server.services.time.writing import facts_of, invalid

NOT_OFFERED: Final = "This item cannot be settled so. Look at its choices."


def settle(conn: Connection, principal: Principal, action_id: str, said: Settle, now_ms: int) -> SettleReply:
    """NotFound, Conflict for a choice that is not offered, and what refuses a correction: Invalid, PeriodClosed, Locked."""
    _must_be_whole(said)
    seen = find(conn, principal, action_id, now_ms)
    owner = principal
    if seen.user_id != principal.user_id:
        user = accounts.find(conn, seen.user_id)
        owner = acting_for(user) if user is not None else principal
    facts = facts_of(conn, owner, principal, now_ms, is_approved=False)
    before = find(conn, principal, action_id, now_ms)
    if said.choice not in choices_of(conn, principal, before, organisation.find(conn).limits):
        raise Conflict(NOT_OFFERED)
    if said.choice is Choice.MOVE_ISSUE and before.user_id != principal.user_id:
        _must_manage(facts, principal, said.issue_id or 0)
    facts.chooser = chooser_of(conn, principal, before)
    _decide(facts, action_id, said)
    left = _left(conn, principal, action_id, now_ms)
    _note(conn, principal, said, before, now_ms)
    return SettleReply(left)


def _decide(facts: Facts, action_id: str, said: Settle) -> None:
    body = ResolveBody(action_id, said.choice, server_instant(facts.now), said.issue_id, said.start, said.end)
    action = say(uuid7(facts.sender.now_ms), ActionKind.RESOLVE, body)
    facts.load([action])
    try:
        taken(apply(facts, action))
    except Invalid as refusal:
        raise Invalid(refusal.detail, errors=[_named(each) for each in refusal.errors]) from refusal
    reproject(facts)


def _named(error: FieldError) -> FieldError:
    """As this request calls it."""
    return FieldError("end", error.message) if error.field == "end_time" else error


def _must_be_whole(said: Settle) -> None:
    if said.choice is Choice.MOVE_ISSUE and said.issue_id is None:
        raise invalid("issue_id", "Say to which issue the time belongs.")
    if said.choice is Choice.CHANGE_TIME:
        for name in ("start", "end"):
            if getattr(said, name) is None:
                raise invalid(name, "Say when it began and when it ended.")
        if (said.start or 0) < FIRST_SECOND:
            raise invalid("start", "This lies before the year 2000.")


def _must_manage(facts: Facts, principal: Principal, issue_id: int) -> None:
    """A manager moves time to an issue of a project that they manage."""
    facts.load_places([issue_id])
    try:
        rights.manage_project(facts.conn, principal, facts.project_of(issue_id) or 0)
    except NotFound as refusal:
        raise invalid("issue_id", "There is no such issue.") from refusal


def _left(conn: Connection, principal: Principal, action_id: str, now_ms: int) -> Attention | None:
    """The item as it is now; None when nobody needs to be asked any more."""
    try:
        return item(conn, principal, action_id, now_ms)
    except NotFound:
        return None


def _note(conn: Connection, principal: Principal, said: Settle, before: Item, now_ms: int) -> None:
    entry = Entry(
        principal.user_id,
        "attention.settled",
        "attention",
        before.action_id,
        _facts(before),
        _decided(conn, said, before),
        before.project_id,
    )
    audit.record(conn, entry, now_ms)


def _facts(before: Item) -> Told:
    return {
        "user_id": before.user_id,
        "code": before.code,
        "issue_key": before.issue_key,
        "start": before.start,
        "end": before.end,
        "counted_seconds": before.counted_seconds,
    }


def _decided(conn: Connection, said: Settle, before: Item) -> Told:
    log = None if before.time_log_id is None else log_pages.find(conn, before.time_log_id)
    return {
        "user_id": before.user_id,
        "choice": said.choice,
        "issue_key": before.issue_key if log is None else log.issue_key,
        "start": said.start,
        "end": said.end,
        "counted_seconds": None if log is None else log.duration_seconds,
    }
