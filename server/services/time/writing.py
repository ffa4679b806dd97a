"""How is what a person does to a log by hand recorded, as nobody else changes it meanwhile?"""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from server.db.repositories import accounts, log_pages, timers
from server.db.repositories.actions import Sender
from server.db.session import Connection
from server.domain.claims import Claim
from server.domain.errors import CORRECT_IT, Conflict, Invalid, Stale
from server.domain.holds import Hold
from server.domain.ids import uuid7
from server.domain.messages import ActionKind, FieldError, Overlap, TimeLog, TimerStatus, WrittenLog
from server.domain.principal import Principal
from server.services.counting.apply import apply
from server.services.counting.bodies import Body, say
from server.services.counting.facts import Facts
from server.services.time.acting import acting_for
from server.services.time.logbook import reach, taken


def facts_of(
    conn: Connection, owner: Principal, author: Principal, now_ms: int, *, is_approved: bool
) -> Facts:
    accounts.take(conn, owner.user_id)
    sender = Sender(owner.user_id, None, now_ms)
    return Facts(conn, owner, sender, author=author.user_id, is_approved=is_approved)


def open_log(
    conn: Connection,
    principal: Principal,
    log_id: int,
    revision: int | UnsetType,
    now_ms: int,
    *,
    is_approved: bool,
) -> tuple[Facts, TimeLog]:
    """The log as nobody else changes it meanwhile."""
    seen = reach(conn, principal, log_id)
    owner = principal
    if seen.user_id != principal.user_id:
        user = accounts.find(conn, seen.user_id)
        owner = acting_for(user) if user is not None else principal
    facts = facts_of(conn, owner, principal, now_ms, is_approved=is_approved)
    log = reach(conn, principal, log_id)
    if revision not in {UNSET, log.revision}:
        raise Stale("Look at it as it is now, and change that.", log)
    if log.is_deleted:
        raise Conflict("This log was deleted.")
    facts.load_timers([log.timer_id])
    facts.load_places([log.issue_id])
    return facts, log


def stretches_of(facts: Facts, timer_id: str) -> list[Claim]:
    """Those that are not void, in order."""
    known = [each.claim for each in facts.claims_of(timer_id) if each.claim.hold is not Hold.VOID]
    return sorted(known, key=lambda claim: claim.begun)


def is_current(facts: Facts, log: TimeLog) -> bool:
    """Whether it is what runs or is paused now."""
    current = timers.present(facts.conn, log.user_id).timer
    return log.status is not TimerStatus.STOPPED and current is not None and current.log_id == log.id


def record(facts: Facts, kind: ActionKind, body: Body) -> None:
    taken(apply(facts, say(uuid7(facts.sender.now_ms), kind, body)))


def log_of(facts: Facts, timer_id: str) -> TimeLog:
    log_id = next(each.time_log_id for each in facts.claims_of(timer_id) if each.time_log_id is not None)
    found = log_pages.find(facts.conn, log_id)
    if found is None:
        raise LookupError(f"log {log_id} was just written")
    return found


def written(facts: Facts, log: TimeLog) -> WrittenLog:
    now = facts.now
    claimed = sum(
        (now if each.end is None else each.end) - each.start for each in stretches_of(facts, log.timer_id)
    )
    lost = {
        log_id: -seconds
        for log_id, seconds in facts.moved_seconds.items()
        if seconds < 0 and log_id != log.id
    }
    keys = log_pages.issue_keys(facts.conn, sorted(lost))
    overlaps = [Overlap(log_id, keys[log_id], lost[log_id]) for log_id in sorted(lost)]
    is_open = any(each.end is None for each in stretches_of(facts, log.timer_id))
    trimmed = 0 if log.is_deleted or is_open else max(0, claimed - log.duration_seconds)
    return WrittenLog(log, trimmed, overlaps)


def invalid(field: str, message: str) -> Invalid:
    return Invalid(CORRECT_IT, errors=[FieldError(field, message)])
