"""How does one log become two, so that every second stays what it was?"""

from __future__ import annotations

from collections.abc import Sequence

from server.db.repositories import logs
from server.domain.claims import without
from server.domain.ids import uuid7
from server.domain.messages import ActionKind, AddBody, EditBody, Stretch, TimeLog
from server.services.counting import bounds
from server.services.counting.bodies import server_instant
from server.services.counting.facts import Facts
from server.services.counting.window import look
from server.services.time.writing import invalid, is_current, record, stretches_of


def divide(facts: Facts, log: TimeLog, at: int, *, is_billable: bool | None = None) -> str:
    """Records it, and gives the timer of the new log. `is_billable`: of the new one, None as before. Invalid.

    Neither part takes a second that counts on another log.
    `facts` has the log's timer; the caller projects.
    """
    stretches = stretches_of(facts, log.timer_id)
    goes_on = is_current(facts, log) or any(each.end is None for each in stretches)
    cut = bounds.without_beginning if goes_on else bounds.without_rest
    parts = _own(facts, log, bounds.beginning(stretches, at) if goes_on else bounds.rest(stretches, at))
    changed = cut(stretches, at)
    left = len(stretches) - sum(each.is_void for each in changed)
    if not parts or not left or not changed:
        raise invalid("at", "Choose a second between its start and its end.")
    timer_id, now_ms = uuid7(facts.sender.now_ms), facts.sender.now_ms
    facts.kept_terms |= dict.fromkeys((log.timer_id, timer_id), logs.terms_of(facts.conn, log.id))
    t = server_instant(facts.now)
    moved = [Stretch(each.claim_id, each.start, each.end, each.is_void) for each in changed]
    record(facts, ActionKind.EDIT, EditBody(log.timer_id, log.revision, t, stretches=moved))
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
    record(facts, ActionKind.ADD, body)
    return timer_id


def _own(facts: Facts, log: TimeLog, parts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without what counts on the person's other logs."""
    if not parts:
        return []
    since = min(start for start, _ in parts)
    window = look(facts.conn, facts.principal.user_id, since, facts.organisation.limits)
    others = [
        (piece.start, piece.end)
        for piece in window.live_pieces(since)
        if window.log_of(piece.claim_id) != log.id
    ]
    return [left for part in parts for left in without([part], others)]
