"""Whatever is recorded, confirmed, lost by the server or renamed, in any order: is the outbox what a list would be?

The model is a list of dictionaries and its own arithmetic for the chain; it shares no code with the store.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.core.actions import Recorded
from app.core.timer import IssueRef, Timer
from app.errors import Refused
from app.store.outbox import Outbox
from app.store.records import Settled
from tests.fakes.desk import LOGIN, MENU, Desk, numbered_ids
from tests.properties.outbox_life import copied, known

DAYS_90 = 90 * 86_400
PAGE = 4096

outcomes = st.sampled_from(["applied", "held", "rejected"])


@dataclass
class Model:
    """What the outbox must be."""

    device: str
    parent: str | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    first: int = 1
    acked: int = 0
    before_first: str = ""
    attention: dict[str, str] = field(default_factory=dict)
    removed: list[dict[str, Any]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names.add(self.device)
        self.before_first = hashlib.sha256(b"genesis" + self.device.encode()).hexdigest()

    def head(self) -> int:
        return self.first + len(self.rows) - 1

    def chains(self) -> dict[int, str]:
        """Chain by number, the point before the first kept action included."""
        chain = self.before_first
        found = {self.first - 1: chain}
        for seq, row in enumerate(self.rows, start=self.first):
            said = json.dumps(
                {"body": row["body"], "kind": row["kind"], "v": 1},
                sort_keys=True, separators=(",", ":"), ensure_ascii=False,
            )  # fmt: skip
            digest = hashlib.sha256(said.encode()).digest()
            chain = hashlib.sha256(bytes.fromhex(chain) + row["id"].encode() + digest).hexdigest()
            found[seq] = chain
        return found

    def row(self, seq: int) -> dict[str, Any]:
        found: dict[str, Any] = self.rows[seq - self.first]
        return found

    def pending(self) -> list[dict[str, Any]]:
        return self.rows[self.acked - self.first + 1 :]

    def say(self, seq: int, outcome: str) -> None:
        action_id = self.row(seq)["id"]
        if outcome == "applied":
            self.attention.pop(action_id, None)
        else:
            self.attention.setdefault(action_id, outcome)

    def prune(self, now: int) -> None:
        for seq, row in enumerate(self.rows, start=self.first):
            if seq <= self.acked and row["seen"] is None:
                row["seen"] = now
        chains = self.chains()
        while self.rows and self.rows[0]["seen"] is not None and self.rows[0]["seen"] <= now - DAYS_90:
            if self.rows[0]["id"] in self.attention:
                break
            self.before_first = chains[self.first]
            self.removed.append(self.rows.pop(0))
            self.first += 1


class OutboxMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "queue.sqlite3"
        self.device_ids = numbered_ids("dddddddd")
        self.model = Model(device="dddddddd-0000-7000-8000-000000000001")
        self.desk = Desk(self.open())
        self.backup, self.at_backup = b"", set[str]()
        self.back_up()

    def open(self) -> Outbox:
        return Outbox.open(self.path, make_device_id=self.device_ids, issue_of=known)

    def teardown(self) -> None:
        self.desk.outbox.close()
        self.folder.cleanup()

    def recorded(self, actions: tuple[Recorded, ...]) -> None:
        for action in actions:
            self.model.rows.append(
                {"id": action.action_id, "kind": action.kind, "body": action.body, "seen": None}
            )

    @rule(issue=st.sampled_from([LOGIN, MENU]), seconds=st.integers(0, 5000), ago=st.integers(0, 100))
    def start(self, issue: IssueRef, seconds: int, ago: int) -> None:
        self.desk.clock.advance(seconds=seconds)
        with suppress(Refused):
            self.recorded(self.desk.start(issue, ago))

    @rule(gesture=st.sampled_from(["pause", "resume", "stop"]), seconds=st.integers(0, 5000))
    def gesture(self, gesture: str, seconds: int) -> None:
        self.desk.clock.advance(seconds=seconds)
        with suppress(Refused):
            self.recorded(getattr(self.desk, gesture)())

    @rule(description=st.text(max_size=50))
    def stop_and_say(self, description: str) -> None:
        with suppress(Refused):
            self.recorded(self.desk.stop(description))

    @precondition(lambda self: self.model.pending())
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        last = data.draw(st.integers(self.model.acked + 1, self.model.head()), label="last")
        results = []
        for seq in range(self.model.acked + 1, last + 1):
            outcome = data.draw(outcomes, label="outcome")
            again = data.draw(st.booleans(), label="again")
            results.append(Settled(seq, "duplicate", of=outcome) if again else Settled(seq, outcome))
            self.model.say(seq, outcome)
        self.desk.outbox.settle(last, results)
        self.model.acked, self.model.parent = last, None

    @rule(data=st.data())
    def late_reply(self, data: st.DataObject) -> None:
        last = data.draw(st.integers(self.model.first - 1, self.model.acked), label="last")
        self.desk.outbox.settle(last, [])
        self.model.parent = None

    @rule(data=st.data())
    def server_lost_actions(self, data: st.DataObject) -> None:
        seq = data.draw(st.integers(self.model.first - 1, self.model.acked), label="seq")
        self.desk.outbox.rewind(seq)
        self.model.acked = seq
        for row in self.model.pending():
            row["seen"] = None

    @rule()
    def become_another_device(self) -> None:
        device = self.device_ids()
        self.desk.outbox.rekey(device)
        old = self.model
        self.model = Model(
            device,
            old.parent or old.device,
            old.rows,
            attention=old.attention,
            removed=old.removed,
            names=old.names,
        )
        for row in self.model.rows:
            row["seen"] = None

    @rule(days=st.integers(0, 100))
    def prune(self, days: int) -> None:
        self.desk.clock.advance(hours=24 * days)
        self.desk.outbox.prune(self.desk.clock.now())
        self.model.prune(self.desk.clock.now())

    @rule()
    def restart(self) -> None:
        timer = self.desk.outbox.timer()
        self.desk.outbox.close()
        self.desk.outbox = self.open()
        assert self.desk.outbox.timer() == timer
        assert self.desk.outbox.salvaged is None

    @precondition(lambda self: self.model.rows)
    @rule(data=st.data())
    def damage_the_file(self, data: st.DataObject) -> None:
        timer = self.desk.outbox.timer()
        self.desk.outbox.close()
        content = bytearray(self.path.read_bytes())
        start = data.draw(st.integers(0, len(content) // PAGE - 1), label="page") * PAGE
        match data.draw(st.sampled_from(["zeros", "cut off", "gone", "bits"]), label="damage"):
            case "zeros":
                content[start : start + PAGE] = bytes(PAGE)
            case "cut off":
                del content[start:]
            case "bits":
                for at in data.draw(st.lists(st.integers(0, PAGE - 1), max_size=8), label="bits"):
                    content[start + at] ^= 4
            case _:
                content.clear()
        self.path.write_bytes(content)
        self.desk.outbox = self.open()
        if self.desk.outbox.salvaged is not None:
            self.made_anew()
            assert same_state(timer, self.desk.outbox.timer()) or self.model.removed

    @rule(at=st.integers(0, 10_000), how=st.sampled_from(["cut off", "bit", "gone"]))
    def damage_the_copy(self, at: int, how: str) -> None:
        copy = self.path.with_suffix(".ndjson")
        content = bytearray(copy.read_bytes() if copy.exists() else b"")
        at = min(at, len(content))
        if how == "bit" and at < len(content):
            content[at] ^= 1
        else:
            del content[at if how == "cut off" else 0 :]
        copy.write_bytes(content)
        self.restart()

    @rule()
    def back_up(self) -> None:
        self.desk.outbox.close()
        self.backup = self.path.read_bytes()
        self.at_backup = {row["id"] for row in self.model.rows}
        self.desk.outbox = self.open()

    @precondition(lambda self: any(row["id"] not in self.at_backup for row in self.model.rows))
    @rule()
    def restore(self) -> None:
        timer = self.desk.outbox.timer()
        self.desk.outbox.close()
        self.path.write_bytes(self.backup)
        self.desk.outbox = self.open()
        assert self.desk.outbox.salvaged is not None
        self.made_anew()
        assert same_state(timer, self.desk.outbox.timer()) or self.model.removed

    def made_anew(self) -> None:
        """A new device that sends everything again, perhaps with some of what had been removed as old."""
        outbox, old = self.desk.outbox, self.model
        found = [action.action_id for action in outbox.after(0)]
        back = len(found) - len(old.rows)
        assert back <= len(old.removed)
        rows = old.removed[len(old.removed) - back :] + old.rows
        assert outbox.device_id not in old.names
        assert outbox.batch().parent_device_id in old.names
        self.model = Model(
            outbox.device_id, outbox.batch().parent_device_id, rows, removed=old.removed, names=old.names
        )
        for row in rows:
            row["seen"] = None

    @invariant()
    def each_action_stands_in_the_copy_once(self) -> None:
        ids = [row["id"] for row in self.model.rows]
        if ids:
            there = copied(self.path)
            assert there[-len(ids) :] == ids
            assert len(set(there)) == len(there)

    @invariant()
    def is_what_the_model_says(self) -> None:
        outbox, model = self.desk.outbox, self.model
        batch, chains = outbox.batch(limit=100_000, max_bytes=10**9), model.chains()
        assert (batch.device_id, batch.parent_device_id) == (model.device, model.parent)
        assert (batch.base.seq, batch.base.chain) == (model.acked, chains[model.acked])
        assert [(a.seq, a.action_id, a.kind, a.body, a.chain) for a in batch.actions] == [
            (seq, model.row(seq)["id"], model.row(seq)["kind"], model.row(seq)["body"], chains[seq])
            for seq in range(model.acked + 1, model.head() + 1)
        ]
        assert outbox.pending_count() == len(outbox.waiting()) == len(model.pending())
        for seq in range(model.head() + 3):
            assert outbox.chain_at(seq) == chains.get(seq)
        assert {item.action_id: item.outcome for item in outbox.attention()} == model.attention


def same_state(one: Timer | None, other: Timer | None) -> bool:
    """But for what the actions do not say: the rate."""
    return one == (None if other is None or one is None else replace(other, rate=one.rate))


OutboxMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestOutbox = OutboxMachine.TestCase
