"""What happens to a batch of actions that a device sends?

The steps are those of sync.md 2.7. One transaction takes the whole batch, a savepoint each action; the answer leaves
after the commit. A batch that is sent again changes nothing and gets the stored outcomes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from msgspec import UnsetType

from server.db.repositories import accounts, actions, devices, meta, timers
from server.db.repositories.actions import Sender
from server.db.repositories.devices import Device, Entry, Introduction
from server.db.session import Connection, ConstraintBroken, savepoint
from server.domain import chain, instants
from server.domain.acknowledgement import sign
from server.domain.errors import Forbidden, NotSignedIn
from server.domain.messages import (
    Action,
    Anchor,
    OutcomeKind,
    Result,
    SyncCode,
    SyncLimits,
    SyncReply,
    SyncRequest,
)
from server.domain.principal import Principal, ServerIdentity
from server.services.counting.apply import apply
from server.services.counting.bodies import Said, understand
from server.services.counting.facts import Facts
from server.services.counting.outcome import Outcome
from server.services.counting.projection import reproject
from server.services.time import past_budget, restored
from server.services.time.acting import SWITCHED_OFF
from server.services.time.clocks import doubt, meet
from server.services.time.logbook import before_corrections, note_corrections
from server.services.time.own_logs import Question, understood
from server.services.time.snapshot import snapshot

PROTOCOL: Final = 1
MAX_ACTIONS: Final = 200
POLL_S: Final = 60
POLL_RUNNING_S: Final = 5
SEEN_EVERY_MS: Final = 60_000


@dataclass
class _Progress:
    """How far the batch has come. `last_seq` and `chain` are the device's history as the server has it.

    `epoch`: the server's. `present`: of the clock by which the device counts now. `logs`: what it asks of its user's.
    """

    last_seq: int
    chain: str
    epoch: str
    code: SyncCode = SyncCode.OK
    results: list[Result] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    present: instants.Anchor | None = None
    logs: Question | None = None


@dataclass(frozen=True, slots=True)
class _New:
    """An action that continues the device's history."""

    action: Action
    said: Said


def push(
    conn: Connection, principal: Principal, request: SyncRequest, server: ServerIdentity, now_ms: int
) -> SyncReply:
    """Forbidden when the device is another user's, NotSignedIn when the user was switched off meanwhile.

    A batch that stops half-way keeps what went before.
    """
    if not accounts.take(conn, principal.user_id):
        raise NotSignedIn(SWITCHED_OFF)
    who = Introduction(request.device_id, request.parent_device_id, request.device_name, request.app_version)
    device = _device(conn, principal, who, now_ms)
    progress = _Progress(device.last_seq, device.chain, device.epoch)
    progress.code = _base_code(conn, request, device)
    if progress.code is SyncCode.BEHIND:
        progress.epoch = restored.epoch_after(conn, request, device, server, now_ms)
    if progress.code is SyncCode.OK:
        sender = Sender(principal.user_id, request.device_id, now_ms)
        clocks = meet(conn, principal.user_id, request, now_ms)
        progress.present = clocks.present
        if not isinstance(request.cursor, UnsetType):
            user_id, seen = principal.user_id, request.server_epoch
            progress.logs = understood(conn, user_id, request.cursor, seen, progress.epoch)
        _take(Facts(conn, principal, sender, clocks=clocks), request, progress)
    if progress.entries or now_ms - device.last_seen_ms > SEEN_EVERY_MS:
        devices.add_entries(conn, request.device_id, progress.entries)
        devices.advance(conn, who, progress.last_seq, progress.chain, now_ms)
    if request.beat is not None:
        timers.beat(conn, principal.user_id, request.beat.claim_id, now_ms, SEEN_EVERY_MS)
    if device.whole_in != device.epoch and _is_whole(request, progress):
        devices.note_whole(conn, request.device_id, device.epoch)
    return _reply(conn, principal, request, server, progress, now_ms)


def _is_whole(request: SyncRequest, progress: _Progress) -> bool:
    """Whether the server has all that the device recorded; a full batch may have been followed by another."""
    return progress.code is SyncCode.OK and len(request.actions) < MAX_ACTIONS


def _device(conn: Connection, principal: Principal, who: Introduction, now_ms: int) -> Device:
    known = devices.find(conn, who.device_id)
    if known is None:
        genesis = chain.genesis(who.device_id)
        return devices.add(conn, principal.user_id, who, genesis, now_ms, meta.epoch(conn))
    if known.user_id != principal.user_id:
        raise Forbidden("This device sends for another user. Sign in as that user, or use another profile.")
    return known


def _base_code(conn: Connection, request: SyncRequest, device: Device) -> SyncCode:
    """Does the device's view of its history on the server hold?"""
    if request.protocol != PROTOCOL:
        return SyncCode.UPGRADE
    if request.base.seq > device.last_seq:
        return SyncCode.BEHIND
    if _chain_at(conn, request.device_id, device, request.base.seq) != request.base.chain:
        return SyncCode.FORK
    return SyncCode.OK


