"""How do things stand for this user, as the server has them?"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from server.db.repositories import log_pages, logs, organisation, timers
from server.db.repositories.timers import Present, Running
from server.db.session import Connection
from server.domain.claims import clip, held, measure
from server.domain.holds import Limits
from server.domain.messages import ActiveTimer, Amount, Snapshot, TimerStatus, TodayTotals
from server.domain.money import cost
from server.domain.organisation import day_in, start_of, zone_of
from server.domain.principal import Principal
from server.services.counting.window import look
from server.services.money import budgets, rates
from server.services.time import attention
from server.services.time.own_logs import Question, own_logs_since

RECENT_ISSUES: Final = 10


def snapshot(
    conn: Connection, principal: Principal, tz: str, now_ms: int, asked: Question | None = None
) -> Snapshot:
    """`tz`: the device's zone (IANA), in which today is meant; UTC when the server does not know it. `asked` None: without logs."""
    now = now_ms // 1000
    kept = organisation.find(conn)
    present = timers.present(conn, principal.user_id)
    return Snapshot(
        revision=present.revision,
        active_timer=_active(conn, present),
        rate=rates.general_rate(conn, principal.user_id, kept.day_of(now)),
        today=today(conn, principal.user_id, start_of_day(now, tz), now, kept.limits),
        budgets=budgets.uses_of_member(conn, principal.user_id, now_ms),
        attention=attention.of_user(conn, principal, kept.limits, now_ms),
        recent_issue_ids=log_pages.recent_issues(conn, principal.user_id)[:RECENT_ISSUES],
        logs=None
        if asked is None
        else own_logs_since(conn, principal.user_id, asked, present.user_revision, now),
    )


def today(conn: Connection, user_id: int, since: int, now: int, limits: Limits) -> TodayTotals:
    """What was worked from `since` until now; the running timer counts as if it ended now."""
    window = look(conn, user_id, since, limits)
    pieces = window.live_pieces(since)
    by_log: dict[int, int] = defaultdict(int)
    for piece in pieces:
        log_id = window.log_of(piece.claim_id)
        if log_id is not None:
            by_log[log_id] += measure(clip([(piece.start, piece.end)], since, now))
    kept = held([stored.claim for stored in window.claims], pieces)
    return TodayTotals(
        counted_seconds=sum(by_log.values()),
        held_seconds=measure(clip(kept, since, now)),
        costs=_costs(conn, by_log),
    )


def start_of_day(now: int, tz: str) -> int:
    """The second at which the day of `now` began there."""
    zone = zone_of(tz)
    return start_of(day_in(zone, now), zone)


def _costs(conn: Connection, seconds: dict[int, int]) -> list[Amount]:
    if not seconds:
        return []
    totals: dict[str, Amount] = {}
    for log in logs.figures(conn, sorted(seconds)).values():
        if log.rate is None:
            continue
        amount = cost(seconds[log.log_id], log.rate)
        before = totals.get(log.rate.currency)
        totals[log.rate.currency] = Amount(
            log.rate.currency, amount if before is None else before.total_cost + amount
        )
    return sorted(totals.values(), key=lambda each: each.currency)


def _active(conn: Connection, present: Present) -> ActiveTimer | None:
    timer = present.timer
    if timer is None:
        return None
    key, summary = name_of(timer)
    return ActiveTimer(
        timer_id=timer.timer_id,
        time_log_id=timer.log_id,
        status=TimerStatus.PAUSED if timer.running_since is None else TimerStatus.RUNNING,
        issue_id=timer.named_issue_id,
        issue_key=key,
        issue_summary=summary,
        project_id=timer.project_id,
        claim_id=timer.claim_id,
        device_id=None if timer.claim_id is None else timers.device_of(conn, timer.claim_id),
        started_at=timer.started_at,
        running_since=timer.running_since,
        paused_at=timer.paused_at,
        closed_seconds=timer.closed_seconds,
        rate=timer.rate,
        hold_code=timer.hold,
    )


def name_of(timer: Running) -> tuple[str, str]:
    """Key and summary; an issue that the user may not see has its number only."""
    return timer.issue_key or f"#{timer.named_issue_id}", timer.issue_summary or ""
