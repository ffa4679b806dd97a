"""How do actions and the numbers about them lie in an outbox file?

Every method is a statement or two inside the caller's transaction; what they mean together stands in `outbox`.
"""

from __future__ import annotations

import json
from pathlib import Path

from app.core.actions import Draft, Recorded, body_hash, genesis, link
from app.errors import OutboxCorrupt
from app.store.database import Database, Row
from app.store.records import ChainHead, Outcome, Settled


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

    def insert(self, action: Recorded, draft: Draft, text: str, issues: dict[str, int]) -> None:
        timer_id = action.body.get("timer_id", "")  # a decision names what it settles
        self._database.run(
            "INSERT INTO action (seq, action_id, v, kind, body, body_hash, chain, at, timer_id, issue_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            action.seq,
            action.action_id,
            action.v,
            action.kind,
            text,
            body_hash(action.v, action.kind, action.body).hex(),
            action.chain,
            draft.at,
            timer_id,
            action.body.get("issue_id", issues.get(timer_id)),
        )

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
            digest = body_hash(v, kind, json.loads(body))
            if digest.hex() != stored:
                raise OutboxCorrupt(path, f"action {seq} was changed")
            chain = link(chain, action_id, digest)
            self._database.run("UPDATE action SET seq = ?, chain = ? WHERE seq = ?", number, chain, seq)

    def forget_outcomes(self, seq: int) -> None:
        self._database.run(
            "UPDATE action SET outcome = NULL, code = NULL, detail = NULL, acked_at = NULL WHERE seq > ?", seq
        )

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

    def floor(self) -> ChainHead:
        """The point below the oldest action that is kept."""
        return ChainHead(int(self.need("floor_seq")), self.need("floor_chain"))

    def move_floor(self, floor: ChainHead) -> None:
        self.put("floor_seq", str(floor.seq))
        self.put("floor_chain", floor.chain)

    def get(self, key: str) -> str | None:
        row = self._database.one("SELECT v FROM meta WHERE k = ?", key)
        return None if row is None else str(row[0])

    def need(self, key: str) -> str:
        return str(self._database.run("SELECT v FROM meta WHERE k = ?", key)[0][0])

    def put(self, key: str, value: str) -> None:
        self._database.run("INSERT OR REPLACE INTO meta (k, v) VALUES (?, ?)", key, value)


def recorded(row: Row) -> Recorded:
    """A row of `Ledger.rows`."""
    seq, action_id, v, kind, text, chain = row
    return Recorded(seq, action_id, v, kind, json.loads(text), chain)
