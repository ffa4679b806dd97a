"""Which actions has this device recorded, and which of them has the server confirmed?

What `record` returned is on the disk. One object, one connection, one thread; the file belongs to one user on one
server. Actions are numbered without gaps and chained; confirmed ones stay for 90 days, so that a server restored
from a backup is filled again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

from app.clock import Anchor
from app.core.actions import Draft, Kind, Recorded
from app.core.ids import new_device_id
from app.core.timer import IssueRef, Timer
from app.errors import DiskFull, FileTrouble, OutboxCorrupt
from app.store.database import Fault, no_fault
from app.store.entry import chained
from app.store.identity import Identity, must_rekey
from app.store.ledger import recorded
from app.store.opening import Files, Way, open_anew, open_files, unknown
from app.store.place import is_networked
from app.store.records import (
    AttentionItem,
    Batch,
    ChainHead,
    Outcome,
    Salvaged,
    Settled,
    UpTo,
    WaitingItem,
)

log: Final = logging.getLogger(__name__)

RETENTION_S: Final = 90 * 86_400
ENVELOPE_BYTES: Final = 300  # what an action takes on the wire beside its body
ALL: Final = -1  # SQLite's LIMIT for no limit
ENDINGS: Final = frozenset({Kind.PAUSE, Kind.STOP})  # what can still be recorded on a full disk


class Outbox:
    """Errors of every method that writes: DiskFull and OutboxUnwritable, and then nothing has changed.

    `salvaged`: the file was made anew, when it was opened or since; None when it was not. `is_copied`: it came from another
    machine, and became a new device when it was opened.
    """

    salvaged: Salvaged | None = None
    is_copied = False

    def __init__(self, way: Way, files: Files) -> None:
        self.path = way.path
        self._way = way
        self._take(files)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        make_device_id: Callable[[], str] = new_device_id,
        fault: Fault = no_fault,
        machine: str | None = None,
        issue_of: Callable[[int], IssueRef | None] = unknown,
        is_on_network: Callable[[Path], bool] = is_networked,
    ) -> Self:
        """The outbox at `path`, made if it is missing, and made anew from what can be read if it is damaged.

        `machine`: the machine's fingerprint; a file that was used on another one becomes a new device. `issue_of`: what is
        known of an issue. OutboxNewer, OutboxLocked, OutboxOnNetwork, OutboxUnwritable, DiskFull.
        """
        way = Way(path, make_device_id, fault, is_on_network, issue_of)
        outbox = cls(way, open_files(way))
        try:
            outbox._stay_on(machine)
        except BaseException:
            outbox.close()
            raise
        return outbox

    def _take(self, files: Files) -> None:
        self._database = files.database
        self._ledger = files.ledger
        self._copyist = files.copyist
        self._reserve = files.reserve
        self.salvaged = files.salvaged or self.salvaged

    def _stay_on(self, machine: str | None) -> None:
        if must_rekey(self.identity(), None, machine) is not None:
            self.rekey(self._way.make_device_id())
            self.is_copied = True
        if machine not in {None, self._ledger.get("machine")}:
            with suppress(DiskFull), self._database.transaction():
                self._ledger.put("machine", str(machine))

    def close(self) -> None:
        self._database.close()

    # ---- recording --------------------------------------------------------------------------------------

    def record(self, drafts: Iterable[Draft], timer: Timer | None) -> tuple[Recorded, ...]:
        """Put the actions of one gesture and the state after it on the disk, all or nothing.

        Without drafts only the state is kept. ValueError for a body that no server could read.
        """
        wanted = list(drafts)
        if wanted and all(draft.kind in ENDINGS for draft in wanted):
            done = self._reserve.even_on_a_full_disk(lambda: self._record(wanted, timer))
        else:
            if wanted:
                self._reserve.make()  # nothing begins that could not be ended
            done = self._record(wanted, timer)
        self._copyist.catch_up()
        return done

    def _record(self, drafts: Sequence[Draft], timer: Timer | None) -> tuple[Recorded, ...]:
        with self._database.transaction():
            # Issues by timer, for the actions that name only their timer.
            issues = {each.timer_id: each.issue.id for each in (self.timer(), timer) if each is not None}
            entries = chained(self.device_id, self.head(), drafts, issues)
            for entry in entries:
                self._ledger.insert(entry)
            self._ledger.put_timer(timer)
        return tuple(each.recorded() for each in entries)

    def timer(self) -> Timer | None:
        """The state that the last `record` kept."""
        return self._ledger.timer()

    def anchor(self) -> Anchor | None:
        """The clocks when the open claim began here, for `Clock.reanchor` after a restart; None when nothing runs."""
        timer = self.timer()
        if timer is None or timer.claim_id is None:
            return None
        opened = self._ledger.last_opening(timer.timer_id)
        if opened is None:
            return None
        t = opened["t"]
        return Anchor(session=t["session"], mono_s=t["mono_s"], wall=t["wall"])

    def last_claim(self, timer_id: str) -> str | None:
        """The stretch of this timer that was begun last on this device; None when none was."""
        opened = self._ledger.last_opening(timer_id)
        return None if opened is None else str(opened["claim_id"])

    # ---- sending ----------------------------------------------------------------------------------------

    @property
    def device_id(self) -> str:
        return self._ledger.need("device_id")

    @property
    def acked_seq(self) -> int:
        """The number of the last confirmed action."""
        return int(self._ledger.need("acked_seq"))

    def head(self) -> ChainHead:
        """The last recorded action."""
        return self._ledger.head()

    def pending_count(self) -> int:
        return self.head().seq - self.acked_seq

    def batch(self, limit: int = 200, max_bytes: int = 200_000) -> Batch:
        """The next unconfirmed actions in order; at least one if there is any, however large it is."""
        acked = self.acked_seq
        chain = self.chain_at(acked)
        if chain is None:
            raise AssertionError(f"action {acked} is confirmed and missing")
        actions: list[Recorded] = []
        size = 0
        for row in self._ledger.rows(acked, limit):
            size += len(row[4].encode()) + ENVELOPE_BYTES
            if actions and size > max_bytes:
                break
            actions.append(recorded(row))
        return Batch(
            self.device_id, self._ledger.get("parent_device_id"), ChainHead(acked, chain), tuple(actions)
        )

    def unsent(self) -> tuple[Recorded, ...]:
        """Everything that the server has not confirmed."""
        return self.after(self.acked_seq)

    def after(self, seq: int) -> tuple[Recorded, ...]:
        """The actions that a snapshot up to `seq` does not contain, for `fold`."""
        return tuple(recorded(row) for row in self._ledger.rows(seq, ALL))

    def up_to(self, seq: int) -> UpTo:
        """What `seq` names, to be found again when the device has another name."""
        return self._ledger.up_to(seq)

    def seq_of(self, point: UpTo) -> int:
        """The number that it has now. Of an action that is lost nobody can tell what followed it: as if nothing did."""
        floor = self._ledger.floor().seq
        if point.action_id is None:
            return floor
        seq = self._ledger.seq_of(point.action_id)
        if seq is not None:
            return seq
        return floor if point.seq <= floor else self.head().seq

    @property
    def said_before(self) -> int:
        """Up to this number the server may know the actions from a name that this device had before."""
        return int(self._ledger.get("said_before") or 0)

    def chain_at(self, seq: int) -> str | None:
        """The chain after action `seq`; None when it was never recorded, or removed as old."""
        return self._ledger.chain_at(seq)

    # ---- what the server said -----------------------------------------------------------------------------

    def acked_sig(self) -> str | None:
        """The server's signature over its word that it has all up to `acked_seq`; None when it gave none."""
        return self._ledger.get("acked_sig")

    def settle(self, last_acked_seq: int, results: Sequence[Settled], sig: str | None = None) -> None:
        """Keep the server's word on each action, in one commit. A late reply never takes a confirmation back.

        `sig`: its signature over `last_acked_seq`. ValueError when the server confirms what was never recorded here: then
        this is not its device's history.
        """
        finals = [(result, Outcome(result.final)) for result in results if result.seq <= last_acked_seq]
        acked = self.acked_seq
        is_known = last_acked_seq == acked and (sig is None or sig == self.acked_sig())
        if not finals and is_known and self._ledger.get("parent_device_id") is None:
            return  # an answer to a mere question every few seconds must not keep the disk awake
        with self._database.transaction():
            if last_acked_seq > self.head().seq:
                raise ValueError(f"the server confirms action {last_acked_seq}, which was never recorded")
            for result, final in finals:
                self._ledger.settle_one(result, final)
            if last_acked_seq >= acked:
                self._ledger.acknowledge(last_acked_seq, sig, is_new=last_acked_seq > acked)
            self._ledger.drop("parent_device_id")

    def rewind(self, seq: int) -> None:
        """The server has lost what came after `seq`: it waits to be sent again. ValueError beyond what is kept."""
        with self._database.transaction():
            if not self._ledger.floor().seq <= seq <= self.acked_seq:
                raise ValueError(f"cannot go back to action {seq}")
            self._ledger.forget_outcomes(seq)
            self._ledger.acknowledge(seq, None, is_new=seq < self.acked_seq)

    def rekey(self, new_device_id: str) -> None:
        """Become a new device that sends all kept actions again, each with the id and the body that it had.

        Where a body is not what was recorded, the server would refuse it for ever: then the file is made anew.
        """
        # Under the new name the copy's old actions could not be told from ones that are missing here.
        self._copyist.rotate(whatever_it_saves=True)
        try:
            with self._database.transaction():
                parent = self._ledger.get("parent_device_id") or self.device_id
                self._ledger.renumber(new_device_id, self.path)
                self._ledger.become(new_device_id, parent)
        except OutboxCorrupt as damage:
            self._make_anew(replace(self._way, make_device_id=lambda: new_device_id), damage)
        self._copyist.catch_up()

    def _make_anew(self, way: Way, damage: OutboxCorrupt) -> None:
        log.warning("%s is made anew: %s", self.path, damage.reason)
        self.close()
        try:
            self._take(open_anew(way, damage.reason))
        except FileTrouble:
            self._take(open_files(self._way))  # as before, to record in
            raise

    def prune(self, now: int) -> int:
        """Remove actions that were found confirmed 90 days ago or earlier; returns how many.

        The days count from the first `prune` after the confirmation. What needs attention stays.
        """
        with self._database.transaction():
            self._ledger.mark_seen(now)
            count = self._ledger.remove_up_to(self._ledger.last_seen_before(now - RETENTION_S))
        if count:
            self._copyist.rotate()
        return count

    def identity(self) -> Identity:
        """By which a copied or restored file is told."""
        return Identity(self.device_id, self.head().seq, self._ledger.get("machine"))

    # ---- what people see ----------------------------------------------------------------------------------

    def waiting(self, limit: int = 1000) -> tuple[WaitingItem, ...]:
        """The first unconfirmed actions, oldest first."""
        return self._ledger.waiting(self.acked_seq, limit)

    def attention(self) -> tuple[AttentionItem, ...]:
        """What the server holds or rejected and nobody has settled yet, oldest first."""
        return self._ledger.attention()

    # ---- small notes --------------------------------------------------------------------------------------

    def recall(self, name: str) -> str | None:
        """A note that belongs to this file, such as the server's id."""
        return self._ledger.get(f"note:{name}")

    def remember(self, name: str, text: str) -> None:
        """Also on a full disk, as when stop was pressed."""

        def write() -> None:
            with self._database.transaction():
                self._ledger.put(f"note:{name}", text)

        self._reserve.even_on_a_full_disk(write)
