"""What follows from the facts: segments, figures of the logs, budgets, the running timer?

Only the stretch of time that the new facts touch is looked at. All of it is written in the facts' own transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from server.db import after
from server.db.repositories import accounts, claims, logs, own_logs, segments
from server.db.repositories.budgets import Spending
from server.db.repositories.claims import Flag, StoredClaim
from server.db.repositories.logs import AS_BEGUN, State
from server.db.repositories.segments import Segment
from server.domain.events import TimeChanged
from server.domain.figures import Figures
from server.domain.messages import ActionKind
from server.domain.money import ZERO
from server.domain.story import EndFact, tell
from server.services.counting.ending import settle_stored
from server.services.counting.facts import Facts
from server.services.counting.overlapping import point_out
from server.services.counting.placing import corrected_logs, place
from server.services.counting.present import set_present
from server.services.counting.window import Window, look
from server.services.money.crossing import settle
from server.services.reporting import totals

Change = tuple[Figures, Figures]  # of a log, before and after


def reproject(facts: Facts) -> dict[int, Figures]:
    """Brings everything derived into step with the facts that were touched; the figures of the logs that changed."""
    if not facts.touched_timers:
        return {}
    window = look(facts.conn, facts.principal.user_id, _settle_claims(facts), facts.organisation.limits)
    _move_provisional_ends(facts, window)
    point_out(facts, window)
    figures, changed = _count(facts, window)
    _write_logs(facts, changed)
    set_present(facts, window, figures)
    accounts.bump_revision(facts.conn, facts.principal.user_id)
    own_logs.mark(facts.conn, facts.principal.user_id, _shown_otherwise(facts, changed))
    after.tell(facts.conn, TimeChanged(facts.principal.user_id))
    spendings = [each for before, now in changed for each in _spendings(before, now)]
    settle(facts.conn, spendings, {each.project_id for each in figures.values()}, facts.sender.now_ms)
    return figures


def _settle_claims(facts: Facts) -> int:
    """The second from which on something may count otherwise."""
    changed = []
    since = [facts.now]
    for claim_id in facts.touched_claims:
        stored = facts.claims[claim_id]
        settled = settle_stored(facts, stored)
        since += [stored.claim.start, settled.claim.start]
        if settled.claim.is_open and settled.claim == stored.claim and not stored.is_edited:
            continue  # as it was when it was opened
        flag = None
        if settled.flag is not None and settled.flagged_by is not None:
            flag = Flag(settled.flag, settled.flagged_by)
        facts.claims[claim_id] = replace(stored, claim=settled.claim)
        changed.append((facts.claims[claim_id], flag))
    claims.derive(facts.conn, changed)
    return min(since)


def _move_provisional_ends(facts: Facts, window: Window) -> None:
    moved: list[tuple[str, int | None]] = [
        (each.claim_id, window.provisional.get(each.claim_id))
        for each in window.claims
        if window.provisional.get(each.claim_id) != each.provisional_end
    ]
    claims.end_provisionally(facts.conn, moved)


def _count(facts: Facts, window: Window) -> tuple[dict[int, Figures], list[Change]]:
    """Writes the segments; what they make of the logs at hand, and of which of them something else than before."""
    user_id = facts.principal.user_id
    stored = segments.since(facts.conn, user_id, window.since) if _was_counted(facts, window) else {}
    since = min((each.start for each in stored), default=window.since)
    wanted = _segments(window, min(since, window.since))
    gone = [each for each in stored if each not in wanted]
    new = [each for each in wanted if each not in stored]
    segments.remove(facts.conn, [stored[each] for each in gone])
    segments.add(facts.conn, user_id, new)
    return _figures(facts, window, _seconds(new, gone))


def _was_counted(facts: Facts, window: Window) -> bool:
    """Whether there can be segments. Of what these actions touched, the window knows only how it is now."""
    return any(
        each.claim_id not in facts.uncounted and (each.claim_id in facts.claims or not each.is_uncounted)
        for each in window.claims
    )


def _segments(window: Window, since: int) -> dict[Segment, None]:
    found: dict[Segment, None] = {}
    for piece in window.pieces(since):
        log_id = window.log_of(piece.claim_id)
        if log_id is not None:
            found[Segment(log_id, piece.claim_id, piece.start, piece.end)] = None
    return found


def _seconds(new: Iterable[Segment], gone: Iterable[Segment]) -> dict[int, int]:
    """By how much the logs' seconds change."""
    change: dict[int, int] = defaultdict(int)
    for each in new:
        change[each.time_log_id] += each.end - each.start
    for each in gone:
        change[each.time_log_id] -= each.end - each.start
    return change