def _chain_at(conn: Connection, device_id: str, device: Device, seq: int) -> str:
    if seq == device.last_seq:
        return device.chain
    if seq == 0:
        return chain.genesis(device_id)
    return devices.entries(conn, device_id, seq, seq)[seq].chain


def _take(facts: Facts, request: SyncRequest, progress: _Progress) -> None:
    batch = request.actions
    known = [action for action in batch if action.seq <= progress.last_seq]
    if known and not _repeat(facts, request.device_id, known, progress):
        return
    new = list(_continuing(batch[len(known) :], progress))
    if facts.clocks is not None:
        said = [each.said for each in new]
        facts.clocks = doubt(facts.conn, facts.clocks, request.device_id, progress.last_seq, said)
    facts.load([each.said for each in new])
    came_before = set(facts.actions)
    before = before_corrections(facts, [each.said for each in new])
    for each in new:
        if not _take_one(facts, each, progress):
            break
    reproject(facts)
    past_budget.mark(facts, came_before)
    note_corrections(facts, before)


def _repeat(facts: Facts, device_id: str, known: list[Action], progress: _Progress) -> bool:
    """Answers what the server has already; false when the device's history is another one."""
    seqs = [action.seq for action in known]
    entries = devices.entries(facts.conn, device_id, min(seqs), max(seqs))
    stored = actions.named(facts.conn, [entry.action_id for entry in entries.values()])
    letter_ids = [entry.dead_letter_id for entry in entries.values() if entry.dead_letter_id is not None]
    letters = actions.letters(facts.conn, letter_ids)
    for action in known:
        entry = entries[action.seq]
        if entry.chain != action.chain or entry.action_id != action.action_id:
            progress.code = SyncCode.FORK
            return False
        if entry.dead_letter_id is not None:
            code, detail = letters[entry.dead_letter_id]
            outcome = Outcome(OutcomeKind.DUPLICATE, code, detail, of=OutcomeKind.REJECTED)
        else:
            first = stored[entry.action_id]
            outcome = Outcome(
                OutcomeKind.DUPLICATE, first.code, first.detail, first.time_log_id, of=first.outcome
            )
        progress.results.append(_result(action, outcome))
    return True


def _continuing(batch: list[Action], progress: _Progress) -> Iterator[_New]:
    """The actions that continue the history without a gap and whose chain holds; says why it stops before the end."""
    seq, before = progress.last_seq, progress.chain
    for action in batch:
        if action.seq != seq + 1:
            progress.code = SyncCode.BEHIND
            return
        said = _verified(action, before)
        if said is None:
            progress.code = SyncCode.CORRUPT
            return
        yield _New(action, said)
        seq, before = action.seq, action.chain


def _verified(action: Action, before: str) -> Said | None:
    try:
        said = understand(action.action_id, action.v, action.kind, action.body)
    except ValueError:
        return None
    return said if chain.link(before, action.action_id, said.digest) == action.chain else None


def _take_one(facts: Facts, each: _New, progress: _Progress) -> bool:
    """False when another device did the same at the same moment: the rest stays with the device, to be sent again."""
    try:
        with savepoint(facts.conn):
            outcome = apply(facts, each.said)
    except ConstraintBroken:
        if not progress.entries:
            raise
        facts.reread()
        progress.code = SyncCode.OK
        return False
    action = each.action
    progress.last_seq, progress.chain = action.seq, action.chain
    progress.entries.append(Entry(action.seq, action.action_id, action.chain, outcome.dead_letter_id))
    progress.results.append(_result(action, outcome))
    return True


def _result(action: Action, outcome: Outcome) -> Result:
    return Result(
        seq=action.seq,
        action_id=action.action_id,
        outcome=outcome.kind,
        of=outcome.of,
        code=outcome.code,
        detail=outcome.detail,
        time_log_id=outcome.time_log_id,
    )


def _reply(
    conn: Connection,
    principal: Principal,
    request: SyncRequest,
    server: ServerIdentity,
    progress: _Progress,
    now_ms: int,
) -> SyncReply:
    settled = progress.code is SyncCode.OK
    shown = snapshot(conn, principal, request.now.tz, now_ms, progress.logs) if settled else None
    runs = shown is not None and shown.active_timer is not None
    return SyncReply(
        nonce=request.nonce,
        server_id=server.server_id,
        server_epoch=progress.epoch,
        server_time=now_ms // 1000,
        code=progress.code,
        last_seq=progress.last_seq,
        chain=progress.chain,
        sig=sign(server.signing_key, server.server_id, request.device_id, progress.last_seq, progress.chain),
        results=progress.results,
        snapshot=shown,
        limits=SyncLimits(max_actions=MAX_ACTIONS, next_poll_s=POLL_RUNNING_S if runs else POLL_S),
        anchor=_anchor(request, progress) if settled else None,
    )


def _anchor(request: SyncRequest, progress: _Progress) -> Anchor | None:
    return None if progress.present is None else Anchor(request.now.session, progress.present.mono0)
