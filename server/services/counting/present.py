"""Which timer is the user's now?

The open claim that was begun last runs. When none is open, the timer is paused whose last fact is a pause that no other
timer's fact follows. Else there is none.
"""

from __future__ import annotations

from collections.abc import Mapping

from server.db.repositories import claim_ends, claims, logs, timers
from server.db.repositories.claim_ends import StoredEnd
from server.db.repositories.claims import StoredClaim
from server.db.repositories.timers import Running
from server.db.session import Connection
from server.domain.figures import Figures
from server.domain.holds import Hold
from server.domain.messages import ActionKind
from server.domain.money import ZERO
from server.services.counting.facts import Facts
from server.services.counting.window import Window


def set_present(facts: Facts, window: Window, figures: Mapping[int, Figures]) -> None:
    """`figures` has the log of the running claim, as it is written now."""
    conn, user_id = facts.conn, facts.principal.user_id
    timer = _running(window, window.live, figures) if window.live is not None else _paused(conn, user_id)
    if timer is None:
        timers.remove(conn, user_id)
    else:
        timers.put(conn, user_id, timer, facts.sender.now_ms, was_there=facts.had_timer)


def _running(window: Window, live: StoredClaim, figures: Mapping[int, Figures]) -> Running | None:
    if live.named_issue_id is None:
        return None
    log = None if live.time_log_id is None else figures[live.time_log_id]
    closed = 0 if log is None else log.duration_seconds
    since = live.claim.start
    if live.claim.hold is None:
        *before, running = window.live_pieces(window.since)
        since = running.start
        closed += sum(piece.end - piece.start for piece in before if _of_log(window, piece.claim_id, live))
        closed -= sum(
            piece.end - piece.start
            for piece in window.pieces(window.since)
            if _of_log(window, piece.claim_id, live)
        )
    return _timer(live, log, claim_id=live.claim_id, running_since=since, paused_at=None, closed=closed)


def _of_log(window: Window, claim_id: str, live: StoredClaim) -> bool:
    return window.log_of(claim_id) == live.time_log_id


def _paused(conn: Connection, user_id: int) -> Running | None:
    newest = claim_ends.newest(conn, user_id)
    latest = [end for end in newest if end.at == newest[0].at]
    candidates = {end.timer_id for end in latest if end.kind is ActionKind.PAUSE}
    for timer_id in sorted(candidates, reverse=True):
        pause = _last_if_pause(claim_ends.of_timers(conn, [timer_id]), user_id)
        if pause is None:
            continue
        known = [each for each in claims.named(conn, [timer_id], []) if _may_go_on(each)]
        if known:
            return _at_rest(conn, max(known, key=lambda each: each.claim.begun), pause.at)
    return None


def _may_go_on(stored: StoredClaim) -> bool:
    return stored.named_issue_id is not None and stored.claim.hold is not Hold.VOID


def _last_if_pause(ends: list[StoredEnd], user_id: int) -> StoredEnd | None:
    own = [end for end in ends if end.user_id == user_id]
    last = max(own, key=lambda end: (end.at, end.kind is ActionKind.STOP, end.action_id))
    return last if last.kind is ActionKind.PAUSE else None


def _at_rest(conn: Connection, latest: StoredClaim, paused_at: int) -> Running | None:
    log = None
    if latest.time_log_id is not None:
        log = logs.figures(conn, [latest.time_log_id])[latest.time_log_id]
    closed = 0 if log is None else log.duration_seconds
    return _timer(latest, log, claim_id=None, running_since=None, paused_at=paused_at, closed=closed)


def _timer(
    stored: StoredClaim,
    log: Figures | None,
    *,
    claim_id: str | None,
    running_since: int | None,
    paused_at: int | None,
    closed: int,
) -> Running:
    return Running(
        timer_id=stored.timer_id,
        claim_id=claim_id,
        log_id=None if log is None else log.log_id,
        issue_id=None if log is None else log.issue_id,
        project_id=None if log is None else log.project_id,
        named_issue_id=(stored.named_issue_id or 0) if log is None else log.issue_id,
        started_at=stored.claim.start if log is None else log.start,
        running_since=running_since,
        paused_at=paused_at,
        closed_seconds=closed,
        rate=None if log is None else log.rate,
        logged_cost=ZERO if log is None else log.total_cost,
        exchange_rate=None if log is None or log.exchange is None else log.exchange.rate,
        converted_currency=None if log is None or log.exchange is None else log.exchange.currency,
        hold=stored.claim.hold if stored.claim.hold is not Hold.ORPHAN else None,
    )
