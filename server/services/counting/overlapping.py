"""Of which claims that lie over each other is their person told?

Looked at anew whenever one of them changes; what was settled, or does not lie so any more, is told no more.
"""

from __future__ import annotations

from collections.abc import Iterable

from server.db.repositories import claims, rulings
from server.db.repositories.claims import Flag, StoredClaim
from server.domain.choices import Rulings, silences, winners
from server.domain.overlaps import OVERLAPS, Doubt, Lain, doubts, lie_over
from server.services.counting.facts import Facts
from server.services.counting.window import Window, look


def point_out(facts: Facts, window: Window) -> None:
    """`window`: what may count otherwise than before, with the claims as they are now."""
    told = [each for each in window.claims if each.flag is not None and each.flag.code in OVERLAPS]
    if not told and not lie_over(each.claim for each in window.claims):
        return
    found = _doubts(_back_to_the_first(facts, window))
    settled = _rulings(facts, [each for each in window.claims if each.claim_id in found])
    changed = []
    for each in window.claims:
        doubt = found.get(each.claim_id)
        if doubt is not None and silences(settled, doubt.code, each.action_id):
            doubt = None
        if _is_own(each) or (each.flag is None and doubt is None):
            continue
        flag = None if doubt is None else Flag(doubt.code, each.action_id)
        changed.append((each.claim_id, flag, None if doubt is None else doubt.until))
        if each.time_log_id is not None:
            facts.shown_logs.add(each.time_log_id)
    claims.point_out(facts.conn, changed)


def _back_to_the_first(facts: Facts, window: Window) -> Window:
    """With all that lies over what is in the window, also where that ended before it."""
    ended = [each.claim.start for each in window.claims if each.claim.end is not None]
    since = min(ended, default=window.since)
    if since >= window.since:
        return window
    return look(facts.conn, facts.principal.user_id, since, window.limits)


def _doubts(window: Window) -> dict[str, Doubt]:
    lain = [Lain(each.claim, each.timer_id, each.named_issue_id) for each in window.claims]
    since = min((each.claim.start for each in lain), default=window.since)
    return doubts(lain, window.pieces(since))


def _rulings(facts: Facts, flagged: Iterable[StoredClaim]) -> Rulings:
    refs = sorted({each.action_id for each in flagged})
    if not refs:
        return {}
    found = rulings.about(facts.conn, facts.principal.user_id, refs)
    return winners(each.ruling for each in found if each.admission is None)


def _is_own(stored: StoredClaim) -> bool:
    """What its own facts say comes first."""
    return stored.flag is not None and stored.flag.code not in OVERLAPS