def _figures(facts: Facts, window: Window, change: dict[int, int]) -> tuple[dict[int, Figures], list[Change]]:
    corrected = corrected_logs(facts)
    concerned = {*change, *corrected}
    if window.live is not None and window.live.time_log_id is not None:
        concerned.add(window.live.time_log_id)
    figures = {log_id: made for log_id, made in facts.new_logs.items() if log_id in concerned}
    figures |= logs.figures(facts.conn, sorted(concerned - figures.keys()))
    changed: list[Change] = []
    for log_id in {**change, **corrected}:
        seconds = change.get(log_id, 0)
        facts.moved_seconds[log_id] += seconds
        before = figures[log_id]
        moved = place(facts, corrected[log_id], before) if log_id in corrected else before
        if seconds == 0 and moved == before:
            continue
        after = moved.counting(before.duration_seconds + seconds)
        figures[log_id] = after
        changed.append((before, after))
    return figures, changed


def _write_logs(facts: Facts, changed: list[Change]) -> None:
    figures = {now.log_id: now for _, now in changed}
    logs.write(facts.conn, figures, _states(facts), facts.sender.now_ms)
    totals.move(facts.conn, changed)


def _shown_otherwise(facts: Facts, changed: list[Change]) -> set[int]:
    """The logs of which devices have to hear."""
    touched = (each for each in facts.claims.values() if each.timer_id in facts.touched_timers)
    told = {each.time_log_id for each in touched if each.time_log_id is not None}
    return told | facts.shown_logs | {now.log_id for _, now in changed}


def _spendings(before: Figures, after: Figures) -> list[Spending]:
    """In the log's own currency and in the one that it is converted into: a budget has one of them."""
    change: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    for figures, sign in ((before, -1), (after, 1)):
        if figures.rate is not None:
            change[figures.project_id, figures.rate.currency] += sign * figures.total_cost
        if figures.exchange is not None and figures.converted_cost is not None:
            change[figures.project_id, figures.exchange.currency] += sign * figures.converted_cost
    changed_place = before.project_id != after.project_id
    return [Spending(*where, delta) for where, delta in change.items() if delta or changed_place]


def _states(facts: Facts) -> dict[int, State]:
    """What became of the timers, by their logs."""
    told = {}
    for timer_id in facts.touched_timers:
        same_timer = facts.claims_of(timer_id)
        log_id = next((each.time_log_id for each in same_timer if each.time_log_id is not None), None)
        if log_id is None:
            continue
        state = _state(facts, timer_id, same_timer)
        if log_id not in facts.new_logs or state != AS_BEGUN:
            told[log_id] = state
    return told


def _state(facts: Facts, timer_id: str, same_timer: list[StoredClaim]) -> State:
    ends = [
        EndFact(end.action_id, ActionKind(end.kind), end.at, end.description) for end in facts.ends[timer_id]
    ]
    story = tell(
        [each.claim for each in same_timer],
        [each.claim for each in same_timer if not each.is_first],
        ends,
        facts.corrected(timer_id),
    )
    return State(story.status, story.end_time, story.paused_at, story.resumed_at, story.description)
