"""Which actions has this device recorded, and which of them has the server confirmed?

What `record` returned is on the disk. One object, one connection, one thread; the file belongs to one user on one
server. Actions are numbered without gaps and chained; confirmed ones stay for 90 days, so that a server restored
from a backup is filled again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Self

from app.clock import Anchor
from app.core.actions import BODY_VERSION, Draft, Recorded, body_hash, canonical, link
from app.core.ids import new_device_id
from app.core.timer import Timer
from app.errors import OutboxUnwritable
from app.store import schema, timer_state
from app.store.database import Database, Fault, no_fault
from app.store.ledger import Ledger, recorded
from app.store.records import AttentionItem, Batch, ChainHead, LifeSign, Outcome, Settled, WaitingItem

RETENTION_S: Final = 90 * 86_400
ENVELOPE_BYTES: Final = 300  # what an action takes on the wire beside its body
ALL: Final = -1  # SQLite's LIMIT for no limit


class Outbox:
    """Errors of every method that writes: DiskFull and OutboxUnwritable, and then nothing has changed."""

    def __init__(self, database: Database, path: Path) -> None:
        self._database = database
        self._ledger = Ledger(database)
        self.path = path

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        make_device_id: Callable[[], str] = new_device_id,
        fault: Fault = no_fault,
    ) -> Self:
        """The outbox at `path`, made if it is missing. OutboxNewer, OutboxLocked, OutboxUnwritable, OutboxCorrupt."""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise OutboxUnwritable(path) from error
        database = Database(path, fault)
        try:
            is_new = schema.check_version(database, path) == 0
            database.make_durable()
            if is_new:
                schema.create(database, make_device_id())
            schema.check_whole(database, path)
            schema.check_writable(database)
        except BaseException:
            database.close()
            raise
        return cls(database, path)

    def close(self) -> None:
        self._database.close()

    # ---- recording --------------------------------------------------------------------------------------

    def record(self, drafts: Iterable[Draft], timer: Timer | None) -> tuple[Recorded, ...]:
        """Put the actions of one gesture and the state after it on the disk, all or nothing.

        Without drafts only the state is kept. ValueError for a body that no server could read.
        """
        bodies = [(draft, canonical(draft.body).decode()) for draft in drafts]
        with self._database.transaction():
            head = self.head()
            issues = _issues(self.timer(), timer)
            done = []
            for draft, text in bodies:
                action = _chained(head, draft)
                self._ledger.insert(action, draft, text, issues)
                head = ChainHead(action.seq, action.chain)
                done.append(action)
            self._ledger.put("timer", timer_state.dump(timer))
        return tuple(done)

    def timer(self) -> Timer | None:
        """The state that the last `record` kept."""
        text = self._ledger.get("timer")
        return None if text is None else timer_state.read(text)

    def beat(self, claim_id: str, now: int) -> None:
        """Note that the app was alive at `now` with this claim open."""
        with self._database.transaction():
            self._database.run("DELETE FROM beat")
            self._database.run("INSERT INTO beat (claim_id, at) VALUES (?, ?)", claim_id, now)

    def life_sign(self) -> LifeSign | None:
        """The last beat."""
        row = self._database.one("SELECT claim_id, at FROM beat")
        return None if row is None else LifeSign(*row)

    def anchor(self) -> Anchor | None:
        """The clocks when the open claim began here, for `Clock.reanchor` after a restart; None when nothing runs."""
        timer = self.timer()
        if timer is None or timer.claim_id is None:
            return None
        opened = self._last_opening(timer.timer_id)
        if opened is None:
            return None
        t = opened["t"]
        return Anchor(session=t["session"], mono_s=t["mono_s"], wall=t["wall"])

    def last_claim(self, timer_id: str) -> str | None:
        """The stretch of this timer that was begun last on this device; None when none was."""
        opened = self._last_opening(timer_id)
        return None if opened is None else str(opened["claim_id"])

    def _last_opening(self, timer_id: str) -> dict[str, Any] | None:
        rows = self._database.run(
            "SELECT body FROM action WHERE timer_id = ? AND kind IN ('timer.start', 'timer.resume')"
            " ORDER BY seq DESC LIMIT 1",
            timer_id,
        )
        body: dict[str, Any] | None = json.loads(rows[0][0]) if rows else None
        return body

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

    def after(self, seq: int) -> tuple[Recorded, ...]:
        """The actions that a snapshot up to `seq` does not contain, for `fold`."""
        return tuple(recorded(row) for row in self._ledger.rows(seq, ALL))

    def chain_at(self, seq: int) -> str | None:
        """The chain after action `seq`; None when it was never recorded, or removed as old."""
        return self._ledger.chain_at(seq)

    # ---- what the server said -----------------------------------------------------------------------------

    def settle(self, last_acked_seq: int, results: Sequence[Settled]) -> None:
        """Keep the server's word on each action, in one commit. A late reply never takes a confirmation back.

        ValueError when the server confirms what was never recorded here: then this is not its device's history.
        """
        finals = [(result, Outcome(result.final)) for result in results if result.seq <= last_acked_seq]
        if not finals and last_acked_seq == self.acked_seq and self._ledger.get("parent_device_id") is None:
            return  # an answer to a mere question every few seconds must not keep the disk awake
        with self._database.transaction():
            if last_acked_seq > self.head().seq:
                raise ValueError(f"the server confirms action {last_acked_seq}, which was never recorded")
            for result, final in finals:
                self._ledger.settle_one(result, final)
            self._ledger.put("acked_seq", str(max(last_acked_seq, self.acked_seq)))
            self._database.run("DELETE FROM meta WHERE k = 'parent_device_id'")

    def rewind(self, seq: int) -> None:
        """The server has lost what came after `seq`: it waits to be sent again. ValueError beyond what is kept."""
        with self._database.transaction():
            if not self._ledger.floor().seq <= seq <= self.acked_seq:
                raise ValueError(f"cannot go back to action {seq}")
            self._ledger.forget_outcomes(seq)
            self._ledger.put("acked_seq", str(seq))

    def rekey(self, new_device_id: str) -> None:
        """Become a new device that sends all kept actions again, each with the id and the body that it had.

        OutboxCorrupt when a body is not what was recorded: the server would refuse it for ever.
        """
        with self._database.transaction():
            parent = self._ledger.get("parent_device_id") or self.device_id
            self._ledger.renumber(new_device_id, self.path)
            self._ledger.forget_outcomes(0)
            self._ledger.put("acked_seq", "0")
            self._ledger.put("device_id", new_device_id)
            self._ledger.put("parent_device_id", parent)

    def prune(self, now: int) -> int:
        """Remove actions that were found confirmed 90 days ago or earlier; returns how many.

        The days count from the first `prune` after the confirmation. What needs attention stays.
        """
        with self._database.transaction():
            self._database.run(
                "UPDATE action SET acked_at = ? WHERE acked_at IS NULL AND seq <= ?", now, self.acked_seq
            )
            kept = self._database.one(
                "SELECT min(seq) FROM action WHERE acked_at IS NULL OR acked_at > ? OR action_id IN"
                " (SELECT action_id FROM attention WHERE resolved_by_action_id IS NULL)",
                now - RETENTION_S,
            )
            last = self.head().seq if kept is None or kept[0] is None else kept[0] - 1
            return self._ledger.remove_up_to(last)

    # ---- what people see ----------------------------------------------------------------------------------

    def waiting(self, limit: int = 1000) -> tuple[WaitingItem, ...]:
        """The first unconfirmed actions, oldest first."""
        rows = self._database.run(
            "SELECT seq, action_id, kind, at, timer_id, issue_id FROM action WHERE seq > ? ORDER BY seq LIMIT ?",
            self.acked_seq,
            limit,
        )
        return tuple(WaitingItem(*row) for row in rows)

    def attention(self) -> tuple[AttentionItem, ...]:
        """What the server holds or rejected and nobody has settled yet, oldest first."""
        rows = self._database.run(
            "SELECT a.action_id, kind, at, timer_id, issue_id, n.outcome, n.code, n.detail"
            " FROM attention n JOIN action a USING (action_id)"
            " WHERE resolved_by_action_id IS NULL ORDER BY seq"
        )
        return tuple(AttentionItem(*row) for row in rows)

    # ---- small notes --------------------------------------------------------------------------------------

    def recall(self, name: str) -> str | None:
        """A note that belongs to this file, such as the server's id."""
        return self._ledger.get(f"note:{name}")

    def remember(self, name: str, text: str) -> None:
        with self._database.transaction():
            self._ledger.put(f"note:{name}", text)


def _chained(head: ChainHead, draft: Draft) -> Recorded:
    kind = str(draft.kind)
    chain = link(head.chain, draft.action_id, body_hash(BODY_VERSION, kind, draft.body))
    return Recorded(head.seq + 1, draft.action_id, BODY_VERSION, kind, draft.body, chain)


def _issues(*timers: Timer | None) -> dict[str, int]:
    """Issues by timer, for the actions that name only their timer."""
    return {timer.timer_id: timer.issue.id for timer in timers if timer is not None}
