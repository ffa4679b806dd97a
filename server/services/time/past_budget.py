"""What becomes of a log that went on when the budget was used up?

Where the project says so, it is divided at the last whole second whose cost still fits: what follows is another log, which
is not billable. A log that began later is not billable at all. So what is billable ends with the budget, and each part is
rounded once, as every log is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby

from server.db.repositories import alerts, log_pages, logs, past_budget, segments
from server.db.repositories.past_budget import Ended
from server.domain.figures import Figures
from server.domain.ids import uuid7
from server.domain.messages import ActionKind, EditBody, LogSet, TimeLog
from server.domain.money import ZERO
from server.services.counting.apply import apply
from server.services.counting.bodies import say, server_instant
from server.services.counting.facts import Facts
from server.services.counting.projection import reproject
from server.services.time.dividing import divide
from server.services.time.logbook import note


def mark(facts: Facts, known: Collection[str] = ()) -> None:
    """After the projection of these facts. `known`: the actions among them that came before.

    A log is looked at once, when it ends. Whoever corrects it later decides for themselves.
    """
    timer_ids = [each for each in sorted(facts.touched_timers) if _ends_now(facts, each, known)]
    found = past_budget.ended(facts.conn, timer_ids) if timer_ids else []
    if not found:
        return
    alerts.take(facts.conn, sorted({each.project_id for each in found}))
    found = past_budget.ended(facts.conn, timer_ids)
    for _, of_project in groupby(found, lambda each: each.project_id):
        _mark_logs(facts, list(of_project))


def _ends_now(facts: Facts, timer_id: str, known: Collection[str]) -> bool:
    stops = [end.action_id for end in facts.ends[timer_id] if end.kind is ActionKind.STOP]
    return bool(stops) and all(each in facts.actions and each not in known for each in stops)


def _mark_logs(facts: Facts, ended: Sequence[Ended]) -> None:
    """All of one project, in the order in which they began: the earlier one is paid first."""
    figures = logs.figures(facts.conn, [each.log_id for each in ended])
    budget = ended[0]
    spent = budget.spent - sum((_amount(each, budget.currency) for each in figures.values()), ZERO)
    for each in ended:
        log = figures[each.log_id]
        _mark_log(facts, log, _fitting(log, budget.total - spent, budget.currency))
        spent += _amount(log, budget.currency)


def _fitting(log: Figures, left: Decimal, currency: str) -> int:
    """How many of its seconds can be paid with what is left."""

    def is_too_much(seconds: int) -> bool:
        return _amount(log.counting(seconds), currency) > left

    return bisect_left(range(log.duration_seconds + 1), True, key=is_too_much) - 1


def _amount(log: Figures, currency: str) -> Decimal:
    """In the budget's currency; nothing where it is not converted into that."""
    if log.rate is None:
        return ZERO
    if log.rate.currency == currency:
        return log.total_cost
    is_converted = log.exchange is not None and log.exchange.currency == currency
    return (log.converted_cost or ZERO) if is_converted else ZERO


def _mark_log(facts: Facts, figures: Figures, fitting: int) -> None:
    if fitting >= figures.duration_seconds:
        return
    conn, now_ms = facts.conn, facts.sender.now_ms
    before = log_pages.find(conn, figures.log_id)
    if before is None:
        return
    facts = _facts_of(facts, before)
    if fitting <= 0:
        body = EditBody(
            before.timer_id, before.revision, server_instant(facts.now), LogSet(is_billable=False)
        )
        apply(facts, say(uuid7(now_ms), ActionKind.EDIT, body))
        made = None
    else:
        made = divide(facts, before, _second(facts, before, fitting), is_billable=False)
    reproject(facts)
    _note(facts, before, made)


def _facts_of(facts: Facts, log: TimeLog) -> Facts:
    """For a projection of its own. The time was taken when it began: nothing that came later refuses a part of it."""
    own = Facts(facts.conn, facts.principal, facts.sender, is_approved=True)
    own.load_timers([log.timer_id])
    own.load_places([log.issue_id])
    own.places = {
        issue_id: replace(place, is_deleted=False, is_member=True, locked_at=None, archived_at=None)
        for issue_id, place in own.places.items()
    }
    return own


def _second(facts: Facts, log: TimeLog, counted: int) -> int:
    """The second at which so many of the log's seconds had been counted."""
    for start, end in segments.stretches(facts.conn, log.id):
        if counted < end - start:
            return start + counted
        counted -= end - start
    raise AssertionError("no more seconds fit than were counted")


def _note(facts: Facts, before: TimeLog, new_timer: str | None) -> None:
    """In the server's own name."""
    after = log_pages.find(facts.conn, before.id)
    if after is None:
        return
    log_id = None if new_timer is None else facts.claims_of(new_timer)[0].time_log_id
    made = None if log_id is None else log_pages.find(facts.conn, log_id)
    note(facts.conn, None, "log.edited" if made is None else "log.split", before, after, facts.sender.now_ms)
    if made is not None:
        note(facts.conn, None, "log.added", None, made, facts.sender.now_ms)
