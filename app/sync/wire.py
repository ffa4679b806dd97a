"""How does what the engine says become a request, and a reply become its answer?

Imported in the sync thread only: the wire's structs cost more to import than the tray takes to show.
"""

from __future__ import annotations

import platform
from typing import Final

from msgspec import UNSET

from app.api import models
from app.clock import Reading, ServerAnchor
from app.core.logbook import LogStatus, LogValues, OwnLog, Stretch
from app.core.money import is_exact
from app.core.screen import Budget
from app.core.snapshot import Held, Snapshot
from app.core.timer import IssueRef, Rate, RateType, Timer
from app.store.records import ChainHead, Outcome, Settled
from app.sync.events import Answer, Code, LogChanges, Outgoing

DEVICE_NAME_LIMIT: Final = 200
OUTCOMES: Final = frozenset(Outcome)


class Unreadable(Exception):
    """A reply in words that this version does not know."""


def device_name() -> str:
    """What people call this machine; a name that is no text is made readable."""
    name = platform.node().encode("utf-8", "replace").decode()
    return (name or "device")[:DEVICE_NAME_LIMIT]


def request(outgoing: Outgoing, now: Reading, nonce: str, version: str) -> models.SyncRequest:
    """`now`: the clocks at the moment of sending; the server measures its anchor of them."""
    batch, beat = outgoing.batch, outgoing.beat
    return models.SyncRequest(
        nonce=nonce,
        device_id=batch.device_id,
        parent_device_id=batch.parent_device_id,
        device_name=device_name(),
        app_version=version,
        now=models.ClockReading(now.session, now.mono_ms, now.wall, now.tz),
        base=models.ChainHead(batch.base.seq, batch.base.chain, outgoing.sig or UNSET),
        actions=[
            models.Action(each.seq, each.action_id, each.v, each.kind, each.chain, each.body)
            for each in batch.actions
        ],
        beat=None if beat is None else models.Beat(beat.claim_id, beat.at),
        server_epoch=outgoing.epoch or UNSET,
        cursor=outgoing.cursor,
    )


def answer(reply: models.SyncReply) -> Answer:
    """Unreadable when the server says what only a newer app understands."""
    try:
        code = Code(reply.code)
    except ValueError as error:
        raise Unreadable(reply.code) from error
    return Answer(
        code=code,
        head=ChainHead(reply.last_seq, reply.chain),
        results=tuple(_settled(each) for each in reply.results),
        snapshot=None if reply.snapshot is None else _snapshot(reply.snapshot, reply.server_time),
        epoch=reply.server_epoch,
        poll_s=float(max(1, reply.limits.next_poll_s)),
        max_actions=max(1, reply.limits.max_actions),
        sig=reply.sig,
        anchor=None if reply.anchor is None else ServerAnchor(reply.anchor.session, reply.anchor.mono0_s),
        logs=None if reply.snapshot is None else _changes(reply.snapshot.logs),
    )


def _settled(result: models.Result) -> Settled:
    if result.outcome not in OUTCOMES or result.of not in {None, *OUTCOMES}:
        raise Unreadable(result.outcome)
    return Settled(result.seq, result.outcome, result.of, result.code, result.detail, result.action_id)


def _snapshot(shown: models.Snapshot, server_time: int) -> Snapshot:
    return Snapshot(
        timer=None if shown.active_timer is None else _timer(shown.active_timer),
        rate=_rate(shown.rate),
        today_seconds=shown.today.counted_seconds,
        as_of=server_time,
        budgets={
            use.project_id: Budget(use.percent, use.warning_percent, use.as_of) for use in shown.budgets
        },
        attention=tuple(
            Held(
                each.action_id,
                each.code,
                each.detail,
                each.since,
                each.issue_key,
                each.timer_id,
                each.claim_id,
                each.time_log_id,
                each.start,
                each.end,
                tuple(each.choices or ()),
                None if each.other is None else _values(each.other),
                each.asked_at,
            )
            for each in shown.attention
        ),
        recent_issue_ids=tuple(shown.recent_issue_ids),
    )


def _timer(active: models.ActiveTimer) -> Timer:
    return Timer(
        timer_id=active.timer_id,
        issue=IssueRef(active.issue_id, active.issue_key, active.issue_summary, active.project_id),
        started_at=active.started_at,
        closed_seconds=active.closed_seconds,
        claim_id=active.claim_id,
        running_since=active.running_since,
        paused_at=active.paused_at,
        rate=_rate(active.rate),
        hold_code=active.hold_code,
        device_id=active.device_id,
    )


def _rate(rate: models.Rate | None) -> Rate | None:
    """A rate that this version cannot compute with is shown as unknown, never guessed."""
    if rate is None or rate.rate_type not in frozenset(RateType) or not is_exact(rate.rate_amount):
        return None
    return Rate(RateType(rate.rate_type), rate.rate_amount, rate.currency)


def _changes(logs: models.OwnLogs | None) -> LogChanges | None:
    if logs is None:
        return None
    changed = tuple(_log(each) for each in logs.changed)
    return LogChanges(logs.is_full, changed, logs.cursor, logs.digest, logs.has_more)


def _log(log: models.OwnLog) -> OwnLog:
    """A status that only a newer app knows is one of a log that has ended or has not."""
    ended = LogStatus.RUNNING if log.end is None else LogStatus.STOPPED
    return OwnLog(
        timer_id=log.timer_id,
        time_log_id=log.time_log_id,
        revision=log.revision,
        issue=IssueRef(log.issue_id, log.issue_key, log.issue_summary, log.project_id),
        status=LogStatus(log.status) if log.status in frozenset(LogStatus) else ended,
        start=log.start,
        end=log.end,
        seconds=log.seconds,
        is_billable=log.is_billable,
        is_deleted=log.is_deleted,
        description=log.description,
        rate=_rate(log.rate),
        cost=log.cost,
        currency=log.currency,
        stretches=_stretches(log.stretches),
        flag=log.flag,
    )


def _values(values: models.LogValues) -> LogValues:
    return LogValues(
        values.issue_id,
        values.issue_key,
        values.description,
        values.is_billable,
        _stretches(values.stretches or []),
    )


def _stretches(stretches: list[models.Stretch]) -> tuple[Stretch, ...]:
    return tuple(Stretch(each.claim_id, each.start, each.end) for each in stretches)
