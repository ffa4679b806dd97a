"""How do actions and the numbers about them lie in an outbox file?

Every method is a statement or two inside the caller's transaction; what they mean together stands in `outbox`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.core.actions import Recorded, canonical, genesis, link
from app.core.timer import Timer
from app.errors import OutboxCorrupt
from app.store import meta, timer_state
from app.store.database import Database, Row
from app.store.entry import Entry, text_digest
from app.store.records import AttentionItem, ChainHead, Outcome, Settled, UpTo, WaitingItem


class Ledger:
    """The tables of one open outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> ChainHead:
        """The last action."""
        row = self._database.one("SELECT seq, chain FROM action ORDER BY seq DESC LIMIT 1")
        return self.floor() if row is None else ChainHead(*row)

    def chain_at(self, seq: int) -> str | None:
        floor = self.floor()
        if seq == floor.seq:
            return floor.chain
        row = self._database.one("SELECT chain FROM action WHERE seq = ?", seq)
        return None if row is None else str(row[0])

    def up_to(self, seq: int) -> UpTo:
        row = self._database.one("SELECT action_id FROM action WHERE seq = ?", seq)
        return UpTo(seq, None if row is None else str(row[0]))

    def seq_of(self, action_id: str) -> int | None:
        row = self._database.one("SELECT seq FROM action WHERE action_id = ?", action_id)
        return None if row is None else int(row[0])

    def insert(self, entry: Entry) -> None:
        self._database.run(
            "INSERT INTO action (seq, action_id, v, kind, body, body_hash, chain, at, timer_id, issue_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            entry.seq,
            entry.action_id,
            entry.v,
            entry.kind,
            canonical(entry.body).decode(),
            entry.digest().hex(),
            entry.chain,
            entry.at,
            entry.timer_id,
            entry.issue_id,
        )

    def entries(self, seq: int) -> list[Entry]:
        """The actions after `seq`, for the second copy."""
        device_id = self.need("device_id")
        rows = self._database.run(
            "SELECT seq, chain, action_id, v, kind, body, at, issue_id FROM action WHERE seq > ? ORDER BY seq",
            seq,
        )
        return [
            Entry(device_id, number, chain, action_id, v, kind, json.loads(text), at, issue_id)
            for number, chain, action_id, v, kind, text, at, issue_id in rows
        ]

    def action_ids(self) -> frozenset[str]:
        return frozenset(row[0] for row in self._database.run("SELECT action_id FROM action"))

    def put_timer(self, timer: Timer | None) -> None:
        """The state of the timer after the last action."""
        self.put("timer", timer_state.dump(timer))
        last = self._database.one("SELECT action_id FROM action ORDER BY seq DESC LIMIT 1")
        self.put("timer_after", "" if last is None else last[0])

    def timer(self) -> Timer | None:
        text = self.get("timer")
        return None if text is None else timer_state.read(text)

    def settle_one(self, result: Settled, final: Outcome) -> None:
        row = self._database.one("SELECT action_id FROM action WHERE seq = ?", result.seq)
        if row is None or result.action_id not in {None, row[0]}:
            return
        action_id = row[0]
        self._database.run(
            "UPDATE action SET outcome = ?, code = ?, detail = ? WHERE seq = ?",
            str(final),
            result.code,
            result.detail,
            result.seq,
        )
        if final is Outcome.APPLIED:
            self._database.run("DELETE FROM attention WHERE action_id = ?", action_id)
        else:
            self._database.run(
                "INSERT OR IGNORE INTO attention (action_id, outcome, code, detail) VALUES (?, ?, ?, ?)",
                action_id,
                str(final),
                result.code or final.upper(),
                result.detail or "",
            )

    def renumber(self, device_id: str, path: Path) -> None:
        """Number all actions from 1 and chain them anew. Numbers only fall, so none meets another on its way."""
        chain = genesis(device_id)
        self.move_floor(ChainHead(0, chain))
        rows = self._database.run("SELECT seq, action_id, v, kind, body, body_hash FROM action ORDER BY seq")
        for number, (seq, action_id, v, kind, body, stored) in enumerate(rows, start=1):
            digest = text_digest(v, kind, body)
            if digest.hex() != stored:
                raise OutboxCorrupt(path, f"action {seq} was changed")
            chain = link(chain, action_id, digest)
            self._database.run("UPDATE action SET seq = ?, chain = ? WHERE seq = ?", number, chain, seq)

    def acknowledge(self, seq: int, sig: str | None, *, is_new: bool) -> None:
        """All up to `seq` is confirmed. A signature over another point goes with it."""
        self.put("acked_seq", str(seq))
        if sig is not None:
            self.put("acked_sig", sig)
        elif is_new:
            self.drop("acked_sig")

    def forget_outcomes(self, seq: int) -> None:
        self._database.run(
            "UPDATE action SET outcome = NULL, code = NULL, detail = NULL, acked_at = NULL WHERE seq > ?", seq
        )

    def mark_seen(self, now: int) -> None:
        """The days of what is confirmed count from `now`, unless they count already."""
        self._database.run(
            "UPDATE action SET acked_at = ? WHERE acked_at IS NULL AND seq <= CAST(? AS INTEGER)",
            now,
            self.need("acked_seq"),
        )

    def last_seen_before(self, at: int) -> int:
        """The last action of those that were all seen confirmed by second `at` and need nobody."""
        kept = self._database.one(
            "SELECT min(seq) FROM action WHERE acked_at IS NULL OR acked_at > ? OR action_id IN"
            " (SELECT action_id FROM attention WHERE resolved_by_action_id IS NULL)",
            at,
        )
        return self.head().seq if kept is None or kept[0] is None else int(kept[0]) - 1

    def remove_up_to(self, seq: int) -> int:
        chain = self.chain_at(seq)
        if chain is None or seq <= self.floor().seq:
            return 0
        count = self._database.number("SELECT count(*) FROM action WHERE seq <= ?", seq)
        self._database.run(
            "DELETE FROM attention WHERE action_id IN (SELECT action_id FROM action WHERE seq <= ?)", seq
        )
        self._database.run("DELETE FROM action WHERE seq <= ?", seq)
        self.move_floor(ChainHead(seq, chain))
        return count

    def rows(self, seq: int, limit: int) -> list[Row]:
        return self._database.run(
            "SELECT seq, action_id, v, kind, body, chain FROM action WHERE seq > ? ORDER BY seq LIMIT ?",
            seq,
            limit,
        )

    def last_opening(self, timer_id: str) -> dict[str, Any] | None:
        """The body of the start or resume of this timer that was recorded last."""
        rows = self._database.run(
            "SELECT body FROM action WHERE timer_id = ? AND kind IN ('timer.start', 'timer.resume')"
            " ORDER BY seq DESC LIMIT 1",
            timer_id,
        )
        body: dict[str, Any] | None = json.loads(rows[0][0]) if rows else None
        return body

    def waiting(self, seq: int, limit: int) -> tuple[WaitingItem, ...]:
        rows = self._database.run(
            "SELECT seq, action_id, kind, at, timer_id, issue_id FROM action WHERE seq > ? ORDER BY seq LIMIT ?",
            seq,
            limit,
        )
        return tuple(WaitingItem(*row) for row in rows)

    def attention(self) -> tuple[AttentionItem, ...]:
        rows = self._database.run(
            "SELECT a.action_id, kind, at, timer_id, issue_id, n.outcome, n.code, n.detail"
            " FROM attention n JOIN action a USING (action_id)"
            " WHERE resolved_by_action_id IS NULL ORDER BY seq"
        )
        return tuple(AttentionItem(*row) for row in rows)

    def floor(self) -> ChainHead:
        """The point below the oldest action that is kept."""
        return ChainHead(int(self.need("floor_seq")), self.need("floor_chain"))

    def move_floor(self, floor: ChainHead) -> None:
        self.put("floor_seq", str(floor.seq))
        self.put("floor_chain", floor.chain)

    def become(self, device_id: str, parent_device_id: str | None) -> None:
        """Under this name everything waits to be sent."""
        self.forget_outcomes(0)
        self.put("acked_seq", "0")
        self.put("device_id", device_id)
        self.put("said_before", str(self.head().seq))
        self.drop("acked_sig")
        if parent_device_id is not None:
            self.put("parent_device_id", parent_device_id)

    def get(self, key: str) -> str | None:
        row = self._database.one("SELECT v FROM meta WHERE k = ?", key)
        return None if row is None else str(row[0])

    def need(self, key: str) -> str:
        return str(self._database.run("SELECT v FROM meta WHERE k = ?", key)[0][0])

    def put(self, key: str, value: str) -> None:
        meta.put(self._database, key, value)

    def drop(self, key: str) -> None:
        self._database.run("DELETE FROM meta WHERE k = ?", key)


def recorded(row: Row) -> Recorded:
    """A row of `Ledger.rows`."""
    seq, action_id, v, kind, text, chain = row
    return Recorded(seq, action_id, v, kind, json.loads(text), chain)
