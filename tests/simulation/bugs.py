"""Which designs that others have chosen must this simulation find wanting (sync.md 4.6)?

Each takes the place of one part of the simulation. None of it is in the product.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec

from app.core.actions import genesis, link
from app.store.records import Batch
from app.sync.desk import Desk
from server.domain.errors import Refusal
from server.domain.messages import Action, ChainHead, OutcomeKind, Result, StopTimer, SyncReply, SyncRequest
from server.domain.principal import Principal
from server.services.money import crossing
from server.services.time import timers
from tests.simulation.device import Kinds, NotingOutbox
from tests.simulation.office import Design, Office, ServerDied


class _ByNumberAlone(Design):
    """What has a number that was seen is taken for known, and is never looked at."""

    def push(self, office: Office, principal: Principal, request: SyncRequest) -> SyncReply:
        found = office.rows("SELECT last_seq, chain FROM devices WHERE id = ?", request.device_id)
        if not found or request.base.seq > found[0][0]:
            return super().push(office, principal, request)
        last_seq, chain = found[0]
        known = [each for each in request.actions if each.seq <= last_seq]
        new = _chained(chain, [each for each in request.actions if each.seq > last_seq])
        asked = msgspec.structs.replace(request, base=ChainHead(last_seq, chain), actions=new)
        reply = super().push(office, principal, asked)
        seen = [Result(each.seq, each.action_id, OutcomeKind.APPLIED) for each in known]
        told = max([request.base.seq, *(each.seq for each in request.actions)], default=0)
        return msgspec.structs.replace(reply, results=[*seen, *reply.results], last_seq=told)


def _chained(chain: str, actions: Sequence[Action]) -> list[Action]:
    done = []
    for each in actions:
        chain = link(chain, each.action_id, _digest(each))
        done.append(msgspec.structs.replace(each, chain=chain))
    return done


def _digest(action: Action) -> bytes:
    said = {"v": action.v, "kind": action.kind, "body": action.body}
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).digest()


class _NumberFirst(Design):
    """The numbers are committed before the effects, which a crash then takes away."""

    def push(self, office: Office, principal: Principal, request: SyncRequest) -> SyncReply:
        try:
            return super().push(office, principal, request)
        except ServerDied:
            found = office.rows("SELECT last_seq, chain FROM devices WHERE id = ?", request.device_id)
            if found == [(request.base.seq, request.base.chain)]:
                for each in request.actions:
                    _number(office, principal, request.device_id, each)
            raise


def _number(office: Office, principal: Principal, device_id: str, action: Action) -> None:
    office.rows(
        "INSERT OR IGNORE INTO applied_actions (action_id, user_id, device_id, kind, v, body_hash, payload, outcome,"
        " received_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'applied', ?)",
        action.action_id,
        principal.user_id,
        device_id,
        action.kind,
        action.v,
        _digest(action).hex(),
        msgspec.json.encode(action.body).decode(),
        office.now_ms,
    )
    row = (device_id, action.seq, action.action_id, action.chain)
    office.rows("INSERT INTO device_actions (device_id, seq, action_id, chain) VALUES (?, ?, ?, ?)", *row)
    office.rows(
        "UPDATE devices SET last_seq = ?, chain = ? WHERE id = ?", action.seq, action.chain, device_id
    )


class _OneTimerByArrival(Design):
    """Whatever starts stops what runs at the moment at which the server hears of it."""

    def push(self, office: Office, principal: Principal, request: SyncRequest) -> SyncReply:
        if any(each.kind == "timer.start" for each in request.actions):
            with suppress(Refusal):  # nothing runs
                office.run(lambda conn: timers.stop(conn, principal, StopTimer(None), office.now_ms))
        return super().push(office, principal, request)


class _AlertEachTime(Design):
    """Above a threshold each evaluation tells of it."""

    def push(self, office: Office, principal: Principal, request: SyncRequest) -> SyncReply:
        reply = super().push(office, principal, request)
        office.rows(
            "UPDATE budget_thresholds SET is_armed = 1, generation = generation + 1 WHERE NOT is_armed"
        )
        office.run(lambda conn: crossing.sweep(conn, office.now_ms))
        return reply


class _BudgetApart(Design):
    """The budget is written outside the transaction: a crash leaves what it had added."""

    def push(self, office: Office, principal: Principal, request: SyncRequest) -> SyncReply:
        try:
            return super().push(office, principal, request)
        except ServerDied:
            office.rows("UPDATE project_budgets SET total_cost = total_cost + ?", len(request.actions))
            raise


class _ForgetsConfirmed(NotingOutbox):
    """What the server has confirmed is removed at once."""

    def settle(self, *args: Any, **more: Any) -> None:
        super().settle(*args, **more)
        with self._database.transaction():
            self._ledger.remove_up_to(self.acked_seq)


class _NewNamesOnRekey(NotingOutbox):
    """A new device gives everything that it sends again a new id."""

    def rekey(self, new_device_id: str) -> None:
        super().rekey(new_device_id)
        with self._database.transaction():
            self._database.run("DROP TRIGGER action_never_changes")
            self._database.run("PRAGMA defer_foreign_keys = ON")
            chain = genesis(new_device_id)
            rows = self._database.run("SELECT seq, action_id, body_hash FROM action ORDER BY seq")
            for seq, action_id, digest in rows:
                new = new_device_id[:8] + action_id[8:]
                chain = link(chain, new, bytes.fromhex(digest))
                self._database.run(
                    "UPDATE action SET action_id = ?, chain = ? WHERE seq = ?", new, chain, seq
                )


class _SentIsDone(NotingOutbox):
    """What is sent is marked as confirmed before the reply."""

    def batch(self, *args: Any, **more: Any) -> Batch:
        batch = super().batch(*args, **more)
        if batch.actions:
            with self._database.transaction():
                self._ledger.put("acked_seq", str(batch.actions[-1].seq))
        return batch


class _GivesUpOnFork(Desk):
    """A device whose history is another one throws away what the server has not confirmed."""

    def become_new_device(self) -> None:
        _drop_unconfirmed(self.outbox)
        super().become_new_device()


def _drop_unconfirmed(outbox: Any) -> None:
    """What could not be sent is dropped."""
    with outbox._database.transaction():
        outbox._database.run("DROP TRIGGER IF EXISTS unconfirmed_action_stays")
        outbox._database.run("DELETE FROM attention")
        outbox._database.run("DELETE FROM action WHERE seq > ?", outbox.acked_seq)


BUGS: Final = {
    "numbers without a chain": Kinds(design=_ByNumberAlone),
    "the number is committed before the effects": Kinds(design=_NumberFirst),
    "confirmed actions are removed at once": Kinds(outbox=_ForgetsConfirmed),
    "new ids when a device is renamed": Kinds(outbox=_NewNamesOnRekey),
    "what failed is dropped": Kinds(failed=_drop_unconfirmed),
    "one timer, by the order of arrival": Kinds(design=_OneTimerByArrival),
    "an alert at each evaluation": Kinds(design=_AlertEachTime),
    "unconfirmed work is thrown away on a fork": Kinds(desk=_GivesUpOnFork),
    "the budget is written apart": Kinds(design=_BudgetApart),
}
HEALS: Final = Kinds(outbox=_SentIsDone)
