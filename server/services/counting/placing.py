"""Where does a corrected log belong: to which issue, from when on, at which rate?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from server.db.repositories import logs
from server.domain.corrections import Corrected
from server.domain.figures import Figures
from server.domain.holds import Hold
from server.services.counting.facts import Facts

UNSEEN: Final = frozenset({Hold.ISSUE_UNKNOWN, Hold.NO_PERMISSION})


def corrected_logs(facts: Facts) -> dict[int, str]:
    """The logs of the touched timers that were corrected or entered by hand, with their timers."""
    found = {}
    for timer_id in facts.touched_timers:
        if facts.edits.get(timer_id):
            for stored in facts.claims_of(timer_id):
                if stored.time_log_id is not None:
                    found[stored.time_log_id] = timer_id
    return found


def place(facts: Facts, timer_id: str, before: Figures) -> Figures:
    """Writes where it belongs now. On another project or another day it gets the rate that holds there and then."""
    corrected = facts.corrected(timer_id)
    start = _start(facts, timer_id)
    where = facts.place(facts.issue_of(timer_id))
    after = replace(
        before,
        start=start,
        day=before.day if start == before.start else facts.organisation.day_of(start),
        issue_id=before.issue_id if where is None else where.issue_id,
        project_id=before.project_id if where is None else where.project_id,
        is_billable=corrected.is_billable,
        is_deleted=corrected.is_removed or _is_nowhere(facts, timer_id, corrected),
    )
    is_elsewhere = (after.project_id, after.day) != (before.project_id, before.day)
    if is_elsewhere and timer_id not in facts.kept_terms:
        terms = facts.terms(after.project_id, after.day)
        logs.set_terms(facts.conn, before.log_id, terms)
        after = replace(after, rate=terms.rate, exchange=terms.exchange)
    logs.set_place(facts.conn, after, corrected.revision)
    return after


def _is_nowhere(facts: Facts, timer_id: str, corrected: Corrected) -> bool:
    """Its person never saw the issue it was started on, and whoever had moved it elsewhere has taken that back."""
    first = facts.first_of(timer_id)
    return first is not None and corrected.issue_id is None and first.admission in UNSEEN


def _start(facts: Facts, timer_id: str) -> int:
    """Where its first stretch begins; of those that are left, when that one was none."""
    claims = facts.claims_of(timer_id)
    left = [each for each in claims if each.claim.hold is not Hold.VOID] or claims
    first = next((each for each in left if each.is_first), None)
    return min(each.claim.start for each in left) if first is None else first.claim.start
